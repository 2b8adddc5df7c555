package io.dialtone.runtime.link;

/**
 * Judges the peers of one thread by what is heard of them, and says when to show them a sign of life. Called only by that thread; time is an
 * argument.
 *
 * <p>Aeron is no failure detector: its own time-outs are for the clean-up of memory, and a living process may hold a dead thread. So every
 * thread sends a beat on each of its streams every {@code intervalNs}; a peer not heard of for {@code silenceNsMax}, beats or frames, is
 * unreachable until it is heard again.
 *
 * <p>A pause of our own thread is not the peers' silence: it is added to the time they have.
 */
final class LinkBeats {
    /** The incarnation of a peer that was never heard. */
    static final long NO_INCARNATION = 0;

    private final PeerEvents events;
    private final long intervalNs;
    private final long silenceNsMax;
    private final boolean[] reachable;
    private final long[] lastHeardNs;
    private final long[] incarnations;

    /** What a peer was before its last restart: its frames may still lie in the corridor, and say nothing of the living. */
    private final long[] formerIncarnations;

    private long lastTurnNs;
    private long nextBeatNs;

    LinkBeats(
            final int peers,
            final long intervalNs,
            final long silenceNsMax,
            final PeerEvents events,
            final long nowNs) {
        this.events = events;
        this.intervalNs = intervalNs;
        this.silenceNsMax = silenceNsMax;
        reachable = new boolean[peers];
        lastHeardNs = new long[peers];
        incarnations = new long[peers];
        formerIncarnations = new long[peers];
        lastTurnNs = nowNs;
        nextBeatNs = nowNs;
    }

    /** Something came from a peer. */
    void onFrame(final int peer, final long incarnation, final long nowNs) {
        if (incarnation == incarnations[peer]) {
            lastHeardNs[peer] = nowNs;
            if (!reachable[peer]) {
                reachable[peer] = true;
                events.onPeerReachable(peer);
            }
        } else {
            onFrameOfAnotherIncarnation(peer, incarnation, nowNs);
        }
    }

    private void onFrameOfAnotherIncarnation(final int peer, final long incarnation, final long nowNs) {
        if (incarnation == NO_INCARNATION || incarnation == formerIncarnations[peer]) {
            return;
        }
        final boolean restarted = incarnations[peer] != NO_INCARNATION;
        formerIncarnations[peer] = incarnations[peer];
        incarnations[peer] = incarnation;
        if (restarted) {
            events.onPeerRestarted(peer);
        }
        onFrame(peer, incarnation, nowNs);
    }

    boolean isReachable(final int peer) {
        return reachable[peer];
    }

    long incarnationOf(final int peer) {
        return incarnations[peer];
    }

    /**
     * Judges all peers, and says whether beats are due.
     *
     * @return true if each peer is to be sent a beat now
     */
    boolean onTurn(final long nowNs) {
        final long sinceLastTurnNs = nowNs - lastTurnNs;
        lastTurnNs = nowNs;
        if (nowNs - nextBeatNs < 0) {
            return false;
        }
        judge(nowNs, sinceLastTurnNs);
        nextBeatNs = nowNs + intervalNs;
        return true;
    }

    private void judge(final long nowNs, final long sinceLastTurnNs) {
        final long pauseNs = sinceLastTurnNs > 2 * intervalNs ? sinceLastTurnNs : 0;
        for (int peer = 0; peer < reachable.length; peer++) {
            if (reachable[peer]) {
                lastHeardNs[peer] += pauseNs;
                if (nowNs - lastHeardNs[peer] > silenceNsMax) {
                    reachable[peer] = false;
                    events.onPeerLost(peer);
                }
            }
        }
    }

    /** When {@link #onTurn} has something to do. */
    long nextDeadlineNs() {
        return nextBeatNs;
    }

    /** Told of changes, in the thread that owns the beats; peers are numbers given at construction. */
    interface PeerEvents {
        void onPeerReachable(int peer);

        void onPeerLost(int peer);

        void onPeerRestarted(int peer);
    }
}
