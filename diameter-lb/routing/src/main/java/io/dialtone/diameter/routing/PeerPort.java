package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.DiameterMessage;
import org.agrona.DirectBuffer;

/** What the relay needs of a peer. Called only by the relay's thread. */
interface PeerPort {
    /** What {@link #send} says when nothing was taken. */
    long NOT_SENT = -1;

    /** Whether new requests may go to it: open, not suspect, not being drained. */
    boolean isUsable();

    /** Whether requests of an application may go to it. */
    boolean supports(int applicationId);

    /** Copies a request to one of its connections and returns that one's number, or NOT_SENT. */
    long send(DirectBuffer buffer, int offset, int length);

    /** Copies an answer to the connection that its request came by; false if that is gone or took nothing. */
    boolean reply(long connection, DirectBuffer buffer, int offset, int length);

    /** Takes a request that is for this node itself; false if nobody here serves it. */
    boolean serve(long connection, DiameterMessage request, long nowNs);

    /** Nobody waits for anything by this connection any more, which is being drained. */
    void drained(long connection, long nowNs);
}
