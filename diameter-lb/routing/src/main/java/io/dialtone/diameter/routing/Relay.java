package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.peer.CloseCause;
import io.dialtone.diameter.peer.DisconnectCause;
import io.dialtone.diameter.peer.Peer;
import io.dialtone.diameter.peer.PeerIdentity;
import io.dialtone.diameter.peer.PeerListener;
import io.dialtone.diameter.peer.PeerSession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A Diameter relay agent (RFC 6733 section 2.8.1) between peers, for one loop. Called only by the loop's thread, but for what says that any may.
 *
 * <pre>
 *   relay = new Relay(RelayConfig.of(identity, seed), LocalRequests.NONE, nowNs);
 *   relay.routes(table);
 *   door = new PeerDoor(peers, transport, relay);
 *   each turn: transport's work, door.doWork(nowNs), relay.doWork(nowNs, Relay.WORK_MAX)
 * </pre>
 *
 * <p>Here is what knows the peers' class; what an agent does is in {@link RelayCore}.
 */
public final class Relay implements PeerListener {
    /** So many requests a turn may send again or give up, so that new ones do not wait long: about a third of a millisecond. */
    public static final int WORK_MAX = 256;

    private final RelayCore core;
    private final LocalRequests local;
    private @Nullable ConnectedPeer[] peers = new @Nullable ConnectedPeer[16];

    /** A peer with what the relay knows of it. */
    private static final class ConnectedPeer implements PeerPort {
        private final Peer peer;
        private final LocalRequests local;
        private final List<PeerSession> draining = new ArrayList<>();
        private @Nullable RelayPeer known;
        private boolean wasOpen;

        ConnectedPeer(final Peer peer, final LocalRequests local) {
            this.peer = peer;
            this.local = local;
        }

        @Override
        public boolean isUsable() {
            return peer.isUsable();
        }

        @Override
        public boolean supports(final int applicationId) {
            return peer.supports(applicationId);
        }

        @Override
        public long send(final DirectBuffer buffer, final int offset, final int length) {
            return peer.send(buffer, offset, length);
        }

        @Override
        public boolean reply(final long connection, final DirectBuffer buffer, final int offset, final int length) {
            return peer.reply(connection, buffer, offset, length);
        }

        @Override
        public boolean serve(final long connection, final DiameterMessage request, final long nowNs) {
            return local.onRequest(peer, connection, request, nowNs);
        }

        @Override
        public void drained(final long connection, final long nowNs) {
            for (int i = 0; i < draining.size(); i++) {
                final PeerSession session = draining.get(i);
                if (session.id() == connection) {
                    draining.remove(i);
                    session.drained(nowNs);
                    return;
                }
            }
        }
    }

    public Relay(final RelayConfig config, final LocalRequests local, final long nowNs) {
        this.core = new RelayCore(config, nowNs);
        this.local = local;
    }

    // Control and status

    /** Replaces the route table as a whole; the next request goes by it. Any thread may call it. */
    public void routes(final RouteTable table) {
        core.routes(table);
    }

    /** Any thread may call it. */
    public RouteTable routes() {
        return core.routes();
    }

    /** Any thread may call it. */
    public long count(final RelayCounter counter) {
        return core.counts().get(counter);
    }

    /** All peers that were connected since they are in the peer table. Any thread may call it. */
    public List<RelayPeerStatus> peers() {
        return Arrays.stream(core.peers()).map(RelayPeerStatus::new).toList();
    }

    /** Requests that wait for an answer. */
    public int pending() {
        return core.pendingCount();
    }

    // Time

    /**
     * Sends again what its peer does not answer, and gives up what nobody does.
     *
     * @param limit requests at most
     * @return how many there were
     */
    public int doWork(final long nowNs, final int limit) {
        return core.doWork(nowNs, limit);
    }

    /** When {@link #doWork} is next needed; Long.MAX_VALUE if nothing is due. */
    public long nextDeadlineNs(final long nowNs) {
        return core.nextDeadlineNs(nowNs);
    }

    // What peers do

    @Override
    public void onPeerOpen(final Peer peer, final PeerSession by, final long nowNs) {
        final ConnectedPeer connected = connected(peer);
        final RelayPeer known = known(connected, peer.identity());
        final boolean isBack = connected.wasOpen && !hasOpenLane(known);
        connected.wasOpen = true;
        core.onOpen(known, by.id(), isBack, nowNs);
    }

    private static boolean hasOpenLane(final RelayPeer peer) {
        for (final PeerLane lane : peer.lanes()) {
            if (!lane.isClosed) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void onPeerSuspect(final Peer peer, final PeerSession by, final long nowNs) {
        core.onSuspect(known(connected(peer), peer.identity()), by.id());
    }

    @Override
    public void onPeerRecovered(final Peer peer, final PeerSession by, final long nowNs) {
        core.onRecovered(known(connected(peer), peer.identity()), nowNs);
    }

    @Override
    public void onPeerClosed(final Peer peer, final PeerSession by, final CloseCause cause, final long nowNs) {
        final ConnectedPeer connected = connected(peer);
        connected.draining.remove(by);
        core.onClosed(known(connected, peer.identity()), by.id(), nowNs);
    }

    @Override
    public void onPeerDraining(final Peer peer, final PeerSession by, final DisconnectCause cause, final long nowNs) {
        final ConnectedPeer connected = connected(peer);
        if (!connected.draining.contains(by)) {
            connected.draining.add(by);
        }
        core.onDraining(known(connected, peer.identity()), by.id(), nowNs);
    }

    @Override
    public void onPeerRestarted(final Peer peer, final long originStateId, final long nowNs) {
        // Its sessions are lost; that is for those to know who have sessions. What comes next for one goes where it
        // went before.
    }

    @Override
    public void onPeerRemoved(final Peer peer, final long nowNs) {
        final ConnectedPeer connected = connected(peer);
        final RelayPeer known = connected.known;
        if (known != null) {
            core.removePeer(known, nowNs);
        }
        peers[peer.index()] = null;
    }

    @Override
    public void onRequest(final Peer from, final PeerSession by, final DiameterMessage message, final long nowNs) {
        core.onRequest(known(connected(from), from.identity()), by.id(), message, nowNs);
    }

    @Override
    public void onAnswer(final Peer from, final PeerSession by, final DiameterMessage message, final long nowNs) {
        core.onAnswer(known(connected(from), from.identity()), by.id(), message, nowNs);
    }

    private ConnectedPeer connected(final Peer peer) {
        final int index = peer.index();
        if (index >= peers.length) {
            peers = Arrays.copyOf(peers, Math.max(index + 1, 2 * peers.length));
        }
        final ConnectedPeer connected = peers[index];
        return connected == null ? newPeerSlowPath(peer) : connected;
    }

    private ConnectedPeer newPeerSlowPath(final Peer peer) {
        final ConnectedPeer connected = new ConnectedPeer(peer, local);
        peers[peer.index()] = connected;
        return connected;
    }

    private RelayPeer known(final ConnectedPeer connected, final PeerIdentity identity) {
        RelayPeer known = connected.known;
        if (known == null) {
            known = core.addPeer(identity, connected);
            connected.known = known;
        }
        return known;
    }
}
