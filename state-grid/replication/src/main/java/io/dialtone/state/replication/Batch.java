package io.dialtone.state.replication;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Places in a frame of entries, which follow its head; and in an acknowledgement. Both begin after the link's header.
 *
 * <pre>
 *   Batch                                     Acknowledgement
 *   0  generation of the stream (64)          0  generation of the stream (64)
 *   8  receiver's incarnation (64)            8  receiver's incarnation (64)
 *  16  position of the first entry (64)      16  position applied up to (64)
 *  24  position committed up to (64)         24  position known to be committed up to (64)
 *  32  entries                               32  flags (32), number of refusals (32)
 *                                            40  version of the map that the sender goes by (64)
 *                                            48  refusals: slot (32), reason (32), epoch (64)
 * </pre>
 *
 * A batch without entries is a beat; its first position is that of the next entry. If the frame says so ({@link io.dialtone.api.link.LinkFrame#isAcknowledging}), an acknowledgement without refusals comes
 * before the batch.
 */
final class Batch {
    static final int GENERATION_OFFSET = 0;
    static final int RECEIVER_OFFSET = 8;
    static final int POSITION_OFFSET = 16;
    static final int COMMITTED_OFFSET = 24;
    static final int HEADER_BYTES = 32;

    static final int FLAGS_OFFSET = 32;
    static final int REFUSALS_OFFSET = 36;
    static final int MAP_VERSION_OFFSET = 40;
    static final int ACK_HEADER_BYTES = 48;
    static final int REFUSAL_BYTES = 16;

    /** The peer has a gap after what it has applied. */
    static final int FLAG_GAP = 1;

    /** The slot has an owner of a later epoch, which is in the refusal. */
    static final int REASON_STALE = 1;

    /** The replica of the slot is not complete any more, and will not be before another snapshot. */
    static final int REASON_BROKEN = 2;

    private Batch() {}

    static void write(
            final MutableDirectBuffer buffer,
            final int offset,
            final long generation,
            final long receiver,
            final long position,
            final long committed) {
        buffer.putLong(offset + GENERATION_OFFSET, generation);
        buffer.putLong(offset + RECEIVER_OFFSET, receiver);
        buffer.putLong(offset + POSITION_OFFSET, position);
        buffer.putLong(offset + COMMITTED_OFFSET, committed);
    }

    static long generation(final DirectBuffer buffer, final int offset) {
        return buffer.getLong(offset + GENERATION_OFFSET);
    }

    static long receiver(final DirectBuffer buffer, final int offset) {
        return buffer.getLong(offset + RECEIVER_OFFSET);
    }

    static long position(final DirectBuffer buffer, final int offset) {
        return buffer.getLong(offset + POSITION_OFFSET);
    }

    static long committed(final DirectBuffer buffer, final int offset) {
        return buffer.getLong(offset + COMMITTED_OFFSET);
    }
}
