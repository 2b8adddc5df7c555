package io.dialtone.diameter.transport;

import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.peer.PeerConnection;

/** The peers of a loop, as its connections see them; {@link PeersAtTheDoor} are the real ones. Called only by the loop's thread. */
interface Door {
    /** Who uses one connection. */
    interface Session {
        /** A message that could be read; it is valid until this returns. */
        void onMessage(DiameterMessage message, long nowNs);

        /** A message that could not. */
        void onMalformed(DiameterMessage message, long nowNs);

        /** Hands were shaken after {@link PeerConnection#startTls}. */
        void onSecured(long nowNs);

        /** The connection is gone, and not because the session has closed it. */
        void onClosed(long nowNs);
    }

    /** Somebody has connected; the session may have closed the connection when this returns. */
    Session onAccepted(PeerConnection connection, long nowNs);

    int doWork(long nowNs);

    long nextDeadlineNs();
}
