package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import io.dialtone.state.api.SessionReplicator;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntHashSet;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a worker wants to send, held until the state it tells of is held by all backups, then given to the link. Called only by the owning worker.
 *
 * <p>{@link #release} is the one place from which anything leaves a worker. Each output belongs to a record of its slot; it leaves when {@link
 * SessionReplicator#mayLeave} says so of that record, and outputs of one slot, and those to one edge that may leave, keep their order.
 *
 * <p>Who pauses, who resumes: a box that is full takes no messages ({@link #hasRoom}), so that nothing that waits for a backup is ever dropped. An edge that pushes
 * back while the box is more than half full loses its outputs instead, or one slow edge would stop all others: SIP peers send again.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |                       Payload length                          |   0
 *  +-------------------------------+---------------+---------------+
 *  |        Edge's member          | Edge's thread |    Version    |   4
 *  +-------------------------------+---------------+---------------+
 *  |               Number of the record in its slot (64)           |   8
 *  +---------------------------------------------------------------+
 *  |               When it was made, monotonic ns (64)             |  16
 *  +---------------------------------------------------------------+
 *  |               Frame, see LinkFrame, padded to 8 bytes ...        24
 * </pre>
 *
 * <p>A message from one service of this worker's chain to another is an output too, with the edge that the chain's first request came by. {@link #deliver} takes it to its service when it might have
 * left, and {@link #release} forgets it then.
 *
 * <p>This is also the form in which backups keep outputs, so fields are only ever added with a new version; number and time mean nothing there.
 */
public final class Outbox {
    /** Outputs of one event; room for them is kept free, so that an event never finds the box full. */
    static final int EVENT_BYTES_MAX = 1 << 19;

    private static final byte VERSION = 1;
    private static final int LENGTH_OFFSET = 0;
    private static final int MEMBER_OFFSET = 4;
    private static final int THREAD_OFFSET = 6;
    private static final int VERSION_OFFSET = 7;
    private static final int NUMBER_OFFSET = 8;
    private static final int TIME_OFFSET = 16;
    private static final int FRAME_OFFSET = 24;
    private static final int PAYLOAD_OFFSET = FRAME_OFFSET + LinkFrame.HEADER_BYTES;
    private static final int ALIGNMENT = 8;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final long NO_NUMBER = Long.MAX_VALUE;
    /** In the place of the number of a message that was shown to its service. */
    private static final long TAKEN = Long.MAX_VALUE - 1;

    /** This part of the box is for messages between services, where there are any. */
    private static final int RESERVED_PART = 4;

    private final LinkEndpoint link;
    private final CounterSet<WorkerCounter> counters;
    private final int bytesMax;
    private final UnsafeBuffer box;
    private final LinkFrame frame = new LinkFrame();
    private final IntHashSet blocked = new IntHashSet();
    private int end;
    private long nowNs;
    /** What is kept free for messages between services of this worker. */
    private int reservedBytes;
    /** How many outputs are such messages. */
    private int within;

    Outbox(final LinkEndpoint link, final int bytesMax, final CounterSet<WorkerCounter> counters) {
        this.link = link;
        this.counters = counters;
        this.bytesMax = bytesMax;
        box = new UnsafeBuffer(new byte[bytesMax + EVENT_BYTES_MAX]);
    }

    /** Copies a SIP message that is to leave by the given port when the event's record is held by all backups. */
    public void addSip(
            final int slot, final ReplyPort to, final DirectBuffer message, final int offset, final int length) {
        final int bytes = recordBytes(length);
        if (end + bytes > box.capacity()) {
            counters.increment(WorkerCounter.OUTPUTS_DROPPED_OUTBOX_FULL);
            return;
        }
        if (to.isWithin()) {
            frame.wrapNew(box, end + FRAME_OFFSET, LinkFrame.TYPE_SIP_WITHIN).slot(slot);
            within++;
        } else {
            frame.wrapNew(box, end + FRAME_OFFSET, LinkFrame.TYPE_SIP_TO_EDGE).slot(slot);
        }
        to.to(frame);
        add(to.member(), to.thread(), slot, message, offset, length);
    }

    /** False if the port's edge is not heard of: what is sent there is lost. */
    public boolean reaches(final ReplyPort port) {
        return link.isReachable(port.member(), port.thread());
    }

    /**
     * The same for whoever has the port's registration now, by whatever connection but the port's: a copy for each thread of these edges.
     *
     * @param edges numbers of the edges in the cluster's list of members
     */
    public void addSipSought(
            final int slot,
            final ReplyPort to,
            final int[] edges,
            final DirectBuffer message,
            final int offset,
            final int length) {
        for (final int edge : edges) {
            for (int thread = 0; thread < link.threadsOf(edge); thread++) {
                if (end + recordBytes(length) > box.capacity()) {
                    counters.increment(WorkerCounter.OUTPUTS_DROPPED_OUTBOX_FULL);
                    return;
                }
                if (link.isReachable(edge, thread)) {
                    frame.wrapNew(box, end + FRAME_OFFSET, LinkFrame.TYPE_SIP_TO_EDGE)
                            .slot(slot);
                    to.to(frame);
                    frame.sought(true);
                    if (edge != to.member() || thread != to.thread()) {
                        frame.remotePort(0); // there it is nobody's flow
                    }
                    add(edge, thread, slot, message, offset, length);
                }
            }
        }
    }

    private void add(
            final int edge,
            final int thread,
            final int slot,
            final DirectBuffer message,
            final int offset,
            final int length) {
        box.putInt(end + LENGTH_OFFSET, length, ORDER);
        box.putShort(end + MEMBER_OFFSET, (short) edge, ORDER);
        box.putByte(end + THREAD_OFFSET, (byte) thread);
        box.putByte(end + VERSION_OFFSET, VERSION);
        box.putBytes(end + PAYLOAD_OFFSET, message, offset, length);
        finish(end, slot, NO_NUMBER, 0);
        end += recordBytes(length);
    }

    /**
     * Takes outputs that another owner's box held, in the form that {@link #buffer} has: ours now, and to leave with our record.
     *
     * <p>What is not in that form is dropped and counted: it comes from another process.
     */
    void addOpen(
            final int slot,
            final long epoch,
            final long number,
            final DirectBuffer outputs,
            final int offset,
            final int length) {
        int at = offset;
        final int limit = offset + length;
        while (at < limit) {
            final int payload = limit - at < PAYLOAD_OFFSET ? -1 : outputs.getInt(at + LENGTH_OFFSET, ORDER);
            if (payload < 0
                    || payload > limit - at - PAYLOAD_OFFSET
                    || recordBytes(payload) > limit - at
                    || outputs.getByte(at + VERSION_OFFSET) < VERSION) {
                counters.increment(WorkerCounter.OUTPUTS_UNREADABLE);
                return;
            }
            final int bytes = recordBytes(payload);
            if (end + bytes > box.capacity()) {
                counters.increment(WorkerCounter.OUTPUTS_DROPPED_OUTBOX_FULL);
                return;
            }
            box.putBytes(end, outputs, at, bytes);
            frame.wrap(box, end + FRAME_OFFSET, LinkFrame.HEADER_BYTES);
            frame.arrivalNs(0); // counted from a clock that another owner's first answer has stopped, or nobody has
            within += frame.type() == LinkFrame.TYPE_SIP_WITHIN ? 1 : 0;
            finish(end, slot, number, epoch);
            counters.increment(WorkerCounter.OUTPUTS_TAKEN_OVER);
            end += bytes;
            at += bytes;
        }
    }

    // ---- what the journal does with the outputs of an event

    /** Where the next output will begin. */
    int end() {
        return end;
    }

    /** The bytes of all outputs, from 0 to {@link #end}. */
    DirectBuffer buffer() {
        return box;
    }

    /** The slot of the output that begins here. */
    int slotAt(final int at) {
        frame.wrap(box, at + FRAME_OFFSET, LinkFrame.HEADER_BYTES);
        return frame.slot();
    }

    /** Where the output after this one begins. */
    int after(final int at) {
        return at + recordBytes(box.getInt(at + LENGTH_OFFSET, ORDER));
    }

    /** The outputs from here on are those of this record, and of its slot: a message can come by the token of another slot than that of its session, and its answer waits for the session's. */
    void seal(final int from, final int slot, final long epoch, final long number) {
        for (int at = from; at < end; at = after(at)) {
            finish(at, slot, number, epoch);
        }
    }

    /** Forgets the outputs from here on. */
    void truncate(final int from) {
        for (int at = from; within > 0 && at < end; at = after(at)) {
            within -= isUntaken(at) ? 1 : 0;
        }
        end = from;
    }

    // ---- messages between services of this worker

    /** There are several services, which say things to each other: other messages leave room for that, so that what was begun goes on. */
    public void reserveForWithin() {
        reservedBytes = bytesMax / RESERVED_PART;
    }

    /** True if there are messages from one service of this worker to another. */
    boolean hasWithin() {
        return within > 0;
    }

    /** True if there is a message to another service here that it was not shown yet. */
    private boolean isUntaken(final int at) {
        frame.wrap(box, at + FRAME_OFFSET, LinkFrame.HEADER_BYTES);
        return frame.type() == LinkFrame.TYPE_SIP_WITHIN && box.getLong(at + NUMBER_OFFSET, ORDER) != TAKEN;
    }

    /**
     * Shows messages from one service of this worker to another that may leave, in their order; what comes of them is added behind, and waits for its own records. The rest stays, for backups or for
     * another turn. If not even one can be shown because its outputs might find the box full, then the first is dropped, so that there is an end to it.
     *
     * @return how many were shown or dropped
     */
    int deliver(final SessionReplicator replicator, final LinkFrameHandler handler, final int limit) {
        final int until = end;
        int taken = 0;
        for (int at = 0; at < until && taken < limit && within > 0; at = after(at)) {
            if (isUntaken(at) && replicator.mayLeave(frame.slot(), box.getLong(at + NUMBER_OFFSET, ORDER))) {
                if (end > bytesMax) {
                    if (taken == 0) {
                        take(at);
                        counters.increment(WorkerCounter.MESSAGES_WITHIN_DROPPED);
                        taken++;
                    }
                    return taken;
                }
                take(at);
                taken++;
                handler.onFrame(box, at + FRAME_OFFSET, LinkFrame.HEADER_BYTES + box.getInt(at + LENGTH_OFFSET, ORDER));
            }
        }
        return taken;
    }

    private void take(final int at) {
        box.putLong(at + NUMBER_OFFSET, TAKEN, ORDER);
        within--;
    }

    // ---- turns

    /** True if something of this slot waits for backups or its edge. */
    public boolean holds(final int slot) {
        for (int at = 0; at < end; at = after(at)) {
            if (slotAt(at) == slot) {
                return true;
            }
        }
        return false;
    }

    /** False while a turn must take no message: what waits for backups or edges fills the box. */
    boolean hasRoom() {
        return end < bytesMax - reservedBytes;
    }

    boolean isEmpty() {
        return end == 0;
    }

    /** For outputs made from now on. */
    void now(final long turnNs) {
        nowNs = turnNs;
    }

    /**
     * Gives what may leave to the link. What backups or an edge do not take yet stays, and holds up nothing but its own slot or edge.
     *
     * @return how many outputs left or were given up
     */
    int release(final SessionReplicator replicator) {
        if (end == 0) {
            return 0;
        }
        int released = 0;
        int kept = 0;
        int held = 0;
        long oldestNs = nowNs;
        for (int at = 0; at < end; ) {
            final int length = box.getInt(at + LENGTH_OFFSET, ORDER);
            final int bytes = recordBytes(length);
            final long number = box.getLong(at + NUMBER_OFFSET, ORDER);
            frame.wrap(box, at + FRAME_OFFSET, LinkFrame.HEADER_BYTES);
            assert number != NO_NUMBER : "each output has its record before it is released";
            if (frame.type() == LinkFrame.TYPE_SIP_WITHIN
                    ? number == TAKEN
                    : replicator.mayLeave(frame.slot(), number) && isGone(at, length)) {
                released++;
            } else {
                oldestNs = Math.min(oldestNs, box.getLong(at + TIME_OFFSET, ORDER));
                if (kept != at) {
                    box.putBytes(kept, box, at, bytes);
                }
                kept += bytes;
                held++;
            }
            at += bytes;
        }
        end = kept;
        if (!blocked.isEmpty()) {
            blocked.clear();
            counters.increment(WorkerCounter.TURNS_BACK_PRESSURED);
        }
        gauge(held, nowNs - oldestNs);
        return released;
    }

    private void gauge(final int held, final long oldestNs) {
        counters.set(WorkerCounter.OUTPUTS_HELD, held);
        counters.set(WorkerCounter.OUTPUT_BYTES_HELD, end);
        counters.set(WorkerCounter.OLDEST_OUTPUT_HELD_NS, oldestNs);
    }

    /** Forgets what a slot has not sent yet: its next owner answers. */
    void drop(final int slot) {
        int kept = 0;
        for (int at = 0; at < end; ) {
            final int next = after(at);
            if (slotAt(at) == slot) {
                within -= isUntaken(at) ? 1 : 0;
                counters.increment(WorkerCounter.OUTPUTS_DROPPED_DISOWNED);
            } else {
                if (kept != at) {
                    box.putBytes(kept, box, at, next - at);
                }
                kept += next - at;
            }
            at = next;
        }
        end = kept;
        if (end == 0) {
            gauge(0, 0); // nothing is left to be released, which would say so
        }
    }

    private boolean isGone(final int at, final int length) {
        final int member = box.getShort(at + MEMBER_OFFSET, ORDER) & 0xFFFF;
        final int thread = box.getByte(at + THREAD_OFFSET) & 0xFF;
        if (!blocked.isEmpty() && blocked.contains(edgeId(member, thread))) {
            return isTooFull();
        }
        final long position = offer(member, thread, at, length);
        if (position > 0) {
            counters.increment(WorkerCounter.FRAMES_SENT);
            return true;
        }
        if ((position == LinkPublication.BACK_PRESSURED || position == LinkPublication.ADMIN_ACTION)
                && link.isReachable(member, thread)) {
            blocked.add(edgeId(member, thread));
            return isTooFull();
        }
        counters.increment(WorkerCounter.OUTPUTS_DROPPED_EDGE_GONE);
        return true;
    }

    /** True, and counted as dropped, if outputs for a slow edge may not wait any longer. */
    private boolean isTooFull() {
        if (end < bytesMax / 2) {
            return false;
        }
        counters.increment(WorkerCounter.OUTPUTS_DROPPED_OUTBOX_FULL);
        return true;
    }

    private long offer(final int member, final int thread, final int at, final int length) {
        try {
            return link.publication(member, thread)
                    .offer(box, at + FRAME_OFFSET, LinkFrame.HEADER_BYTES, box, at + PAYLOAD_OFFSET, length);
        } catch (IllegalArgumentException e) {
            return LinkPublication.NOT_CONNECTED; // the request named an edge that our list of members does not have
        }
    }

    private void finish(final int at, final int slot, final long number, final long epoch) {
        box.putLong(at + NUMBER_OFFSET, number, ORDER);
        box.putLong(at + TIME_OFFSET, nowNs, ORDER);
        frame.wrap(box, at + FRAME_OFFSET, LinkFrame.HEADER_BYTES);
        final boolean isWithin = frame.type() == LinkFrame.TYPE_SIP_WITHIN;
        frame.slot(slot)
                .epoch(epoch)
                .incarnation(link.incarnation())
                .member(isWithin ? box.getShort(at + MEMBER_OFFSET, ORDER) & 0xFFFF : link.member())
                .thread(isWithin ? box.getByte(at + THREAD_OFFSET) & 0xFF : link.thread());
    }

    private static int edgeId(final int member, final int thread) {
        return member << 8 | thread;
    }

    private static int recordBytes(final int length) {
        return (PAYLOAD_OFFSET + length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
