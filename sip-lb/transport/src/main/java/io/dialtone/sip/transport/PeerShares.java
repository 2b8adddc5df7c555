package io.dialtone.sip.transport;

import java.security.SecureRandom;

/**
 * How many connections each source has made to a listener within one loop, so that none takes the others' places. A source is an IPv4 address, or the first 64 bits of one of IPv6: whoever has one address
 * of such a network has all. Never more sources than connections; open addressing, without garbage. Called only by the loop's thread.
 */
final class PeerShares {
    private static final int CAPACITY_MIN = 16;
    private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;
    private static final long MAPPED_PREFIX = 0xFFFFL;

    /** Nobody outside knows it, so nobody can choose addresses that meet in one place. */
    private final long seed = new SecureRandom().nextLong();

    private final int most;
    private long[] highs = new long[CAPACITY_MIN];
    private long[] lows = new long[CAPACITY_MIN];

    /** 0 where nobody is. */
    private int[] counts = new int[CAPACITY_MIN];

    private int sources;

    /**
     * @param most connections of a source
     */
    PeerShares(final int most) {
        this.most = most;
    }

    int sources() {
        return sources;
    }

    /** Counts one more of this address's source; false, and counted is nothing, if it has as many as it may. */
    boolean tryAdd(final long high, final long low) {
        if (2 * (sources + 1) > counts.length) {
            grow();
        }
        final long lowOfSource = lowOfSource(high, low);
        final int at = place(high, lowOfSource);
        if (counts[at] >= most) {
            return false;
        }
        if (counts[at] == 0) {
            highs[at] = high;
            lows[at] = lowOfSource;
            sources++;
        }
        counts[at]++;
        return true;
    }

    /** One that was counted has ended. */
    void remove(final long high, final long low) {
        final int at = place(high, lowOfSource(high, low));
        assert counts[at] > 0 : "ended without having been counted";
        if (counts[at] > 0 && --counts[at] == 0) {
            sources--;
            closeGap(at);
        }
    }

    private static long lowOfSource(final long high, final long low) {
        return high == 0 && low >>> 32 == MAPPED_PREFIX ? low : 0;
    }

    /** Where this source is, or would be. */
    private int place(final long high, final long low) {
        final int mask = counts.length - 1;
        int i = home(high, low);
        while (counts[i] != 0 && (highs[i] != high || lows[i] != low)) {
            i = (i + 1) & mask;
        }
        return i;
    }

    /** Moves up whoever stands behind the gap because of it: a search ends at the first empty place. */
    private void closeGap(final int from) {
        final int mask = counts.length - 1;
        int gap = from;
        for (int i = (gap + 1) & mask; counts[i] != 0; i = (i + 1) & mask) {
            if (((i - home(highs[i], lows[i])) & mask) >= ((i - gap) & mask)) {
                highs[gap] = highs[i];
                lows[gap] = lows[i];
                counts[gap] = counts[i];
                counts[i] = 0;
                gap = i;
            }
        }
    }

    private void grow() {
        final long[] oldHighs = highs;
        final long[] oldLows = lows;
        final int[] old = counts;
        highs = new long[2 * old.length];
        lows = new long[2 * old.length];
        counts = new int[2 * old.length];
        for (int i = 0; i < old.length; i++) {
            if (old[i] != 0) {
                final int at = place(oldHighs[i], oldLows[i]);
                highs[at] = oldHighs[i];
                lows[at] = oldLows[i];
                counts[at] = old[i];
            }
        }
    }

    private int home(final long high, final long low) {
        long hash = (seed ^ high) * MULTIPLIER;
        hash = ((hash ^ hash >>> 32) ^ low) * MULTIPLIER;
        return (int) (hash >>> 32) & (counts.length - 1);
    }
}
