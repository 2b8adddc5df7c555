package io.dialtone.state.registry;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a member has heard from the others before it takes part.
 *
 * @param leader what the leader offers; null as long as none has answered
 * @param withLog numbers of those whose archive has a log
 * @param empty numbers of those whose archive has none
 * @param others how many others there are
 */
record PeerWords(@Nullable LeaderOffer leader, Set<Integer> withLog, Set<Integer> empty, int others) {
    PeerWords {
        withLog = Set.copyOf(withLog);
        empty = Set.copyOf(empty);
    }
}
