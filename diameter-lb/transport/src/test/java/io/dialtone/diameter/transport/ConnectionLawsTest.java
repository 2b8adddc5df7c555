package io.dialtone.diameter.transport;

import static io.dialtone.diameter.transport.Harness.tcp;
import static io.dialtone.diameter.transport.ScriptedDoor.ECHO;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.peer.CloseCause;
import io.dialtone.diameter.peer.DiameterTransport;
import io.dialtone.diameter.peer.PeerAddress;
import io.dialtone.diameter.peer.PeerConnection;
import io.dialtone.net.IoKind;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for connections, whatever way they pass between the kernel and us. */
class ConnectionLawsTest {
    private static final String KINDS = "io.dialtone.diameter.transport.Harness#kinds";

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldHandOnEachMessageOfASegment(final IoKind io) throws IOException {
        // given
        final byte[][] messages = new byte[100][];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = Bytes.request(i, i);
        }

        // when
        try (Harness transport = new Harness(tcp(io), ECHO);
                RawPeer peer = transport.connect()) {
            peer.send(Bytes.all(messages));

            // then
            peer.expect(Bytes.all(messages));
            assertEquals(100, transport.count(IoCounter.RECEIVED_MESSAGES));
            assertEquals(100, transport.count(IoCounter.SENT_MESSAGES));
            assertEquals(1, transport.count(IoCounter.ACCEPTED));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldPutMessagesTogetherWhereverTheyAreCut(final IoKind io) throws IOException {
        final byte[] both = Bytes.all(Bytes.request(1), Bytes.request(2, 3));
        try (Harness transport = new Harness(tcp(io), ECHO);
                RawPeer peer = transport.connect()) {
            for (int cut = 1; cut < both.length; cut++) {
                final long reads = transport.count(IoCounter.READS);
                peer.send(both, 0, cut);
                transport.awaitCount(IoCounter.READS, reads + 1);
                peer.send(both, cut, both.length).expect(both);
            }

            assertEquals(2L * (both.length - 1), transport.count(IoCounter.RECEIVED_MESSAGES));
            assertEquals(0, transport.count(IoCounter.RECEIVED_MALFORMED));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldReadAMessageThatComesByteByByte(final IoKind io) throws IOException {
        final byte[] message = Bytes.request(7, 200);
        try (Harness transport = new Harness(tcp(io), ECHO);
                RawPeer peer = transport.connect()) {
            for (int i = 0; i < message.length; i++) {
                peer.send(message, i, i + 1);
            }

            peer.expect(message);
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldReadTheLongestMessagesAmongMany(final IoKind io) throws IOException {
        final byte[] longest = Bytes.request(1, 65_536 - 28);
        final byte[] all = Bytes.all(longest, Bytes.request(2), longest, Bytes.request(3), longest, longest);
        assertEquals(65_536, longest.length);
        try (Harness transport = new Harness(tcp(io), ECHO);
                RawPeer peer = transport.connect()) {
            peer.sendBeside(all).expect(all);

            assertEquals(6, transport.count(IoCounter.RECEIVED_MESSAGES));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldSendATurnsMessagesWithOneWrite(final IoKind io) throws IOException {
        try (Harness transport = new Harness(tcp(io), ECHO);
                RawPeer peer = transport.connect()) {
            // given
            peer.send(Bytes.request(1)).expect(Bytes.request(1));
            final PeerConnection connection = transport.door().opened.element();
            final byte[] message = Bytes.request(2, 400);
            final long writes = transport.count(IoCounter.WRITES);

            // when
            transport.onLoop(() -> {
                for (int i = 0; i < 20; i++) {
                    assertTrue(connection.send(new UnsafeBuffer(message), 0, message.length));
                }
                assertTrue(connection.queuedBytes() >= 20 * message.length);
            });

            // then
            for (int i = 0; i < 20; i++) {
                peer.expect(message);
            }
            assertEquals(writes + 1, transport.count(IoCounter.WRITES));
        }
    }

    // ---- what cannot be read

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldCloseWhoAnnouncesAMessageThatIsTooLong(final IoKind io) throws IOException {
        try (Harness transport = new Harness(tcp(io), ECHO);
                RawPeer peer = transport.connect()) {
            peer.send(Bytes.headOf(65_540)).expectEnd();

            assertEquals(1, transport.count(IoCounter.CLOSED_TOO_LONG));
            transport.awaitHeard("malformed MESSAGE_TOO_LONG");
            transport.awaitHeard("closed");
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldCloseWhoSpeaksSomethingElse(final IoKind io) throws IOException {
        try (Harness transport = new Harness(tcp(io), ECHO);
                RawPeer peer = transport.connect()) {
            peer.send(Bytes.ascii("GET / HTTP/1.1\r\n\r\n")).expectEnd();

            assertEquals(1, transport.count(IoCounter.CLOSED_UNREADABLE));
            assertEquals(0, transport.count(IoCounter.RECEIVED_MESSAGES));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldReadOnBehindAMessageThatIsWrongWithin(final IoKind io) throws IOException {
        try (Harness transport = new Harness(tcp(io), ECHO);
                RawPeer peer = transport.connect()) {
            peer.send(Bytes.all(Bytes.request(1), Bytes.malformed(2), Bytes.request(3)));

            peer.expect(Bytes.all(Bytes.request(1), Bytes.request(3)));
            assertEquals(1, transport.count(IoCounter.RECEIVED_MALFORMED));
            assertEquals(List.of("malformed AVP_LENGTH"), List.copyOf(transport.door().heard));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldCloseWhoDoesNotEndAMessage(final IoKind io) throws IOException {
        final DiameterIoConfig hasty =
                tcp(io).withConnections(ConnectionSettings.defaults().withTimes(100, 10_000, 1_000));
        try (Harness transport = new Harness(hasty, ECHO);
                RawPeer peer = transport.connect()) {
            peer.send(Bytes.request(1), 0, 30).expectEnd();

            assertEquals(1, transport.count(IoCounter.CLOSED_HALF_MESSAGE));
            transport.awaitHeard("closed");
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldLeaveWhoIsSilentBetweenMessagesToTheWatchdog(final IoKind io) throws IOException {
        final DiameterIoConfig hasty =
                tcp(io).withConnections(ConnectionSettings.defaults().withTimes(100, 10_000, 1_000));
        try (Harness transport = new Harness(hasty, ECHO);
                RawPeer silent = transport.connect();
                RawPeer slow = transport.connect()) {
            silent.send(Bytes.request(1)).expect(Bytes.request(1));

            slow.send(Bytes.request(1), 0, 30).expectEnd();

            silent.send(Bytes.request(2)).expect(Bytes.request(2));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldForgetHalfAMessageWhenItsPeerCloses(final IoKind io) throws IOException {
        try (Harness transport = new Harness(tcp(io), ECHO)) {
            try (RawPeer peer = transport.connect()) {
                peer.send(Bytes.request(1), 0, 30);
                transport.awaitCount(IoCounter.READS, 1);
            }

            transport.awaitCount(IoCounter.CLOSED_BY_PEER, 1);
            transport.awaitHeard("closed");
            assertEquals(0, transport.count(IoCounter.RECEIVED_MESSAGES));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldKeepNoMoreHalvesThanThereIsRoomFor(final IoKind io) throws IOException {
        // given
        final DiameterIoConfig small =
                tcp(io).withConnections(ConnectionSettings.defaults().withBytes(1 << 20, 1 << 20, 1 << 16));
        final byte[] message = Bytes.request(1, 50_000);

        try (Harness transport = new Harness(small, ECHO);
                RawPeer first = transport.connect();
                RawPeer second = transport.connect()) {
            // when
            first.send(message, 0, 40_000);
            transport.awaitCount(IoCounter.READ_BYTES, 40_000);
            second.send(message, 0, 40_000).expectEnd();

            // then
            assertEquals(1, transport.count(IoCounter.CLOSED_HALVES_FULL));
            first.send(message, 40_000, message.length).expect(message);
        }
    }

    // ---- who takes nothing

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldQueueNoMoreThanTheLimitAndCloseWhoTakesNothing(final IoKind io) throws IOException {
        // given
        final DiameterIoConfig hasty = tcp(io).withConnections(ConnectionSettings.defaults()
                .withBytes(1 << 18, 1 << 20, 1 << 20)
                .withTimes(10_000, 300, 1_000));
        final byte[] message = Bytes.request(1, 10_000);
        final AtomicInteger most = new AtomicInteger();

        try (Harness transport = new Harness(hasty, ECHO);
                RawPeer peer = RawPeer.connectWithSmallBuffer(transport.address())) {
            peer.send(Bytes.request(1)).expect(Bytes.request(1));
            final PeerConnection connection = transport.door().opened.element();

            // when
            Harness.await("a close", () -> {
                transport.onLoop(() -> {
                    connection.send(new UnsafeBuffer(message), 0, message.length);
                    most.accumulateAndGet(connection.queuedBytes(), Math::max);
                });
                return transport.count(IoCounter.CLOSED_SLOW_PEER) == 1;
            });

            // then
            assertTrue(most.get() <= 1 << 18, "queued " + most.get());
            assertTrue(transport.count(IoCounter.SEND_REFUSED_FULL) > 0);
            transport.awaitHeard("closed");
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldDeliverAllThatWasTakenWhenASlowPeerReadsAgain(final IoKind io) throws IOException {
        // given
        final DiameterIoConfig small =
                tcp(io).withConnections(ConnectionSettings.defaults().withBytes(1 << 18, 1 << 20, 1 << 20));
        final List<byte[]> taken = new ArrayList<>();

        try (Harness transport = new Harness(small, ECHO);
                RawPeer peer = RawPeer.connectWithSmallBuffer(transport.address())) {
            peer.send(Bytes.request(1)).expect(Bytes.request(1));
            final PeerConnection connection = transport.door().opened.element();
            while (transport.count(IoCounter.SEND_REFUSED_FULL) == 0) {
                final byte[] message = Bytes.request(taken.size(), 10_000);
                transport.onLoop(() -> {
                    if (connection.send(new UnsafeBuffer(message), 0, message.length)) {
                        taken.add(message);
                    }
                });
            }

            // when
            for (final byte[] message : taken) {
                assertArrayEquals(message, peer.read());
            }

            // then
            peer.send(Bytes.request(2)).expect(Bytes.request(2));
            transport.onLoop(() -> assertEquals(0, connection.queuedBytes()));
        }
    }

    // ---- coming and going

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldLetWhatWasSentLeaveBeforeItCloses(final IoKind io) throws IOException {
        final byte[] last = Bytes.request(9, 30_000);
        try (Harness transport = new Harness(tcp(io), (from, message) -> {
                    from.send(new UnsafeBuffer(last), 0, last.length);
                    from.close(CloseCause.CAPABILITIES_REFUSED);
                    assertFalse(from.send(new UnsafeBuffer(last), 0, last.length));
                });
                RawPeer peer = transport.connect()) {
            peer.send(Bytes.all(Bytes.request(1), Bytes.request(2), Bytes.request(3)));

            peer.expect(last).expectEnd();
            peer.hangUp();
            transport.awaitCount(IoCounter.CLOSED, 1);
            assertEquals(1, transport.count(IoCounter.RECEIVED_MESSAGES));
            assertEquals(1, transport.count(IoCounter.CLOSED_BY_US));
            assertTrue(transport.door().heard.isEmpty(), "who closes is not called back");
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldEndAClosedConnectionEvenIfItsPeerDoesNot(final IoKind io) throws IOException {
        final DiameterIoConfig hasty =
                tcp(io).withConnections(ConnectionSettings.defaults().withTimes(10_000, 10_000, 50));
        try (Harness transport = new Harness(hasty, (from, message) -> from.close(CloseCause.WATCHDOG));
                RawPeer peer = transport.connect()) {
            peer.send(Bytes.request(1));

            transport.awaitCount(IoCounter.CLOSED, 1);
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldLeaveNothingBehindAThousandConnections(final IoKind io) throws IOException {
        final DiameterIoConfig config =
                tcp(io).withConnections(ConnectionSettings.defaults().withConnections(200, 100));
        try (Harness transport = new Harness(config, ECHO)) {
            for (int i = 0; i < 1_000; i++) {
                try (RawPeer peer = transport.connect()) {
                    peer.send(Bytes.request(i)).expect(Bytes.request(i));
                    if (i % 2 == 0) {
                        peer.send(Bytes.request(i), 0, 25);
                    }
                }
                if (i % 50 == 49) {
                    transport.awaitCount(IoCounter.CLOSED, i + 1);
                }
            }

            assertEquals(1_000, transport.count(IoCounter.ACCEPTED));
            assertEquals(1_000, transport.count(IoCounter.CLOSED));
            assertEquals(0, transport.count(IoCounter.REFUSED_ADDRESS));
            transport.onLoop(() -> transport.door().opened.forEach(each -> assertEquals(0, each.queuedBytes())));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldTakeNoMoreConnectionsThanItMay(final IoKind io) throws IOException {
        final DiameterIoConfig config =
                tcp(io).withConnections(ConnectionSettings.defaults().withConnections(3, 2));
        try (Harness transport = new Harness(config, ECHO);
                RawPeer first = transport.connect();
                RawPeer second = transport.connect()) {
            first.send(Bytes.request(1)).expect(Bytes.request(1));
            second.send(Bytes.request(1)).expect(Bytes.request(1));

            try (RawPeer third = transport.connect()) {
                third.expectEnd();
            }

            assertEquals(1, transport.count(IoCounter.REFUSED_ADDRESS));
            first.hangUp();
            transport.awaitCount(IoCounter.CLOSED, 1);
            try (RawPeer fourth = transport.connect()) {
                fourth.send(Bytes.request(4)).expect(Bytes.request(4));
            }
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldLoseOnlyTheMessageThatAPeersMachineThrewFor(final IoKind io) throws IOException {
        try (Harness transport = new Harness(tcp(io), (from, message) -> {
                    if (message.hopByHopId() == 2) {
                        throw new IllegalStateException("the test wants it so");
                    }
                    ECHO.onMessage(from, message);
                });
                RawPeer peer = transport.connect()) {
            peer.send(Bytes.all(Bytes.request(1), Bytes.request(2), Bytes.request(3)));

            peer.expect(Bytes.all(Bytes.request(1), Bytes.request(3)));
            assertEquals(1, transport.count(IoCounter.FAILURES));
        }
    }

    @Test
    void shouldSayPolitelyThatAPortIsTaken() throws IOException {
        try (Harness first = new Harness(tcp(IoKind.AUTO), ECHO)) {
            final DiameterIoConfig same = DiameterIoConfig.of(
                    List.of(new DiameterListener(
                            DiameterTransport.TCP, "127.0.0.1", first.address().getPort())),
                    null);

            final BindException refused = assertThrows(BindException.class, () -> new Harness(same, ECHO).close());

            assertTrue(
                    String.valueOf(refused.getMessage())
                            .startsWith("tcp:127.0.0.1:" + first.address().getPort() + " is in use by another process"),
                    refused.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldGiveTheAgentItsTurnInTime(final IoKind io) throws IOException {
        final AtomicLong turns = new AtomicLong();
        final Turn fiveTimes = new Turn() {
            private long nextNs = System.nanoTime();

            @Override
            public int doWork(final long nowNs) {
                if (nowNs - nextNs < 0 || turns.get() == 5) {
                    return 0;
                }
                nextNs = nowNs + 1_000_000;
                turns.incrementAndGet();
                return 1;
            }

            @Override
            public long nextDeadlineNs() {
                return turns.get() == 5 ? Long.MAX_VALUE : nextNs;
            }
        };
        try (Harness transport = new Harness(tcp(io), ECHO, fiveTimes)) {
            Harness.await("five turns", () -> turns.get() == 5);

            assertTrue(transport.io().isAlive());
        }
    }

    // ---- dialling

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldDialByAddressAndByName(final IoKind io) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
                Harness transport = new Harness(tcp(io), ECHO)) {
            for (final String host : List.of("127.0.0.1", "localhost")) {
                transport.dial(new PeerAddress(DiameterTransport.TCP, host, server.getLocalPort()), "srv1.test.realm");
                try (RawPeer peer = new RawPeer(server.accept())) {
                    peer.send(Bytes.request(1)).expect(Bytes.request(1));
                }
            }
            assertEquals(2, transport.count(IoCounter.DIALS));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldSayOnceThatNobodyListens(final IoKind io) throws IOException {
        final int nobody;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            nobody = server.getLocalPort();
        }
        try (Harness transport = new Harness(tcp(io), ECHO)) {
            transport.dial(new PeerAddress(DiameterTransport.TCP, "127.0.0.1", nobody), "srv1.test.realm");

            transport.awaitHeard("failed");
            assertEquals(List.of("failed"), List.copyOf(transport.door().heard));
            assertEquals(1, transport.count(IoCounter.DIAL_FAILURES));
        }
    }

    @Test
    void shouldSayThatANameIsUnknown() throws IOException {
        try (Harness transport = new Harness(tcp(IoKind.AUTO), ECHO)) {
            transport.dial(
                    new PeerAddress(DiameterTransport.TCP, "x".repeat(70) + ".invalid", 3868), "srv1.test.realm");

            transport.awaitHeard("failed");
            assertEquals(1, transport.count(IoCounter.UNKNOWN_NAMES));
        }
    }

    @Test
    void shouldRefuseToDialBySctpAndByTlsWithoutCertificates() throws IOException {
        try (Harness transport = new Harness(tcp(IoKind.AUTO), ECHO)) {
            transport.dial(new PeerAddress(DiameterTransport.SCTP, "127.0.0.1", 3868), "srv1.test.realm");
            transport.dial(new PeerAddress(DiameterTransport.TLS, "127.0.0.1", 5868), "srv1.test.realm");

            assertEquals(List.of("failed", "failed"), List.copyOf(transport.door().heard));
            assertEquals(2, transport.count(IoCounter.DIALS_REFUSED));
        }
    }

    // ---- settings

    @Test
    void shouldReadListenersAsOperatorsWriteThem() {
        assertEquals(
                new DiameterListener(DiameterTransport.TCP, "127.0.0.1", 3868),
                DiameterListener.parse("tcp:127.0.0.1:3868"));
        assertEquals(new DiameterListener(DiameterTransport.TLS, "::", 5868), DiameterListener.parse("tls:[::]"));
        assertEquals(new DiameterListener(DiameterTransport.TCP, "::1", 0), DiameterListener.parse("tcp:[::1]:0"));
        assertThrows(IllegalArgumentException.class, () -> DiameterListener.parse("tcp:127.0.0.1:3868:0"));
    }

    @Test
    void shouldSayWhyThereIsNoSctp() {
        final IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> DiameterListener.parse("sctp:127.0.0.1"));

        assertTrue(String.valueOf(refused.getMessage()).endsWith("(expected: tcp: or tls:)"), refused.getMessage());
    }

    @Test
    void shouldRefuseQueuesThatTheLongestMessageDoesNotFit() {
        final DiameterIoConfig config = DiameterIoConfig.of(List.of(), null);

        assertThrows(IllegalArgumentException.class, () -> config.withLimits(new DiameterLimits(1 << 20, 256, 8)));
        assertThrows(
                IllegalArgumentException.class,
                () -> DiameterIoConfig.of(List.of(new DiameterListener(DiameterTransport.TLS, "127.0.0.1", 0)), null));
    }

    @Test
    void shouldListenNowhereIfItOnlyDials() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
                Harness transport = new Harness(DiameterIoConfig.of(List.of(), null), ECHO)) {
            transport.dial(
                    new PeerAddress(DiameterTransport.TCP, "127.0.0.1", server.getLocalPort()), "srv1.test.realm");

            try (RawPeer peer = new RawPeer(server.accept())) {
                peer.send(Bytes.request(1)).expect(Bytes.request(1));
            }
            assertEquals(List.<InetSocketAddress>of(), transport.io().listeners());
        }
    }
}
