package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows and changes the backends of a running balancer. */
@Command(
        name = "backends",
        description = "Show or change the backends of a running balancer; no running call is touched.",
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  dialtone backends list",
            "  dialtone backends add '127.0.0.1:5073;weight=2'",
            "  dialtone backends weight 127.0.0.1:5071 3",
            "  dialtone backends remove 127.0.0.1:5072     at once; to let its calls end first: dialtone drain",
            "",
            "A change lasts until the process ends or 'dialtone reload' reads the backends file again."
        },
        mixinStandardHelpOptions = true,
        subcommands = {
            BackendsCommand.ListBackends.class,
            BackendsCommand.Add.class,
            BackendsCommand.Remove.class,
            BackendsCommand.Weight.class
        })
final class BackendsCommand implements Runnable {
    static final String ROLE = "sip-lb";
    private static final String PATH = "/backends";

    @picocli.CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw new picocli.CommandLine.ParameterException(spec.commandLine(), "list, add, remove or weight?");
    }

    /** Shows them. */
    @Command(name = "list", description = "Show the backends and how they are.")
    static final class ListBackends extends ToolCommand {
        @Override
        int ask() throws Exception {
            final JsonNode status = target().one(ROLE).get("/status");
            if (json()) {
                out().println(Json.write(status.path("backends")));
            } else {
                new StatusText(out(), false).print(List.of(status));
            }
            return ExitCode.OK;
        }
    }

    /** Adds one. */
    @Command(name = "add", description = "Add a backend; its share of new calls grows by slow start.")
    static final class Add extends ToolCommand {
        @Parameters(paramLabel = "HOST:PORT[;weight=N][;open-max=N]", description = "The backend.")
        private String backend = "";

        @Override
        int ask() throws Exception {
            print(target().one(ROLE).post(PATH, Json.object().put("add", backend)));
            return ExitCode.OK;
        }
    }

    /** Removes one. */
    @Command(name = "remove", description = "Remove a backend at once; calls on it lose their way.")
    static final class Remove extends ToolCommand {
        @Parameters(paramLabel = "HOST:PORT", description = "The backend, as 'dialtone backends list' shows it.")
        private String backend = "";

        @Override
        int ask() throws Exception {
            print(target().one(ROLE).post(PATH, Json.object().put("remove", backend)));
            return ExitCode.OK;
        }
    }

    /** Changes the share of one. */
    @Command(name = "weight", description = "Change a backend's share of new calls.")
    static final class Weight extends ToolCommand {
        @Parameters(
                index = "0",
                paramLabel = "HOST:PORT",
                description = "The backend, as 'dialtone backends list' shows it.")
        private String backend = "";

        @Parameters(index = "1", paramLabel = "N", description = "Its weight against the others' weights.")
        private int weight;

        @Override
        int ask() throws Exception {
            print(target().one(ROLE)
                    .post(PATH, Json.object().put("backend", backend).put("weight", weight)));
            return ExitCode.OK;
        }
    }
}
