package io.dialtone.diameter.peer;

/**
 * How long to wait before a peer is dialled again: twice as long with each failure, up to a most, and up to a quarter less by chance, so that peers of a node that
 * comes back do not all call in one moment. Called only by the {@link PeerMachine} that has it.
 */
final class BackOff {
    private final long firstNs;
    private final long maxNs;
    private final Jitter jitter;

    private long nextNs;
    private long lastNs;

    BackOff(final long firstNs, final long maxNs, final Jitter jitter) {
        this.firstNs = firstNs;
        this.maxNs = maxNs;
        this.jitter = jitter;
        this.nextNs = firstNs;
    }

    long waitNs() {
        lastNs = nextNs - jitter.upTo(nextNs / 4);
        nextNs = Math.min(2 * nextNs, maxNs);
        return lastNs;
    }

    /** A connection has lasted so long: if longer than the wait before it, all begins anew. */
    void onLasted(final long lastedNs) {
        if (lastedNs >= lastNs) {
            nextNs = firstNs;
        }
    }

    /** The peer says that it has no room: the longest wait. */
    void onBusy() {
        nextNs = maxNs;
    }
}
