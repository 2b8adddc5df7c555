package io.dialtone.sip.transport;

import static io.dialtone.sip.transport.Harness.ECHO;
import static io.dialtone.sip.transport.Harness.address;
import static io.dialtone.sip.transport.Harness.awaitCount;
import static io.dialtone.sip.transport.Harness.on;
import static io.dialtone.sip.transport.Harness.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.net.IoKind;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.routing.SipFlow;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for connections, whatever way they pass between the kernel and us. */
class StreamLawsTest {
    private static final ListenerConfig TCP = new ListenerConfig("127.0.0.1", 0).speaking(ViaTransport.TCP);
    private static final StreamSettings SHORT = new StreamSettings(3, 3, 1_000, 300, 500, 300, 1 << 16);
    private static final String BODY = "0123456789";

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldCutMessagesOutOfWhateverPiecesTheyComeIn(final IoKind io) throws IOException {
        try (SipTransport transport = start(on(io).listen(TCP), ECHO);
                StreamPeer peer = StreamPeer.connect(address(transport, 0))) {
            final String three = message(1) + message(2) + message(3);

            peer.send(three).expect(three);
            for (int i = 0; i < three.length(); i++) {
                peer.send(three.substring(i, i + 1));
            }
            peer.expect(three);

            assertEquals(6, transport.count(TransportCounter.STREAM_RECEIVED_MESSAGES));
            assertEquals(1, transport.count(TransportCounter.STREAM_ACCEPTED));
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldTellWhereAMessageCameFromAsItsConnection(final IoKind io) throws IOException {
        final SipFlow seen = new SipFlow();
        try (SipTransport transport =
                        start(on(io).listen("127.0.0.1", 0).listen(TCP), egress -> (buffer, offset, length, from) -> {
                            seen.copyFrom(from);
                            egress.send(buffer, offset, length, from);
                        });
                StreamPeer peer = StreamPeer.connect(address(transport, 1))) {
            peer.send(message(1)).expect(message(1));

            assertEquals(1, seen.listener());
            assertEquals(ViaTransport.TCP.code(), seen.transport());
            assertEquals(new InetSocketAddress(InetAddress.getLoopbackAddress(), peer.port()), seen.toSocketAddress());
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldAnswerPingsBetweenMessages(final IoKind io) throws IOException {
        try (SipTransport transport = start(on(io).listen(TCP), ECHO);
                StreamPeer peer = StreamPeer.connect(address(transport, 0))) {
            peer.send("\r\n\r\n").expect("\r\n");
            peer.send(message(1) + "\r\n\r\n").expect(message(1) + "\r\n");
            assertEquals(2, transport.count(TransportCounter.STREAM_PINGS));
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldConnectToWhomItHasNoConnectionWith(final IoKind io) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            final SipFlow to = new SipFlow()
                    .set(0, ViaTransport.TCP.code(), 0, 0, 0)
                    .remote(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
            try (SipTransport transport = start(on(io).listen(TCP), egress -> (buffer, offset, length, from) -> {
                        final boolean fromServer = from.sameRemote(to);
                        assertEquals(fromServer, egress.isConnected(to) && fromServer);
                        egress.send(buffer, offset, length, fromServer ? from : to);
                    });
                    StreamPeer peer = StreamPeer.connect(address(transport, 0))) {
                peer.send(message(1) + message(2));
                try (StreamPeer other = new StreamPeer(server.accept())) {
                    other.expect(message(1) + message(2));
                    other.send(message(3)).expect(message(3));
                }
                assertEquals(1, transport.count(TransportCounter.STREAM_CONNECTS));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldHandBackWhatWaitedForAConnectionThatDidNotComeAbout(final IoKind io)
            throws IOException, InterruptedException {
        final int nobody;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = server.getLocalPort();
        }
        final SipFlow to = new SipFlow()
                .set(0, ViaTransport.TCP.code(), 0, 0, 0)
                .remote(new InetSocketAddress(InetAddress.getLoopbackAddress(), nobody));
        final BlockingQueue<String> unsent = new LinkedBlockingQueue<>();
        try (SipTransport transport = SipTransport.start(
                        on(io).listen(TCP).build(),
                        (loop, egress) ->
                                new ScriptedIngress(
                                        (buffer, offset, length, from) -> egress.send(buffer, offset, length, to)) {
                                    @Override
                                    public void onUnsent(
                                            final UnsafeBuffer buffer,
                                            final int offset,
                                            final int length,
                                            final SipFlow flow,
                                            final long nowNs) {
                                        assertTrue(flow.sameRemote(to));
                                        unsent.add(buffer.getStringWithoutLengthAscii(offset, length));
                                    }
                                });
                StreamPeer peer = StreamPeer.connect(address(transport, 0))) {
            peer.send(message(1));

            assertEquals(message(1), unsent.poll(5, TimeUnit.SECONDS));
            awaitCount(transport, TransportCounter.STREAM_CONNECT_FAILURES, 1);
            awaitCount(transport, TransportCounter.STREAM_DROPPED_CLOSED, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldTakeNoMoreConnectionsOfAnAddressThanItMay(final IoKind io) throws IOException {
        final StreamSettings twoEach = new StreamSettings(10, 2, 60_000, 5_000, 5_000, 5_000, 1 << 16);
        try (SipTransport transport = start(on(io).listen(TCP).streams(twoEach), ECHO);
                StreamPeer first = StreamPeer.connect(address(transport, 0))) {
            first.send(message(1)).expect(message(1));
            try (StreamPeer second = StreamPeer.connect(address(transport, 0));
                    StreamPeer neighbour = StreamPeer.connect("127.0.0.2", address(transport, 0))) {
                second.send(message(2)).expect(message(2));
                try (StreamPeer third = StreamPeer.connect(address(transport, 0))) {
                    third.expectEnd();
                }
                neighbour.send(message(3)).expect(message(3));
                assertEquals(1, transport.count(TransportCounter.STREAM_REFUSED_PEER));
            }

            awaitCount(transport, TransportCounter.STREAM_CLOSED, 2);
            try (StreamPeer next = StreamPeer.connect(address(transport, 0))) {
                next.send(message(4)).expect(message(4));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldTakeNoMoreConnectionsThanItMay(final IoKind io) throws IOException {
        final List<StreamPeer> peers = new ArrayList<>();
        try (SipTransport transport = start(on(io).listen(TCP).streams(SHORT), ECHO)) {
            for (int i = 0; i < SHORT.connectionsMax(); i++) {
                peers.add(StreamPeer.connect(address(transport, 0)));
                peers.getLast().send(message(i)).expect(message(i));
            }
            try (StreamPeer oneMore = StreamPeer.connect(address(transport, 0))) {
                oneMore.expectEnd();
            }
            assertEquals(1, transport.count(TransportCounter.STREAM_REFUSED_LIMIT));

            peers.removeFirst().close();
            awaitCount(transport, TransportCounter.STREAM_CLOSED, 1);
            peers.add(StreamPeer.connect(address(transport, 0)));
            peers.getLast().send(message(9)).expect(message(9));
        } finally {
            for (final StreamPeer peer : peers) {
                peer.close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldCloseWhoEndsNoMessageAndWhoSaysNothing(final IoKind io) throws IOException {
        try (SipTransport transport = start(on(io).listen(TCP).streams(SHORT), ECHO);
                StreamPeer slow = StreamPeer.connect(address(transport, 0));
                StreamPeer silent = StreamPeer.connect(address(transport, 0))) {
            slow.send("OPTIONS sip:a@b SIP/2.0\r\nVia: ").expectEnd();
            silent.expectEnd();

            assertEquals(1, transport.count(TransportCounter.STREAM_CLOSED_SLOW));
            assertEquals(1, transport.count(TransportCounter.STREAM_CLOSED_IDLE));
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldCutOffWhoTakesNothing(final IoKind io) throws IOException {
        final String large = message(1, "x".repeat(60_000));
        try (SipTransport transport = start(on(io).listen(TCP).streams(SHORT), ECHO);
                StreamPeer peer = StreamPeer.connect(address(transport, 0))) {
            assertThrows(IOException.class, () -> {
                while (true) {
                    peer.send(large); // until the kernel says that nobody is there
                }
            });

            awaitCount(transport, TransportCounter.STREAM_CLOSED, 1);
            assertTrue(transport.count(TransportCounter.STREAM_DROPPED_SLOW_PEER) > 0);
            assertEquals(1, transport.count(TransportCounter.STREAM_CLOSED_SLOW));
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldLetTheIngressAnswerWhatCannotBeReadOnAndThenClose(final IoKind io) throws IOException {
        final String noEnd = message(1).replace("Content-Length: 10", "Subject: none");
        final AtomicLong told = new AtomicLong();
        final SipTransportConfig config = on(io).listen(TCP).build();
        try (SipTransport transport = SipTransport.start(
                        config,
                        (loop, egress) ->
                                new ScriptedIngress(
                                        (buffer, offset, length, from) -> egress.send(buffer, offset, length, from)) {
                                    @Override
                                    public void onUnreadable(
                                            final UnsafeBuffer buffer,
                                            final int offset,
                                            final int length,
                                            final Malformation malformation,
                                            final SipFlow from,
                                            final long nowNs) {
                                        told.incrementAndGet();
                                        egress.send(buffer, offset, 7, from);
                                    }
                                });
                StreamPeer peer = StreamPeer.connect(address(transport, 0));
                StreamPeer other = StreamPeer.connect(address(transport, 0))) {
            peer.send(message(1) + noEnd + message(2)).expect(message(1) + "OPTIONS");
            peer.expectEnd();
            other.send(message(3)).expect(message(3));

            assertEquals(1, told.get());
            assertEquals(1, transport.count(TransportCounter.STREAM_CLOSED_UNREADABLE));
            assertEquals(2, transport.count(TransportCounter.STREAM_RECEIVED_MESSAGES));
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldSpreadConnectionsOverLoopsAndAnswerEachOnItsOwn(final IoKind io) throws IOException {
        final List<StreamPeer> peers = new ArrayList<>();
        try (SipTransport transport = start(on(io).listen(TCP).loops(2), ECHO)) {
            for (int i = 0; i < 64; i++) {
                peers.add(StreamPeer.connect(address(transport, 0)));
            }
            for (int i = 0; i < peers.size(); i++) {
                peers.get(i).send(message(i)).expect(message(i));
            }
            assertTrue(transport.count(0, TransportCounter.STREAM_ACCEPTED) > 0);
            assertTrue(transport.count(1, TransportCounter.STREAM_ACCEPTED) > 0);
        } finally {
            for (final StreamPeer peer : peers) {
                peer.close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldServeAgainOnItsPortThoughConnectionsWereOpenWhenItClosed(final IoKind io) throws IOException {
        final int port;
        final SipTransport transport = start(on(io).listen(TCP), ECHO);
        try (transport;
                StreamPeer peer = StreamPeer.connect(address(transport, 0))) {
            peer.send(message(1)).expect(message(1));
            port = address(transport, 0).getPort();
            final BindException refusal = assertThrows(
                    BindException.class,
                    () -> start(on(io).listen(new ListenerConfig("127.0.0.1", port).speaking(ViaTransport.TCP)), ECHO));
            assertTrue(String.valueOf(refusal.getMessage()).contains("tcp:127.0.0.1:" + port + " is in use"));
        }
        try (SipTransport again =
                        start(on(io).listen(new ListenerConfig("127.0.0.1", port).speaking(ViaTransport.TCP)), ECHO);
                StreamPeer peer = StreamPeer.connect(address(again, 0))) {
            peer.send(message(2)).expect(message(2));
            assertFalse(again.count(TransportCounter.STREAM_ACCEPTED) == 0);
        }
    }

    private static String message(final int number) {
        return message(number, BODY);
    }

    private static String message(final int number, final String body) {
        return "OPTIONS sip:" + number + "@example.com SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:5060;branch=z9hG4bK"
                + number
                + "\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: " + number
                + "\r\nCSeq: 1 OPTIONS\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }
}
