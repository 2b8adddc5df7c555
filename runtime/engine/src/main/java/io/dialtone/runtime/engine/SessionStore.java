package io.dialtone.runtime.engine;

import io.dialtone.placement.table.SipHash;
import io.dialtone.state.api.ImageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a worker, a table for each slot, so that a slot can be shown, moved or dropped as a whole. Called only by the owning worker.
 *
 * <p>A session that is over for its handler stays here until its transactions have ended, so that what is sent again finds its answer; it does not count any more.
 */
public final class SessionStore {
    private static final int PERCENT = 100;

    private final @Nullable KeyedTable<WorkerSession<?>>[] slots;
    private final int sessionsMax;
    private final int imagesReservePercent;
    private final SipHash keyHash;
    private final ImageStore images;
    private final CounterSet<WorkerCounter> counters;
    private int size;
    private int dormant;

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type cannot be made otherwise
    SessionStore(
            final int slots,
            final int sessionsMax,
            final int imagesReservePercent,
            final SipHash keyHash,
            final ImageStore images,
            final CounterSet<WorkerCounter> counters) {
        this.slots = new @Nullable KeyedTable[slots];
        this.sessionsMax = sessionsMax;
        this.imagesReservePercent = imagesReservePercent;
        this.keyHash = keyHash;
        this.images = images;
        this.counters = counters;
    }

    /** How many slots the cluster has. */
    public int slots() {
        return slots.length;
    }

    /** Keyed function for the keys of sessions, the same on all nodes. */
    public SipHash keyHash() {
        return keyHash;
    }

    public @Nullable WorkerSession<?> find(
            final int slot, final long hash, final DirectBuffer key, final int offset, final int length) {
        final KeyedTable<WorkerSession<?>> table = slots[slot];
        return table == null ? null : table.find(hash, key, offset, length);
    }

    /** The session whose key has this hash. */
    public @Nullable WorkerSession<?> find(final int slot, final long hash) {
        final KeyedTable<WorkerSession<?>> table = slots[slot];
        return table == null ? null : table.find(hash);
    }

    /** So many more of our sessions lie in the store of images only. */
    void dormant(final int number) {
        dormant = number;
    }

    /** True, and counted, if no session may be begun. Sessions at rest count: they are somebody's calls, and wake. */
    public boolean refusesAnother() {
        if (size + dormant >= sessionsMax) {
            counters.increment(WorkerCounter.SESSIONS_REFUSED);
            return true;
        }
        if (images.bytesFree() < images.bytesMax() * imagesReservePercent / PERCENT) {
            counters.increment(WorkerCounter.SESSIONS_REFUSED_STORE_FULL);
            return true;
        }
        return false;
    }

    /** Adds a session whose key and slot are set. */
    public void add(final WorkerSession<?> session) {
        KeyedTable<WorkerSession<?>> table = slots[session.slot()];
        if (table == null) {
            table = new KeyedTable<>(
                    Integer.MAX_VALUE); // begun ones are counted here, others live as long as a transaction
            slots[session.slot()] = table;
        }
        table.add(session);
        if (session.isBegun()) {
            onSize(+1);
        }
    }

    /** The session begins for its handler. */
    public void begin(final WorkerSession<?> session) {
        assert size < sessionsMax : "refusesAnother() is asked first";
        session.begun(true);
        counters.increment(WorkerCounter.SESSIONS_BEGUN);
        onSize(+1);
    }

    /** The session is over for its handler. */
    public void end(final WorkerSession<?> session) {
        session.begun(false);
        onSize(-1);
    }

    public void remove(final WorkerSession<?> session) {
        final KeyedTable<WorkerSession<?>> table = slots[session.slot()];
        if (table != null && table.remove(session) && session.isBegun()) {
            onSize(-1);
        }
    }

    /** Sessions begun and not over. */
    public int size() {
        return size;
    }

    /** Shows the sessions of a slot, those that are over for their handler too; none may be added or removed meanwhile. */
    public void forEach(final int slot, final Consumer<? super WorkerSession<?>> consumer) {
        final KeyedTable<WorkerSession<?>> table = slots[slot];
        if (table != null) {
            table.forEach(consumer);
        }
    }

    /** The sessions of a slot as they are now. */
    List<WorkerSession<?>> listOf(final int slot) {
        final List<WorkerSession<?>> list = new ArrayList<>();
        forEach(slot, list::add);
        return list;
    }

    private void onSize(final int change) {
        size += change;
        counters.set(WorkerCounter.SESSIONS, size);
    }
}
