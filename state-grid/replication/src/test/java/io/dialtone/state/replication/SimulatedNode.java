package io.dialtone.state.replication;

import io.dialtone.placement.table.SlotTable;
import io.dialtone.state.api.MembershipListener.DeathHint;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import org.jspecify.annotations.Nullable;

/** A node of a simulated world: a process that starts, is paused, dies and starts again as another, with clocks of its own. Used by the simulator's one thread. */
final class SimulatedNode {
    private static final long EPOCH_NS = 1_800_000_000_000_000_000L;
    private static final long NOT_RUNNING = 0;
    private static final long HINTED_NS = 400 * Simulator.MS;

    private final Simulator sim;
    private final int number;
    private final SimulatedWorker[] workers;
    private final double drift;
    private final long monotonicOffsetNs;
    private @Nullable SimulatedAuthority authority;
    private DeathHints hints = new DeathHints();
    private long deafUntilNs;
    private long lastHintedNs = Long.MIN_VALUE / 2;
    private long wallOffsetNs;
    private long storeBytesMax;
    private long incarnation = NOT_RUNNING;
    private long formerIncarnation;
    private boolean isPaused;
    private long slowness = 1;

    SimulatedNode(final Simulator sim, final int number, final int threads, final long storeBytesMax) {
        this.sim = sim;
        this.number = number;
        this.storeBytesMax = storeBytesMax;
        workers = new SimulatedWorker[threads];
        drift = sim.dice.between(-2_000, 2_000) / 1e6;
        monotonicOffsetNs = sim.dice.between(0, 1_000_000 * Simulator.MS);
        wallOffsetNs = sim.dice.between(-20, 20) * Simulator.MS;
    }

    int number() {
        return number;
    }

    /** 0 while no process runs. */
    long incarnation() {
        return incarnation;
    }

    SimulatedAuthority authority() {
        final SimulatedAuthority mine = authority;
        if (mine == null) {
            throw new Violation("node " + number + " does not run");
        }
        return mine;
    }

    DeathHints hints() {
        return hints;
    }

    /** True if others have heard lately that this very process is dead, though it runs. */
    boolean isWronglyHintedAt() {
        return isRunning() && !isPaused && sim.nowNs() - lastHintedNs < HINTED_NS;
    }

    /** True if it runs and hears nobody. */
    boolean isDeaf() {
        return isRunning() && !isPaused && sim.nowNs() < deafUntilNs;
    }

    void deafUntil(final long untilNs) {
        deafUntilNs = untilNs;
    }

    void onWronglyHintedAt() {
        lastHintedNs = sim.nowNs();
    }

    /** The process hears that another is dead; a paused one hears it when it goes on. */
    void onDeathHint(final int member, final long itsIncarnation, final DeathHint why) {
        if (isRunning()) {
            authority().process(() -> {
                hints.onDeathHint(member, itsIncarnation, why);
                for (final SimulatedWorker worker : workers) {
                    worker.wake(sim.dice.skewed(0, 2 * Simulator.MS));
                }
            });
        }
    }

    boolean isRunning() {
        return incarnation != NOT_RUNNING;
    }

    boolean isPaused() {
        return isPaused;
    }

    boolean isAlive(final SimulatedWorker worker) {
        if (!isRunning()) {
            return false;
        }
        for (final SimulatedWorker mine : workers) {
            if (worker.equals(mine)) {
                return true;
            }
        }
        return false;
    }

    long slowness() {
        return slowness;
    }

    void slowness(final long times) {
        slowness = times;
    }

    SimulatedWorker worker(final int thread) {
        return workers[thread];
    }

    SimulatedWorker workerOf(final int slot) {
        return workers[SlotTable.threadOf(slot, workers.length)];
    }

    int threads() {
        return workers.length;
    }

    // ---- clocks

    long monotonicNs() {
        return monotonicOffsetNs + sim.nowNs() + (long) (sim.nowNs() * drift);
    }

    long wallNs() {
        return EPOCH_NS + sim.nowNs() + wallOffsetNs;
    }

    /** From now on the wall clock is wrong by so much. */
    void stepWall(final long toOffsetNs) {
        wallOffsetNs = toOffsetNs;
        for (final SimulatedWorker worker : workers) {
            if (isRunning()) {
                worker.wake(0);
            }
        }
    }

    void setWallRight() {
        stepWall(0);
    }

    // ---- the process

