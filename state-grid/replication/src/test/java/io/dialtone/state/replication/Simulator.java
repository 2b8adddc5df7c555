package io.dialtone.state.replication;

import io.dialtone.state.api.MembershipListener.DeathHint;
import io.dialtone.state.api.SlotCommand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole grid in one thread, with virtual time and one source of chance: edges, nodes with the real {@link Replicator}, a registry with the real rules, the network
 * between them, and all that goes wrong. A seed is a world: the same seed, the same world to the last event. Used by one thread.
 *
 * <p>After a time of faults everything heals, and within a bound all must be well again.
 */
final class Simulator {
    static final long MS = 1_000_000L;
    static final long EDGE_INCARNATION = 1;

    private static final long SETTLED_NS_MAX = 5_000 * MS;
    /** No time heals a store that is too small: who was refused would be refused for ever, and a learner without room learn for ever. */
    private static final long ROOM_BYTES = 1 << 20;

    private static final long QUIET_NS = 200 * MS;
    private static final long LOOK_INTERVAL_NS = 25 * MS;
    private static final int TRACE_MAX = Integer.getInteger("dialtone.sim.trace", 200);

    final Dice dice;
    final Mutation mutation;

    private final long seed;
    private final Coverage coverage;
    private final @Nullable ArrayDeque<String> trace;
    private final EventQueue events = new EventQueue();
    private final Plan plan;
    private final ReplicatorConfig replicatorConfig;
    private final SimulatedNetwork network;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<SimulatedEdge> edges = new ArrayList<>();
    private final History history;
    private final Checker checker;
    private final SimulatedRegistry registry;
    private final Nemesis nemesis;
    private long nowNs = 1_000 * MS;
    private long eventsRun;

    private Simulator(final long seed, final Mutation mutation, final Coverage coverage, final boolean isTracing) {
        this.seed = seed;
        this.mutation = mutation;
        this.coverage = coverage;
        trace = isTracing ? new ArrayDeque<>() : null;
        dice = new Dice(seed);
        plan = Plan.of(dice);
        replicatorConfig = plan.replicatorConfig();
        history = new History(plan.slots());
        checker = new Checker(this);
        network = new SimulatedNetwork(this, members(), plan.quality());
        registry = new SimulatedRegistry(
                this, plan.slots(), plan.backupsWanted(), plan.silenceMaxNs(), plan.commitMaxNs(), plan.registryLoss());
        for (int number = 0; number < plan.nodes(); number++) {
            final SimulatedNode node = new SimulatedNode(this, number, plan.threadsOf(number), plan.storeBytes());
            nodes.add(node);
            after(dice.between(0, 60 * MS), node::start);
        }
        for (int edge = 0; edge < plan.edges(); edge++) {
            edges.add(new SimulatedEdge(this, plan.nodes() + edge, plan.load()));
        }
        nemesis = new Nemesis(this, plan);
    }

    /** Runs the world of a seed to its end, and returns how many events that took. */
    static long run(final long seed, final Mutation mutation, final Coverage coverage) {
        final Simulator simulator = new Simulator(seed, mutation, coverage, false);
        simulator.run();
        return simulator.eventsRun;
    }

    /** Runs the world of a seed and returns its last events, and what went wrong if something did. */
    static String trace(final long seed, final Mutation mutation) {
        final Simulator simulator = new Simulator(seed, mutation, new Coverage(), true);
        String end = "all went well";
        try {
            simulator.run();
        } catch (final RuntimeException | AssertionError failure) {
            end = failure.toString();
        }
        final ArrayDeque<String> lines = simulator.trace;
        return "seed " + seed + ": " + simulator.plan + "\n" + (lines == null ? "" : String.join("\n", lines)) + "\n"
                + end;
    }

    /** A number that is the same if and only if two runs of a seed were the same, as far as one can tell. */
    static long fingerprint(final long seed) {
        final Simulator simulator = new Simulator(seed, Mutation.NONE, new Coverage(), false);
        simulator.run();
        return simulator.nowNs * 31 + simulator.eventsRun * 17 + simulator.dice.identity();
    }

    private void run() {
        final long faultsEnd = nowNs + plan.faultsNs();
        while (nowNs < faultsEnd) {
            runNext();
        }
        heal();
        settle(nowNs + SETTLED_NS_MAX);
        checker.checkQuiet();
        for (final SimulatedNode node : nodes) {
            for (int thread = 0; thread < node.threads() && node.isRunning(); thread++) {
                countOf(node.worker(thread).counters());
            }
        }
    }

    /** Until all is well, and still is after a while: what was decided before everything healed may come to pass after. */
    private void settle(final long deadlineNs) {
        long quietAtNs = Long.MAX_VALUE;
        long lookAtNs = nowNs;
        while (nowNs < quietAtNs) {
            runNext();
            if (nowNs >= lookAtNs) {
                lookAtNs = nowNs + LOOK_INTERVAL_NS;
                final String missing = checker.missing();
                if (missing != null && nowNs > deadlineNs) {
                    throw new Violation(
                            "liveness: " + SETTLED_NS_MAX / MS + " ms after everything has healed, " + missing);
                }
                quietAtNs = missing != null ? Long.MAX_VALUE : Math.min(quietAtNs, nowNs + QUIET_NS);
            }
        }
    }

    private void runNext() {
        nowNs = events.nextTimeNs();
        eventsRun++;
        events.poll().run();
    }

