package io.dialtone.diameter.peer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Counts that one thread writes and any reads: one for each constant of an enum. */
@SuppressWarnings("EnumOrdinal") // places in an array that never leaves the process
public final class Counts<E extends Enum<E>> {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    /** Two cache lines: neighbours on the heap must not slow each other down. */
    private static final int PADDING = 16;

    private final long[] values;

    public Counts(final Class<E> counters) {
        this.values = new long[counters.getEnumConstants().length + 2 * PADDING];
    }

    /** Called only by the thread that writes. */
    public void increment(final E counter) {
        add(counter, 1);
    }

    /** Called only by the thread that writes. */
    public void add(final E counter, final long amount) {
        final int index = PADDING + counter.ordinal();
        LONGS.setOpaque(values, index, values[index] + amount);
    }

    public long get(final E counter) {
        return (long) LONGS.getOpaque(values, PADDING + counter.ordinal());
    }
}
