package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a backend or a node out of use without touching its calls. */
@Command(
        name = "drain",
        description = {
            "Give a backend of a running balancer no new calls; the calls it has go on.",
            "",
            "Or empty a node of a cluster and end it: its slots move to other nodes, calls and all, while calls go on. Says what is left until"
                    + " the node has ended. Until then --undo takes it back."
        },
        footer = {
            "  dialtone drain 127.0.0.1:5071            a backend, before maintenance",
            "  dialtone drain 127.0.0.1:5071 --undo     after it; the share of new calls grows by slow start",
            "  dialtone drain node-1                    a node; returns when it has ended, with exit code 0",
            "  dialtone drain node-1 --keep             only empty it; it runs on and owns nothing",
            "  dialtone drain node-1 --undo             let it have its share again",
            "",
            "Exit code 0: done. 1: refused, or a node still has something when the time is over; it goes on giving it away."
        })
final class DrainCommand extends ToolCommand {
    /** Who speaks with the registry, whoever of the nodes is to go. */
    private static final List<String> ROLES = List.of("edge", "run", "node");

    @Parameters(
            paramLabel = "HOST:PORT|NODE",
            description = "The backend, as 'dialtone backends list' shows it; or the name of a node.")
    private String what = "";

    @Option(names = "--undo", description = "Use it again.")
    private boolean undo;

    @Option(names = "--keep", description = "Empty the node and let it run on.")
    private boolean keep;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "5m",
            description = "How long to wait for the node to be empty; 0s does not wait. Default: ${DEFAULT-VALUE}.")
    private String timeout = "";

    @Override
    int ask() throws Exception {
        if (what.indexOf(':') >= 0) {
            print(target().one(BackendsCommand.ROLE)
                    .post("/drain", Json.object().put("backend", what).put("undo", undo)));
            return ExitCode.OK;
        }
        final long timeoutNs = timeoutNs();
        final AdminClient process = target().any(ROLES);
        final JsonNode answer = process.post(
                "/drain", Json.object().put("node", what).put("undo", undo).put("keep", keep));
        if (undo || timeoutNs == 0) {
            print(answer);
            return ExitCode.OK;
        }
        return new DrainWatch(what, keep, process, this::say).await(timeoutNs) ? ExitCode.OK : ExitCode.NO;
    }

    private void say(final JsonNode line) {
        print(line);
        out().flush();
    }

    private long timeoutNs() throws WrongConfigurationException {
        try {
            return SettingType.duration("0s", "24h").reader().read(timeout);
        } catch (WrongValueException e) {
            throw new WrongConfigurationException("--timeout: " + timeout + " (expected: " + e.expected() + ").");
        }
    }
}
