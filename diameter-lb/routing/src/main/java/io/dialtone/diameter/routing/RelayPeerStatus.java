package io.dialtone.diameter.routing;

import io.dialtone.diameter.peer.PeerIdentity;

/** Counts and answer times of one peer; they go on changing while they are read. Any thread may call it. */
public final class RelayPeerStatus {
    private final RelayPeer peer;

    RelayPeerStatus(final RelayPeer peer) {
        this.peer = peer;
    }

    public PeerIdentity identity() {
        return peer.identity();
    }

    public long count(final RelayPeerCounter counter) {
        return peer.counts().get(counter);
    }

    public AnswerTimes answerTimes() {
        return peer.times();
    }
}
