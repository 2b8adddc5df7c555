package io.dialtone.runtime.node;

import io.dialtone.runtime.demo.Demo;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Calls through a whole cluster on this machine. */
@Command(
        name = "demo",
        description = {
            "Start a cluster of real processes on loopback (host, three nodes, an edge), make calls through it, kill a node, report.",
            "",
            "Nothing is left behind: the processes end with the command, however it ends."
        },
        synopsisHeading = "Usage: ",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  dialtone demo",
            "  dialtone demo --rate 500 --seconds 60 --report demo.json",
            "",
            "Exit code 0: every call was answered and ended well, though a node was killed. 1: not all. 69: the processes did not start."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {
    private static final String HANDLER = "io.dialtone.examples.AnsweringService";

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "100",
            description = "New calls a second. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How long new calls are made, in seconds. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "3",
            description = "Node processes. Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(
            names = "--kill",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Kill a node (SIGKILL) in mid-run and say what became of its calls; --no-kill kills none.")
    private boolean kill;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the report there, too, as JSON.")
    private @Nullable Path report;

    @Override
    public Integer call() throws Exception {
        Logging.start(LogLevel.WARNING);
        final int code = new Demo(
                        progress -> LoopbackCluster.start(nodes, HANDLER, progress),
                        rate,
                        seconds,
                        kill,
                        report,
                        System.out)
                .run();
        return switch (code) {
            case Demo.EXIT_ALL_ANSWERED -> ExitCode.OK;
            case Demo.EXIT_CALLS_LOST -> ExitCode.NO;
            default -> ExitCode.UNAVAILABLE;
        };
    }
}
