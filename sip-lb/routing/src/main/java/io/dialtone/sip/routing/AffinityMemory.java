package io.dialtone.sip.routing;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Remembers for a while which backend a transaction went to, for a proxy that is stateless otherwise. Shared by all I/O threads, without
 * locks; what it has forgotten is decided anew.
 *
 * <p>A fixed table of sets of four entries, a set being a cache line; a new entry takes the place of the oldest in its set. An entry is two words:
 *
 * <pre>
 *   word 0   key XOR word 1
 *   word 1   backend (32) | answered (1) | final (1) | time in units of 1.024 µs (30)
 * </pre>
 *
 * The XOR makes a read that meets a write of another thread miss, instead of giving one transaction's backend to another (Hyatt and Mann,
 * "A lock-less transposition table", 2002).
 */
final class AffinityMemory {
    /** What {@link #find} says when it remembers nothing; no entry looks like it. */
    static final long NONE = 0;

    private static final int WAYS = 4;
    private static final int ENTRY_BYTES = 2 * Long.BYTES;
    private static final int SET_BYTES = WAYS * ENTRY_BYTES;

    private static final int TIME_BITS = 30;
    private static final int TIME_MASK = (1 << TIME_BITS) - 1;
    private static final int TIME_SHIFT = 10;
    private static final long FINAL = 1L << TIME_BITS;
    private static final long ANSWERED = 1L << (TIME_BITS + 1);

    private final UnsafeBuffer entries;
    private final int setMask;

    AffinityMemory(final int size) {
        assert Integer.bitCount(size) == 1 : size;
        final ByteBuffer memory = BufferUtil.allocateDirectAligned(size * ENTRY_BYTES, BitUtil.CACHE_LINE_LENGTH);
        this.entries = new UnsafeBuffer(memory);
        this.setMask = size / WAYS - 1;
    }

    /** The entry of a transaction, for the methods below, or {@link #NONE}. */
    long find(final long transaction) {
        final long key = keyOf(transaction);
        final int set = setOf(key);
        for (int at = set; at < set + SET_BYTES; at += ENTRY_BYTES) {
            final long value = entries.getLongOpaque(at + Long.BYTES);
            if ((entries.getLongOpaque(at) ^ value) == key) {
                return value;
            }
        }
        return NONE;
    }

    /** Remembers a transaction's backend, in place of what was remembered of it before. */
    void put(final long transaction, final int backend, final long nowNs) {
        store(transaction, (long) backend << 32 | timeOf(nowNs), nowNs);
    }

    /** Notes that a response was heard, or the final one. */
    void mark(final long transaction, final long entry, final boolean isFinal, final long nowNs) {
        store(transaction, entry | ANSWERED | (isFinal ? FINAL : 0), nowNs);
    }

    static int backend(final long entry) {
        return (int) (entry >>> 32);
    }

    /** Whether any response was heard. */
    static boolean isAnswered(final long entry) {
        return (entry & ANSWERED) != 0;
    }

    /** Whether a final response was heard. */
    static boolean isFinal(final long entry) {
        return (entry & FINAL) != 0;
    }

    /** Time since the entry was put; right up to 18 minutes. */
    static long ageNs(final long entry, final long nowNs) {
        return (long) (((int) timeOf(nowNs) - (int) entry) & TIME_MASK) << TIME_SHIFT;
    }

    private void store(final long transaction, final long value, final long nowNs) {
        final long key = keyOf(transaction);
        final int set = setOf(key);
        int place = set;
        long oldest = -1;
        for (int at = set; at < set + SET_BYTES; at += ENTRY_BYTES) {
            final long present = entries.getLongOpaque(at + Long.BYTES);
            if ((entries.getLongOpaque(at) ^ present) == key) {
                place = at;
                break;
            }
            final long age = present == NONE ? Long.MAX_VALUE : ageNs(present, nowNs);
            if (age > oldest) {
                oldest = age;
                place = at;
            }
        }
        entries.putLongOpaque(place + Long.BYTES, value);
        entries.putLongOpaque(place, key ^ value);
    }

    /** An empty entry reads as key 0, so no transaction may have it. */
    private static long keyOf(final long transaction) {
        return transaction == 0 ? 1 : transaction;
    }

    private int setOf(final long key) {
        return (int) (key >>> 20 & setMask) * SET_BYTES;
    }

    private static long timeOf(final long nowNs) {
        return nowNs >>> TIME_SHIFT & TIME_MASK;
    }
}
