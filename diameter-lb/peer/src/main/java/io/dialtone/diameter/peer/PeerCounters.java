package io.dialtone.diameter.peer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The {@link PeerCounter}s of one {@link PeerDoor}. Written by its thread, read by any. */
@SuppressWarnings("EnumOrdinal") // the place in an array of this process's life; never stored or sent
public final class PeerCounters {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    /** Two cache lines: neighbours on the heap must not slow each other down. */
    private static final int PADDING = 16;

    private final long[] values = new long[PeerCounter.values().length + 2 * PADDING];

    /** Called only by the thread that writes. */
    void increment(final PeerCounter counter) {
        final int index = PADDING + counter.ordinal();
        LONGS.setOpaque(values, index, values[index] + 1);
    }

    public long get(final PeerCounter counter) {
        return (long) LONGS.getOpaque(values, PADDING + counter.ordinal());
    }
}
