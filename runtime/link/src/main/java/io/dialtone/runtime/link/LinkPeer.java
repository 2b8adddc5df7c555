package io.dialtone.runtime.link;

/**
 * One thread of a peer and the way to it.
 *
 * @param counters added to only by the thread that owns the endpoint
 */
record LinkPeer(LinkMember member, int thread, AeronLinkPublication publication, LinkCounters counters) {
    /** A number of its own for each thread of each member. */
    int key() {
        return member.number() * LinkMember.THREADS_MAX + thread;
    }

    @Override
    public String toString() {
        return member.name() + "/" + thread;
    }
}
