package io.dialtone.runtime.node;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a backend out of use without touching its calls. */
@Command(
        name = "drain",
        description = "Give a backend of a running balancer no new calls; the calls it has go on.",
        footer = {
            "  dialtone drain 127.0.0.1:5071            before maintenance",
            "  dialtone drain 127.0.0.1:5071 --undo     after it; the share of new calls grows by slow start"
        })
final class DrainCommand extends ToolCommand {
    @Parameters(paramLabel = "HOST:PORT", description = "The backend, as 'dialtone backends list' shows it.")
    private String backend = "";

    @Option(names = "--undo", description = "Use it again.")
    private boolean undo;

    @Override
    int ask() throws Exception {
        print(target().one(BackendsCommand.ROLE)
                .post("/drain", Json.object().put("backend", backend).put("undo", undo)));
        return ExitCode.OK;
    }
}
