package io.dialtone.diameter.routing;

/**
 * Requests that were sent and whose answers are awaited. Called only by the relay's thread.
 *
 * <p>Our Hop-by-Hop Identifier is the place in the table, with a generation above it: finding needs no search, and an identifier is new for each time that a request is sent, by whichever
 * connection. An answer to an attempt that was given up, or that comes after all was over, finds another generation, and nothing happens.
 *
 * <pre>
 *   generation (32 - n bits) | slot (n bits)
 * </pre>
 *
 * The last 256th of all identifiers is the peer machine's, for its own requests by the same connections.
 *
 * Slots are given out in turn, so that a generation comes again only after all identifiers were used. Each slot has sixteen longs, two lines of cache, side by side.
 */
final class PendingTable {
    /** What {@link #open} and {@link #find} say instead of a slot. */
    static final int NONE = -1;

    /** Peers that one request can have been sent to. */
    static final int TRIED_MAX = 8;

    /** The first identifier that is not ours, unsigned. */
    static final int IDS_END = 0xFF00_0000;

    private static final int RECORD_SHIFT = 4;

    private static final int IDS = 0;
    private static final int FROM_ID_AND_COMMAND = 1;
    private static final int LANES = 2;
    private static final int SENT = 3;
    private static final int BYTES = 4;
    private static final int STATE = 5;
    private static final int TRIED = 8;

    private static final long LOW = 0xFFFF_FFFFL;

    private final int capacity;
    private final int slotBits;
    private final int generations;
    private final long[] records;
    private final int[] free;
    private int freeFrom;
    private int size;

    /**
     * @param capacity a power of two
     * @param firstGeneration where identifiers begin: not where they did in the process's last life, so that late answers to it are not taken for ours
     */
    PendingTable(final int capacity, final int firstGeneration) {
        if (Integer.bitCount(capacity) != 1 || capacity > 1 << 24) {
            throw new IllegalArgumentException("pending table: " + capacity + " (expected: a power of two up to 2^24)");
        }
        this.capacity = capacity;
        this.slotBits = Integer.numberOfTrailingZeros(capacity);
        this.generations = IDS_END >>> slotBits;
        final int generation = Integer.remainderUnsigned(firstGeneration, generations);
        this.records = new long[capacity << RECORD_SHIFT];
        this.free = new int[capacity];
        for (int slot = 0; slot < capacity; slot++) {
            free[slot] = slot;
            set(slot, IDS, (long) idOf(slot, generation) << 32);
        }
    }

    /** Takes a slot for a request, or says NONE if all are taken. */
    int open() {
        if (size == capacity) {
            return NONE;
        }
        final int slot = free[freeFrom];
        freeFrom = (freeFrom + 1) & (capacity - 1);
        size++;
        assert !isOpen(slot) : "slot " + slot + " is free and open";
        set(slot, STATE, 1);
        return slot;
    }

    /** Gives a slot back. */
    void close(final int slot) {
        assert isOpen(slot) : "slot " + slot + " is not open";
        set(slot, STATE, 0);
        free[(freeFrom + capacity - size) & (capacity - 1)] = slot;
        size--;
        renew(slot);
    }

    /** Gives the request another identifier, because it is sent anew: answers to the last one find nothing any more. */
    void renew(final int slot) {
        set(slot, IDS, (long) nextHopByHopId(slot) << 32 | (get(slot, IDS) & LOW));
    }

    /** What {@link #renew} will make of it. */
    int nextHopByHopId(final int slot) {
        final int next = (hopByHopId(slot) >>> slotBits) + 1;
        return idOf(slot, next == generations ? 0 : next);
    }

    private int idOf(final int slot, final int generation) {
        return generation << slotBits | slot;
    }

    /** The slot of the request that this identifier was given to last, or NONE. */
    int find(final int hopByHopId) {
        final int slot = hopByHopId & (capacity - 1);
        return hopByHopId(slot) == hopByHopId && isOpen(slot) ? slot : NONE;
    }

    int size() {
        return size;
    }

    int capacity() {
        return capacity;
    }

    boolean isOpen(final int slot) {
        return (get(slot, STATE) & 1) != 0;
    }

    int hopByHopId(final int slot) {
        return (int) (get(slot, IDS) >>> 32);
    }

    // What came

    void request(final int slot, final int endToEndId, final int fromHopByHopId, final int commandCode) {
        set(slot, IDS, (get(slot, IDS) & ~LOW) | (endToEndId & LOW));
        set(slot, FROM_ID_AND_COMMAND, (long) fromHopByHopId << 32 | (commandCode & LOW));
    }

    int endToEndId(final int slot) {
        return (int) get(slot, IDS);
    }

    int fromHopByHopId(final int slot) {
        return (int) (get(slot, FROM_ID_AND_COMMAND) >>> 32);
    }

    int commandCode(final int slot) {
        return (int) get(slot, FROM_ID_AND_COMMAND);
    }

    void fromLane(final int slot, final int lane) {
        set(slot, LANES, (long) lane << 32 | (get(slot, LANES) & LOW));
    }

    int fromLane(final int slot) {
        return (int) (get(slot, LANES) >>> 32);
    }

    /** Where its bytes are kept. */
    void bytes(final int slot, final int firstBlock, final int length) {
        set(slot, BYTES, (long) firstBlock << 32 | (length & LOW));
    }

    int firstBlock(final int slot) {
        return (int) (get(slot, BYTES) >>> 32);
    }

    int length(final int slot) {
        return (int) get(slot, BYTES);
    }

    // What was sent

    void toLane(final int slot, final int lane) {
        set(slot, LANES, (get(slot, LANES) & ~LOW) | (lane & LOW));
    }

    int toLane(final int slot) {
        return (int) get(slot, LANES);
    }

    void sentNs(final int slot, final long nowNs) {
        set(slot, SENT, nowNs);
    }

    long sentNs(final int slot) {
        return get(slot, SENT);
    }

    /** Notes that it was sent to another peer; the peer's serial number, see {@link RelayPeer#serial()}. */
    void addTried(final int slot, final int peer) {
        final int count = triedCount(slot);
        if (count < TRIED_MAX) {
            set(slot, TRIED + count, peer);
            set(slot, STATE, get(slot, STATE) + 2);
        }
    }

    int triedCount(final int slot) {
        return (int) (get(slot, STATE) >>> 1);
    }

    int tried(final int slot, final int n) {
        return (int) get(slot, TRIED + n);
    }

    private long get(final int slot, final int field) {
        return records[(slot << RECORD_SHIFT) + field];
    }

    private void set(final int slot, final int field, final long value) {
        records[(slot << RECORD_SHIFT) + field] = value;
    }
}
