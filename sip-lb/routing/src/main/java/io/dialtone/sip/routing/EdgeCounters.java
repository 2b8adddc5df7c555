package io.dialtone.sip.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The {@link EdgeCounter}s and {@link EdgeGauge}s of one I/O thread. Written by that thread, read by any. */
@SuppressWarnings("EnumOrdinal") // the place in an array of this process's life; never stored or sent
final class EdgeCounters {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int GAUGES = EdgeCounter.values().length;
    private static final int SIZE = GAUGES + EdgeGauge.values().length;

    /** Two cache lines: neighbours on the heap must not slow each other down. */
    private static final int PADDING = 16;

    private final long[] values = new long[SIZE + 2 * PADDING];

    /** Called only by the thread that writes. */
    void increment(final EdgeCounter counter) {
        final int index = PADDING + counter.ordinal();
        LONGS.setOpaque(values, index, values[index] + 1);
    }

    long get(final EdgeCounter counter) {
        return (long) LONGS.getOpaque(values, PADDING + counter.ordinal());
    }

    /** Called only by the thread that writes. */
    void set(final EdgeGauge gauge, final long value) {
        LONGS.setOpaque(values, PADDING + GAUGES + gauge.ordinal(), value);
    }

    long get(final EdgeGauge gauge) {
        return (long) LONGS.getOpaque(values, PADDING + GAUGES + gauge.ordinal());
    }
}
