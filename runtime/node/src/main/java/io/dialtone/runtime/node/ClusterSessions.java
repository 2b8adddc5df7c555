package io.dialtone.runtime.node;

import io.dialtone.api.AffinityRule;
import io.dialtone.placement.table.SipHash;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.sip.OwnCallId;
import io.dialtone.sip.codec.AffinityKeyView;
import io.dialtone.sip.codec.SipMessage;

/** Sessions of a cluster: a call of a service says in its Call-ID whose it is, another by its affinity key. For one thread. */
final class ClusterSessions implements SessionNames {
    private final OwnCallId ownCallId;
    private final SipHash keyHash;
    private final AffinityKeyView key;

    private ClusterSessions(final OwnCallId ownCallId, final SipHash keyHash, final AffinityKeyView key) {
        this.ownCallId = ownCallId;
        this.keyHash = keyHash;
        this.key = key;
    }

    static ClusterSessions of(final ClusterPlan cluster, final AffinityRule affinity) {
        return new ClusterSessions(
                new OwnCallId(SlotToken.of(
                        cluster.key(),
                        ClusterPlan.GROUP,
                        cluster.slots().table().slots())),
                cluster.key().derive(NodeHouse.SESSION_KEYS),
                new AffinityKeyView(
                        AffinityKeyView.Place.valueOf(affinity.kind().name()), affinity.header()));
    }

    @Override
    public long sessionOf(final SipMessage message) {
        if (ownCallId.read(message)) {
            return ownCallId.sessionHash();
        }
        key.wrap(message);
        return keyHash.hash(key.buffer(), key.offset(), key.length());
    }
}
