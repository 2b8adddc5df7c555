package io.dialtone.sip.routing;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The requests of one I/O thread that have no answer yet, with their bytes: those given to an owner, and those that wait for one. Called only by that thread.
 *
 * <p>All memory is taken at the start. An entry is a record outside the heap; its message lies in a chain of chunks. What was freed last is used
 * next, so that in peace, when answers come within a millisecond, the same few cache lines are used over and over however large the limits are.
 *
 * <pre>
 *   index    key -> entry              open addressing, at most half full
 *   slots    first, last, next         the requests of a slot in order of arrival; those from "next" on are pending
 *   ages     first, last               requests that have the same time to live, in the order in which it ends
 *   entry    key (128), number, arrival, deadline, epoch, flow, slot, chain of chunks, neighbours in both lists
 * </pre>
 *
 * <p>A slot is walked by its cursor: {@link #rewind} makes all its requests pending without touching any of them, because each remembers in which walk of
 * its slot it was handed over last.
 */
final class Unanswered {
    /** No entry. */
    static final int NONE = -1;

    static final int CHUNK_BYTES = 1_024;

    /** Why an entry is kept, and so how long. */
    static final int HELD = 0;

    static final int HANDED_OVER = 1;
    static final int ACK = 2;
    /** A response to a request of a node, which waits for the node's successor; it is not kept once it was handed over. */
    static final int RESPONSE = 3;
    /** As {@link #HANDED_OVER} and {@link #ACK}, but come by a connection: its sender does not repeat it. */
    static final int STREAM_HANDED_OVER = 4;

    static final int STREAM_ACK = 5;

    static final int AGES = 6;
    private static final int NO_AGE = AGES;

    private static final int KEY_HIGH = 0;
    private static final int KEY_LOW = 8;
    private static final int NUMBER = 16;
    private static final int ARRIVAL = 24;
    private static final int DEADLINE = 32;
    private static final int EPOCH = 40;
    private static final int REMOTE_HIGH = 48;
    private static final int REMOTE_LOW = 56;
    private static final int REMOTE_PORT = 64;
    private static final int LISTENER = 68;
    private static final int TRANSPORT = 72;
    private static final int SLOT = 76;
    private static final int WALK = 80;
    private static final int SLOT_NEXT = 84;
    private static final int SLOT_PREVIOUS = 88;
    private static final int AGE_NEXT = 92;
    private static final int AGE_PREVIOUS = 96;
    private static final int AGE = 100;
    private static final int CHUNK = 104;
    private static final int LENGTH = 108;
    private static final int ENTRY_BYTES = 2 * BitUtil.CACHE_LINE_LENGTH;

    private static final int NUMBER_ENTRY_BITS = 24;
    private static final int NUMBER_ENTRY_MASK = (1 << NUMBER_ENTRY_BITS) - 1;

    private final int requestsMax;
    private final int messageBytesMax;
    private final UnsafeBuffer entries;
    private final UnsafeBuffer chunks;
    private final int[] nextChunk;
    private final int[] index;
    private final int indexMask;

    private final int[] slotFirst;
    private final int[] slotLast;
    private final int[] slotNext;
    private final int[] slotWalk;

    private final int[] ageFirst = new int[AGES];
    private final int[] ageLast = new int[AGES];
    private final int[] ageSize = new int[AGES];

    private int freeEntry;
    private int freeChunk;
    private int freeChunks;
    private int size;
    private long generation;

    /**
     * @param slots size of the slot table
     * @param firstGeneration anything; numbers of two processes should not be the same
     */
    Unanswered(final RedriveConfig config, final int slots, final long firstGeneration) {
        requestsMax = config.requestsMax();
        messageBytesMax = config.messageBytesMax();
        entries = new UnsafeBuffer(aligned(requestsMax * ENTRY_BYTES));
        final int chunkCount = config.bytesMax() / CHUNK_BYTES;
        chunks = new UnsafeBuffer(aligned(chunkCount * CHUNK_BYTES));
        nextChunk = new int[chunkCount];
        for (int i = 0; i < chunkCount; i++) {
            nextChunk[i] = i + 1 < chunkCount ? i + 1 : NONE;
        }
        freeChunks = chunkCount;
        for (int entry = 0; entry < requestsMax; entry++) {
            set(entry, SLOT_NEXT, entry + 1 < requestsMax ? entry + 1 : NONE);
        }
        index = new int[BitUtil.findNextPositivePowerOfTwo(2 * requestsMax)];
        indexMask = index.length - 1;
        Arrays.fill(index, NONE);
        slotFirst = none(slots);
        slotLast = none(slots);
        slotNext = none(slots);
        slotWalk = new int[slots];
        Arrays.fill(ageFirst, NONE);
        Arrays.fill(ageLast, NONE);
        generation = firstGeneration;
    }

    private static ByteBuffer aligned(final int bytes) {
        return BufferUtil.allocateDirectAligned(bytes, BitUtil.CACHE_LINE_LENGTH);
    }

    private static int[] none(final int length) {
        final int[] values = new int[length];
        Arrays.fill(values, NONE);
        return values;
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean isEmpty(final int slot) {
        return slotFirst[slot] == NONE;
    }

    int size() {
        return size;
    }

    /** How many entries are kept for that reason. */
    int size(final int age) {
        return ageSize[age];
    }

    int bytes() {
        return (nextChunk.length - freeChunks) * CHUNK_BYTES;
    }

    // Entries

    /** The entry of a request, or {@link #NONE}. */
    int find(final long keyHigh, final long keyLow) {
        int place = (int) keyLow & indexMask;
        while (true) {
            final int entry = index[place];
            if (entry == NONE
                    || (entries.getLong(entry * ENTRY_BYTES + KEY_LOW) == keyLow
                            && entries.getLong(entry * ENTRY_BYTES + KEY_HIGH) == keyHigh)) {
                return entry;
            }
            place = (place + 1) & indexMask;
        }
    }

    /** The entry that has that number, or {@link #NONE}: it may be gone, and another in its place. */
    int findNumber(final long number) {
        final int entry = (int) number & NUMBER_ENTRY_MASK;
        return number != 0 && entry < requestsMax && entries.getLong(entry * ENTRY_BYTES + NUMBER) == number
                ? entry
                : NONE;
    }

    /** Whether a message of that length can be kept now. */
    boolean hasRoomFor(final int length) {
        return length <= messageBytesMax && size < requestsMax && chunksFor(length) <= freeChunks;
    }

    /** Keeps a request as the last of its slot, pending, with no time to live yet; there must be room, and no such request. */
    int add(final RequestInHand in) {
        assert hasRoomFor(in.length) : in.length;
        assert find(in.transaction, in.request) == NONE : "one entry for each request";
        final int entry = freeEntry;
        freeEntry = get(entry, SLOT_NEXT);
        size++;
        final int at = entry * ENTRY_BYTES;
        entries.putLong(at + KEY_HIGH, in.transaction);
        entries.putLong(at + KEY_LOW, in.request);
        entries.putLong(at + NUMBER, nextNumber(entry));
        entries.putLong(at + ARRIVAL, in.arrivalNs);
        entries.putLong(at + EPOCH, 0);
        entries.putLong(at + REMOTE_HIGH, in.from.remoteHigh());
        entries.putLong(at + REMOTE_LOW, in.from.remoteLow());
        entries.putInt(at + REMOTE_PORT, in.from.remotePort());
        entries.putInt(at + LISTENER, in.from.listener());
        entries.putInt(at + TRANSPORT, in.from.transport());
        entries.putInt(at + SLOT, in.slot);
        entries.putInt(at + AGE, NO_AGE);
        entries.putInt(at + LENGTH, in.length);
        entries.putInt(at + CHUNK, store(in.buffer, in.offset, in.length));
        putIntoIndex(entry, in.request);
        appendToSlot(entry, in.slot);
        return entry;
    }

    /** Forgets a request. */
    void remove(final int entry) {
        assert entries.getLong(entry * ENTRY_BYTES + NUMBER) != 0 : "removed twice";
        removeFromIndex(entry);
        removeFromSlot(entry);
        leaveAge(entry);
        freeChunksOf(entry);
        entries.putLong(entry * ENTRY_BYTES + NUMBER, 0);
        set(entry, SLOT_NEXT, freeEntry);
        freeEntry = entry;
        size--;
    }

    long number(final int entry) {
        return entries.getLong(entry * ENTRY_BYTES + NUMBER);
    }

    long keyHigh(final int entry) {
        return entries.getLong(entry * ENTRY_BYTES + KEY_HIGH);
    }

    /** When it came in, by the wall clock. */
    long arrivalNs(final int entry) {
        return entries.getLong(entry * ENTRY_BYTES + ARRIVAL);
    }

    /** The epoch in which it was handed over last. */
    long epoch(final int entry) {
        return entries.getLong(entry * ENTRY_BYTES + EPOCH);
    }

    int slot(final int entry) {
        return get(entry, SLOT);
    }

    int length(final int entry) {
        return get(entry, LENGTH);
    }

    /** Fills in where the request came from. */
    SipFlow flow(final int entry, final SipFlow into) {
        final int at = entry * ENTRY_BYTES;
        return into.set(
                entries.getInt(at + LISTENER),
                entries.getInt(at + TRANSPORT),
                entries.getLong(at + REMOTE_HIGH),
                entries.getLong(at + REMOTE_LOW),
                entries.getInt(at + REMOTE_PORT));
    }

    /** Copies the message out of its chunks; returns its length. */
    int copyTo(final int entry, final UnsafeBuffer into, final int offset) {
        final int length = length(entry);
        int chunk = get(entry, CHUNK);
        for (int copied = 0; copied < length; copied += CHUNK_BYTES) {
            into.putBytes(offset + copied, chunks, chunk * CHUNK_BYTES, Math.min(CHUNK_BYTES, length - copied));
            chunk = nextChunk[chunk];
        }
        return length;
    }

    private long nextNumber(final int entry) {
        generation++;
        final long number = generation << NUMBER_ENTRY_BITS | entry;
        return number >>> NUMBER_ENTRY_BITS == 0 ? nextNumber(entry) : number;
    }

    // The requests of a slot

    /** The first request of a slot that has still to be handed over in this walk, or {@link #NONE}. */
    int nextPending(final int slot) {
        return slotNext[slot];
    }

    /** Whether a request has still to be handed over in this walk of its slot. */
    boolean isPending(final int entry) {
        return get(entry, WALK) != slotWalk[slot(entry)];
    }

    /** Notes that the next pending request of its slot was handed over, or passed by. */
    void passed(final int entry, final long epoch) {
        final int slot = slot(entry);
        assert slotNext[slot] == entry : "out of order";
        entries.putLong(entry * ENTRY_BYTES + EPOCH, epoch);
        set(entry, WALK, slotWalk[slot]);
        slotNext[slot] = get(entry, SLOT_NEXT);
    }

    /** Begins another walk: all requests of the slot are pending. */
    void rewind(final int slot) {
        slotWalk[slot]++;
        slotNext[slot] = slotFirst[slot];
    }

    private void appendToSlot(final int entry, final int slot) {
        final int last = slotLast[slot];
        set(entry, SLOT_PREVIOUS, last);
        set(entry, SLOT_NEXT, NONE);
        set(entry, WALK, slotWalk[slot] - 1);
        if (last == NONE) {
            slotFirst[slot] = entry;
        } else {
            set(last, SLOT_NEXT, entry);
        }
        slotLast[slot] = entry;
        if (slotNext[slot] == NONE) {
            slotNext[slot] = entry;
        }
    }

    private void removeFromSlot(final int entry) {
        final int slot = slot(entry);
        final int next = get(entry, SLOT_NEXT);
        final int previous = get(entry, SLOT_PREVIOUS);
        if (slotNext[slot] == entry) {
            slotNext[slot] = next;
        }
        if (previous == NONE) {
            slotFirst[slot] = next;
        } else {
            set(previous, SLOT_NEXT, next);
        }
        if (next == NONE) {
            slotLast[slot] = previous;
        } else {
            set(next, SLOT_PREVIOUS, previous);
        }
    }

    // Time to live

    /** Keeps the entry for that reason until then; the deadlines given for one reason never go back. */
    void keep(final int entry, final int age, final long deadlineNs) {
        leaveAge(entry);
        final int last = ageLast[age];
        assert last == NONE || deadlineNs - deadlineNs(last) >= 0 : "deadlines of one age go back";
        entries.putLong(entry * ENTRY_BYTES + DEADLINE, deadlineNs);
        set(entry, AGE, age);
        set(entry, AGE_PREVIOUS, last);
        set(entry, AGE_NEXT, NONE);
        if (last == NONE) {
            ageFirst[age] = entry;
        } else {
            set(last, AGE_NEXT, entry);
        }
        ageLast[age] = entry;
        ageSize[age]++;
    }

    /** True if it came by a connection. */
    boolean isStream(final int entry) {
        return get(entry, TRANSPORT) != SipFlow.TRANSPORT_UDP;
    }

    /** The reason why the entry is kept. */
    int age(final int entry) {
        return get(entry, AGE);
    }

    long deadlineNs(final int entry) {
        return entries.getLong(entry * ENTRY_BYTES + DEADLINE);
    }

    /** The entry kept for that reason whose time ends first, or {@link #NONE}. */
    int oldest(final int age) {
        return ageFirst[age];
    }

    private void leaveAge(final int entry) {
        final int age = get(entry, AGE);
        if (age == NO_AGE) {
            return;
        }
        final int next = get(entry, AGE_NEXT);
        final int previous = get(entry, AGE_PREVIOUS);
        if (previous == NONE) {
            ageFirst[age] = next;
        } else {
            set(previous, AGE_NEXT, next);
        }
        if (next == NONE) {
            ageLast[age] = previous;
        } else {
            set(next, AGE_PREVIOUS, previous);
        }
        ageSize[age]--;
    }

    // Index

    private void putIntoIndex(final int entry, final long keyLow) {
        int place = (int) keyLow & indexMask;
        while (index[place] != NONE) {
            place = (place + 1) & indexMask;
        }
        index[place] = entry;
    }

    /** Closes the gap, so that no search ends too early (Knuth, "The Art of Computer Programming" 3, section 6.4, algorithm R). */
    private void removeFromIndex(final int entry) {
        int gap = home(entry);
        while (index[gap] != entry) {
            gap = (gap + 1) & indexMask;
        }
        int place = gap;
        while (true) {
            place = (place + 1) & indexMask;
            final int other = index[place];
            if (other == NONE) {
                break;
            }
            if (((place - home(other)) & indexMask) >= ((place - gap) & indexMask)) {
                index[gap] = other;
                gap = place;
            }
        }
        index[gap] = NONE;
    }

    private int home(final int entry) {
        return (int) entries.getLong(entry * ENTRY_BYTES + KEY_LOW) & indexMask;
    }

    // Chunks

    private static int chunksFor(final int length) {
        return (length + CHUNK_BYTES - 1) / CHUNK_BYTES;
    }

    private int store(final DirectBuffer message, final int offset, final int length) {
        final int first = freeChunk;
        int last = NONE;
        for (int copied = 0; copied < length; copied += CHUNK_BYTES) {
            last = freeChunk;
            freeChunk = nextChunk[last];
            freeChunks--;
            chunks.putBytes(last * CHUNK_BYTES, message, offset + copied, Math.min(CHUNK_BYTES, length - copied));
        }
        if (last == NONE) {
            return NONE;
        }
        nextChunk[last] = NONE;
        return first;
    }

    private void freeChunksOf(final int entry) {
        int chunk = get(entry, CHUNK);
        while (chunk != NONE) {
            final int next = nextChunk[chunk];
            nextChunk[chunk] = freeChunk;
            freeChunk = chunk;
            freeChunks++;
            chunk = next;
        }
    }

    private int get(final int entry, final int field) {
        return entries.getInt(entry * ENTRY_BYTES + field);
    }

    private void set(final int entry, final int field, final int value) {
        entries.putInt(entry * ENTRY_BYTES + field, value);
    }
}
