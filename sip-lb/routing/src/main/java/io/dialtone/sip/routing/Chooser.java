package io.dialtone.sip.routing;

import org.jspecify.annotations.Nullable;

/**
 * Chooses the backend of a request that nothing binds to one yet. One per I/O thread, called only by it.
 *
 * <p>By load it never looks at all backends but at two, which the key names: the first two of weighted rendezvous hashing. The first is drawn as often
 * as its weight says and gets the request unless the second is clearly the better one. So:
 *
 * <ul>
 *   <li>while nothing is open and all answer alike, shares are those of the weights, call for call;
 *   <li>no two I/O threads, and no two balancers, rush to the one backend that looks best at the moment (Mitzenmacher, "The power of two choices",
 *       2001);
 *   <li>what has been forgotten is decided anew between the same two.
 * </ul>
 */
final class Chooser {
    /** Response times below this are all alike: so close, the network's and the clock's part decide. */
    static final float LATENCY_FLOOR_NS = 1_000_000;

    /** By so much the second must be better than the first: jitter is no reason. */
    static final float CLEARLY = 1.25f;

    private final Algorithm algorithm;
    private final int openMax;
    private final PeakEwma latency;
    private final ProxyCounters counters;
    private boolean atLimit;
    private boolean spilled;

    Chooser(final BalancingConfig config, final ProxyCounters counters) {
        this.algorithm = config.algorithm();
        this.openMax = config.openMax();
        this.latency = new PeakEwma(config.latencyDecay().toNanos());
        this.counters = counters;
    }

    /** The backend for a new key, or null if none is in use or all have as much open as they may. */
    @Nullable
    Backend choose(final Backends backends, final long keyHash, final RequestClass kind, final long nowNs) {
        atLimit = false;
        spilled = false;
        final Backend better = algorithm == Algorithm.WEIGHTED_HASH
                ? backends.pick(keyHash)
                : betterOfTwo(backends, backends.pickTwo(keyHash), kind, nowNs);
        return better == null || !isFull(better) ? better : elsewhereSlowPath(backends, keyHash);
    }

    /** The backend that the key alone names, or null if none is in use or that one has as much open as it may: it is this or none. */
    @Nullable
    Backend home(final Backends backends, final long keyHash) {
        final Backend home = backends.pick(keyHash);
        atLimit = home != null && isFull(home);
        return atLimit ? null : home;
    }

    /** Whether the key alone does not say what the last choice was. */
    boolean isToRemember() {
        return spilled || algorithm.isByLoad();
    }

    /** Whether the last choice found nobody because of limits. */
    boolean wasAtLimit() {
        return atLimit;
    }

    boolean isFull(final Backend backend) {
        final int max = backend.openMax(openMax);
        return max > 0 && backend.vitals().open() >= max;
    }

    private @Nullable Backend elsewhereSlowPath(final Backends backends, final long keyHash) {
        final Backend other = backends.pickUnlessFull(keyHash, this);
        if (other == null) {
            atLimit = true;
        } else {
            spilled = true;
            counters.increment(ProxyCounter.SPILLED);
        }
        return other;
    }

    private @Nullable Backend betterOfTwo(
            final Backends backends, final long two, final RequestClass kind, final long nowNs) {
        final int first = Backends.first(two);
        final int second = Backends.second(two);
        if (second < 0) {
            return first < 0 ? null : backends.eligible(first);
        }
        final boolean secondIsBetter = algorithm == Algorithm.LEAST_OF_TWO
                ? hasLessOpen(backends, second, first)
                : answersSooner(backends, second, first, kind, nowNs);
        if (secondIsBetter) {
            counters.increment(ProxyCounter.SECOND_CHOICES);
            return backends.eligible(second);
        }
        return backends.eligible(first);
    }

    /** Whether the second, even with this request, has no more open for its weight than the first has without it. */
    private static boolean hasLessOpen(final Backends backends, final int second, final int first) {
        final float ofFirst = backends.eligible(first).vitals().open() * backends.relief(first);
        final float ofSecond = (backends.eligible(second).vitals().open() + 1) * backends.relief(second);
        return ofSecond <= ofFirst;
    }

    private boolean answersSooner(
            final Backends backends, final int second, final int first, final RequestClass kind, final long nowNs) {
        return effort(backends, second, kind, nowNs) * CLEARLY < effort(backends, first, kind, nowNs);
    }

    /** How long it takes a backend to answer, with what it has to do already. */
    private float effort(final Backends backends, final int index, final RequestClass kind, final long nowNs) {
        final BackendVitals vitals = backends.eligible(index).vitals();
        final float latencyNs = latency.costNs(vitals.latency(kind), vitals.lastAskedNs(kind), nowNs);
        return Math.max(LATENCY_FLOOR_NS, latencyNs) * (1 + vitals.open() * backends.relief(index));
    }
}
