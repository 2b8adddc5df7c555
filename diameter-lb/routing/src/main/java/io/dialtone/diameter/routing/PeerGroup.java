package io.dialtone.diameter.routing;

import io.dialtone.diameter.dictionary.AvpPath;
import io.dialtone.diameter.peer.Expect;
import io.dialtone.diameter.peer.PeerIdentity;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Peers that serve the same requests. Immutable.
 *
 * @param name by which routes and rules call it
 * @param members in the order of their priorities
 * @param algorithm how one of those with the best priority is chosen
 * @param key the AVP that WEIGHTED_HASH goes by; the Session-Id if there is none
 * @param sticky whether a session stays with its peer for as long as that is usable
 */
public record PeerGroup(String name, List<Member> members, Algorithm algorithm, Optional<AvpPath> key, boolean sticky) {
    public static final int MEMBERS_MAX = 256;
    public static final int WEIGHT_DEFAULT = 100;
    public static final int WEIGHT_MAX = 10_000;
    public static final int PRIORITY_DEFAULT = 0;
    public static final int PRIORITY_MAX = 1_000;

    /**
     * A peer of the group.
     *
     * @param host its Origin-Host
     * @param weight its share of the requests, against the others' of its priority
     * @param priority only when no peer with a lower one is usable it is used
     */
    public record Member(String host, int weight, int priority) {
        public Member {
            host = PeerIdentity.of(host).host();
            Expect.between("weight of " + host, weight, 1, WEIGHT_MAX, WEIGHT_DEFAULT);
            Expect.between("priority of " + host, priority, 0, PRIORITY_MAX, PRIORITY_DEFAULT);
        }

        public static Member of(final String host) {
            return new Member(host, WEIGHT_DEFAULT, PRIORITY_DEFAULT);
        }
    }

    public PeerGroup {
        members = members.stream()
                .sorted(Comparator.comparingInt(Member::priority))
                .toList();
        if (members.isEmpty() || members.size() > MEMBERS_MAX) {
            throw new IllegalArgumentException(
                    "group " + name + ": " + members.size() + " peers (expected: 1 to " + MEMBERS_MAX + ")");
        }
        final Set<String> hosts = new HashSet<>();
        for (final Member member : members) {
            if (!hosts.add(member.host())) {
                throw new IllegalArgumentException("group " + name + ": " + member.host()
                        + " is there twice (expected: each peer once). Maybe a higher weight is meant.");
            }
        }
    }

    /** Peers alike, sessions staying where they are, new ones spread by weighted hash. */
    public static PeerGroup of(final String name, final String... hosts) {
        return new PeerGroup(
                name,
                List.of(hosts).stream().map(Member::of).toList(),
                Algorithm.WEIGHTED_HASH,
                Optional.empty(),
                true);
    }

    public PeerGroup withAlgorithm(final Algorithm other) {
        return new PeerGroup(name, members, other, key, sticky);
    }

    public PeerGroup withKey(final AvpPath path) {
        return new PeerGroup(name, members, algorithm, Optional.of(path), sticky);
    }

    public PeerGroup withSticky(final boolean stays) {
        return new PeerGroup(name, members, algorithm, key, stays);
    }
}
