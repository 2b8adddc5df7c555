package io.dialtone.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counters of one loop, for whoever sums them up; which there are, an enum says.
 * Added to only by the loop's thread; read by any thread, each counter by itself.
 */
// An ordinal is only a place in this process's array here; it is neither stored nor sent.
@SuppressWarnings("EnumOrdinal")
public final class LoopCounters<C extends Enum<C>> {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

    /** Keeps the counters off the cache lines of the array's neighbours on the heap. */
    private static final int PADDING = 16;

    private final long[] values;

    /**
     * Counters that all begin at nothing.
     *
     * @param all the enum of them
     */
    public LoopCounters(final Class<C> all) {
        values = new long[PADDING + all.getEnumConstants().length + PADDING];
    }

    public void add(final C counter, final long amount) {
        final int index = PADDING + counter.ordinal();
        ELEMENT.setOpaque(values, index, values[index] + amount);
    }

    public void increment(final C counter) {
        add(counter, 1);
    }

    public long get(final C counter) {
        return (long) ELEMENT.getOpaque(values, PADDING + counter.ordinal());
    }
}
