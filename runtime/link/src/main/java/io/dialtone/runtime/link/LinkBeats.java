package io.dialtone.runtime.link;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Judges the peers of one thread by what is heard of them, and says when to show them a sign of life. Called only by that thread; time is an
 * argument.
 *
 * <p>Aeron is no failure detector: its own time-outs are for the clean-up of memory, and a living process may hold a dead thread. So every
 * thread sends a beat on each of its streams every {@code intervalNs}; a peer not heard of for {@code silenceNsMax}, beats or frames, is
 * unreachable until it is heard again.
 *
 * <p>Who does not hear us is of no use to us either: a beat says if its sender hears nothing of its receiver, and a peer that says so for a while is unreachable, though we hear it.
 * So both ends of a way that works in one direction only come to the same opinion.
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

    /** Read by other threads too. */
    private final AtomicLongArray incarnations;

    /** Since when a peer says that it does not hear us; void unless it says so. */
    private final long[] deafSinceNs;

    private final boolean[] deaf;

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
        deafSinceNs = new long[peers];
        deaf = new boolean[peers];
        incarnations = new AtomicLongArray(peers);
        formerIncarnations = new long[peers];
        lastTurnNs = nowNs;
        nextBeatNs = nowNs;
    }

    /** Something came from a peer. */
    void onFrame(final int peer, final long incarnation, final long nowNs) {
        if (incarnation == incarnations.getPlain(peer)) {
            lastHeardNs[peer] = nowNs;
            if (!reachable[peer] && !isDeaf(peer, nowNs)) {
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
        deaf[peer] = false;
        final boolean restarted = incarnations.getPlain(peer) != NO_INCARNATION;
        formerIncarnations[peer] = incarnations.getPlain(peer);
        incarnations.setOpaque(peer, incarnation);
        if (restarted) {
            events.onPeerRestarted(peer);
        }
        onFrame(peer, incarnation, nowNs);
    }

    /**
     * A beat came from a peer.
     *
     * @param hearsUs whether the peer hears anything of us
     */
    void onBeat(final int peer, final long incarnation, final boolean hearsUs, final long nowNs) {
        if (incarnation == incarnations.getPlain(peer)) {
            if (!hearsUs && !deaf[peer]) {
                deafSinceNs[peer] = nowNs;
            }
            deaf[peer] = !hearsUs;
        }
        onFrame(peer, incarnation, nowNs);
    }

    private boolean isDeaf(final int peer, final long nowNs) {
        return deafForNs(peer, nowNs) > silenceNsMax / 2;
    }

    /** How long the peer has been saying that it does not hear us; 0 if it has not. */
    long deafForNs(final int peer, final long nowNs) {
        return deaf[peer] ? nowNs - deafSinceNs[peer] : 0;
    }

    /** Whether anything was heard of the peer lately: what a beat to it says. Sooner than {@link #isReachable} says no, because the peer waits as long again. */
    boolean hears(final int peer, final long nowNs) {
        return incarnations.getPlain(peer) != NO_INCARNATION && nowNs - lastHeardNs[peer] <= silenceNsMax / 2;
    }

    boolean isReachable(final int peer) {
        return reachable[peer];
    }

    /** May be asked by any thread. */
    long incarnationOf(final int peer) {
        return incarnations.getOpaque(peer);
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
                if (nowNs - lastHeardNs[peer] > silenceNsMax || isDeaf(peer, nowNs)) {
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
