package io.dialtone.diameter.routing;

/**
 * One connection of a peer, as long as a pending request came or went by it, even if it is closed. Called only by the relay's thread.
 */
final class PeerLane {
    private final RelayPeer peer;
    private final int index;
    private final long connection;
    /** Requests that went by it and are unanswered. */
    int pending;
    /** Requests that came by it and are unanswered. */
    int owed;

    boolean isClosed;
    boolean isDraining;

    PeerLane(final RelayPeer peer, final int index, final long connection) {
        this.peer = peer;
        this.index = index;
        this.connection = connection;
    }

    RelayPeer peer() {
        return peer;
    }

    /** No other's while this one is there: also the number of its list of pending requests. */
    int index() {
        return index;
    }

    long connection() {
        return connection;
    }

    boolean isIdle() {
        return pending == 0 && owed == 0;
    }
}
