package io.dialtone.sip.routing;

/**
 * A response time that rises at once with a slow answer and falls by and by: an exponentially weighted moving average over time that takes a peak
 * whole, as Twitter's Finagle has it. Immutable; any thread may call it.
 *
 * <p>What is known of a backend is one word, so that any thread reads and writes it whole and needs no lock. If two threads write at once, one
 * sample is lost; an estimate bears that.
 *
 * <pre>
 *   response time in ns, a float (32) | when it was heard, in units of 1.05 ms (32)
 * </pre>
 *
 * Without news it decays towards zero: that is an invitation to try a slow backend again. One request is enough: while its answer is awaited what was known
 * before holds, for a decay at most. Else all requests of that time would follow, because nothing bad is known.
 */
final class PeakEwma {
    /** Nothing is known. */
    static final long NONE = 0;

    /** What to reckon with while nothing was ever heard and the first answer is awaited: T1, after which clients ask again (RFC 3261 table 4). */
    static final long UNKNOWN_NS = 500_000_000;

    private static final int TICK_SHIFT = 20;
    private static final double TICK_NS = 1L << TICK_SHIFT;

    private final long decayNs;
    private final double ticksPerDecay;

    PeakEwma(final long decayNs) {
        this.decayNs = decayNs;
        ticksPerDecay = decayNs / TICK_NS;
    }

    /** What is known after another answer. */
    long with(final long known, final long latencyNs, final long nowNs) {
        final int tick = tickOf(nowNs);
        final float latest = Math.max(0, latencyNs);
        final float before = valueOf(known);
        final float after;
        if (latest >= before) {
            after = latest;
        } else {
            final float kept = kept(known, tick);
            after = before * kept + latest * (1 - kept);
        }
        return (long) Float.floatToRawIntBits(after) << 32 | (tick & 0xFFFF_FFFFL);
    }

    /**
     * The response time to reckon with now.
     *
     * @param askedNs when a request was last sent, 0 for never
     */
    float costNs(final long known, final long askedNs, final long nowNs) {
        if (isAwaited(known, askedNs, nowNs)) {
            return known == NONE ? UNKNOWN_NS : valueOf(known);
        }
        return known == NONE ? 0 : valueOf(known) * kept(known, tickOf(nowNs));
    }

    /** Whether a request was sent since the last answer, not longer ago than a decay. */
    private boolean isAwaited(final long known, final long askedNs, final long nowNs) {
        return askedNs != 0 && nowNs - askedNs < decayNs && (known == NONE || tickOf(askedNs) - (int) known > 0);
    }

    private float kept(final long known, final int tick) {
        // Another thread's clock may have been read a little later.
        final int elapsed = Math.max(0, tick - (int) known);
        return elapsed == 0 ? 1 : (float) Math.exp(-elapsed / ticksPerDecay);
    }

    private static float valueOf(final long known) {
        return Float.intBitsToFloat((int) (known >>> 32));
    }

    private static int tickOf(final long nowNs) {
        return (int) (nowNs >>> TICK_SHIFT);
    }
}
