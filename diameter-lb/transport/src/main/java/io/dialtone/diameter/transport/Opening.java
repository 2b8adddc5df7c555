package io.dialtone.diameter.transport;

import io.dialtone.diameter.peer.PeerConnection;

/** Who waits for a connection to come about; one of the two is called, once. Called only by the loop's thread. */
interface Opening {
    /** It is there, with TLS if that was asked for; the session may have closed it when this returns. */
    Door.Session onOpen(PeerConnection connection, long nowNs);

    /** It is not, and will not be. */
    void onFailed(long nowNs);
}
