package io.dialtone.diameter.transport;

import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.peer.DialTicket;
import io.dialtone.diameter.peer.PeerAddress;
import io.dialtone.diameter.peer.PeerConnection;
import io.dialtone.diameter.peer.PeerDoor;
import io.dialtone.diameter.peer.PeerSession;
import io.dialtone.diameter.peer.PeerSpec;
import io.dialtone.diameter.peer.PeerTransport;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stands between connections and the peer machines: each has words of its own for the other. Called only by the loop's thread, once its door is there. */
final class PeersAtTheDoor implements Door, PeerTransport {
    private final Dialler dialler;
    private @Nullable PeerDoor door;

    PeersAtTheDoor(final Dialler dialler) {
        this.dialler = dialler;
    }

    /** The door, which could not be made before its transport was. */
    void door(final PeerDoor itsDoor) {
        door = itsDoor;
    }

    private PeerDoor door() {
        if (door == null) {
            throw new IllegalStateException("used before there is a door");
        }
        return door;
    }

    @Override
    public Session onAccepted(final PeerConnection connection, final long nowNs) {
        return new AtThePeer(door().onAccepted(connection, nowNs));
    }

    @Override
    public int doWork(final long nowNs) {
        return door().doWork(nowNs);
    }

    @Override
    public long nextDeadlineNs() {
        return door().nextDeadlineNs();
    }

    @Override
    public void dial(final PeerSpec peer, final DialTicket ticket) {
        final Opening opening = new Ticketed(this, ticket);
        final Optional<PeerAddress> address = peer.address();
        if (address.isPresent()) {
            dialler.dial(address.get(), peer.identity().host(), opening);
        } else {
            dialler.refuse(opening);
        }
    }

    /** A connection that was asked for by a ticket. */
    private record Ticketed(PeersAtTheDoor at, DialTicket ticket) implements Opening {
        @Override
        public Session onOpen(final PeerConnection connection, final long nowNs) {
            return new AtThePeer(at.door().onDialled(ticket, connection, nowNs));
        }

        @Override
        public void onFailed(final long nowNs) {
            at.door().onDialFailed(ticket, nowNs);
        }
    }

    private record AtThePeer(PeerSession session) implements Session {
        @Override
        public void onMessage(final DiameterMessage message, final long nowNs) {
            session.onMessage(message, nowNs);
        }

        @Override
        public void onMalformed(final DiameterMessage message, final long nowNs) {
            session.onMalformed(message, nowNs);
        }

        @Override
        public void onSecured(final long nowNs) {
            session.onSecured(nowNs);
        }

        @Override
        public void onClosed(final long nowNs) {
            session.onClosed(nowNs);
        }
    }
}
