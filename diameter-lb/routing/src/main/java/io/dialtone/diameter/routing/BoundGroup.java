package io.dialtone.diameter.routing;

import io.dialtone.diameter.dictionary.AvpFinder;
import io.dialtone.diameter.dictionary.AvpPath;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** A group of the route table with the peers that its names stand for at the moment. Built anew when peers or routes change; called only by the relay's thread. */
final class BoundGroup {
    private final PeerGroup group;
    private final @Nullable RelayPeer[] peers;
    private final int[] weights;
    private final int[] priorities;
    private final PeerChooser chooser;
    private final @Nullable AvpFinder key;

    BoundGroup(final PeerGroup group, final PeerDirectory directory) {
        final List<PeerGroup.Member> members = group.members();
        this.group = group;
        this.peers = new @Nullable RelayPeer[members.size()];
        this.weights = new int[members.size()];
        this.priorities = new int[members.size()];
        this.chooser = switch (group.algorithm()) {
            case WEIGHTED_HASH -> new RendezvousChooser();
            case LEAST_PENDING -> new LeastPendingChooser();
            case PEAK_EWMA -> new PeakEwmaChooser();
        };
        this.key = group.key().map(AvpPath::finder).orElse(null);
        for (int i = 0; i < members.size(); i++) {
            final byte[] host = Names.bytes(members.get(i).host());
            peers[i] = directory.find(new UnsafeBuffer(host), 0, host.length);
            weights[i] = members.get(i).weight();
            priorities[i] = members.get(i).priority();
        }
    }

    PeerGroup group() {
        return group;
    }

    PeerChooser chooser() {
        return chooser;
    }

    /** What looks for the AVP that its choice goes by; null if that is the Session-Id. */
    @Nullable
    AvpFinder key() {
        return key;
    }

    int count() {
        return peers.length;
    }

    /** Null while nobody of that name was ever connected. */
    @Nullable
    RelayPeer peer(final int n) {
        return peers[n];
    }

    int weight(final int n) {
        return weights[n];
    }

    int priority(final int n) {
        return priorities[n];
    }

    boolean has(final RelayPeer peer) {
        for (final RelayPeer member : peers) {
            if (member == peer) {
                return true;
            }
        }
        return false;
    }
}
