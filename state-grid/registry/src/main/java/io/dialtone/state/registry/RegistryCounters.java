package io.dialtone.state.registry;

import java.util.concurrent.atomic.AtomicLongArray;

/** The counters of one member or client. Any thread may add and read. */
@SuppressWarnings("EnumOrdinal") // the place in an array of this process's life; never stored or sent
final class RegistryCounters {
    private final AtomicLongArray values = new AtomicLongArray(RegistryCounter.values().length);

    void increment(final RegistryCounter counter) {
        values.incrementAndGet(counter.ordinal());
    }

    void add(final RegistryCounter counter, final long number) {
        values.addAndGet(counter.ordinal(), number);
    }

    long get(final RegistryCounter counter) {
        return values.get(counter.ordinal());
    }
}
