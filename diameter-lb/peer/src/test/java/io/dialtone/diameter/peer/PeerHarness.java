package io.dialtone.diameter.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.DiameterMessage;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** One of our doors, driven by hand: a transport, connections and a clock that do what a test says. We are {@link #OWN}. */
final class PeerHarness {
    static final String OWN = "relay.example.net";
    /** Lower than ours: we win elections with it. */
    static final String LOWER = "alpha.example.net";
    /** Higher than ours: it wins. */
    static final String HIGHER = "zulu.example.net";

    static final long MS = 1_000_000;
    static final long SECOND = 1_000 * MS;
    static final long START_NS = 7 * SECOND;

    final ScriptedTransport transport = new ScriptedTransport();
    final RecordingListener listener = new RecordingListener();
    final PeerDoor door;
    long nowNs = START_NS;
    private long nextConnection;

    PeerHarness(final PeerConfig config) {
        this.door = new PeerDoor(config, transport, listener);
    }

    static LocalPeer local(final String host) {
        return LocalPeer.relay(PeerIdentity.of(host), List.of(InetAddress.ofLiteral("192.0.2.9")), 1_000_000);
    }

    static PeerConfig config() {
        return PeerConfig.of(local(OWN), 42);
    }

    static PeerHarness plain() {
        return new PeerHarness(config());
    }

    static PeerHarness accepting(final String... entries) {
        return new PeerHarness(config().withAccept(AcceptList.of(List.of(entries))));
    }

    static PeerSpec spec(final String host) {
        return PeerSpec.of(PeerIdentity.of(host), PeerAddress.parse("tcp:192.0.2.1"));
    }

    ScriptedConnection connection(final String name) {
        return new ScriptedConnection(name, nextConnection++);
    }

    /** Adds a peer that is dialled, and lets the dial begin. */
    Peer add(final String host) {
        return add(spec(host));
    }

    Peer add(final PeerSpec spec) {
        final Peer peer = door.peers().add(spec, nowNs);
        door.doWork(nowNs);
        return peer;
    }

    /** Lets time pass, looking every millisecond in which something is due. */
    void advance(final long ns) {
        final long untilNs = nowNs + ns;
        while (door.nextDeadlineNs() != Long.MAX_VALUE && door.nextDeadlineNs() - untilNs <= 0) {
            nowNs = Math.max(nowNs, door.nextDeadlineNs());
            door.doWork(nowNs);
        }
        nowNs = untilNs;
    }

    void advance(final Duration duration) {
        advance(duration.toNanos());
    }

    PeerSession accept(final ScriptedConnection connection) {
        return door.onAccepted(connection, nowNs);
    }

    PeerSession connectDial(final ScriptedConnection connection) {
        return door.onDialled(transport.take(), connection, nowNs);
    }

    void failDial() {
        door.onDialFailed(transport.take(), nowNs);
    }

    /** A peer that we have dialled, up to I-Open. */
    PeerSession openDialled(final String host, final ScriptedConnection connection) {
        final PeerSession session = connectDial(connection);
        session.onMessage(Words.cea(connection.take(), host), nowNs);
        return session;
    }

    /** A peer that has dialled us, up to R-Open. */
    PeerSession openAccepted(final String host, final ScriptedConnection connection) {
        final PeerSession session = accept(connection);
        session.onMessage(Words.cer(host), nowNs);
        final DiameterMessage cea = connection.take();
        assertEquals(CommandCode.CAPABILITIES_EXCHANGE, cea.commandCode());
        assertEquals(2001, Words.resultCode(cea));
        return session;
    }

    /** Answers watchdogs until the connection has proved itself. */
    void proveItself(final Peer peer, final PeerSession session, final ScriptedConnection connection) {
        for (int i = 0; i < 3; i++) {
            session.onMessage(Words.answer(connection.take(), peer.identity().host()), nowNs);
            advance(SECOND);
        }
        assertTrue(peer.isUsable());
    }

    PeerState state(final Peer peer) {
        return peer.connections().getFirst().state();
    }

    WatchdogState watchdog(final Peer peer) {
        return peer.connections().getFirst().watchdog();
    }

    long count(final PeerCounter counter) {
        return door.counters().get(counter);
    }
}
