package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what runs on this machine, and how it is. */
@Command(
        name = "status",
        description = {"Show your Dialtone processes on this machine, and how they are."},
        footer = {
            "  dialtone status                          all processes",
            "  dialtone status --name edge-1 --json     one of them, all there is to know",
            "  dialtone status --name edge-1 --slots    who owns each slot of the state grid, who is in sync, who learns",
            "  dialtone status --admin 10.0.0.7:9060    one on another machine, if it allows that",
            "",
            "Exit code 0: all that was found answers and is ready. 1: nothing was found, or something is not ready."
        })
final class StatusCommand extends ToolCommand {
    @Option(names = "--slots", description = "Show who holds each slot of the state grid, too.")
    private boolean slots;

    @Override
    int ask() throws Exception {
        final List<JsonNode> found = new ArrayList<>();
        boolean well = true;
        for (final AdminClient process : target().all()) {
            try {
                final JsonNode status = process.get("/status");
                found.add(status);
                well &= status.path("ready").asBoolean();
            } catch (UnavailableException e) {
                err().println("dialtone: " + e.getMessage());
                well = false;
            }
        }
        if (json()) {
            final ObjectNode all = Json.object();
            final ArrayNode processes = all.putArray("processes");
            found.forEach(processes::add);
            out().println(Json.write(all));
        } else if (found.isEmpty()) {
            out().println("No Dialtone process of yours runs here.");
        } else {
            new StatusText(out(), slots).print(found);
        }
        return well && !found.isEmpty() ? ExitCode.OK : ExitCode.NO;
    }
}
