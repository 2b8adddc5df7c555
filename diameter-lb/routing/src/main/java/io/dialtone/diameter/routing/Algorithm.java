package io.dialtone.diameter.routing;

/** How a peer of a group is chosen for a request whose session has none yet. */
public enum Algorithm {
    /** By the key alone, the winner of weighted rendezvous hashing: relays side by side, and after a restart, choose alike. */
    WEIGHTED_HASH("By the key alone; relays side by side, and after a restart, choose alike."),
    LEAST_PENDING("The peer with the fewest unanswered requests for its weight."),
    PEAK_EWMA("The peer that answers soonest, its unanswered requests counted in.");

    private final String meaning;

    Algorithm(final String meaning) {
        this.meaning = meaning;
    }

    /** A sentence for people. */
    public String meaning() {
        return meaning;
    }
}
