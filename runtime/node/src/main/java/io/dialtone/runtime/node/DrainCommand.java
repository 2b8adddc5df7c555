package io.dialtone.runtime.node;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a backend or a node out of use without touching its calls. */
@Command(
        name = "drain",
        description = {
            "Give a backend of a running balancer no new calls; the calls it has go on.",
            "Or give the slots of a cluster's node to the other nodes, calls and all; 'dialtone status' shows how many are left."
        },
        footer = {
            "  dialtone drain 127.0.0.1:5071            a backend, before maintenance",
            "  dialtone drain 127.0.0.1:5071 --undo     after it; the share of new calls grows by slow start",
            "  dialtone drain node-1                    a node; stop it when it owns nothing"
        })
final class DrainCommand extends ToolCommand {
    /** Edges speak with the registry, whoever of the nodes is to go. */
    private static final String EDGE_ROLE = "edge";

    @Parameters(
            paramLabel = "HOST:PORT|NODE",
            description = "The backend, as 'dialtone backends list' shows it; or the name of a node.")
    private String what = "";

    @Option(names = "--undo", description = "Use it again.")
    private boolean undo;

    @Override
    int ask() throws Exception {
        final boolean isBackend = what.indexOf(':') >= 0;
        print(target().one(isBackend ? BackendsCommand.ROLE : EDGE_ROLE)
                .post(
                        "/drain",
                        Json.object().put(isBackend ? "backend" : "node", what).put("undo", undo)));
        return ExitCode.OK;
    }
}
