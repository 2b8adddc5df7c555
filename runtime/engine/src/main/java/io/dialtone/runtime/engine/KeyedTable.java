package io.dialtone.runtime.engine;

import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A bounded open hash from the bytes of a key to its entry: sessions, transactions and dialogs of a worker. Called only by that worker.
 *
 * <p>A place holds the 64-bit hash of its key; equal hashes are told apart by the bytes. Hashes must come from a keyed function, or a stranger could
 * choose keys that all fall on one place. Removal moves the followers of a run back, so there are no tombstones.
 */
public final class KeyedTable<E extends KeyedEntry> {
    private static final int PLACES_MIN = 16;

    private final int entriesMax;
    private @Nullable KeyedEntry[] entries = new @Nullable KeyedEntry[PLACES_MIN];
    private long[] hashes = new long[PLACES_MIN];
    private int mask = PLACES_MIN - 1;
    private int size;

    public KeyedTable(final int entriesMax) {
        this.entriesMax = entriesMax;
    }

    public int size() {
        return size;
    }

    public boolean isFull() {
        return size >= entriesMax;
    }

    @SuppressWarnings("unchecked") // only add() fills the array, with entries of type E
    public @Nullable E find(final long hash, final DirectBuffer key, final int offset, final int length) {
        for (int place = (int) hash & mask; ; place = (place + 1) & mask) {
            final KeyedEntry entry = entries[place];
            if (entry == null) {
                return null;
            }
            if (hashes[place] == hash && entry.hasKey(key, offset, length)) {
                return (E) entry;
            }
        }
    }

    /** An entry whose key has this hash: for those who know no more of it. */
    @SuppressWarnings("unchecked") // only add() fills the array, with entries of type E
    public @Nullable E find(final long hash) {
        for (int place = (int) hash & mask; ; place = (place + 1) & mask) {
            final KeyedEntry entry = entries[place];
            if (entry == null || hashes[place] == hash) {
                return (E) entry;
            }
        }
    }

    /**
     * Adds an entry whose key is set and not yet in the table.
     *
     * @return false if the table is full
     */
    public boolean add(final E entry) {
        if (size >= entriesMax) {
            return false;
        }
        if (size >= (mask + 1) / 2) {
            growSlowPath();
        }
        place(entry);
        size++;
        return true;
    }

    /** Removes this very entry; false if it is not here. */
    @SuppressWarnings("ReferenceEquality") // the very entry is meant
    public boolean remove(final E entry) {
        for (int place = (int) entry.keyHash() & mask; ; place = (place + 1) & mask) {
            final KeyedEntry found = entries[place];
            if (found == null) {
                return false;
            }
            if (found == entry) {
                closeGap(place);
                size--;
                return true;
            }
        }
    }

    /** Shows every entry, in no order; the table must not change meanwhile. */
    @SuppressWarnings("unchecked") // only add() fills the array, with entries of type E
    public void forEach(final Consumer<? super E> consumer) {
        for (final KeyedEntry entry : entries) {
            if (entry != null) {
                consumer.accept((E) entry);
            }
        }
    }

    private void place(final KeyedEntry entry) {
        int place = (int) entry.keyHash() & mask;
        while (entries[place] != null) {
            place = (place + 1) & mask;
        }
        entries[place] = entry;
        hashes[place] = entry.keyHash();
    }

    private void closeGap(final int removed) {
        int gap = removed;
        for (int place = (gap + 1) & mask; ; place = (place + 1) & mask) {
            final KeyedEntry entry = entries[place];
            if (entry == null) {
                entries[gap] = null;
                return;
            }
            final int home = (int) hashes[place] & mask;
            if (((place - home) & mask) >= ((place - gap) & mask)) {
                entries[gap] = entry;
                hashes[gap] = hashes[place];
                gap = place;
            }
        }
    }

    private void growSlowPath() {
        final @Nullable KeyedEntry[] old = entries;
        mask = (mask + 1) * 2 - 1;
        entries = new @Nullable KeyedEntry[mask + 1];
        hashes = new long[mask + 1];
        for (final KeyedEntry entry : old) {
            if (entry != null) {
                place(entry);
            }
        }
    }
}
