package io.dialtone.diameter.peer;

import java.util.List;
import org.agrona.DirectBuffer;

/** A connection with somebody, mostly a peer; a transport fills it. Called only by the thread of the {@link PeerDoor}. */
public interface PeerConnection {
    /** Not negative, and never that of another connection in this process's life. */
    long id();

    /**
     * Copies a whole message to what leaves for the peer.
     *
     * @return false if nothing was taken: the queue is full, or the connection closed
     */
    boolean send(DirectBuffer buffer, int offset, int length);

    /** What was taken and has not left. */
    int queuedBytes();

    /**
     * Closes it after what was sent has left, within a time of the transport's; calls nobody back. More calls do nothing.
     */
    void close(CloseCause cause);

    /** Who is at the other end, for logs and status. */
    String remote();

    /** Whether all that comes and goes is protected by TLS or IPsec. */
    boolean isSecure();

    /**
     * DNS names of the certificate that the other side has shown and that leads to an authority of ours, as they stand there, a {@code *} in front of some;
     * empty if it has shown none.
     */
    List<String> certificateNames();

    /**
     * Begins TLS on a connection without, after capabilities agreed on it (Inband-Security-Id). {@link PeerSession#onSecured} says when hands are shaken;
     * a failure closes the connection. What is sent meanwhile waits for it.
     *
     * @param asServer true on the side that was dialled
     * @return false if this transport cannot
     */
    default boolean startTls(final boolean asServer) {
        return false;
    }
}
