package io.dialtone.sip.transport;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counters of one loop, for whoever sums them up.
 * Added to only by the loop's thread; read by any thread, each counter by itself.
 */
// An ordinal is only a place in this process's array here; it is neither stored nor sent.
@SuppressWarnings("EnumOrdinal")
final class LoopCounters {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

    /** Keeps the counters off the cache lines of the array's neighbours on the heap. */
    private static final int PADDING = 16;

    private final long[] values = new long[PADDING + TransportCounter.values().length + PADDING];

    void add(final TransportCounter counter, final long amount) {
        final int index = PADDING + counter.ordinal();
        ELEMENT.setOpaque(values, index, values[index] + amount);
    }

    void increment(final TransportCounter counter) {
        add(counter, 1);
    }

    long get(final TransportCounter counter) {
        return (long) ELEMENT.getOpaque(values, PADDING + counter.ordinal());
    }
}
