package io.dialtone.runtime.link;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The counters of one peer's thread. Added to only by the thread that owns the endpoint; read by any thread, each counter by itself. */
@SuppressWarnings("EnumOrdinal") // the place in an array of this process's life; never stored or sent
final class LinkCounters {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

    /** Keeps the counters off the cache lines of the array's neighbours on the heap. */
    private static final int PADDING = 16;

    private final long[] values = new long[PADDING + LinkCounter.values().length + PADDING];

    void add(final LinkCounter counter, final long amount) {
        final int index = PADDING + counter.ordinal();
        ELEMENT.setOpaque(values, index, values[index] + amount);
    }

    void increment(final LinkCounter counter) {
        add(counter, 1);
    }

    long get(final LinkCounter counter) {
        return (long) ELEMENT.getOpaque(values, PADDING + counter.ordinal());
    }
}
