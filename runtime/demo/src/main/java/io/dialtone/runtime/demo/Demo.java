package io.dialtone.runtime.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The show of {@code dialtone demo}: real processes on loopback, real calls through them, and a report. Called only by the command's thread. */
public final class Demo {
    public static final int EXIT_ALL_ANSWERED = 0;
    public static final int EXIT_CALLS_LOST = 1;
    public static final int EXIT_NOT_STARTED = 2;

    private static final int WARM_UP_SECONDS = 3;
    private static final double WARM_UP_RATE = 100;
    private static final int WARM_UP_HOLD_MS = 200;

    private final DemoLauncher launcher;
    private final double callsPerSecond;
    private final int seconds;
    private final boolean killsNode;
    private final @Nullable Path reportFile;
    private final PrintStream screen;

    /**
     * @param killsNode whether a node is killed in mid-run
     */
    public Demo(
            final DemoLauncher launcher,
            final double callsPerSecond,
            final int seconds,
            final boolean killsNode,
            final @Nullable Path reportFile,
            final PrintStream screen) {
        this.launcher = launcher;
        this.callsPerSecond = callsPerSecond;
        this.seconds = seconds;
        this.killsNode = killsNode;
        this.reportFile = reportFile;
        this.screen = screen;
    }

    /**
     * Starts the processes, makes the calls, stops the processes, prints what happened.
     *
     * @return the exit code: 0 only if every call was answered and ended well, and every process stayed alive
     */
    public int run() throws InterruptedException {
        screen.println("Starting processes on loopback ...");
        try (DemoCluster cluster = launcher.start(line -> screen.println("  " + line))) {
            for (final String process : cluster.processes()) {
                screen.println("  " + process);
            }
            final CallLoad load =
                    CallLoad.to(cluster.edge()).withRate(callsPerSecond).withSeconds(seconds);
            screen.printf(
                    "%nCalling %s: %s new calls a second for %d s, each INVITE, 180, 200, ACK, %d ms of talk, BYE, 200.%n",
                    shown(cluster), rate(), seconds, load.holdMs());
            screen.printf(
                    "One call in %d also asks something within its dialog (OPTIONS or re-INVITE).%n",
                    load.inDialogEvery());
            final CallReport warmUp = warmUp(load);
            final Map<String, Long> callsBefore = cluster.callsByNode();
            screen.println();
            final CallReport report = new LoadRunner(load, screen::println, killPlan(cluster)).run();
            final Map<String, Long> callsAfter = cluster.callsByNode();
            final List<String> died = cluster.died();
            screen.printf("%nReport%n%s", report.toText());
            callsAfter.forEach((node, calls) ->
                    screen.printf("  %-18s %d calls%n", node, calls - callsBefore.getOrDefault(node, 0L)));
            for (final String process : died) {
                screen.println("  process died       " + process);
            }
            if (reportFile != null) {
                report.writeJson(reportFile);
                screen.println("  JSON               " + reportFile);
            }
            final boolean well = warmUp.allCallsAnswered() && report.allCallsAnswered() && died.isEmpty();
            screen.printf("%n%s%n", well ? lastWordsWhenWell(report) : lastWordsWhenNot(warmUp, report, died));
            return well && report.contradicted() == 0 ? EXIT_ALL_ANSWERED : EXIT_CALLS_LOST;
        } catch (IOException e) {
            screen.println("The demo could not run: " + e.getMessage());
            return EXIT_NOT_STARTED;
        }
    }

    private @Nullable KillPlan killPlan(final DemoCluster cluster) {
        return killsNode ? new KillPlan(TimeUnit.SECONDS.toNanos(seconds) / 2, cluster::killBusiest) : null;
    }

    private String lastWordsWhenWell(final CallReport report) {
        return "All " + report.attempted() + " calls were answered and ended well"
                + (killsNode ? ", though a node was killed under " + report.establishedAtKill() + " of them." : ".");
    }

    private static String lastWordsWhenNot(final CallReport warmUp, final CallReport report, final List<String> died) {
        final long failed = warmUp.failed() + report.failed();
        final long attempted = warmUp.attempted() + report.attempted();
        return "NOT all went well: " + failed + " of " + attempted + " calls failed, warm-up included"
                + (report.establishedAtKill() > 0
                        ? ", " + report.establishedLost() + " of them were up when the node was killed; "
                        : "; ")
                + died.size() + " processes died unasked.";
    }

    /** The first calls of a Java process run interpreted and say nothing about the others. They count for the exit code, not for the report. */
    private CallReport warmUp(final CallLoad load) throws IOException {
        screen.printf("Warming up for %d s; these calls are not in the report.%n", WARM_UP_SECONDS);
        return new LoadRunner(
                        load.withRate(Math.min(load.callsPerSecond(), WARM_UP_RATE))
                                .withSeconds(WARM_UP_SECONDS)
                                .withHoldMs(WARM_UP_HOLD_MS),
                        line -> {})
                .run();
    }

    private String rate() {
        return callsPerSecond == Math.rint(callsPerSecond)
                ? Long.toString((long) callsPerSecond)
                : Double.toString(callsPerSecond);
    }

    private static String shown(final DemoCluster cluster) {
        return "the edge at " + cluster.edge().getAddress().getHostAddress() + ":"
                + cluster.edge().getPort();
    }
}
