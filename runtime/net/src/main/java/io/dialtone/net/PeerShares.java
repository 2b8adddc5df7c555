package io.dialtone.net;

import java.security.SecureRandom;
import org.agrona.collections.Long2LongCounterMap;

/**
 * How many connections each source has made to a listener within one loop, so that none takes the others' places. A source is an IPv4 address, or the first 64 bits of one of IPv6: whoever has one address
 * of such a network has all. Never more sources than connections; without garbage. Called only by the loop's thread.
 */
public final class PeerShares {
    private static final long MAPPED_PREFIX = 0xFFFFL;

    /** Odd, so that no two sources become one. Nobody outside knows it, so nobody can choose addresses that meet in one place. */
    private final long multiplier = new SecureRandom().nextLong() | 1;

    private final int most;

    /** Who has none is not in it. */
    private final Long2LongCounterMap counts = new Long2LongCounterMap(0);

    /**
     * @param most connections of a source
     */
    public PeerShares(final int most) {
        this.most = most;
    }

    public int sources() {
        return counts.size();
    }

    /** Counts one more of this address's source; false, and counted is nothing, if it has as many as it may. */
    public boolean tryAdd(final long high, final long low) {
        final long source = sourceOf(high, low);
        if (counts.get(source) >= most) {
            return false;
        }
        counts.incrementAndGet(source);
        return true;
    }

    /** One that was counted has ended. */
    public void remove(final long high, final long low) {
        final long source = sourceOf(high, low);
        final boolean isCounted = counts.get(source) > 0;
        assert isCounted : "ended without having been counted";
        if (isCounted) {
            counts.decrementAndGet(source);
        }
    }

    /** No network of IPv6 begins as a mapped address ends: such prefixes are reserved (RFC 4291 section 2.4). */
    private long sourceOf(final long high, final long low) {
        final boolean isMapped = high == 0 && low >>> 32 == MAPPED_PREFIX;
        final long mixed = (isMapped ? low : high) * multiplier;
        return (mixed ^ mixed >>> 29) * multiplier;
    }
}