    private void heal() {
        if (isTracing()) {
            trace("ALL HEALS");
        }
        nemesis.stop();
        network.heal();
        registry.heal();
        for (final SimulatedNode node : nodes) {
            node.goOn();
            node.slowness(1);
            node.deafUntil(nowNs);
            node.spare();
            node.setWallRight();
            node.storeBytesMax(Math.max(plan.storeBytes(), ROOM_BYTES));
            node.start();
        }
        edges.forEach(SimulatedEdge::close);
    }

    /** What a worker that will count no more has counted. */
    void countOf(final ReplicationCounters counters) {
        coverage.saw(RarePath.TAKEOVER_ASKED_FOR_BY_HINT, counters.get(ReplicationCounter.TAKEOVERS_HINTED));
        coverage.saw(RarePath.RESEND_AFTER_GAP, counters.get(ReplicationCounter.RESENDS));
        coverage.saw(RarePath.RING_OVERFLOWN, counters.get(ReplicationCounter.RINGS_OVERFLOWN));
        coverage.saw(RarePath.STREAM_RESET, counters.get(ReplicationCounter.STREAMS_RESET));
        coverage.saw(RarePath.BATCH_OF_STRANGER, counters.get(ReplicationCounter.BATCHES_OF_STRANGERS));
        coverage.saw(RarePath.STALE_RECORD_REFUSED, counters.get(ReplicationCounter.ENTRIES_STALE));
        coverage.saw(RarePath.BROKEN_REPLICA, counters.get(ReplicationCounter.ENTRIES_BROKEN));
        coverage.saw(RarePath.BACKUPS_STORE_FULL, counters.get(ReplicationCounter.IMAGES_REFUSED));
    }

    // ---- time

    long nowNs() {
        return nowNs;
    }

    void at(final long timeNs, final Runnable action) {
        events.at(timeNs, action);
    }

    void after(final long ns, final Runnable action) {
        events.at(nowNs + ns, action);
    }

    /** How long an idle worker sleeps in this world. */
    long idleNs() {
        return dice.between(plan.idleNs() / 2, plan.idleNs());
    }

    // ---- who is there

    int nodes() {
        return plan.nodes();
    }

    int members() {
        return plan.nodes() + plan.edges();
    }

    boolean isNode(final int member) {
        return member < plan.nodes();
    }

    int threadsOf(final int member) {
        return isNode(member) ? plan.threadsOf(member) : 1;
    }

    int slots() {
        return plan.slots();
    }

    SimulatedNode node(final int number) {
        return nodes.get(number);
    }

    /** 0 if the process does not run. */
    long incarnationOf(final int member) {
        return isNode(member) ? nodes.get(member).incarnation() : EDGE_INCARNATION;
    }

    boolean hasListener(final int member) {
        return incarnationOf(member) != 0;
    }

    @Nullable
    SimulatedEndpoint endpoint(final int member, final int thread) {
        if (!isNode(member)) {
            return edges.get(member - plan.nodes()).link();
        }
        return nodes.get(member).isRunning() ? nodes.get(member).worker(thread).link() : null;
    }

    List<SimulatedAuthority> authorities() {
        final List<SimulatedAuthority> all = new ArrayList<>();
        for (final SimulatedNode node : nodes) {
            if (node.isRunning()) {
                all.add(node.authority());
            }
        }
        for (final SimulatedEdge edge : edges) {
            all.add(edge.authority());
        }
        return all;
    }

    /** Some of those who run, or all, hear that a process is dead, and each at its own time; it may be true. */
    void hint(final int member, final long incarnation, final DeathHint why) {
        if (isTracing()) {
            trace("HINT n" + member + " " + Long.toHexString(incarnation) + " " + why);
        }
        saw(
                incarnationOf(member) == incarnation
                        ? RarePath.HINT_ABOUT_A_LIVE_PROCESS
                        : RarePath.HINT_ABOUT_A_DEAD_PROCESS);
        if (mutation == Mutation.HINTS_ARE_BELIEVED) {
            registry.arrive(new SlotCommand.Dead(member, incarnation));
        }
        final double share = dice.chance(0.7) ? 1 : 0.5;
        for (final SimulatedNode node : nodes) {
            if (dice.chance(share)) {
                after(dice.skewed(0, 50 * MS), () -> node.onDeathHint(member, incarnation, why));
            }
        }
    }

    @Nullable
    String edgesWaiting() {
        for (final SimulatedEdge edge : edges) {
            if (!edge.isQuiet()) {
                return "an edge waits for answers";
            }
        }
        return null;
    }

    Nemesis nemesis() {
        return nemesis;
    }

    SimulatedNetwork network() {
        return network;
    }

    SimulatedRegistry registry() {
        return registry;
    }

    ReplicatorConfig replicatorConfig() {
        return replicatorConfig;
    }

    boolean isEstablishedOnlyWhenAlone() {
        return plan.isEstablishedOnlyWhenAlone();
    }

    // ---- who looks on

    History history() {
        return history;
    }

    Checker checker() {
        return checker;
    }

    void saw(final RarePath path) {
        coverage.saw(path);
        if (trace != null) {
            trace("(" + path + ")");
        }
    }

    boolean isTracing() {
        return trace != null;
    }

    void trace(final String what) {
        if (trace != null) {
            if (trace.size() == TRACE_MAX) {
                trace.poll();
            }
            trace.add(String.format("%,12d us  %s", nowNs / 1_000 - 1_000_000, what));
        }
    }

    @Override
    public String toString() {
        return "seed " + seed;
    }
}
