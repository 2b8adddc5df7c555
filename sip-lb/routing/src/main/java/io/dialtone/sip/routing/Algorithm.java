package io.dialtone.sip.routing;

/** How a balancer chooses the backend of a request that nothing binds to one: no dialog, no transaction, and no earlier request of its key. */
public enum Algorithm {
    /** By the key alone: the winner of weighted rendezvous hashing. Balancers side by side, and after a restart, choose alike. */
    WEIGHTED_HASH("By the key alone; balancers side by side, and after a restart, choose alike."),
    /** Of the key's first two by rendezvous the one that has fewer open transactions for its weight. */
    LEAST_OF_TWO("Of the key's first two the one that has fewer open transactions for its weight."),
    /** Of the key's first two by rendezvous the one that answers sooner, times its open transactions for its weight. */
    PEAK_EWMA("Of the key's first two the one that answers sooner, its open transactions counted in.");

    private final String meaning;

    Algorithm(final String meaning) {
        this.meaning = meaning;
    }

    /** A sentence for people. */
    public String meaning() {
        return meaning;
    }

    /** Whether the answer depends on what backends do at the moment, so that it must be remembered for the key. */
    boolean isByLoad() {
        return this != WEIGHTED_HASH;
    }
}
