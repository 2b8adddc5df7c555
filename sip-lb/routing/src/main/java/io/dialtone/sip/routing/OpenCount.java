package io.dialtone.sip.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How many entries of the {@link AffinityMemory} wait for a backend's response. Changed by any I/O thread, read by any thread.
 *
 * <p>It follows the entries and not the backend: one that is removed and added again finds its old count, because its old entries are still
 * there.
 */
final class OpenCount {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    /** Two cache lines on either side: I/O threads write here for each transaction. */
    private static final int PADDING = 16;

    private final long[] values = new long[2 * PADDING + 1];

    void onOpened() {
        LONGS.getAndAdd(values, PADDING, 1L);
    }

    /** Called once for each that was opened. */
    void onClosed() {
        LONGS.getAndAdd(values, PADDING, -1L);
    }

    long get() {
        return Math.max(0, (long) LONGS.getOpaque(values, PADDING));
    }
}
