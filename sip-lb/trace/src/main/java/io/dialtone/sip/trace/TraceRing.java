package io.dialtone.sip.trace;

import io.dialtone.sip.routing.SipFlow;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The last messages of one I/O thread: memory of a fixed size outside the heap, in which the newest overwrite the oldest. Written only by that thread, which
 * never waits; read by any, through a {@link TraceReader} that notices when it was overtaken.
 *
 * <p>Positions only grow; a record lies at its position modulo the capacity, and is never cut in two. What lies between head and tail is whole: the head is moved on
 * before a byte behind it is overwritten, the tail when a record is complete. So a reader copies first, and then looks whether the head has passed.
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------+-------+-------+-------+-------+-------+-------+-------+
 *   | length of the record, padding | kind  | trans-| listener      |
 *   | included                      |       | port  |               |
 *   +-------------------------------+-------+-------+---------------+
 *   | time, ns since 1970                                           |
 *   +---------------------------------------------------------------+
 *   | peer's address, IPv6 or IPv4-mapped                           |
 *   |                                                               |
 *   +-------------------------------+-------------------------------+
 *   | peer's port                   | slot, or -1                   |
 *   +-------------------------------+-------------------------------+
 *   | epoch of the slot                                             |
 *   +-------------------------------+-------------------------------+
 *   | node's member number, or -1   | length of the message         |
 *   +-------------------------------+-------------------------------+
 *   | number of the record          | free                          |
 *   +-------------------------------+-------------------------------+
 *   | the message
 * </pre>
 */
final class TraceRing {
    static final int NONE = -1;
    static final int LENGTH_OFFSET = 0;
    static final int KIND_OFFSET = 4;
    static final int TRANSPORT_OFFSET = 5;
    static final int LISTENER_OFFSET = 6;
    static final int TIME_OFFSET = 8;
    static final int REMOTE_HIGH_OFFSET = 16;
    static final int REMOTE_LOW_OFFSET = 24;
    static final int REMOTE_PORT_OFFSET = 32;
    static final int SLOT_OFFSET = 36;
    static final int EPOCH_OFFSET = 40;
    static final int MEMBER_OFFSET = 48;
    static final int MESSAGE_LENGTH_OFFSET = 52;
    static final int NUMBER_OFFSET = 56;
    static final int HEADER_BYTES = 64;

    static final int ALIGNMENT = Long.BYTES;
    static final int MESSAGE_BYTES_MAX = 65_535;

