package io.dialtone.runtime.node;

import java.util.List;
import java.util.Optional;
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
            "  An agent between Diameter nodes:                  dialtone diameter-lb --help",
            "  What runs here, and how it is:                    dialtone status",
            "  All about one command:                            dialtone sip-lb --help",
            "",
            "Exit codes: 0 done, 1 the answer is no, 2 wrong command line, 69 something outside is missing,",
            "            70 a fault of ours, 78 wrong configuration."
        })
final class DialtoneCommand implements Runnable {
    private static final String COMPLETION = "completion";

    /** Commands in the order in which help lists them. */
    private static final List<String> NAMES = List.of(
            "demo",
            "run",
            "sip-lb",
            "diameter-lb",
            "host",
            "node",
            "edge",
            "status",
            "trace",
            "backends",
            "peers",
            "dictionary",
            "drain",
            "reload",
            "warm-up",
            COMPLETION,
            "version");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command?");
    }

    private static Object command(final String name) {
        return switch (name) {
            case "demo" -> new DemoCommand();
            case "run" -> new RunCommand();
            case "sip-lb" -> new SipLbCommand();
            case "diameter-lb" -> new DiameterLbCommand();
            case "host" -> new HostCommand();
            case "node" -> new NodeCommand();
            case "edge" -> new EdgeCommand();
            case "status" -> new StatusCommand();
            case "trace" -> new TraceCommand();
            case "backends" -> new BackendsCommand();
            case "peers" -> new PeersCommand();
            case "dictionary" -> new DictionaryCommand();
            case "drain" -> new DrainCommand();
            case "reload" -> new ReloadCommand();
            case "warm-up" -> new WarmUpCommand();
            case COMPLETION -> new CompletionCommand();
            case "version" -> new VersionCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** The command of that name, if it is one whose options are settings. */
    static Optional<RoleCommand> role(final String name) {
        return NAMES.contains(name) && command(name) instanceof RoleCommand role ? Optional.of(role) : Optional.empty();
    }

    /** The whole command line, ready to execute. */
    static CommandLine create() {
        return create(NAMES);
    }

    /**
     * The part of the command line that these arguments need, ready to execute. A model of all commands takes longer to build than most of them take to run, so a command that is named has
     * only its own; whatever is about several, help, completion or a name that is none of ours, has the whole.
     */
    static CommandLine createFor(final String... arguments) {
        final boolean isOne = arguments.length > 0 && NAMES.contains(arguments[0]) && !arguments[0].equals(COMPLETION);
        return create(isOne ? List.of(arguments[0]) : NAMES);
    }

    private static CommandLine create(final List<String> names) {
        final CommandLine line = new CommandLine(new DialtoneCommand());
        names.forEach(name -> line.addSubcommand(command(name)));
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
