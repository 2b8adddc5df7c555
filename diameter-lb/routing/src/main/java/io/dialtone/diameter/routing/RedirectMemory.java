package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.placement.table.SipHash;
import java.util.Arrays;

/**
 * What answers 3006 have said of requests to come (RFC 6733 sections 6.1.8, 6.13 and 6.14). Called only by the relay's thread.
 *
 * <p>An entry can be in any of four places; where all are taken the one that ends first has to go. A usage that nobody has named lately costs a comparison.
 */
final class RedirectMemory {
    static final int NONE = 0;
    static final int ENTRIES_MAX = 1 << 12;

    /** No redirection holds for longer, whatever its Redirect-Max-Cache-Time says. */
    static final long SECONDS_MAX = 86_400;

    private static final long SECOND_NS = 1_000_000_000L;
    private static final int WAYS = 4;

    private final SipHash hash;
    private final long[] keys = new long[ENTRIES_MAX];
    private final int[] peers = new int[ENTRIES_MAX];
    private final long[] untilNs = new long[ENTRIES_MAX];
    private final boolean[] isUsed = new boolean[RedirectUsage.count()];
    private final long[] usageUntilNs = new long[RedirectUsage.count()];

    RedirectMemory(final SipHash hash) {
        this.hash = hash;
    }

    /** The serial number of the peer that a request is to go to, or NONE. */
    int find(final DiameterMessage request, final long nowNs) {
        for (int n = 0; n < isUsed.length; n++) {
            if (isUsed[n] && usageUntilNs[n] - nowNs > 0) {
                final int peer = find(key(request, n), nowNs);
                if (peer != NONE) {
                    return peer;
                }
            }
        }
        return NONE;
    }

    private int find(final long key, final long nowNs) {
        final int from = (int) key & (ENTRIES_MAX - WAYS);
        for (int i = from; i < from + WAYS; i++) {
            if (peers[i] != NONE && keys[i] == key && key != 0) {
                return untilNs[i] - nowNs > 0 ? peers[i] : NONE;
            }
        }
        return NONE;
    }

    /** Notes what an answer to a request has said; nothing if its usage is to cache nothing, or one that is not known. */
    void put(final DiameterMessage request, final long usage, final long seconds, final int peer, final long nowNs) {
        for (int n = 0; n < isUsed.length; n++) {
            if (RedirectUsage.at(n).value() == usage && seconds > 0) {
                put(n, key(request, n), peer, nowNs, nowNs + Math.min(seconds, SECONDS_MAX) * SECOND_NS);
            }
        }
    }

    private void put(final int usage, final long key, final int peer, final long nowNs, final long atNs) {
        if (key == 0) {
            return;
        }
        final int from = (int) key & (ENTRIES_MAX - WAYS);
        int place = from;
        for (int i = from; i < from + WAYS; i++) {
            if (peers[i] != NONE && keys[i] == key) {
                place = i;
                break;
            }
            final boolean isSooner = peers[i] == NONE || untilNs[i] - untilNs[place] < 0;
            if (peers[place] != NONE && isSooner) {
                place = i;
            }
        }
        keys[place] = key;
        peers[place] = peer;
        untilNs[place] = atNs;
        if (!isUsed[usage] || usageUntilNs[usage] - atNs < 0 || usageUntilNs[usage] - nowNs <= 0) {
            isUsed[usage] = true;
            usageUntilNs[usage] = atNs;
        }
    }

    /** Forgets all: peers are no more what they were. */
    void clear() {
        Arrays.fill(peers, NONE);
        Arrays.fill(isUsed, false);
    }

    /** A hash of what requests of this usage have in common; 0 if the request lacks it. */
    private long key(final DiameterMessage request, final int n) {
        final RedirectUsage usage = RedirectUsage.at(n);
        final BaseAvp avp = usage.avp();
        if (avp != null && !request.has(avp)) {
            return 0;
        }
        final long application = usage.isOfApplication() ? request.applicationId() & 0xFFFF_FFFFL : 0;
        final long first = (long) usage.value() << 32 | application;
        return avp == null
                ? hash.hash(first)
                : hash.hash(first, request.buffer(), request.valueOffset(avp), request.valueLength(avp));
    }
}
