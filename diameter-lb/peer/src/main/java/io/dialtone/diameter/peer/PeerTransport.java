package io.dialtone.diameter.peer;

/** The way out to peers that are not connected; a transport fills it. Called only by the thread of the {@link PeerDoor}. */
public interface PeerTransport {
    /**
     * Begins to connect to {@link PeerSpec#address()}, over TLS if that says so. Answers by {@link PeerDoor#onDialled} or {@link PeerDoor#onDialFailed}, once,
     * later or before this returns; after {@link PeerTimes#connect()} nobody waits for it any more, and a connection that comes then is closed.
     */
    void dial(PeerSpec peer, DialTicket ticket);
}
