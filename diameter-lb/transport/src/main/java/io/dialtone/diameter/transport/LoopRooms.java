package io.dialtone.diameter.transport;

import io.dialtone.diameter.peer.PeerDoor;
import io.dialtone.diameter.peer.PeerTransport;

/**
 * What stands on a loop's connections. Called only by the loop's thread, once it runs.
 *
 * @param door where connections come in
 * @param turn what else has a turn
 */
public record LoopRooms(PeerDoor door, Turn turn) {
    /** Furnishes the loops; called by the thread that starts the transport. */
    public interface Factory {
        /**
         * Makes the rooms of one loop. Peers that are added to its door here are dialled when the loop runs.
         *
         * @param loop its index
         * @param transport the way to peers, for its door
         */
        LoopRooms create(int loop, PeerTransport transport, long nowNs);
    }
}
