package io.dialtone.runtime.node;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command line. Used by the main thread only. */
@Command(
        name = "dialtone",
        synopsisHeading = "Usage: ",
        customSynopsis = {"dialtone COMMAND [OPTION...]"},
        description = {
            "",
            "A stateful platform for telecom workloads. SIP comes in through balancers that understand it;",
            "each call reaches the one process that keeps its state.",
            ""
        },
        commandListHeading = "Commands:%n",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  Calls through a whole platform on this machine:   dialtone demo",
            "  A balancer in front of two SIP servers:           dialtone sip-lb --listen udp:127.0.0.1:5060 \\",
            "                                                      --backend 127.0.0.1:5071 --backend 127.0.0.1:5072",
            "  What runs here, and how it is:                    dialtone status",
            "  All about one command:                            dialtone sip-lb --help",
            "",
            "Exit codes: 0 done, 1 the answer is no, 2 wrong command line, 69 something outside is missing,",
            "            70 a fault of ours, 78 wrong configuration."
        },
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            SipLbCommand.class,
            HostCommand.class,
            NodeCommand.class,
            EdgeCommand.class,
            StatusCommand.class,
            BackendsCommand.class,
            DrainCommand.class,
            ReloadCommand.class,
            CompletionCommand.class,
            VersionCommand.class
        })
final class DialtoneCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command?");
    }

    /** The whole command line, ready to execute. */
    static CommandLine create() {
        final CommandLine line = new CommandLine(new DialtoneCommand());
        line.getSubcommands().values().forEach(DialtoneCommand::addSettings);
        line.setUsageHelpWidth(120);
        line.setUsageHelpAutoWidth(true);
        line.setUsageHelpLongOptionsMaxWidth(44);
        line.setExecutionExceptionHandler(new FailureMessages());
        line.setAbbreviatedOptionsAllowed(false);
        return line;
    }

    private static void addSettings(final CommandLine command) {
        if (command.getCommandSpec().userObject() instanceof RoleCommand role) {
            SettingOptions.addTo(command.getCommandSpec(), role.groups());
        }
    }
}
