package io.dialtone.sip.transport;

import io.dialtone.net.NativeMemory;
import io.dialtone.sip.routing.SipIngress;
import java.lang.foreign.Arena;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Room for messages that cannot be sent from where they lie, filled from the start after each flush; each has head room and tail room.
 * Called only by the loop's thread.
 */
final class CopyMemory {
    private static final int BYTES = 1024 * 1024;

    private final UnsafeBuffer buffer;
    private int used;

    CopyMemory(final Arena arena, final boolean needed) {
        buffer = NativeMemory.allocate(arena, needed ? BYTES : NativeMemory.CACHE_LINE_BYTES);
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    boolean hasRoom(final int bytes) {
        return used + SipIngress.HEADROOM_BYTES + bytes + SipIngress.TAILROOM_BYTES <= buffer.capacity();
    }

    /** Copies a message in and answers where it lies. */
    int copy(final DirectBuffer source, final int offset, final int length) {
        final int at = used + SipIngress.HEADROOM_BYTES;
        buffer.putBytes(at, source, offset, length);
        used = NativeMemory.toCacheLines(at + length + SipIngress.TAILROOM_BYTES) * NativeMemory.CACHE_LINE_BYTES;
        return at;
    }

    /** Forgets all; every message that lies here has been flushed. */
    void clear() {
        used = 0;
    }
}
