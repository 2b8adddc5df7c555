package io.dialtone.sip.transport;

import io.dialtone.net.NativeMemory;
import io.dialtone.sip.routing.SipIngress;
import java.lang.foreign.Arena;
import org.agrona.concurrent.UnsafeBuffer;

/** Lays out the places that datagrams are read into, each with room to grow at both ends. For set-up. */
final class ReceiveSlots {
    /** Cache lines per 4 KiB page, after which addresses fall on the same sets of a first-level cache. */
    private static final int LINES_PER_PAGE = 64;

    private ReceiveSlots() {}

    static UnsafeBuffer[] allocate(final Arena arena, final int count, final int messageBytesMax) {
        final int bytes = SipIngress.HEADROOM_BYTES + messageBytesMax + SipIngress.TAILROOM_BYTES;
        final int stride = strideBytes(bytes);
        final long base = arena.allocate((long) count * stride, 4096).address();
        final UnsafeBuffer[] slots = new UnsafeBuffer[count];
        for (int i = 0; i < count; i++) {
            slots[i] = new UnsafeBuffer(base + (long) i * stride, bytes);
        }
        return slots;
    }

    /**
     * Distance of slots: an odd number of cache lines, about a third of a page past a whole one. The first bytes of neighbours then share no cache
     * set, which they would all do at a distance of whole pages.
     */
    static int strideBytes(final int slotBytes) {
        final int lines = NativeMemory.toCacheLines(slotBytes);
        final int pastPage = 21;
        final int up = Math.floorMod(pastPage - lines, LINES_PER_PAGE);
        return (lines + up) * NativeMemory.CACHE_LINE_BYTES;
    }
}
