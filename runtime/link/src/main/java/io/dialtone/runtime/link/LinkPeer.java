package io.dialtone.runtime.link;

import org.jspecify.annotations.Nullable;

/**
 * One thread of a peer and the way to it.
 *
 * @param counters added to only by the thread that owns the endpoint
 * @param opener for what comes sealed, or null if what comes from the peer is not
 */
record LinkPeer(
        LinkMember member,
        int thread,
        AeronLinkPublication publication,
        LinkCounters counters,
        @Nullable FrameOpener opener) {
    /** A number of its own for each thread of each member. */
    int key() {
        return member.number() * LinkMember.THREADS_MAX + thread;
    }

    @Override
    public String toString() {
        return member.name() + "/" + thread;
    }
}
