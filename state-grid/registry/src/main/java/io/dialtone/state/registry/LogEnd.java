package io.dialtone.state.registry;

/**
 * How far a member's log reaches.
 *
 * @param term the leader's term in which it was last written to
 * @param position where it ends
 */
record LogEnd(long term, long position) {
    /** Of a member that has nothing, or nothing that it could start from. */
    static final LogEnd NOTHING = new LogEnd(-1, 0);

    boolean isNothing() {
        return term < 0;
    }

    /**
     * True if it ends before the leader's newest snapshot. What is before that may be purged already; and what a member has written in an older term may have been
     * overruled, which only those know who have the whole history.
     */
    boolean isBehind(final LeaderOffer offer) {
        return offer.hasSnapshot() && (term < offer.snapshotTerm() || position < offer.logPosition());
    }
}