    void start() {
        if (isRunning()) {
            return;
        }
        incarnation = sim.mutation == Mutation.RESTART_KEEPS_INCARNATION && formerIncarnation != 0
                ? formerIncarnation
                : sim.dice.identity();
        if (formerIncarnation != 0 && formerIncarnation != incarnation && sim.dice.chance(0.3)) {
            sim.hint(number, formerIncarnation, DeathHint.REPLACED);
        }
        formerIncarnation = incarnation;
        isPaused = false;
        slowness = 1;
        hints = new DeathHints();
        lastHintedNs = Long.MIN_VALUE / 2;
        authority = new SimulatedAuthority(sim, number, incarnation, this, this::onNewMap);
        for (int thread = 0; thread < workers.length; thread++) {
            workers[thread] = new SimulatedWorker(sim, this, thread, storeBytesMax);
        }
        for (final SimulatedWorker worker : workers) {
            worker.wake(0);
        }
        if (sim.isTracing()) {
            sim.trace("n" + number + " STARTS as " + Long.toHexString(incarnation));
        }
    }

    private void onNewMap() {
        for (final SimulatedWorker worker : workers) {
            if (isRunning() && worker != null) {
                worker.wake(sim.dice.skewed(0, 2 * Simulator.MS));
            }
        }
    }

    /** The process is killed; somebody may see it go. */
    void kill(final boolean isSeen) {
        if (!isRunning()) {
            return;
        }
        if (sim.isTracing()) {
            sim.trace("n" + number + " IS KILLED" + (isSeen ? ", seen by its host" : ""));
        }
        for (final SimulatedWorker worker : workers) {
            sim.countOf(worker.counters());
        }
        authority().close();
        final long dead = incarnation;
        incarnation = NOT_RUNNING;
        isPaused = false;
        sim.checker().onProcessEnded(this, workers);
        if (isSeen) {
            sim.after(
                    sim.dice.skewed(5 * Simulator.MS, 100 * Simulator.MS),
                    () -> sim.registry().arrive(new SlotCommand.Dead(number, dead)));
            if (sim.dice.chance(0.5)) {
                hintAfter(sim.dice.skewed(5 * Simulator.MS, 60 * Simulator.MS), dead, DeathHint.EXIT_SEEN);
            }
        }
        if (sim.dice.chance(0.4)) {
            hintAfter(sim.dice.skewed(20 * Simulator.MS, 400 * Simulator.MS), dead, DeathHint.LOST);
        }
    }

    private void hintAfter(final long ns, final long which, final DeathHint why) {
        sim.after(ns, () -> sim.hint(number, which, why));
    }

    /** The process dies in the middle of a worker's next turn. */
    void killInTurn(final boolean isSeen) {
        if (isRunning() && !isPaused) {
            workers[sim.dice.below(workers.length)].dieIn(1 + sim.dice.below(SimulatedWorker.STEPS), isSeen);
        }
    }

    /** Nobody who was to die in a turn still does. */
    void spare() {
        for (final SimulatedWorker worker : workers) {
            if (isRunning()) {
                worker.spare();
            }
        }
    }

    void pause() {
        if (isRunning()) {
            isPaused = true;
            if (sim.dice.chance(0.3)) {
                hintAfter(sim.dice.skewed(20 * Simulator.MS, 400 * Simulator.MS), incarnation, DeathHint.LOST);
            }
        }
    }

    void goOn() {
        if (!isPaused) {
            return;
        }
        isPaused = false;
        if (sim.isTracing()) {
            sim.trace("n" + number + " GOES ON");
        }
        // Which thread of the process runs first after a pause is anybody's guess.
        if (sim.dice.chance(0.5)) {
            authority().thaw();
        } else {
            sim.after(sim.dice.skewed(0, 5 * Simulator.MS), authority()::thaw);
        }
        for (final SimulatedWorker worker : workers) {
            worker.wakeAfterPause();
        }
    }

    /** The process has read that the registry holds it dead: it stops and starts anew, or it joins once more as it is. */
    void onDeclaredDead() {
        if (sim.dice.chance(0.5)) {
            sim.saw(RarePath.MEMBER_REJOINED_WITHOUT_RESTART);
            return;
        }
        sim.saw(RarePath.MEMBER_STOPPED_ON_WORD_OF_ITS_DEATH);
        sim.after(0, () -> {
            kill(true);
            sim.after(sim.dice.between(10 * Simulator.MS, 500 * Simulator.MS), this::start);
        });
    }

    void storeBytesMax(final long bytes) {
        storeBytesMax = bytes;
        for (final SimulatedWorker worker : workers) {
            if (isRunning()) {
                worker.images().bytesMax(bytes);
            }
        }
    }

    /** True if the map says that this process holds a slot. */
    boolean holdsAny(final SlotMap map) {
        for (int slot = 0; slot < map.slots(); slot++) {
            final SlotEntry entry = map.entry(slot);
            if (entry.isHeldBy(number)) {
                return true;
            }
        }
        return false;
    }
}
