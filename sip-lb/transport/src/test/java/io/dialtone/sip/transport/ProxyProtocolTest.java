package io.dialtone.sip.transport;

import static io.dialtone.sip.transport.Harness.address;
import static io.dialtone.sip.transport.Harness.awaitCount;
import static io.dialtone.sip.transport.Harness.on;
import static io.dialtone.sip.transport.Harness.start;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.net.IoKind;
import io.dialtone.net.TlsSettings;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.routing.SipFlow;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections that a proxy makes for others: whose they are, and what becomes of those who have no header. */
class ProxyProtocolTest {
    private static final List<NetworkRange> LOOPBACK = List.of(NetworkRange.parse("127.0.0.0/8"));
    private static final ListenerConfig TCP =
            new ListenerConfig("127.0.0.1", 0).speaking(ViaTransport.TCP).behind(LOOPBACK);
    private static final StreamSettings SHORT = new StreamSettings(3, 3, 60_000, 300, 500, 300, 1 << 16);
    private static final String MESSAGE =
            "OPTIONS sip:a@example.com SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nContent-Length: 0\r\n\r\n";

    private final BlockingQueue<InetSocketAddress> seen = new LinkedBlockingQueue<>();

    private Harness.Rule noting() {
        return egress -> (buffer, offset, length, from) -> {
            seen.add(from.toSocketAddress());
            egress.send(buffer, offset, length, from);
        };
    }

