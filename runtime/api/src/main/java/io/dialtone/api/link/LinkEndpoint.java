package io.dialtone.api.link;

import org.jspecify.annotations.Nullable;

/**
 * The whole corridor as one thread of a process sees it: what comes in for this thread, the ways out to the threads of its peers, and
 * whether those are alive. Called only by that thread.
 *
 * <p>Each turn the thread calls {@link #doWork} once and then {@link #poll} as it sees fit. Beats are sent and swallowed inside: a handler never
 * sees {@link LinkFrame#TYPE_BEAT}. Because the thread itself sends them, they prove that the thread works and not only that its process exists.
 */
public interface LinkEndpoint extends LinkSubscription {
    /** Number of this process in the cluster's list of members. */
    int member();

    /** Number of this thread in its process; both go into every frame sent. */
    int thread();

    /** Random number of this process's start; goes into every frame sent. */
    long incarnation();

    /**
     * The way to a thread of a peer, open from the start and for as long as this endpoint lives.
     *
     * @throws IllegalArgumentException if the two never talk
     */
    LinkPublication publication(int member, int thread);

    /**
     * How many receiving threads the peer has, or 0 if the two never talk; {@code SlotTable.threadOf} says which of them a slot belongs to.
     */
    int threadsOf(int member);

    /** True if that thread of the peer was heard from lately; false for members that never talk with this one. */
    boolean isReachable(int member, int thread);

    /**
     * How long that thread of the peer, which is heard, has been saying that it does not hear this one; 0 while it hears it, or is not heard itself.
     *
     * @param nowNs monotonic time
     */
    default long deafForNs(final int member, final int thread, final long nowNs) {
        return 0;
    }

    /** The incarnation last heard from that thread of the peer, or 0. */
    long incarnationOf(int member, int thread);

    /**
     * Sends beats that are due and judges the peers.
     *
     * @param nowNs monotonic time, read once per turn; what {@link #poll} receives counts as heard at this time
     * @return how much work was done
     */
    int doWork(long nowNs);

    /** The next time {@link #doWork} must be called though nothing arrives. */
    long nextDeadlineNs();

    /** What peers ring when they have sent a frame, or null if nobody rings and the thread must look now and then. */
    default @Nullable LinkBell bell() {
        return null;
    }
}
