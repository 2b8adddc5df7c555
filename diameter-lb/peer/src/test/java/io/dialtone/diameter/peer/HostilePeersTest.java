package io.dialtone.diameter.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.ParseResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Peers that say anything at any time, with bytes turned over, by connections that break in the midst of a send: nothing throws, the agent hears of an open
 * connection and of its end once each and of messages only in between, and all bounds hold.
 */
final class HostilePeersTest {
    private static final int SEEDS = 300;
    private static final int STEPS = 400;
    private static final int PEERS_MAX = 4;
    private static final int HANDSHAKES_MAX = 3;
    private static final List<String> HOSTS =
            List.of(PeerHarness.LOWER, PeerHarness.HIGHER, "guest.example.org", "other.example.org", PeerHarness.OWN);

    /** Breaks, fills and lies as its seed says. */
    private static final class FickleConnection implements PeerConnection {
        final long id;
        final Random random;

        @Nullable
        PeerSession session;

        boolean closed;
        long nowNs;

        @Nullable
        UnsafeBuffer last;

        FickleConnection(final long id, final Random random) {
            this.id = id;
            this.random = random;
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public boolean send(final DirectBuffer buffer, final int offset, final int length) {
            if (closed) {
                return false;
            }
            if (random.nextInt(30) == 0 && session != null) {
                closed = true;
                session.onClosed(nowNs);
                return false;
            }
            final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
            copy.putBytes(0, buffer, offset, length);
            final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
            assertEquals(ParseResult.COMPLETE, message.parse(copy, 0, length), "what we send ourselves");
            last = copy;
            return random.nextInt(20) != 0;
        }

        @Override
        public int queuedBytes() {
            return 0;
        }

        @Override
        public void close(final CloseCause cause) {
            closed = true;
        }

        @Override
        public String remote() {
            return "connection " + id;
        }

        @Override
        public boolean isSecure() {
            return false;
        }

        @Override
        public List<String> certificateNames() {
            return List.of();
        }

        @Override
        public boolean startTls(final boolean asServer) {
            return random.nextBoolean();
        }
    }

    /** Holds the listener's promises against what is heard, and asks for things in the midst of a call. */
    private static final class SuspiciousListener implements PeerListener {
        final Random random;
        final Map<Long, Peer> open = new HashMap<>();

        SuspiciousListener(final Random random) {
            this.random = random;
        }

        @Override
        public void onPeerOpen(final Peer peer, final PeerSession by, final long nowNs) {
            assertEquals(null, open.put(by.id(), peer), "opened twice");
            if (random.nextInt(20) == 0) {
                peer.drain(DisconnectCause.BUSY, nowNs);
            }
        }

        private void isOpen(final Peer peer, final PeerSession by) {
            assertEquals(peer, open.get(by.id()), "not open: " + by.remote());
        }

        @Override
        public void onPeerSuspect(final Peer peer, final PeerSession by, final long nowNs) {
            isOpen(peer, by);
        }

        @Override
        public void onPeerRecovered(final Peer peer, final PeerSession by, final long nowNs) {
            isOpen(peer, by);
        }

        @Override
        public void onPeerClosed(final Peer peer, final PeerSession by, final CloseCause cause, final long nowNs) {
            isOpen(peer, by);
            open.remove(by.id());
            assertTrue(by.isClosed());
            if (random.nextInt(10) == 0) {
                peer.connect(nowNs);
            }
        }

        @Override
        public void onPeerDraining(
                final Peer peer, final PeerSession by, final DisconnectCause cause, final long nowNs) {
            isOpen(peer, by);
            if (random.nextBoolean()) {
                by.drained(nowNs);
            }
        }

        @Override
        public void onPeerRestarted(final Peer peer, final long originStateId, final long nowNs) {}

        @Override
        public void onPeerRemoved(final Peer peer, final long nowNs) {
            assertTrue(!open.containsValue(peer), "removed while open");
        }

        @Override
        public void onRequest(final Peer from, final PeerSession by, final DiameterMessage message, final long nowNs) {
            isOpen(from, by);
            from.reply(by.id(), message.buffer(), message.offset(), message.messageLength());
        }

        @Override
        public void onAnswer(final Peer from, final PeerSession by, final DiameterMessage message, final long nowNs) {
            isOpen(from, by);
        }
    }

    private final List<DialTicket> dials = new ArrayList<>();
    private final List<FickleConnection> connections = new ArrayList<>();
    private final Map<PeerCounter, Long> seen = new EnumMap<>(PeerCounter.class);
    private long nextId;
    private long nowNs = PeerHarness.START_NS;

    private DiameterMessage anything(final Random random, final FickleConnection by) {
        final String host = HOSTS.get(random.nextInt(HOSTS.size()));
        final UnsafeBuffer last = by.last;
        return switch (random.nextInt(11)) {
            case 0, 1, 2 -> Words.cer(host);
            case 3 -> Words.dwr(host, random.nextInt(3));
            case 4 -> Words.dpr(host, random.nextInt(4));
            case 5 -> Words.ccr(host);
            case 6 -> Words.cca(host);
            case 7 -> Words.cea(Words.cer(host), host);
            default -> last == null ? Words.cer(host) : reaction(Words.parse(last, last.capacity()), random, host);
        };
    }

    /** What a peer would say to what we have said last, mostly. */
    private static DiameterMessage reaction(final DiameterMessage said, final Random random, final String host) {
        if (said.commandCode() == 257 && said.isRequest()) {
            return random.nextInt(4) == 0
                    ? Words.cea(said, 4003, writer -> Words.origin(writer, host))
                    : Words.cea(said, host);
        }
        return said.isRequest() ? Words.answer(said, host) : Words.dwr(host);
    }

