package io.dialtone.state.replication;

import java.util.concurrent.atomic.AtomicLongArray;

/** The counters of one worker's replication. Counted by that worker only; read by any thread. */
@SuppressWarnings("EnumOrdinal") // places in an array of one process; never stored, never sent
public final class ReplicationCounters {
    private final AtomicLongArray values = new AtomicLongArray(ReplicationCounter.values().length);

    void increment(final ReplicationCounter counter) {
        add(counter, 1);
    }

    void add(final ReplicationCounter counter, final long count) {
        values.setRelease(counter.ordinal(), values.getPlain(counter.ordinal()) + count);
    }

    void set(final ReplicationCounter counter, final long value) {
        values.setRelease(counter.ordinal(), value);
    }

    public long get(final ReplicationCounter counter) {
        return values.getAcquire(counter.ordinal());
    }
}
