package io.dialtone.diameter.peer;

import io.dialtone.diameter.codec.DiameterMessage;

/**
 * What becomes of peers and what comes from them; an agent fills it. Called only by the thread of the {@link PeerDoor}.
 *
 * <p>A peer can have several connections; {@code by} says which one is meant. Whether the peer can be used, by whichever, is told by {@link Peer#isUsable()},
 * which is up to date when any of these is called.
 */
public interface PeerListener {
    /** Capabilities are exchanged. If this comes after a loss, the connection may still have to prove itself: {@link #onPeerRecovered} then follows. */
    void onPeerOpen(Peer peer, PeerSession by, long nowNs);

    /** Nothing is heard, not even an answer to a watchdog: what was sent by this connection and is unanswered should go elsewhere (failover, RFC 3539). */
    void onPeerSuspect(Peer peer, PeerSession by, long nowNs);

    /** It may be used again (failback, RFC 3539). */
    void onPeerRecovered(Peer peer, PeerSession by, long nowNs);

    /** The connection, which was open, is gone: what was sent by it will not be answered. */
    void onPeerClosed(Peer peer, PeerSession by, CloseCause cause, long nowNs);

    /**
     * This side or the other wants to end the connection. It gets no new requests; answers still come. Whoever waits for none of them calls {@link
     * PeerSession#drained}, here or later; else time goes on it, {@link PeerTimes#drain()} if we want to end it, {@link PeerTimes#disconnectHold()} if they do.
     */
    void onPeerDraining(Peer peer, PeerSession by, DisconnectCause cause, long nowNs);

    /** Its Origin-State-Id has changed: sessions that it had before are lost (RFC 6733 section 8.16). The connection goes on. */
    void onPeerRestarted(Peer peer, long originStateId, long nowNs);

    /** It is no longer in the table, and {@link Peer#index()} will be another's. */
    void onPeerRemoved(Peer peer, long nowNs);

    /** A request that is no base message; the message is valid until this returns. Its answer goes by {@link Peer#reply} with {@code by.id()}. */
    void onRequest(Peer from, PeerSession by, DiameterMessage message, long nowNs);

    /** An answer that is no base message; the message is valid until this returns. */
    void onAnswer(Peer from, PeerSession by, DiameterMessage message, long nowNs);
}
