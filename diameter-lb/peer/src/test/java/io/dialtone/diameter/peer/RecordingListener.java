package io.dialtone.diameter.peer;

import io.dialtone.diameter.codec.DiameterMessage;
import java.util.ArrayList;
import java.util.List;

/** Writes down what it hears, a line each; drains at once if told so. */
final class RecordingListener implements PeerListener {
    final List<String> heard = new ArrayList<>();
    boolean drainsAtOnce;
    long requests;
    long answers;

    /** Set where nothing may be kept, for tests that count bytes. */
    boolean forgetting;

    private void hear(final String what, final Peer peer, final String more) {
        heard.add(what + " " + peer.identity().host() + more);
    }

    @Override
    public void onPeerOpen(final Peer peer, final PeerSession by, final long nowNs) {
        hear("open", peer, " by " + by.remote());
    }

    @Override
    public void onPeerSuspect(final Peer peer, final PeerSession by, final long nowNs) {
        hear("suspect", peer, " by " + by.remote());
    }

    @Override
    public void onPeerRecovered(final Peer peer, final PeerSession by, final long nowNs) {
        hear("recovered", peer, " by " + by.remote());
    }

    @Override
    public void onPeerClosed(final Peer peer, final PeerSession by, final CloseCause cause, final long nowNs) {
        hear("closed", peer, " by " + by.remote() + " " + cause);
    }

    @Override
    public void onPeerDraining(final Peer peer, final PeerSession by, final DisconnectCause cause, final long nowNs) {
        hear("draining", peer, " by " + by.remote() + " " + cause);
        if (drainsAtOnce) {
            by.drained(nowNs);
        }
    }

    @Override
    public void onPeerRestarted(final Peer peer, final long originStateId, final long nowNs) {
        hear("restarted", peer, " " + originStateId);
    }

    @Override
    public void onPeerRemoved(final Peer peer, final long nowNs) {
        hear("removed", peer, "");
    }

    @Override
    public void onRequest(final Peer from, final PeerSession by, final DiameterMessage message, final long nowNs) {
        requests++;
        if (!forgetting) {
            hear("request " + message.commandCode(), from, " by " + by.remote());
        }
    }

    @Override
    public void onAnswer(final Peer from, final PeerSession by, final DiameterMessage message, final long nowNs) {
        answers++;
        if (!forgetting) {
            hear("answer " + message.commandCode(), from, " by " + by.remote());
        }
    }
}
