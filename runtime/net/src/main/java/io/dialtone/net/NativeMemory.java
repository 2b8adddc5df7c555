package io.dialtone.net;

import java.lang.foreign.Arena;
import org.agrona.concurrent.UnsafeBuffer;

/** Memory outside the heap, as the buffers that Agrona reads and the addresses that the kernel takes. For set-up. */
public final class NativeMemory {
    public static final int CACHE_LINE_BYTES = 64;

    private NativeMemory() {}

    /** A zeroed buffer on its own cache lines that lives as long as the arena. */
    public static UnsafeBuffer allocate(final Arena arena, final int bytes) {
        return new UnsafeBuffer(arena.allocate(bytes, CACHE_LINE_BYTES).address(), bytes);
    }

    public static int toCacheLines(final int bytes) {
        return (bytes + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES;
    }
}
