package io.dialtone.runtime.engine;

import java.util.concurrent.atomic.AtomicLongArray;

/** The counters of one worker, named by an enum. Counted by that worker only; read by any thread. */
@SuppressWarnings("EnumOrdinal") // places in an array of one process; never stored, never sent
public final class CounterSet<E extends Enum<E>> {
    private final AtomicLongArray values;

    public CounterSet(final Class<E> names) {
        values = new AtomicLongArray(names.getEnumConstants().length);
    }

    public void increment(final E counter) {
        add(counter, 1);
    }

    public void add(final E counter, final long count) {
        values.setRelease(counter.ordinal(), values.getPlain(counter.ordinal()) + count);
    }

    /** For gauges. */
    public void set(final E counter, final long value) {
        values.setRelease(counter.ordinal(), value);
    }

    public long get(final E counter) {
        return values.getAcquire(counter.ordinal());
    }
}