    /** Room for the longest message and as much again, so that there is always one to be read. */
    static final int CAPACITY_MIN = 1 << 18;

    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private static final VarHandle HEAD;
    private static final VarHandle TAIL;
    private static final VarHandle RECORDS;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(TraceRing.class, "head", long.class);
            TAIL = lookup.findVarHandle(TraceRing.class, "tail", long.class);
            RECORDS = lookup.findVarHandle(TraceRing.class, "records", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // keeps the memory alive
    private final MemorySegment segment;

    private final UnsafeBuffer memory;
    private final int capacity;
    private final int mask;

    @SuppressWarnings("unused") // by HEAD
    private volatile long head;

    @SuppressWarnings("unused") // by TAIL
    private volatile long tail;

    /** Published so far. */
    private long records;

    // The writer's own.
    private long oldest;
    private long end;
    private long claimedEnd;
    private int claimed = NONE;

    /**
     * @param capacity a power of two, at least {@link #CAPACITY_MIN}
     */
    TraceRing(final int capacity) {
        if (capacity < CAPACITY_MIN || !BitUtil.isPowerOfTwo(capacity)) {
            throw new IllegalArgumentException(
                    "capacity: " + capacity + " (expected: a power of two, at least " + CAPACITY_MIN + ")");
        }
        this.capacity = capacity;
        mask = capacity - 1;
        // Given back when nobody knows the ring any more. Not a direct buffer: those are for all of a process together,
        // and few.
        segment = Arena.ofAuto().allocate(capacity, BitUtil.CACHE_LINE_LENGTH);
        memory = new UnsafeBuffer(segment.address(), capacity);
    }

    int capacity() {
        return capacity;
    }

    // ---- the writer

    /** Writes a record that nobody sees before {@link #publish}; one that was claimed before is forgotten. */
    void claim(
            final TraceKind kind,
            final long timeNs,
            final SipFlow peer,
            final DirectBuffer buffer,
            final int offset,
            final int length) {
        final int kept = Math.min(length, MESSAGE_BYTES_MAX);
        final int bytes = BitUtil.align(HEADER_BYTES + kept, ALIGNMENT);
        int at = (int) end & mask;
        final int left = capacity - at;
        final int padding = left < bytes ? left : 0;
        makeRoom(end + padding + bytes - capacity);
        if (padding > 0) {
            memory.putInt(at + LENGTH_OFFSET, padding, ORDER);
            memory.putByte(at + KIND_OFFSET, (byte) TraceKind.PADDING.code());
            at = 0;
        }
        memory.putInt(at + LENGTH_OFFSET, bytes, ORDER);
        memory.putByte(at + KIND_OFFSET, (byte) kind.code());
        memory.putByte(at + TRANSPORT_OFFSET, (byte) peer.transport());
        memory.putShort(at + LISTENER_OFFSET, (short) peer.listener(), ORDER);
        memory.putLong(at + TIME_OFFSET, timeNs, ORDER);
        memory.putLong(at + REMOTE_HIGH_OFFSET, peer.remoteHigh(), ORDER);
        memory.putLong(at + REMOTE_LOW_OFFSET, peer.remoteLow(), ORDER);
        memory.putInt(at + REMOTE_PORT_OFFSET, peer.remotePort(), ORDER);
        memory.putInt(at + SLOT_OFFSET, NONE, ORDER);
        memory.putLong(at + EPOCH_OFFSET, 0, ORDER);
        memory.putInt(at + MEMBER_OFFSET, NONE, ORDER);
        memory.putInt(at + MESSAGE_LENGTH_OFFSET, kept, ORDER);
        memory.putInt(at + NUMBER_OFFSET, (int) records, ORDER);
        memory.putBytes(at + HEADER_BYTES, buffer, offset, kept);
        claimed = at;
        claimedEnd = end + padding + bytes;
    }

    boolean isClaimed() {
        return claimed != NONE;
    }

    /** Who the claimed record's message belongs to. */
    void node(final int slot, final long epoch, final int member) {
        memory.putInt(claimed + SLOT_OFFSET, slot, ORDER);
        memory.putLong(claimed + EPOCH_OFFSET, epoch, ORDER);
        memory.putInt(claimed + MEMBER_OFFSET, member, ORDER);
    }

    /** The slot of the claimed record, or -1. */
    int claimedSlot() {
        return memory.getInt(claimed + SLOT_OFFSET, ORDER);
    }

    int claimedMessageOffset() {
        return claimed + HEADER_BYTES;
    }

    int claimedMessageLength() {
        return memory.getInt(claimed + MESSAGE_LENGTH_OFFSET, ORDER);
    }

    /** Shows the claimed record to readers. */
    void publish() {
        end = claimedEnd;
        claimed = NONE;
        RECORDS.setOpaque(this, records + 1);
        TAIL.setRelease(this, end);
    }

    /** Forgets the claimed record. */
    void abandon() {
        claimed = NONE;
    }

    /** Moves the head over all records that begin before this position. */
    private void makeRoom(final long from) {
        if (oldest >= from) {
            return;
        }
        while (oldest < from && oldest < end) {
            oldest += memory.getInt(((int) oldest & mask) + LENGTH_OFFSET, ORDER);
        }
        HEAD.setRelease(this, oldest);
        // Whoever sees a byte of what is written next sees the head as well.
        VarHandle.storeStoreFence();
    }

    // ---- readers

    long records() {
        return (long) RECORDS.getOpaque(this);
    }

    UnsafeBuffer memory() {
        return memory;
    }

    int index(final long position) {
        return (int) position & mask;
    }

    long head() {
        return (long) HEAD.getVolatile(this);
    }

    long tail() {
        return (long) TAIL.getAcquire(this);
    }
}
