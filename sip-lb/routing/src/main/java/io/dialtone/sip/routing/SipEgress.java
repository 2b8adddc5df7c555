package io.dialtone.sip.routing;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The way out of routing; transports fill it. Called only by the I/O thread it belongs to. */
public interface SipEgress {
    /**
     * Queues a message for the peer of {@code to}, from the socket of its listener. The bytes are read when the transport flushes, at the end of
     * its turn or when its batch is full, and must stay as they are until then: they lie where {@link SipIngress#onMessage} showed them, or in a
     * buffer from {@link #claim}.
     *
     * @return false if the message could not be taken and was dropped and counted
     */
    boolean send(UnsafeBuffer buffer, int offset, int length, SipFlow to);

    /**
     * Like {@link #send}, for a message of up to 65 535 bytes that lies elsewhere, for instance in the link's memory: it is copied before this
     * returns.
     */
    boolean sendCopy(DirectBuffer buffer, int offset, int length, SipFlow to);

    /** Whether a message to this peer can leave as things are: true for datagrams; for streams, if there is a connection with the peer. Else sending opens one first. */
    boolean isConnected(SipFlow to);

    /**
     * What is sent to this port of a peer may leave by a connection that the peer has made, if it has shown that its address is its own (RFC 5923). Nothing where there are no connections.
     *
     * @param from where the message came from that asked for it
     */
    void reuse(SipFlow from, int port);

    /** A buffer of {@link #CLAIM_BYTES} for a message that we write ourselves; given back by sending it or by the end of the turn. */
    UnsafeBuffer claim();

    /** Size of a claimed buffer. */
    int CLAIM_BYTES = 4096;

    /** Listeners in the order of configuration, with the port the system chose. */
    SipListener listener(int index);

    int listeners();
}
