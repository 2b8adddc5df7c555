package io.dialtone.runtime.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialtone.runtime.demo.Anomaly;
import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Real processes under calls, and one {@link Deed} after the other; each time the next waits until every slot has its backup again and every process is there. Used by the thread of
 * one test.
 */
final class KillSeries {
    /**
     * What to do how often, under which calls.
     *
     * @param faults how many times at most
     * @param longest when this is over no other fault is begun
     * @param holdMs how long a call lasts
     * @param gapMs pause between the questions of a call
     * @param warmUp how long calls run before the first fault
     * @param pause how long to wait when all is well again
     */
    record Plan(
            Deed deed,
            int faults,
            Duration longest,
            int nodes,
            double callsPerSecond,
            int holdMs,
            int gapMs,
            Duration warmUp,
            Duration pause) {}

    /** Longer than backups wait for an owner, shorter than a process waits for its media driver: after that it ends by itself. */
    private static final long STOPPED_NS = 1_500_000_000L;

    private static final int SECONDS_MAX = 86_400;
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final List<String> REGISTRY = List.of("a", "b", "c");

    private final Stage stage;
    private final Plan plan;
    private final Consumer<String> progress;
    private final History history;
    private final List<String> notes = new ArrayList<>();
    private String lastVictim = "";
    private final SlotsLost slotsLost = new SlotsLost();

    private KillSeries(
            final Stage stage, final Plan plan, final @Nullable Writer file, final Consumer<String> progress) {
        this.stage = stage;
        this.plan = plan;
        this.progress = progress;
        history = new History(System.nanoTime(), file);
    }

    /**
     * Runs it all.
     *
     * @param file where the whole history is written to, or null
     * @param progress takes a line after each fault
     */
    static SeriesReport run(
            final Stage stage, final Plan plan, final @Nullable Writer file, final Consumer<String> progress) {
        return new KillSeries(stage, plan, file, progress).run();
    }

    private SeriesReport run() {
        if (plan.holdMs() / plan.gapMs() + 2 > LedgerService.REQUESTS_MAX) {
            throw new IllegalArgumentException("more questions in a call than its ledger has room for");
        }
        final Platform platform = platform();
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
        final JsonNode before = platform.status(Deed.EDGE_NAME);
        final long enoughNs = beganNs + plan.longest().toNanos();
        for (int i = 1; i <= plan.faults() && System.nanoTime() < enoughNs && !calls.isOver(); i++) {
            fault(platform, i, calls);
        }
        final double tookS = (System.nanoTime() - beganNs) / 1e9;
        calls.goOnFor(plan.pause());
        calls.stop();
        final CallReport report = calls.awaitEnd();
        history.close();
        note(report, before, platform.status(Deed.EDGE_NAME));
        return new SeriesReport(setting(), history, notes, tookS, slotsLost.unforeseen());
    }

    private Platform platform() {
        final String service = LedgerService.class.getName();
        if (!plan.deed().needsNetwork()) {
            return Platform.withGrid(stage, service, plan.nodes(), "--class-path", Dialtone.testClasses());
        }
        final List<String> hosts = new ArrayList<>(List.of("edge"));
        hosts.addAll(REGISTRY);
        for (int i = 1; i <= plan.nodes(); i++) {
            hosts.add("n" + i);
        }
        return Platform.onNetwork(
                stage,
                Network.of(stage, hosts),
                REGISTRY,
                service,
                plan.nodes(),
                "--class-path",
                Dialtone.testClasses());
    }

    private void fault(final Platform platform, final int number, final RunningCalls calls) {
        List<String> victims;
        List<String> ending;
        Set<String> nodes;
        BitSet forsaken;
        do {
            // On a machine that is short of processors nodes lose sight of each other, and slots a backup, at any time.
            awaitWell(platform, "before fault " + number, List.of());
            victims = plan.deed().victims(platform, lastVictim);
            ending = plan.deed().ending(platform, victims);
            nodes = plan.deed().nodesHit(victims, ending);
            forsaken = platform.slotsHeldOnlyBy(nodes);
        } while (!forsaken.isEmpty() && plan.deed() != Deed.BOTH);
        lastVictim = victims.getFirst();
        final Set<Long> pids =
                nodes.stream().map(node -> platform.process(node).pid()).collect(Collectors.toUnmodifiableSet());
        // What takes no node away is to be felt by nobody: so each call counts.
        final Predicate<String> owned = nodes.isEmpty() ? callId -> true : platform.callsOf(nodes);
        final Predicate<String> forsakenCalls = platform.callsIn(forsaken);
        final long[] begunBefore = platform.begunEpochs();
        final long atNs = System.nanoTime();
        victims.forEach(victim -> platform.process(victim).signal(plan.deed().isStop() ? "STOP" : "KILL"));
        final String what = plan.deed().name().toLowerCase(Locale.ROOT);
        final Fault fault = new Fault(number, what, String.join(", ", victims), pids, atNs, owned, forsakenCalls);
        history.add(fault);
        if (plan.deed().isStop()) {
            wake(platform, victims.getFirst(), atNs);
        } else {
            startAgain(platform, victims, ending);
        }
        final List<String> nodesAgain = plan.deed().isStop() ? List.of() : List.copyOf(nodes);
        awaitWell(platform, "after fault " + number, nodesAgain);
        slotsLost.note(platform, begunBefore, forsaken, fault, notes);
        progress.accept(String.format(
                Locale.ROOT,
                "fault %d of %d: %s %s, well again after %.2f s |%s",
                number,
                plan.faults(),
                plan.deed(),
                String.join(", ", victims),
                (System.nanoTime() - atNs) / 1e9,
                calls.progress()));
        calls.goOnFor(plan.pause());
    }

