package io.dialtone.api.link;

import org.agrona.DirectBuffer;

/**
 * One direction of the corridor: from one thread here to one thread of another process.
 * Called only by the thread it was opened for.
 */
public interface LinkPublication {
    /** Nobody listens at the other end (yet, or any more): drop, count, and answer by the protocol if an answer is due. */
    long NOT_CONNECTED = -1;

    /** The other end is slower than we are: shed at the gate, never spin. */
    long BACK_PRESSURED = -2;

    /** The corridor is busy with itself (a term rotates): try once more in the next turn, or shed. */
    long ADMIN_ACTION = -3;

    /** The corridor was closed: forget this publication. */
    long CLOSED = -4;

    /** The frame is longer than the corridor carries: refuse the message. */
    long TOO_LONG = -5;

    /**
     * Offers one frame made of a header and a body, which are copied before this returns.
     *
     * @return the new position, more than 0, or one of the named negatives above
     */
    long offer(
            DirectBuffer header, int headerOffset, int headerLength, DirectBuffer body, int bodyOffset, int bodyLength);

    /** The longest frame, header and body together, that {@link #offer} accepts, in bytes. */
    int frameBytesMax();
}
