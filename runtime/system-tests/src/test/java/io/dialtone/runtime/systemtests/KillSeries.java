package io.dialtone.runtime.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialtone.runtime.demo.Anomaly;
import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Real processes under calls, and one owner of calls after the other killed or stopped; each time the next waits until every slot has its backup again. Used by the thread of one
 * test.
 */
final class KillSeries {
    /** What is done to the owner of most calls. */
    enum Deed {
        /** SIGKILL; it is started again. */
        KILL,
        /** SIGSTOP, and SIGCONT when somebody else has its slots. */
        STOP
    }

    /**
     * What to do how often, under which calls.
     *
     * @param faults how many times
     * @param holdMs how long a call lasts
     * @param gapMs pause between the questions of a call
     * @param warmUp how long calls run before the first fault
     * @param pause how long to wait when all is well again
     */
    record Plan(
            Deed deed,
            int faults,
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

    private final Stage stage;
    private final Plan plan;
    private final Consumer<String> progress;
    private final History history;
    private final List<String> notes = new ArrayList<>();
    private String lastVictim = "";

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
        final Platform platform = Platform.withGrid(
                stage, LedgerService.class.getName(), plan.nodes(), "--class-path", Dialtone.testClasses());
        final RunningCalls calls = RunningCalls.startWithJournal(
                stage,
                CallLoad.to(RunningCalls.loopback(platform.port()))
                        .withRate(plan.callsPerSecond())
                        .withSeconds(SECONDS_MAX)
                        .withHoldMs(plan.holdMs())
                        .withInDialogEvery(1)
                        .withInDialogGapMs(plan.gapMs()),
                history);
        final long beganNs = System.nanoTime();
        calls.goOnFor(plan.warmUp());
        final JsonNode before = platform.status("edge-1");
        for (int i = 1; i <= plan.faults() && !calls.isOver(); i++) {
            fault(platform, i, calls);
        }
        final double tookS = (System.nanoTime() - beganNs) / 1e9;
        calls.goOnFor(plan.pause());
        calls.stop();
        final CallReport report = calls.awaitEnd();
        history.close();
        note(report, before, platform.status("edge-1"));
        return new SeriesReport(setting(), history, notes, tookS);
    }

    private void fault(final Platform platform, final int number, final RunningCalls calls) {
        platform.awaitSettled(plan.nodes());
        final long lostBefore = slotsLost(platform);
        final String victim = busiest(platform.slotsByNode());
        final Child process = platform.process(victim);
        final Predicate<String> owned = platform.callsOf(victim);
        final long atNs = System.nanoTime();
        switch (plan.deed()) {
            case KILL -> process.kill9();
            case STOP -> process.signal("STOP");
        }
        history.add(new Fault(number, plan.deed().name().toLowerCase(Locale.ROOT), victim, process.pid(), atNs, owned));
        if (plan.deed() == Deed.KILL) {
            platform.startAgain(stage, victim);
        } else {
            Await.until(
                    victim + " owns nothing",
                    LONG_ENOUGH,
                    () -> System.nanoTime() - atNs > STOPPED_NS && platform.slotsOwnedBy(victim) == 0,
                    platform::toString);
            process.signal("CONT");
        }
        awaitSettled(platform, victim);
        if (slotsLost(platform) > lostBefore) {
            notes.add("fault " + number + " met " + (slotsLost(platform) - lostBefore)
                    + " slots without a backup: what they held is lost, and counted");
        }
        progress.accept(String.format(
                Locale.ROOT,
                "fault %d of %d: %s %s, well again after %.2f s |%s",
                number,
                plan.faults(),
                plan.deed(),
                victim,
                (System.nanoTime() - atNs) / 1e9,
                calls.progress()));
        calls.goOnFor(plan.pause());
    }

    /**
     * Waits until the victim has its share again and every slot its backup. A victim that was started again is asked itself: others may not have heard yet that its predecessor is
     * dead. One that was stopped has to hear what happened, and the edge has.
     */
    private void awaitSettled(final Platform platform, final String victim) {
        final String witness = plan.deed() == Deed.KILL ? victim : "edge-1";
        Await.until(
                "every slot has its backup",
                LONG_ENOUGH,
                () -> {
                    final Child process = platform.process(victim);
                    if (!process.isAlive()) {
                        throw new AssertionError(victim + " does not live:\n" + process.tail());
                    }
                    return platform.isReady(witness) && platform.isSettled(witness, plan.nodes(), victim);
                },
                platform::toString);
    }

    private static long slotsLost(final Platform platform) {
        return platform.status("edge-1").path("grid").path("slotsLost").asLong();
    }

    /** The owner of most slots; of those that own as many, the next in turn. */
    private String busiest(final Map<String, Integer> slots) {
        final int most = Collections.max(slots.values());
        final List<String> candidates = slots.keySet().stream()
                .filter(node -> slots.getOrDefault(node, 0) == most)
                .sorted()
                .toList();
        lastVictim = candidates.stream()
                .filter(node -> node.compareTo(lastVictim) > 0)
                .findFirst()
                .orElse(candidates.getFirst());
        return lastVictim;
    }

    private void note(final CallReport report, final JsonNode before, final JsonNode after) {
        notes.add("frames of former owners that the edge dropped: "
                + rise(before, after, "edge.frames.old-epoch") + " of an older epoch, "
                + rise(before, after, "edge.frames.not-owner") + " of nodes that did not own the slot");
        notes.add("requests that the edge handed to a new owner once more: "
                + rise(before, after, "edge.requests.redriven") + ", held until there was one: "
                + rise(before, after, "edge.requests.held"));
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
                        + " processors, everything on one machine and loopback",
                "a host with a registry of one member, " + plan.nodes() + " nodes, an edge; one backup a slot",
                String.format(
                        Locale.ROOT,
                        "%.0f new calls a second, each up for %d ms with a question every %d ms in turn: OPTIONS,"
                                + " INFO (answered by a handler's timer after %d ms), re-INVITE; and a silent timer each",
                        plan.callsPerSecond(),
                        plan.holdMs(),
                        plan.gapMs(),
                        LedgerService.ANSWERED_AFTER.toMillis()),
                plan.faults() + " times " + plan.deed()
                        + " of the node that owns most slots, each when every slot had its" + " backup again");
    }
}