    private void say(final FickleConnection by, final DiameterMessage message, final Random random) {
        final PeerSession session = by.session;
        if (session == null) {
            return;
        }
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[message.messageLength()]);
        bytes.putBytes(0, message.buffer(), message.offset(), bytes.capacity());
        if (random.nextInt(5) == 0) {
            bytes.putByte(random.nextInt(bytes.capacity()), (byte) random.nextInt());
        }
        final DiameterMessage heard = new DiameterMessage(DiameterLimits.defaults());
        switch (heard.parse(bytes, 0, bytes.capacity())) {
            case COMPLETE -> session.onMessage(heard, nowNs);
            case MALFORMED -> session.onMalformed(heard, nowNs);
            case NEEDS_MORE -> {}
        }
    }

    private FickleConnection connect(final Random random) {
        final FickleConnection connection = new FickleConnection(nextId++, random);
        connection.nowNs = nowNs;
        connections.add(connection);
        return connection;
    }

    private void run(final long seed) {
        final Random random = new Random(seed);
        final SuspiciousListener listener = new SuspiciousListener(random);
        final PeerTransport transport = (peer, ticket) -> dials.add(ticket);
        final PeerDoor door = new PeerDoor(
                PeerConfig.of(PeerHarness.local(PeerHarness.OWN).withInbandTls(random.nextBoolean()), seed)
                        .withAccept(AcceptList.of(List.of("*.example.org")))
                        .withLimits(PEERS_MAX, HANDSHAKES_MAX),
                transport,
                listener);
        for (final String host : List.of(PeerHarness.LOWER, PeerHarness.HIGHER)) {
            door.peers()
                    .add(
                            PeerHarness.spec(host)
                                    .withConnectionsMax(1 + random.nextInt(3))
                                    .withWatchdog(Duration.ofSeconds(1)),
                            nowNs);
        }
        for (int step = 0; step < STEPS; step++) {
            doSomething(door, random);
            assertTrue(door.handshakes() <= HANDSHAKES_MAX);
            assertTrue(door.peers().all().size() <= PEERS_MAX);
            for (final Peer peer : door.peers().all()) {
                assertTrue(!peer.isUsable() || listener.open.containsValue(peer), "usable and not open");
            }
        }
        door.stop(DisconnectCause.REBOOTING, nowNs);
        for (int i = 0; i < 40; i++) {
            nowNs += PeerHarness.SECOND / 2;
            door.doWork(nowNs);
        }
        assertTrue(door.isStopped());
        assertTrue(listener.open.isEmpty(), "open after the end: " + listener.open);
        assertEquals(0, door.handshakes());
        assertTrue(connections.stream().allMatch(each -> each.closed), "connections that nobody has closed");
        for (final PeerCounter counter : PeerCounter.values()) {
            seen.merge(counter, door.counters().get(counter), Long::sum);
        }
    }

    private void doSomething(final PeerDoor door, final Random random) {
        connections.removeIf(each -> each.closed);
        connections.forEach(each -> each.nowNs = nowNs);
        switch (random.nextInt(8)) {
            case 0 -> {
                final FickleConnection connection = connect(random);
                connection.session = door.onAccepted(connection, nowNs);
            }
            case 1 -> {
                if (!dials.isEmpty()) {
                    final DialTicket ticket = dials.remove(random.nextInt(dials.size()));
                    if (random.nextBoolean()) {
                        door.onDialFailed(ticket, nowNs);
                    } else {
                        final FickleConnection connection = connect(random);
                        connection.session = door.onDialled(ticket, connection, nowNs);
                    }
                }
            }
            case 2 -> {
                nowNs += random.nextLong(PeerHarness.SECOND);
                door.doWork(nowNs);
            }
            case 3 -> {
                if (random.nextInt(4) == 0 && !connections.isEmpty()) {
                    final FickleConnection connection = connections.get(random.nextInt(connections.size()));
                    final PeerSession session = connection.session;
                    connection.closed = true;
                    if (session != null) {
                        session.onClosed(nowNs);
                    }
                }
            }
            case 4 -> {
                final Peer peer =
                        door.peers().all().get(random.nextInt(door.peers().all().size()));
                switch (random.nextInt(8)) {
                    case 0 -> peer.drain(DisconnectCause.BUSY, nowNs);
                    case 1 -> peer.drained(nowNs);
                    case 2, 3, 4 -> peer.connect(nowNs);
                    default -> {}
                }
            }
            default -> {
                if (!connections.isEmpty()) {
                    final FickleConnection connection = connections.get(random.nextInt(connections.size()));
                    final PeerSession session = connection.session;
                    if (session != null && random.nextInt(10) == 0) {
                        session.onSecured(nowNs);
                    } else {
                        say(connection, anything(random, connection), random);
                    }
                }
            }
        }
    }

    @Test
    void shouldKeepItsPromisesWhateverPeersSay() {
        for (int seed = 0; seed < SEEDS; seed++) {
            dials.clear();
            connections.clear();
            try {
                run(seed);
            } catch (final AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }

        // All has happened but what needs TLS, peers of few applications, or the luck of an election, for which there
        // are tests.
        final Set<PeerCounter> never = EnumSet.noneOf(PeerCounter.class);
        seen.forEach((counter, count) -> {
            if (count == 0) {
                never.add(counter);
            }
        });
        never.removeAll(EnumSet.of(
                PeerCounter.CER_CERTIFICATE,
                PeerCounter.CEA_CERTIFICATE,
                PeerCounter.CER_NO_COMMON_SECURITY,
                PeerCounter.CER_NO_COMMON_APPLICATION,
                PeerCounter.CEA_NOTHING_IN_COMMON,
                PeerCounter.ELECTIONS_LOST));
        assertEquals(Set.of(), never);
    }
}
