package io.dialtone.runtime.systemtests;

import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Hosts of their own under calls, and one cut through their network after the other; each is healed, and the next waits until every slot has its backup again. Used by the thread of
 * one test.
 */
final class CutSeries {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(90);
    private static final int SECONDS_MAX = 86_400;
    private static final int NODES = 3;

    /**
     * What to do under which calls.
     *
     * @param registry how many hosts have a member of the registry
     * @param cutFor how long a cut lasts
     */
    record Plan(
            List<Cut> cuts,
            int registry,
            double callsPerSecond,
            int holdMs,
            int gapMs,
            Duration warmUp,
            Duration cutFor) {}

    private final Stage stage;
    private final Plan plan;
    private final Consumer<String> progress;
    private final History history = new History(System.nanoTime(), null);
    private final List<String> notes = new ArrayList<>();
    private final SlotsLost slotsLost = new SlotsLost();

    private CutSeries(final Stage stage, final Plan plan, final Consumer<String> progress) {
        this.stage = stage;
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Runs it all.
     *
     * @param progress takes a line after each cut
     */
    static SeriesReport run(final Stage stage, final Plan plan, final Consumer<String> progress) {
        return new CutSeries(stage, plan, progress).run();
    }

    private SeriesReport run() {
        final List<String> registry = List.of("a", "b", "c").subList(0, plan.registry());
        final List<String> hosts = new ArrayList<>(registry);
        for (int i = 1; i <= NODES; i++) {
            hosts.add("n" + i);
        }
        final Network network = Network.of(stage, hosts);
        final Platform platform = Platform.onNetwork(
                stage, network, registry, LedgerService.class.getName(), NODES, "--class-path", Dialtone.testClasses());
        final RunningCalls calls = RunningCalls.startWithJournal(
                stage,
                CallLoad.to(platform.socketAddress())
                        .withRate(plan.callsPerSecond())
                        .withSeconds(SECONDS_MAX)
                        .withHoldMs(plan.holdMs())
                        .withInDialogEvery(1)
                        .withInDialogGapMs(plan.gapMs()),
                history);
        final long beganNs = System.nanoTime();
        calls.goOnFor(plan.warmUp());
        awaitWell(platform, "the warm-up", "node-1");
        int number = 0;
        for (final Cut cut : plan.cuts()) {
            cut(platform, network, registry, cut, ++number, calls);
        }
        final double tookS = (System.nanoTime() - beganNs) / 1e9;
        calls.stop();
        final CallReport report = calls.awaitEnd();
        history.close();
        notes.add("calls of the generator: " + report.attempted() + " attempted, " + report.answered() + " answered, "
                + report.failed() + " failed");
        return new SeriesReport(setting(), history, notes, tookS, slotsLost.unforeseen());
    }

    private void cut(
            final Platform platform,
            final Network network,
            final List<String> registry,
            final Cut cut,
            final int number,
            final RunningCalls calls) {
        String victim;
        BitSet forsaken;
        do {
            // On a machine that is short of processors nodes lose sight of each other, and slots a backup, at any time.
            awaitWell(platform, "before " + cut, "node-1");
            victim = busiest(platform.slotsByNode());
            forsaken = platform.slotsHeldOnlyBy(Set.of(victim));
        } while (!forsaken.isEmpty());
        final String itsHost = "n" + victim.substring("node-".length());
        final List<String> others = network.hosts().stream()
                .filter(host -> host.startsWith("n") && !host.equals(itsHost))
                .toList();
        final Fault fault = new Fault(
                number,
                cut.name().toLowerCase(Locale.ROOT),
                victim,
                Set.of(platform.process(victim).pid()),
                System.nanoTime(),
                platform.callsOf(Set.of(victim)),
                platform.callsIn(forsaken));
        final long[] begunBefore = platform.begunEpochs();
        history.add(fault);
        cut.make(
                new Cut.Where(network, List.of(itsHost), others, network.hosts().subList(0, 1), registry));
        calls.goOnFor(plan.cutFor());
        final Map<String, Integer> during = platform.slotsByNode();
        network.heal();
        final long healedNs = System.nanoTime();
        awaitWell(platform, cut.toString(), victim);
        slotsLost.note(platform, begunBefore, forsaken, fault, notes);
        progress.accept(String.format(
                Locale.ROOT,
                "cut %d of %d, %s: slots of %s while cut %d; well %.2f s after it was healed |%s",
                number,
                plan.cuts().size(),
                cut.sentence(),
                victim,
                during.getOrDefault(victim, 0),
                (System.nanoTime() - healedNs) / 1e9,
                calls.progress()));
    }

    private void awaitWell(final Platform platform, final String after, final String node) {
        Await.until(
                "every slot has its backup after " + after,
                LONG_ENOUGH,
                () -> {
                    startWhatHasEnded(platform);
                    return platform.isReady("edge-1") && platform.isSettled(NODES) && platform.slotsOwnedBy(node) > 0;
                },
                platform::toString);
    }

    /** A process that was cut off may end, and says why; what supervises it starts it again. */
    private void startWhatHasEnded(final Platform platform) {
        for (final String member : platform.members()) {
            final Child process = platform.process(member);
            if (!process.isAlive()) {
                notes.add(member + " ended with " + process.exitValue() + " and was started again: "
                        + process.tail().strip().lines().reduce("", (former, line) -> line));
                platform.startAgain(stage, member);
            }
        }
    }

    private static String busiest(final Map<String, Integer> slots) {
        final int most = Collections.max(slots.values());
        return slots.keySet().stream()
                .filter(node -> slots.getOrDefault(node, 0) == most)
                .sorted()
                .findFirst()
                .orElseThrow();
    }

    private List<String> setting() {
        final List<String> lines = new ArrayList<>(List.of(
                "Dialtone " + System.getProperty("dialtone.revision", "as built") + ", Java " + Runtime.version() + ", "
                        + Runtime.getRuntime().availableProcessors()
                        + " processors, each host in a network namespace of its own",
                plan.registry() + " hosts with a member of the registry, an edge on the first; " + NODES
                        + " nodes on hosts of their own; one backup a slot; frames between hosts sealed",
                String.format(
                        Locale.ROOT,
                        "%.0f new calls a second, each up for %d ms with a question every %d ms",
                        plan.callsPerSecond(),
                        plan.holdMs(),
                        plan.gapMs())));
        plan.cuts()
                .forEach(cut -> lines.add(cut.name().toLowerCase(Locale.ROOT) + " for "
                        + plan.cutFor().toMillis() + " ms: " + cut.sentence()));
        return lines;
    }
}
