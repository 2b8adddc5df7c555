package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows and changes the peers of a running Diameter agent. */
@Command(
        name = "peers",
        description = "Show or change the peers of a running Diameter agent.",
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  dialtone peers list",
            "  dialtone peers add ocs3.example.net=tcp:192.0.2.13:3868",
            "  dialtone peers drain ocs1.example.net          before maintenance: what is under way ends, then it is disconnected",
            "  dialtone peers connect ocs1.example.net        after it",
            "  dialtone peers remove ocs1.example.net",
            "",
            "A change lasts until the process ends. What goes to a peer is decided by routes; to change those: dialtone reload"
        },
        mixinStandardHelpOptions = true,
        subcommands = {
            PeersCommand.ListPeers.class,
            PeersCommand.Add.class,
            PeersCommand.Drain.class,
            PeersCommand.Connect.class,
            PeersCommand.Remove.class
        })
final class PeersCommand implements Runnable {
    private static final String PATH = "/peers";

    @picocli.CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw new picocli.CommandLine.ParameterException(spec.commandLine(), "list, add, drain, connect or remove?");
    }

    /** Shows them. */
    @Command(name = "list", description = "Show the peers and how they are.")
    static final class ListPeers extends ToolCommand {
        @Override
        int ask() throws Exception {
            final JsonNode status = target().one(DiameterLbRole.ROLE).get("/status");
            if (json()) {
                out().println(Json.write(status.path("diameterPeers")));
            } else {
                new StatusText(out(), false).print(List.of(status));
            }
            return ExitCode.OK;
        }
    }

    /** Adds one. */
    @Command(name = "add", description = "Add a peer and dial it.")
    static final class Add extends ToolCommand {
        @Parameters(paramLabel = "HOST=tcp:HOST:PORT", description = "Its identity and where it is dialled.")
        private String peer = "";

        @Override
        int ask() throws Exception {
            print(target().one(DiameterLbRole.ROLE).post(PATH, Json.object().put("add", peer)));
            return ExitCode.OK;
        }
    }

    /** Takes one out of use. */
    @Command(
            name = "drain",
            description =
                    "Give a peer nothing new, not of its sessions either; disconnect when what is under way has ended.")
    static final class Drain extends ToolCommand {
        @Parameters(paramLabel = "HOST", description = "The peer, as 'dialtone peers list' shows it.")
        private String peer = "";

        @Option(
                names = "--cause",
                paramLabel = "CAUSE",
                defaultValue = "do-not-want-to-talk-to-you",
                description =
                        "What it is told (RFC 6733 5.4.3): rebooting, busy or do-not-want-to-talk-to-you. Default: ${DEFAULT-VALUE}.")
        private String cause = "";

        @Override
        int ask() throws Exception {
            print(target().one(DiameterLbRole.ROLE)
                    .post(PATH, Json.object().put("drain", peer).put("cause", cause)));
            return ExitCode.OK;
        }
    }

    /** Uses one again. */
    @Command(name = "connect", description = "Use a peer again, and dial it now.")
    static final class Connect extends ToolCommand {
        @Parameters(paramLabel = "HOST", description = "The peer, as 'dialtone peers list' shows it.")
        private String peer = "";

        @Override
        int ask() throws Exception {
            print(target().one(DiameterLbRole.ROLE).post(PATH, Json.object().put("connect", peer)));
            return ExitCode.OK;
        }
    }

    /** Removes one. */
    @Command(name = "remove", description = "Drain a peer and forget it.")
    static final class Remove extends ToolCommand {
        @Parameters(paramLabel = "HOST", description = "The peer, as 'dialtone peers list' shows it.")
        private String peer = "";

        @Override
        int ask() throws Exception {
            print(target().one(DiameterLbRole.ROLE).post(PATH, Json.object().put("remove", peer)));
            return ExitCode.OK;
        }
    }
}
