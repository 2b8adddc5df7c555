package io.dialtone.state.registry;

import java.util.concurrent.TimeUnit;

/**
 * Decides whether a member may take part with what it has, or has to fetch the leader's snapshot first. A pure function.
 *
 * <p>Who has nothing must not vote: it may have confirmed, before its directory was lost, what only a dead leader has besides. So it waits for a leader, unless the others
 * have nothing either, or the majority has nothing and nobody else is to be seen.
 */
final class Arrival {
    /** How long a member with a log waits for a leader's word. With none it takes part: it may be needed to elect one. */
    static final long LEADER_WAIT_NS = TimeUnit.SECONDS.toNanos(1);

    /** How long a majority of empty members waits for the others, when a registry begins. */
    static final long FRESH_WAIT_NS = TimeUnit.SECONDS.toNanos(3);

    /** How long an empty member waits before it says that it cannot start; it is tried again then. */
    static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

    /** What to do next. */
    enum Step {
        WAIT,
        TAKE_PART,
        FETCH,
        GIVE_UP
    }

    private Arrival() {}

    static Step next(final LogEnd own, final PeerWords words, final long waitedNs) {
        final LeaderOffer leader = words.leader();
        if (leader != null) {
            return own.isBehind(leader) ? Step.FETCH : Step.TAKE_PART;
        }
        if (!own.isNothing()) {
            return waitedNs >= LEADER_WAIT_NS ? Step.TAKE_PART : Step.WAIT;
        }
        if (words.withLog().isEmpty() && isBeginning(words, waitedNs)) {
            return Step.TAKE_PART;
        }
        return waitedNs >= PATIENCE_NS ? Step.GIVE_UP : Step.WAIT;
    }

    private static boolean isBeginning(final PeerWords words, final long waitedNs) {
        final int empty = words.empty().size();
        final boolean isMajority = 2 * (empty + 1) > words.others() + 1;
        return empty == words.others() || (isMajority && waitedNs >= FRESH_WAIT_NS);
    }

    /** Why an empty member does not start, for an operator. */
    static String reason(final PeerWords words) {
        return words.withLog().isEmpty()
                ? "its directory is empty and too few of the other members are to be seen (expected: a leader to fetch from, or a majority of empty members that begin)"
                : "its directory is empty and nobody leads, though " + words.withLog()
                        + " have a log (expected: a majority of the others, to fetch from its leader)";
    }
}
