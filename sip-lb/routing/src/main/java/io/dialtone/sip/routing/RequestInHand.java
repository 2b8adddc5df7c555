package io.dialtone.sip.routing;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The request that an I/O thread of an edge is just handling, or the response for a node: who it is, where it goes, and where its bytes lie. One per
 * thread, filled anew for each; valid until the next.
 */
final class RequestInHand {
    /** First half of its key: the transaction, with CANCEL and ACK. */
    long transaction;

    /** Second half of its key: the request alone. */
    long request;

    int slot;
    boolean isAck;
    boolean isResponse;

    /** Whether an owner was given the request before. */
    boolean wasSeen;

    SipFlow from = new SipFlow();

    /** When it came in, by the wall clock. */
    long arrivalNs;

    DirectBuffer buffer = new UnsafeBuffer(0, 0);
    int offset;
    int length;

    void bytes(final DirectBuffer itsBuffer, final int itsOffset, final int itsLength) {
        buffer = itsBuffer;
        offset = itsOffset;
        length = itsLength;
    }
}
