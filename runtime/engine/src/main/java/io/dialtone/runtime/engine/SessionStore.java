package io.dialtone.runtime.engine;

import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a worker, a table for each slot, so that a slot can be shown, moved or dropped as a whole. Called only by the owning worker.
 */
public final class SessionStore {
    private final @Nullable KeyedTable<WorkerSession<?>>[] slots;
    private final int sessionsMax;
    private final CounterSet<WorkerCounter> counters;
    private int size;

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type cannot be made otherwise
    SessionStore(final int slots, final int sessionsMax, final CounterSet<WorkerCounter> counters) {
        this.slots = new @Nullable KeyedTable[slots];
        this.sessionsMax = sessionsMax;
        this.counters = counters;
    }

    public @Nullable WorkerSession<?> find(
            final int slot, final long hash, final DirectBuffer key, final int offset, final int length) {
        final KeyedTable<WorkerSession<?>> table = slots[slot];
        return table == null ? null : table.find(hash, key, offset, length);
    }

    /** True, and counted, if no session may be added. */
    public boolean refusesAnother() {
        if (size >= sessionsMax) {
            counters.increment(WorkerCounter.SESSIONS_REFUSED);
            return true;
        }
        return false;
    }

    public void add(final WorkerSession<?> session) {
        assert size < sessionsMax : "refusesAnother() is asked first";
        KeyedTable<WorkerSession<?>> table = slots[session.slot()];
        if (table == null) {
            table = new KeyedTable<>(sessionsMax);
            slots[session.slot()] = table;
        }
        table.add(session);
        size++;
        counters.set(WorkerCounter.SESSIONS, size);
        counters.increment(WorkerCounter.SESSIONS_BEGUN);
    }

    public void remove(final WorkerSession<?> session) {
        final KeyedTable<WorkerSession<?>> table = slots[session.slot()];
        if (table != null && table.remove(session)) {
            size--;
            counters.set(WorkerCounter.SESSIONS, size);
        }
    }

    public int size() {
        return size;
    }

    /** Shows the sessions of a slot; none may be added or removed meanwhile. */
    public void forEach(final int slot, final Consumer<? super WorkerSession<?>> consumer) {
        final KeyedTable<WorkerSession<?>> table = slots[slot];
        if (table != null) {
            table.forEach(consumer);
        }
    }
}
