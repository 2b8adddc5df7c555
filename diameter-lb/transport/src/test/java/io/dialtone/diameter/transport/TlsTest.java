package io.dialtone.diameter.transport;

import static io.dialtone.diameter.transport.Harness.config;
import static io.dialtone.diameter.transport.Harness.tls;
import static io.dialtone.diameter.transport.ScriptedDoor.ECHO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.peer.DiameterTransport;
import io.dialtone.diameter.peer.PeerAddress;
import io.dialtone.diameter.peer.PeerConnection;
import io.dialtone.net.IoKind;
import io.dialtone.net.TlsSettings.Clients;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections by TLS: from their first byte, or after capabilities have agreed on it. */
class TlsTest {
    private static final String KINDS = "io.dialtone.diameter.transport.Harness#kinds";
    private static final int START_TLS = 99;

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldCarryMessagesBothWaysAndSayWhoseCertificateWasShown(final IoKind io) throws IOException {
        // given
        final byte[] many = Bytes.all(Bytes.request(1), Bytes.request(2, 40_000), Bytes.request(3));
        final Queue<List<String>> names = new ConcurrentLinkedQueue<>();

        // when
        try (Harness transport = new Harness(tls(io, TestCertificates.settings(Clients.REQUIRED)), (from, message) -> {
                    assertTrue(from.isSecure());
                    names.add(from.certificateNames());
                    ECHO.onMessage(from, message);
                });
                RawPeer peer = RawPeer.connectSecurely(transport.address(), "server")) {
            peer.sendBeside(many).expect(many);

            // then
            assertEquals(List.of("srv1.test.realm"), names.element());
            assertEquals(3, transport.count(IoCounter.RECEIVED_MESSAGES));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stranger", ""})
    void shouldCloseWhoShowsNoCertificateOfItsAuthorities(final String identity) throws IOException {
        try (Harness transport = new Harness(tls(IoKind.AUTO, TestCertificates.settings(Clients.REQUIRED)), ECHO);
                RawPeer peer = transport.connect()) {
            try {
                peer.shakeHands(identity, true);
                peer.send(Bytes.request(1)).expectEnd();
            } catch (IOException _) {
                // With TLS 1.3 it may hear of it only later.
            }

            transport.awaitCount(IoCounter.HANDSHAKE_FAILURES, 1);
            assertTrue(transport.door().opened.isEmpty());
        }
    }

    @Test
    void shouldCloseWhoSpeaksWithoutTls() throws IOException {
        try (Harness transport = new Harness(tls(IoKind.AUTO, TestCertificates.settings(Clients.NONE)), ECHO);
                RawPeer peer = transport.connect()) {
            peer.send(Bytes.request(1)).expectEnd();

            assertEquals(1, transport.count(IoCounter.HANDSHAKE_FAILURES));
            assertTrue(transport.door().opened.isEmpty());
        }
    }

    @Test
    void shouldCloseWhoDoesNotShakeHandsInTime() throws IOException {
        final DiameterIoConfig hasty = tls(IoKind.AUTO, TestCertificates.settings(Clients.NONE))
                .withConnections(ConnectionSettings.defaults().withOpening(100, 1_000));
        try (Harness transport = new Harness(hasty, ECHO);
                RawPeer peer = transport.connect()) {
            peer.expectEnd();

            assertEquals(1, transport.count(IoCounter.CLOSED_SLOW_HANDSHAKE));
        }
    }

    // ---- dialled

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldDialByTlsAndSayWhoseCertificateWasShown(final IoKind io) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
                Harness transport = new Harness(tls(io, TestCertificates.settings(Clients.NONE)), ECHO)) {
            transport.dial(
                    new PeerAddress(DiameterTransport.TLS, "127.0.0.1", server.getLocalPort()), "srv1.test.realm");

            try (RawPeer peer = new RawPeer(server.accept())) {
                peer.shakeHands("server", false);
                peer.send(Bytes.request(1)).expect(Bytes.request(1));
                final PeerConnection connection = transport.door().opened.element();
                transport.onLoop(() -> assertEquals(List.of("srv1.test.realm"), connection.certificateNames()));
            }
        }
    }

    @Test
    void shouldNotTrustACertificateOfNoAuthorityWhenItDials() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
                Harness transport = new Harness(tls(IoKind.AUTO, TestCertificates.settings(Clients.NONE)), ECHO)) {
            transport.dial(
                    new PeerAddress(DiameterTransport.TLS, "127.0.0.1", server.getLocalPort()), "srv1.test.realm");

            try (RawPeer peer = new RawPeer(server.accept())) {
                try {
                    peer.shakeHands("stranger", false);
                    peer.expectEnd();
                } catch (IOException _) {
                    // It is told so.
                }
            }

            transport.awaitHeard("failed");
            assertEquals(1, transport.count(IoCounter.HANDSHAKE_FAILURES));
            assertTrue(transport.door().opened.isEmpty());
        }
    }

    // ---- within a connection that began without

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldGoOverToTlsWhenItWasDialled(final IoKind io) throws IOException {
        try (Harness transport = new Harness(
                        config(io, DiameterTransport.TCP, TestCertificates.settings(Clients.REQUIRED)),
                        (from, message) -> goOver(from, message, true));
                RawPeer peer = transport.connect()) {
            peer.send(Bytes.request(START_TLS)).expect(Bytes.request(START_TLS));

            peer.shakeHands("server", true);

            peer.send(Bytes.request(2)).expect(Bytes.request(2));
            transport.awaitHeard("secured");
            assertEquals(1, transport.count(IoCounter.SECURED));
            final PeerConnection connection = transport.door().opened.element();
            transport.onLoop(() -> assertEquals(List.of("srv1.test.realm"), connection.certificateNames()));
        }
    }

    @ParameterizedTest
    @MethodSource(KINDS)
    void shouldGoOverToTlsWhenItHasDialled(final IoKind io) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
                Harness transport = new Harness(
                        config(io, DiameterTransport.TCP, TestCertificates.settings(Clients.REQUIRED)),
                        (from, message) -> goOver(from, message, false))) {
            transport.dial(
                    new PeerAddress(DiameterTransport.TCP, "127.0.0.1", server.getLocalPort()), "srv1.test.realm");
            try (RawPeer peer = new RawPeer(server.accept())) {
                peer.send(Bytes.request(START_TLS)).expect(Bytes.request(START_TLS));

                peer.shakeHands("server", false);

                peer.send(Bytes.request(2)).expect(Bytes.request(2));
                transport.awaitHeard("secured");
            }
        }
    }

    @Test
    void shouldNotGoOverToTlsWithoutCertificates() throws IOException {
        final Queue<Boolean> went = new ConcurrentLinkedQueue<>();
        try (Harness transport = new Harness(Harness.tcp(IoKind.AUTO), (from, message) -> {
                    went.add(from.startTls(true));
                    ECHO.onMessage(from, message);
                });
                RawPeer peer = transport.connect()) {
            peer.send(Bytes.request(1)).expect(Bytes.request(1));

            assertEquals(List.of(false), List.copyOf(went));
        }
    }

    /** As a peer's machine does with a message that agrees on TLS; what it sends behind goes by TLS. */
    private static void goOver(final PeerConnection from, final DiameterMessage message, final boolean asServer) {
        ECHO.onMessage(from, message);
        if (message.hopByHopId() == START_TLS) {
            assertFalse(from.isSecure());
            assertTrue(from.startTls(asServer));
            assertFalse(from.startTls(asServer), "once is enough");
        } else {
            assertTrue(from.isSecure());
        }
    }
}