    private void wake(final Platform platform, final String victim, final long stoppedAtNs) {
        Await.until(
                victim + " owns nothing",
                LONG_ENOUGH,
                () -> System.nanoTime() - stoppedAtNs > STOPPED_NS && platform.slotsOwnedBy(victim) == 0,
                platform::toString);
        platform.thaw(victim);
    }

    private void startAgain(final Platform platform, final List<String> victims, final List<String> ending) {
        final Set<String> all = new HashSet<>(victims);
        all.addAll(ending);
        all.forEach(member -> platform.process(member).awaitExit(LONG_ENOUGH));
        victims.forEach(member -> platform.startAgain(stage, member));
        ending.forEach(member -> platform.startAgain(stage, member));
    }

    /**
     * Waits until every process is there, every slot has its backup, and all slots are where they are to be: by then a new node has had its first calls, which may stop it for so long
     * that others do without it as backup. Nodes that were started again are asked themselves: others may not have heard yet that their predecessors are
     * dead.
     */
    private void awaitWell(final Platform platform, final String when, final List<String> nodesAgain) {
        final List<String> witnesses = new ArrayList<>(nodesAgain);
        witnesses.add(Deed.EDGE_NAME);
        Await.until(
                "every slot has its backup " + when,
                LONG_ENOUGH,
                () -> {
                    platform.assertAllAlive();
                    return platform.members().stream().allMatch(platform::isReady)
                            && witnesses.stream().allMatch(witness -> platform.isSettled(witness, plan.nodes()));
                },
                platform::toString);
    }

    private void note(final CallReport report, final JsonNode before, final JsonNode after) {
        if (plan.deed() != Deed.EDGE) {
            notes.add("frames of former owners that the edge dropped: "
                    + rise(before, after, "edge.frames.old-epoch") + " of an older epoch, "
                    + rise(before, after, "edge.frames.not-owner") + " of nodes that did not own the slot");
            notes.add("requests that the edge handed to a new owner once more: "
                    + rise(before, after, "edge.requests.redriven") + ", held until there was one: "
                    + rise(before, after, "edge.requests.held"));
        }
        notes.add("slots begun anew because all who held them were gone: "
                + after.path("grid").path("slotsLost").asLong());
        notes.add("calls of the generator: " + report.attempted() + " attempted, " + report.answered() + " answered, "
                + report.failed() + " failed");
        for (final Anomaly anomaly : Anomaly.values()) {
            if (report.count(anomaly) > 0) {
                notes.add(report.count(anomaly) + " x " + anomaly.key() + ": " + anomaly.sentence());
            }
        }
    }

    private static long rise(final JsonNode before, final JsonNode after, final String counter) {
        return after.path("counters").path(counter).asLong()
                - before.path("counters").path(counter).asLong();
    }

    private List<String> setting() {
        return List.of(
                "Dialtone " + System.getProperty("dialtone.revision", "as built") + ", Java "
                        + Runtime.version() + ", " + Runtime.getRuntime().availableProcessors()
                        + " processors, everything on one machine",
                plan.deed().needsNetwork()
                        ? "three hosts with a member of the registry each, a host with an edge, " + plan.nodes()
                                + " with a node each, in network namespaces of their own; one backup a slot"
                        : "a host with a registry of one member, " + plan.nodes()
                                + " nodes, an edge, on loopback; one backup a slot",
                String.format(
                        Locale.ROOT,
                        "%.0f new calls a second, each up for %d ms with a question every %d ms in turn: OPTIONS, INFO"
                                + " (answered by a handler's timer after %d ms), re-INVITE; and a silent timer each",
                        plan.callsPerSecond(),
                        plan.holdMs(),
                        plan.gapMs(),
                        LedgerService.ANSWERED_AFTER.toMillis()),
                history.faults().size() + " times " + plan.deed().sentence()
                        + ", each when every slot had its backup again and all was there");
    }
}
