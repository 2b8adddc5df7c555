package io.dialtone.diameter.routing;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Peers that a request could go to, with what of their weight counts now. Filled anew for each choice; called only by the relay's thread. */
final class Candidates {
    private final @Nullable RelayPeer[] peers = new @Nullable RelayPeer[PeerGroup.MEMBERS_MAX];
    private final double[] weights = new double[PeerGroup.MEMBERS_MAX];
    private int count;

    void clear() {
        count = 0;
    }

    void add(final RelayPeer peer, final double weight) {
        peers[count] = peer;
        weights[count++] = weight;
    }

    int count() {
        return count;
    }

    RelayPeer peer(final int place) {
        return Objects.requireNonNull(peers[place], "below the count there are peers");
    }

    double weight(final int place) {
        return weights[place];
    }
}
