package io.dialtone.sip.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches all backends: sends probes, asks a {@link HealthMachine} for each one's state, and publishes what the message path must know.
 * Driven by one I/O thread's turn; called only by it.
 */
final class BackendHealth {
    /** How often evidence is weighed while no probe is due: a request that stays unanswered is seen at most this much later. */
    private static final long WEIGH_INTERVAL_NS = 50_000_000;

    /** Slow start grows in steps of this length. */
    private static final long SLOW_START_STEP_NS = 100_000_000;

    private final HealthConfig config;
    private final BackendTable table;
    private final ProbeSender probes;
    private final ProxyCounters counters;
    private final MemoryKeeper memories;
    private final int outOfUsePercentMax;

    private List<Watched> watched = List.of();
    private Backends seen = new Backends(List.of());
    private boolean begun;
    private long nextDeadlineNs;
    private long nextStepNs;

    BackendHealth(
            final HealthConfig config,
            final BackendTable table,
            final ProbeSender probes,
            final ProxyCounters counters,
            final MemoryKeeper memories) {
        this.config = config;
        this.table = table;
        this.probes = probes;
        this.counters = counters;
        this.memories = memories;
        this.outOfUsePercentMax = config.ejection().percentMax();
    }

    int doWork(final long nowNs) {
        final Backends now = table.current();
        if (now != seen) {
            follow(now, nowNs);
        } else if (begun && nowNs - nextDeadlineNs < 0) {
            return 0;
        }
        begun = true;
        memories.doWork(now, nowNs);
        final boolean step = nowNs - nextStepNs >= 0;
        long next = nowNs + WEIGH_INTERVAL_NS;
        int work = 0;
        boolean changed = false;
        for (int i = 0; i < watched.size(); i++) {
            final Watched each = watched.get(i);
            work += weigh(each, nowNs);
            changed |= each.isToPublish(nowNs, step);
            next = Math.min(next, each.machine.nextDeadlineNs(nowNs));
        }
        if (step) {
            nextStepNs = nowNs + SLOW_START_STEP_NS;
        }
        if (changed) {
            publish(nowNs);
        }
        nextDeadlineNs = next;
        return work;
    }

    /** Only after the first {@link #doWork}. */
    long nextDeadlineNs() {
        return nextDeadlineNs;
    }

    private int weigh(final Watched each, final long nowNs) {
        final HealthMachine machine = each.machine;
        final BackendVitals vitals = each.backend.vitals();
        final BackendState before = machine.state();
        int work = 0;
        if (machine.onEvidence(nowNs, vitals.lastHeardNs(), vitals.firstUnansweredNs(), vitals.probeAnswered())) {
            vitals.onProbeMissed();
            counters.increment(ProxyCounter.PROBES_MISSED);
            work++;
        }
        if (machine.isProbeDue(nowNs)) {
            vitals.onProbeSent();
            counters.increment(ProxyCounter.PROBES_SENT);
            probes.sendProbe(each.backend, machine.onProbeSent(nowNs), nowNs);
            work++;
        }
        if (machine.isFailing(vitals.failuresInRow())) {
            ejectUnlessTooMany(each, nowNs);
        }
        if (machine.state() != before) {
            onState(vitals, machine);
        }
        return work;
    }

    private void onState(final BackendVitals vitals, final HealthMachine machine) {
        vitals.onState(machine.state());
        // Whatever it fails while it is out of use, or was asked before, is no reason to take it out again.
        if (!machine.isInUse() || vitals.judgedFromNs() != machine.usedSinceNs()) {
            vitals.judgedFrom(machine.usedSinceNs());
        }
        if (machine.state() == BackendState.DOWN) {
            counters.increment(ProxyCounter.BACKENDS_DOWN);
        } else if (machine.state() == BackendState.EJECTED) {
            vitals.onEjected();
            counters.increment(ProxyCounter.BACKENDS_EJECTED);
        }
    }

    private void ejectUnlessTooMany(final Watched failing, final long nowNs) {
        int out = 1;
        for (int i = 0; i < watched.size(); i++) {
            final Watched each = watched.get(i);
            if (each != failing && (each.backend.draining() || !each.machine.isInUse())) {
                out++;
            }
        }
        failing.backend.vitals().forgive();
        if (out * 100 <= outOfUsePercentMax * watched.size()) {
            failing.machine.eject(nowNs);
        } else {
            counters.increment(ProxyCounter.EJECTIONS_WITHHELD);
        }
    }

    /** All changes of a turn in one new table. */
    private void publish(final long nowNs) {
        final Map<BackendVitals, Watched> byVitals = new HashMap<>();
        for (final Watched each : watched) {
            byVitals.put(each.backend.vitals(), each);
        }
        table.update(backends -> new Backends(backends.all().stream()
                .map(backend -> {
                    final Watched each = byVitals.get(backend.vitals());
                    return each == null ? backend : each.published(backend, nowNs);
                })
                .toList()));
        follow(table.current(), nowNs);
    }

    /** Someone has changed the table: keep the machines of the backends that stay, make machines for those that came. */
    private void follow(final Backends now, final long nowNs) {
        final Map<BackendVitals, Watched> known = new HashMap<>();
        for (final Watched each : watched) {
            known.put(each.backend.vitals(), each);
        }
        final List<Watched> next = new ArrayList<>(now.all().size());
        int fresh = 0;
        for (final Backend backend : now.all()) {
            final Watched each = known.get(backend.vitals());
            if (each == null) {
                // A golden-ratio step spreads first probes evenly over an interval, however many backends there are.
                final double phase = fresh++ * 0.618_033_988_749_895 % 1;
                final long firstProbeNs =
                        nowNs + (long) (phase * config.probeInterval().toNanos());
                backend.vitals().judgedFrom(nowNs);
                next.add(new Watched(backend, new HealthMachine(config, backend.health(), nowNs, firstProbeNs)));
            } else {
                each.follow(backend, nowNs);
                next.add(each);
            }
        }
        watched = next;
        seen = now;
    }

    /** A backend and its judge. */
    private static final class Watched {
        private final HealthMachine machine;
        private Backend backend;

        private Watched(final Backend backend, final HealthMachine machine) {
            this.backend = backend;
            this.machine = machine;
        }

        private void follow(final Backend newer, final long nowNs) {
            if (backend.draining() && !newer.draining() && machine.isInUse()) {
                machine.startSlowly(nowNs);
            }
            backend = newer;
        }

        /** Whether the message path must hear: the backend went down or came back, or a step of slow start is due. */
        private boolean isToPublish(final long nowNs, final boolean step) {
            if (backend.isDown() != (machine.state() == BackendState.DOWN)
                    || backend.isEjected() != (machine.state() == BackendState.EJECTED)) {
                return true;
            }
            final float share = machine.share(nowNs);
            return machine.isInUse() && share != backend.share() && (step || share == 1);
        }

        private Backend published(final Backend newest, final long nowNs) {
            if (!machine.isInUse()) {
                return newest.withHealth(machine.state(), newest.share());
            }
            final float share = machine.share(nowNs);
            return newest.withHealth(share < 1 ? BackendState.SLOW_START : BackendState.UP, share);
        }
    }
}
