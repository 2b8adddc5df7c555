package io.dialtone.runtime.link;

import java.util.Map;

/**
 * What one of our threads counted of one thread of a peer, for status and metrics.
 *
 * @param thread our thread
 * @param peer name of the peer
 * @param peerThread its thread
 * @param connected Aeron's word that somebody reads our stream; not a sign of life
 */
public record LinkPeerStatus(
        int thread, String peer, int peerThread, boolean connected, Map<LinkCounter, Long> counters) {

    /** Whether the peer's beats come: found once more often than lost. */
    public boolean reachable() {
        return counters.getOrDefault(LinkCounter.PEER_FOUND, 0L) > counters.getOrDefault(LinkCounter.PEER_LOST, 0L);
    }
}
