package io.dialtone.sip.routing;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Remembers for a while which backend a transaction, or an affinity key, went to, for a proxy that is stateless otherwise. Shared by all I/O
 * threads, without locks; what it has forgotten is decided anew.
 *
 * <p>A fixed table of sets of four entries, a set being a cache line. A new entry takes the place of the oldest in its set that is closed, or, if
 * all are open, of the oldest. An entry is two words:
 *
 * <pre>
 *   word 0   key XOR (word 1 without its flags)
 *   word 1   backend (32) | answered (1) | closed (1) | overdue (1) | time in units of 2.048 µs (29)
 * </pre>
 *
 * The XOR makes a read that meets a write of another thread miss, instead of giving one transaction's backend to another (Hyatt and Mann,
 * "A lock-less transposition table", 2002).
 *
 * <p>Word 1 changes by compare-and-set only, and whoever changed it learns what it was before. So each open entry is closed exactly once, by its
 * response, by whatever takes its place, or by {@link #sweep}; and a count of open entries that follows these words cannot drift, whatever races.
 */
final class AffinityMemory {
    /** What {@link #find} says when it remembers nothing; no entry looks like it. */
    static final long NONE = 0;

    /** What {@link #put} says when other threads wanted the same place: nothing is remembered. No open entry looks like it. */
    static final long NOT_STORED = -1;

    private static final int WAYS = 4;
    private static final int ENTRY_BYTES = 2 * Long.BYTES;
    private static final int SET_BYTES = WAYS * ENTRY_BYTES;
    private static final int ATTEMPTS = 8;

    private static final int TIME_BITS = 29;
    private static final int TIME_MASK = (1 << TIME_BITS) - 1;
    private static final int TIME_SHIFT = 11;
    private static final long OVERDUE = 1L << TIME_BITS;
    private static final long CLOSED = 1L << (TIME_BITS + 1);
    private static final long ANSWERED = 1L << (TIME_BITS + 2);
    private static final long FLAGS = OVERDUE | CLOSED | ANSWERED;

    /** What becomes of the entries that {@link #sweep} meets. */
    interface Review {
        /** What the entry is to be: itself, itself with more flags, or {@link #NONE} to be forgotten. */
        long decide(long entry, long ageNs);

        /** The entry was changed so. */
        void onChanged(long before, long after);
    }

    private final UnsafeBuffer entries;
    private final int setMask;
    private final int bytes;
    private int sweepFrom;

    AffinityMemory(final int size) {
        assert Integer.bitCount(size) == 1 : size;
        final ByteBuffer memory = BufferUtil.allocateDirectAligned(size * ENTRY_BYTES, BitUtil.CACHE_LINE_LENGTH);
        this.entries = new UnsafeBuffer(memory);
        this.setMask = size / WAYS - 1;
        this.bytes = size * ENTRY_BYTES;
    }

    int size() {
        return bytes / ENTRY_BYTES;
    }

    /** The entry of a transaction, for the methods below, or {@link #NONE}. Called by any I/O thread. */
    long find(final long transaction) {
        final int set = setOf(transaction);
        for (int at = set; at < set + SET_BYTES; at += ENTRY_BYTES) {
            final long value = entries.getLongOpaque(at + Long.BYTES);
            if (isOf(transaction, at, value)) {
                return value;
            }
        }
        return NONE;
    }

    /** Remembers a transaction's backend, and nobody counts how long it lasts. Called by any I/O thread. */
    void put(final long transaction, final int backend, final long nowNs) {
        put(transaction, backend, false, nowNs);
    }

    /**
     * Remembers a transaction's backend, in place of what was remembered of it before. Called by any I/O thread.
     *
     * @param open whether its response is awaited
     * @return the entry that had to go, {@link #NONE} for none, or {@link #NOT_STORED}
     */
    long put(final long transaction, final int backend, final boolean open, final long nowNs) {
        final long plain = wordOf(backend, nowNs);
        final long value = open ? plain : plain | CLOSED;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final int place = placeFor(transaction, nowNs);
            final long present = entries.getLongOpaque(place + Long.BYTES);
            if (entries.compareAndSetLong(place + Long.BYTES, present, value)) {
                entries.putLongOpaque(place, transaction ^ plain);
                return present;
            }
        }
        return NOT_STORED;
    }

    /**
     * Notes that a response was heard, or the final one. Called by any I/O thread.
     *
     * @return the entry as it was before, or {@link #NONE} if nothing is remembered
     */
    long mark(final long transaction, final boolean isFinal) {
        final long flags = isFinal ? ANSWERED | CLOSED : ANSWERED;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final int place = placeOf(transaction);
            if (place < 0) {
                return NONE;
            }
            final long present = entries.getLongOpaque(place + Long.BYTES);
            final long marked = present | flags;
            // The word may have become another transaction's since it was found.
            if (isOf(transaction, place, present)
                    && (present == marked || entries.compareAndSetLong(place + Long.BYTES, present, marked))) {
                return present;
            }
        }
        return NONE;
    }

    /** Shows the next entries to a review, and changes them as it says. Called by one thread only. */
    void sweep(final int entriesMax, final long nowNs, final Review review) {
        final int end = Math.min(sweepFrom + entriesMax * ENTRY_BYTES, bytes);
        for (int at = sweepFrom; at < end; at += ENTRY_BYTES) {
            final long present = entries.getLongOpaque(at + Long.BYTES);
            if (present != NONE) {
                final long wanted = review.decide(present, ageNs(present, nowNs));
                if (wanted != present && entries.compareAndSetLong(at + Long.BYTES, present, wanted)) {
                    review.onChanged(present, wanted);
                }
            }
        }
        sweepFrom = end == bytes ? 0 : end;
    }

    static int backend(final long entry) {
        return (int) (entry >>> 32);
    }

    /** Whether any response was heard. */
    static boolean isAnswered(final long entry) {
        return (entry & ANSWERED) != 0;
    }

    /** Whether its response is still awaited; a final response, or the end of patience, closes it. */
    static boolean isOpen(final long entry) {
        return entry != NONE && (entry & CLOSED) == 0;
    }

    /** Whether no response came in time. */
    static boolean isOverdue(final long entry) {
        return (entry & OVERDUE) != 0;
    }

    static long closed(final long entry) {
        return entry | CLOSED;
    }

    static long overdue(final long entry) {
        return entry | OVERDUE;
    }

    /** Time since the entry was put; right up to 18 minutes. */
    static long ageNs(final long entry, final long nowNs) {
        return (long) (((int) timeOf(nowNs) - (int) entry) & TIME_MASK) << TIME_SHIFT;
    }

    /** Whether a place whose word 1 was read as that value holds the key's entry. */
    private boolean isOf(final long key, final int place, final long value) {
        return value != NONE && (entries.getLongOpaque(place) ^ (value & ~FLAGS)) == key;
    }

    /** Where the key's entry is, or -1. */
    private int placeOf(final long key) {
        final int set = setOf(key);
        for (int at = set; at < set + SET_BYTES; at += ENTRY_BYTES) {
            if (isOf(key, at, entries.getLongOpaque(at + Long.BYTES))) {
                return at;
            }
        }
        return -1;
    }

    /** Where the key's entry is, or should be: an empty place, else that of the oldest closed entry, else of the oldest. */
    private int placeFor(final long key, final long nowNs) {
        final int set = setOf(key);
        int place = set;
        long most = -1;
        for (int at = set; at < set + SET_BYTES; at += ENTRY_BYTES) {
            final long present = entries.getLongOpaque(at + Long.BYTES);
            if (isOf(key, at, present)) {
                return at;
            }
            final long dispensable =
                    present == NONE ? Long.MAX_VALUE : ageNs(present, nowNs) | (isOpen(present) ? 0 : 1L << 62);
            if (dispensable > most) {
                most = dispensable;
                place = at;
            }
        }
        return place;
    }

    /** Never {@link #NONE}: a clock that reads zero is moved by a tick. */
    private static long wordOf(final int backend, final long nowNs) {
        return (long) backend << 32 | Math.max(1, timeOf(nowNs));
    }

    private int setOf(final long key) {
        return (int) (key >>> 20 & setMask) * SET_BYTES;
    }

    private static long timeOf(final long nowNs) {
        return nowNs >>> TIME_SHIFT & TIME_MASK;
    }
}
