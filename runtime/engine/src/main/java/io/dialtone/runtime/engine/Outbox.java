package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkPublication;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntHashSet;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a worker's turn wants to send, held until the turn's state may be seen by others, then given to the link. Called only by the owning worker.
 *
 * <p>{@link #release} is the one place from which anything leaves a worker. Today the end of the turn is enough; when state is replicated, release waits there for
 * the backup's word.
 *
 * <p>Who pauses, who resumes: when an edge is slower than we are, its outputs stay here and are offered again next turn. When the box is full a
 * further output is dropped and counted: SIP peers send again.
 */
public final class Outbox {
    private static final int LENGTH_OFFSET = 0;
    private static final int MEMBER_OFFSET = 4;
    private static final int THREAD_OFFSET = 8;
    private static final int FRAME_OFFSET = 16;
    private static final int PAYLOAD_OFFSET = FRAME_OFFSET + LinkFrame.HEADER_BYTES;
    private static final int ALIGNMENT = 8;

    private final LinkEndpoint link;
    private final CounterSet<WorkerCounter> counters;
    private final UnsafeBuffer box;
    private final LinkFrame frame = new LinkFrame();
    private final IntHashSet blocked = new IntHashSet();
    private int end;

    Outbox(final LinkEndpoint link, final int bytesMax, final CounterSet<WorkerCounter> counters) {
        this.link = link;
        this.counters = counters;
        box = new UnsafeBuffer(new byte[bytesMax]);
    }

    /** Copies a SIP message that is to leave by the given port when the turn's outputs are released. */
    public void addSip(
            final int slot,
            final long epoch,
            final ReplyPort to,
            final DirectBuffer message,
            final int offset,
            final int length) {
        final int bytes = recordBytes(length);
        if (end + bytes > box.capacity()) {
            counters.increment(WorkerCounter.OUTPUTS_DROPPED_OUTBOX_FULL);
            return;
        }
        box.putInt(end + LENGTH_OFFSET, length);
        box.putInt(end + MEMBER_OFFSET, to.member());
        box.putInt(end + THREAD_OFFSET, to.thread());
        frame.wrapNew(box, end + FRAME_OFFSET, LinkFrame.TYPE_SIP_TO_EDGE)
                .slot(slot)
                .epoch(epoch)
                .incarnation(link.incarnation())
                .member(link.member())
                .thread(link.thread());
        to.to(frame);
        box.putBytes(end + PAYLOAD_OFFSET, message, offset, length);
        end += bytes;
    }

    public boolean isEmpty() {
        return end == 0;
    }

    /**
     * Gives what may leave to the link, in order for each edge. What an edge pushes back stays, and does not hold up other edges.
     *
     * @return how many outputs left or were given up
     */
    int release() {
        if (end == 0) {
            return 0;
        }
        int released = 0;
        int kept = 0;
        for (int at = 0; at < end; ) {
            final int length = box.getInt(at + LENGTH_OFFSET);
            final int bytes = recordBytes(length);
            if (isGone(at, length)) {
                released++;
            } else {
                if (kept != at) {
                    box.putBytes(kept, box, at, bytes);
                }
                kept += bytes;
            }
            at += bytes;
        }
        end = kept;
        if (kept > 0) {
            blocked.clear();
            counters.increment(WorkerCounter.TURNS_BACK_PRESSURED);
        }
        return released;
    }

    private boolean isGone(final int at, final int length) {
        final int member = box.getInt(at + MEMBER_OFFSET);
        final int thread = box.getInt(at + THREAD_OFFSET);
        if (!blocked.isEmpty() && blocked.contains(edgeId(member, thread))) {
            return false;
        }
        final long position = offer(member, thread, at, length);
        if (position > 0) {
            counters.increment(WorkerCounter.FRAMES_SENT);
            return true;
        }
        if ((position == LinkPublication.BACK_PRESSURED || position == LinkPublication.ADMIN_ACTION)
                && link.isReachable(member, thread)) {
            blocked.add(edgeId(member, thread));
            return false;
        }
        counters.increment(WorkerCounter.OUTPUTS_DROPPED_EDGE_GONE);
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

    private static int edgeId(final int member, final int thread) {
        return member << 8 | thread;
    }

    private static int recordBytes(final int length) {
        return (PAYLOAD_OFFSET + length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