    private void assertSeen(final String host, final int port) throws InterruptedException {
        assertEquals(new InetSocketAddress(InetAddress.ofLiteral(host), port), seen.poll(5, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldTellWhoseConnectionItIs(final IoKind io) throws IOException, InterruptedException {
        try (SipTransport transport = start(on(io).listen(TCP), noting());
                StreamPeer line = StreamPeer.connect(address(transport, 0));
                StreamPeer bytes = StreamPeer.connect(address(transport, 0));
                StreamPeer ipv6 = StreamPeer.connect(address(transport, 0))) {
            line.send(ProxyHeaders.line("203.0.113.7", 1234) + MESSAGE).expect(MESSAGE);
            assertSeen("203.0.113.7", 1234);
            bytes.send(ProxyHeaders.bytes("203.0.113.8", 1235)).send(MESSAGE).expect(MESSAGE);
            assertSeen("203.0.113.8", 1235);
            ipv6.send(ProxyHeaders.bytes("2001:db8::7", 1236)).send(MESSAGE).expect(MESSAGE);
            assertSeen("2001:db8::7", 1236);
            line.send(MESSAGE).expect(MESSAGE);
            assertSeen("203.0.113.7", 1234);
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldReadAHeaderInWhateverPiecesItComes(final IoKind io) throws IOException, InterruptedException {
        final byte[] header = ProxyHeaders.bytes("203.0.113.7", 1234);
        try (SipTransport transport = start(on(io).listen(TCP), noting());
                StreamPeer peer = StreamPeer.connect(address(transport, 0))) {
            for (final byte each : header) {
                peer.send(new byte[] {each});
            }
            peer.send(MESSAGE).expect(MESSAGE);
            assertSeen("203.0.113.7", 1234);
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldSendToWhoIsBehindAProxyByItsConnection(final IoKind io) throws IOException {
        final SipFlow to = new SipFlow()
                .set(0, ViaTransport.TCP.code(), 0, 0, 0)
                .remote(new InetSocketAddress(InetAddress.ofLiteral("203.0.113.7"), 1234));
        try (SipTransport transport = start(
                        on(io).listen(TCP),
                        egress -> (buffer, offset, length, from) -> egress.send(buffer, offset, length, to));
                StreamPeer one = StreamPeer.connect(address(transport, 0));
                StreamPeer other = StreamPeer.connect(address(transport, 0))) {
            one.send(ProxyHeaders.line("203.0.113.7", 1234) + MESSAGE).expect(MESSAGE);
            other.send(ProxyHeaders.line("203.0.113.8", 1234) + MESSAGE);

            one.expect(MESSAGE);
        }
    }

    @Test
    void shouldKnowAProxyThatSpeaksForItselfByItsOwnAddress() throws IOException, InterruptedException {
        try (SipTransport transport = start(on(IoKind.AUTO).listen(TCP), noting());
                StreamPeer check = StreamPeer.connect(address(transport, 0))) {
            check.send(ProxyHeaders.bytes(0x20, 0, new byte[0])).send(MESSAGE).expect(MESSAGE);

            assertSeen("127.0.0.1", check.port());
        }
    }

    @Test
    void shouldLetThePeerThatBeginsAnewTakeThePlaceOfItsFormerConnection() throws IOException {
        try (SipTransport transport = start(on(IoKind.AUTO).listen(TCP), noting());
                StreamPeer former = StreamPeer.connect(address(transport, 0));
                StreamPeer peer = StreamPeer.connect(address(transport, 0))) {
            former.send(ProxyHeaders.line("203.0.113.7", 1234) + MESSAGE).expect(MESSAGE);
            peer.send(ProxyHeaders.line("203.0.113.7", 1234) + MESSAGE).expect(MESSAGE);

            former.expectEnd();
            peer.send(MESSAGE).expect(MESSAGE);
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldCloseWhoHasNoHeader(final IoKind io) throws IOException {
        try (SipTransport transport = start(on(io).listen(TCP), noting());
                StreamPeer plain = StreamPeer.connect(address(transport, 0));
                StreamPeer wrong = StreamPeer.connect(address(transport, 0))) {
            plain.send(MESSAGE).expectEnd();
            wrong.send("PROXY TCP4 203.0.113.7\r\n" + MESSAGE).expectEnd();

            awaitCount(transport, TransportCounter.STREAM_CLOSED, 2);
            assertEquals(2, transport.count(TransportCounter.STREAM_CLOSED_PROXY_HEADER));
            assertEquals(0, transport.count(TransportCounter.STREAM_RECEIVED_MESSAGES));
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldCloseWhoDoesNotEndItsHeaderInTime(final IoKind io) throws IOException {
        try (SipTransport transport = start(on(io).listen(TCP).streams(SHORT), noting());
                StreamPeer slow = StreamPeer.connect(address(transport, 0));
                StreamPeer silent = StreamPeer.connect(address(transport, 0))) {
            slow.send("PROXY TCP4 ").expectEnd();
            silent.expectEnd();

            assertEquals(2, transport.count(TransportCounter.STREAM_CLOSED_SLOW));
        }
    }

    @Test
    void shouldTakeNoConnectionsButThoseOfItsProxies() throws IOException {
        final ListenerConfig elsewhere = TCP.behind(List.of(NetworkRange.parse("192.0.2.0/24")));
        try (SipTransport transport = start(on(IoKind.AUTO).listen(elsewhere), noting());
                StreamPeer peer = StreamPeer.connect(address(transport, 0))) {
            peer.expectEnd();

            assertEquals(1, transport.count(TransportCounter.STREAM_REFUSED_SOURCE));
            assertEquals(0, transport.count(TransportCounter.STREAM_ACCEPTED));
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldCountConnectionsOfThePeerAndNotOfItsProxy(final IoKind io) throws IOException {
        final StreamSettings oneEach = new StreamSettings(10, 1, 60_000, 5_000, 5_000, 5_000, 1 << 16);
        try (SipTransport transport = start(on(io).listen(TCP).streams(oneEach), noting());
                StreamPeer first = StreamPeer.connect(address(transport, 0));
                StreamPeer second = StreamPeer.connect(address(transport, 0));
                StreamPeer third = StreamPeer.connect(address(transport, 0))) {
            first.send(ProxyHeaders.line("203.0.113.7", 1234) + MESSAGE).expect(MESSAGE);
            second.send(ProxyHeaders.line("203.0.113.8", 1234) + MESSAGE).expect(MESSAGE);

            third.send(ProxyHeaders.line("203.0.113.7", 1235) + MESSAGE).expectEnd();

            assertEquals(1, transport.count(TransportCounter.STREAM_REFUSED_PEER));
            assertEquals(2, transport.count(TransportCounter.STREAM_RECEIVED_MESSAGES));
            first.send(MESSAGE).expect(MESSAGE);
        }
    }

    @Test
    void shouldLetThePeerThatBeginsAnewTakeItsShareAlong() throws IOException {
        final StreamSettings oneEach = new StreamSettings(10, 1, 60_000, 5_000, 5_000, 5_000, 1 << 16);
        try (SipTransport transport = start(on(IoKind.AUTO).listen(TCP).streams(oneEach), noting());
                StreamPeer former = StreamPeer.connect(address(transport, 0));
                StreamPeer peer = StreamPeer.connect(address(transport, 0))) {
            former.send(ProxyHeaders.line("203.0.113.7", 1234) + MESSAGE).expect(MESSAGE);

            peer.send(ProxyHeaders.line("203.0.113.7", 1234) + MESSAGE).expect(MESSAGE);

            former.expectEnd();
            assertEquals(0, transport.count(TransportCounter.STREAM_REFUSED_PEER));
        }
    }

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldShakeHandsBehindTheHeader(final IoKind io) throws IOException, InterruptedException {
        try (SipTransport transport = start(
                        on(io).listen(TCP.speaking(ViaTransport.TLS))
                                .tls(TestCertificates.settings(TlsSettings.Clients.NONE)),
                        noting());
                StreamPeer peer = StreamPeer.connectSecurelyBehind(
                        ProxyHeaders.line("203.0.113.7", 1234).getBytes(StandardCharsets.US_ASCII),
                        address(transport, 0))) {
            peer.send(MESSAGE).expect(MESSAGE);
            assertSeen("203.0.113.7", 1234);
        }
    }
}
