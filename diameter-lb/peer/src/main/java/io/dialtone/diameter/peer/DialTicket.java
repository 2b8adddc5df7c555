package io.dialtone.diameter.peer;

/**
 * Stands for one attempt to reach a peer: the transport brings it back with the connection, or with its failure. Compared by identity; only its door reads it.
 */
public final class DialTicket {
    private final PeerMachine machine;

    DialTicket(final PeerMachine machine) {
        this.machine = machine;
    }

    PeerMachine machine() {
        return machine;
    }
}
