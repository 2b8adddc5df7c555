package io.dialtone.sip.transport;

import static io.dialtone.sip.transport.Harness.ECHO;
import static io.dialtone.sip.transport.Harness.address;
import static io.dialtone.sip.transport.Harness.await;
import static io.dialtone.sip.transport.Harness.awaitCount;
import static io.dialtone.sip.transport.Harness.on;
import static io.dialtone.sip.transport.Harness.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.net.IoKind;
import io.dialtone.net.TlsSettings;
import io.dialtone.net.TlsSettings.Clients;
import io.dialtone.net.TlsSettings.Identity;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipFlow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections by TLS: who is shown what, who is let in, and what happens when certificates change. */
class TlsTest {
    private static final ListenerConfig TLS = new ListenerConfig("127.0.0.1", 0).speaking(ViaTransport.TLS);
    private static final String MESSAGE = String.join(
            "\r\n",
            "OPTIONS sip:a@example.com SIP/2.0",
            "Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK1",
            "From: <sip:a@b>;tag=1",
            "To: <sip:b@b>",
            "Call-ID: 1",
            "CSeq: 1 OPTIONS",
            "Content-Length: 0",
            "",
            "");

    /** Where nobody listens, as only the system's own may. */
    private static final int NOBODYS_PORT = 1;

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("io.dialtone.sip.transport.Harness#kinds")
    void shouldCarryMessagesBothWays(final IoKind io) throws IOException {
        try (SipTransport transport = start(tls(io, Clients.NONE), ECHO);
                StreamPeer peer = StreamPeer.connectSecurely(address(transport, 0), "", "")) {
            peer.send(MESSAGE.repeat(3)).expect(MESSAGE.repeat(3));
            peer.send("\r\n\r\n").expect("\r\n");

            assertEquals(3, transport.count(TransportCounter.STREAM_RECEIVED_MESSAGES));
        }
    }

    @Test
    void shouldShowTheCertificateOfTheHostThatIsNamed() throws IOException {
        try (SipTransport transport = start(tls(IoKind.AUTO, Clients.NONE), ECHO)) {
            assertEquals("CN=first", shownTo(transport, ""));
            assertEquals("CN=first", shownTo(transport, "unknown.example.org"));
            assertEquals("CN=second", shownTo(transport, "sip.example.net"));
            assertEquals("CN=second", shownTo(transport, "a.voice.example.net"));
            assertEquals("CN=first", shownTo(transport, "a.b.voice.example.net"));
        }
    }

    @Test
    void shouldLetInWhoShowsACertificateOfItsAuthoritiesIfItAsksForOne() throws IOException {
        try (SipTransport transport = start(tls(IoKind.AUTO, Clients.REQUIRED), ECHO)) {
            try (StreamPeer known = StreamPeer.connectSecurely(address(transport, 0), "", "client")) {
                known.send(MESSAGE).expect(MESSAGE);
            }
            assertRefused(transport, "");
            assertRefused(transport, "stranger");
            assertEquals(2, transport.count(TransportCounter.STREAM_HANDSHAKE_FAILURES));
            assertEquals(1, transport.count(TransportCounter.STREAM_RECEIVED_MESSAGES));
        }
    }

    @Test
    void shouldTakeNoPlainMessages() throws IOException {
        try (SipTransport transport = start(tls(IoKind.AUTO, Clients.NONE), ECHO);
                StreamPeer peer = StreamPeer.connect(address(transport, 0))) {
            peer.send(MESSAGE).expectEnd();

            assertEquals(1, transport.count(TransportCounter.STREAM_HANDSHAKE_FAILURES));
            assertEquals(0, transport.count(TransportCounter.STREAM_RECEIVED_MESSAGES));
        }
    }

    @Test
    void shouldCloseWhoDoesNotShakeHandsInTime() throws IOException {
        final StreamSettings hasty = new StreamSettings(10, 10, 5_000, 200, 200, 1_000, 1 << 16);
        try (SipTransport transport = start(tls(IoKind.AUTO, Clients.NONE).streams(hasty), ECHO);
                StreamPeer peer = StreamPeer.connect(address(transport, 0))) {
            peer.expectEnd();
            assertEquals(1, transport.count(TransportCounter.STREAM_CLOSED_SLOW));
        }
    }

    @Test
    void shouldShowACertificateThatHasChangedToWhoComesAndKeepWhoIsThere() throws IOException {
        final Identity identity = new Identity(folder.resolve("own.pem"), folder.resolve("own.key"));
        copy("first", identity, 1);
        final TlsSettings settings = new TlsSettings(List.of(identity), TestCertificates.file("ca.pem"), Clients.NONE);
        try (SipTransport transport = start(on(IoKind.AUTO).listen(TLS).tls(settings), ECHO);
                StreamPeer early = StreamPeer.connectSecurely(address(transport, 0), "", "")) {
            assertEquals("CN=first", early.shown());

            Files.writeString(identity.certificates(), "no certificate");
            copy("second", identity, 2);
            await("the new certificate", () -> {
                try {
                    return shownTo(transport, "").equals("CN=second");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });

            early.send(MESSAGE).expect(MESSAGE);
        }
    }

    @Test
    void shouldSayWhichFileCannotBeRead() {
        final Identity wrong = new Identity(TestCertificates.file("ca.pem"), TestCertificates.file("README.md"));
        final TlsSettings settings = new TlsSettings(List.of(wrong), null, Clients.NONE);

        final IOException refusal = assertThrows(
                IOException.class, () -> start(on(IoKind.AUTO).listen(TLS).tls(settings), ECHO));

        assertTrue(String.valueOf(refusal.getMessage()).contains("README.md"), refusal.getMessage());
    }

    @Test
    void shouldConnectToWhoIsWhomItClaimsToBe() throws IOException {
        assertEquals(1, connectTo("first", TransportCounter.STREAM_SENT_MESSAGES));
        assertEquals(1, connectTo("second", TransportCounter.STREAM_HANDSHAKE_FAILURES));
        assertEquals(1, connectTo("stranger", TransportCounter.STREAM_HANDSHAKE_FAILURES));
    }

    @Test
    void shouldConnectToWhoIsOneOfThoseThatTheOperatorNames() throws IOException {
        assertEquals(1, connectTo("second", TransportCounter.STREAM_SENT_MESSAGES, "sip.example.net"));
        assertEquals(
                1, connectTo("second", TransportCounter.STREAM_SENT_MESSAGES, "x.example.org", "A.voice.example.net"));
        assertEquals(1, connectTo("second", TransportCounter.STREAM_HANDSHAKE_FAILURES, "a.b.voice.example.net"));
        assertEquals(1, connectTo("stranger", TransportCounter.STREAM_HANDSHAKE_FAILURES, "sip.example.net"));
        assertEquals(1, connectTo("first", TransportCounter.STREAM_SENT_MESSAGES, "sip.example.net"));
    }

    @Test
    void shouldReuseTheConnectionOfWhoHasShownThatTheAddressIsItsOwn() throws IOException {
        try (SipTransport transport = start(tls(IoKind.AUTO, Clients.WANTED), TlsTest::answerAtTheListener);
                StreamPeer peer = StreamPeer.connectSecurely(address(transport, 0), "", "first")) {
            peer.send(MESSAGE.repeat(2)).expect(MESSAGE.repeat(2));

            assertEquals(1, transport.count(TransportCounter.STREAM_REUSED));
            assertEquals(0, transport.count(TransportCounter.STREAM_CONNECTS));

            try (StreamPeer next = StreamPeer.connectSecurely(address(transport, 0), "", "first")) {
                next.send(MESSAGE).expect(MESSAGE); // the newest connection counts
                assertEquals(2, transport.count(TransportCounter.STREAM_REUSED));
                peer.send(MESSAGE).expect(MESSAGE);
                assertEquals(3, transport.count(TransportCounter.STREAM_REUSED));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "client"})
    void shouldConnectToThePortInViaOfWhoHasShownNothingForItsAddress(final String identity) throws IOException {
        try (SipTransport transport = start(tls(IoKind.AUTO, Clients.WANTED), TlsTest::answerAtTheListener);
                StreamPeer peer = StreamPeer.connectSecurely(address(transport, 0), "", identity)) {
            peer.send(MESSAGE);

            awaitCount(transport, TransportCounter.STREAM_CONNECT_FAILURES, 1);
            assertEquals(1, transport.count(TransportCounter.STREAM_CONNECTS));
            assertEquals(1, transport.count(TransportCounter.STREAM_REUSE_REFUSED));
            assertEquals(0, transport.count(TransportCounter.STREAM_REUSED));
        }
    }

    @Test
    void shouldConnectAgainWhenTheReusedConnectionHasEnded() throws IOException {
        try (SipTransport transport = start(tls(IoKind.AUTO, Clients.WANTED), TlsTest::answerAtTheListener)) {
            try (StreamPeer peer = StreamPeer.connectSecurely(address(transport, 0), "", "first")) {
                peer.send(MESSAGE).expect(MESSAGE);
            }
            awaitCount(transport, TransportCounter.STREAM_CLOSED, 1);

            try (StreamPeer other = StreamPeer.connectSecurely(address(transport, 0), "", "")) {
                other.send(MESSAGE);
                awaitCount(transport, TransportCounter.STREAM_CONNECT_FAILURES, 1);
            }
        }
    }

    /** As an edge does when a Via says alias: what is sent to the port that the peer listens at, where in truth nobody does. */
    private static ScriptedIngress.Script answerAtTheListener(final SipEgress egress) {
        final SipFlow there = new SipFlow();
        return (buffer, offset, length, from) -> {
            egress.reuse(from, NOBODYS_PORT);
            there.copyFrom(from).remote(from.remoteHigh(), from.remoteLow(), NOBODYS_PORT);
            egress.send(buffer, offset, length, there);
        };
    }

    /** A message goes to a server with this certificate, at an address that only the first is for. */
    private static long connectTo(final String identity, final TransportCounter awaited, final String... serverNames)
            throws IOException {
        final TlsSettings known = TestCertificates.settings(Clients.NONE);
        final TlsSettings settings =
                new TlsSettings(known.identities(), known.authorities(), known.clients(), List.of(serverNames));
        try (SSLServerSocket server = (SSLServerSocket) TestCertificates.context(identity)
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            final Thread acceptor = Thread.ofVirtual().start(() -> {
                try (StreamPeer there = new StreamPeer(server.accept())) {
                    there.expect(MESSAGE);
                } catch (IOException | AssertionError refused) {
                    // Told by the counters of the other side.
                    assertTrue(server.isBound());
                }
            });
            final SipFlow to = new SipFlow()
                    .set(0, ViaTransport.TLS.code(), 0, 0, 0)
                    .remote(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
            try (SipTransport transport = start(
                            on(IoKind.AUTO).listen(TLS).tls(settings),
                            egress -> (buffer, offset, length, from) -> egress.send(buffer, offset, length, to));
                    StreamPeer peer = StreamPeer.connectSecurely(address(transport, 0), "", "")) {
                peer.send(MESSAGE);
                awaitCount(transport, awaited, 1);
                acceptor.join();
                return transport.count(awaited);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void assertRefused(final SipTransport transport, final String identity) throws IOException {
        final long before = transport.count(TransportCounter.STREAM_CLOSED);
        assertThrows(IOException.class, () -> {
            try (StreamPeer unknown = StreamPeer.connectSecurely(address(transport, 0), "", identity)) {
                // With TLS 1.3 a client hears of its certificate's refusal when it reads.
                unknown.send(MESSAGE).expect(MESSAGE);
            } catch (AssertionError end) {
                throw new IOException(end);
            }
        });
        awaitCount(transport, TransportCounter.STREAM_CLOSED, before + 1);
    }

    private static String shownTo(final SipTransport transport, final String hostName) throws IOException {
        try (StreamPeer peer = StreamPeer.connectSecurely(address(transport, 0), hostName, "")) {
            return peer.shown();
        }
    }

    private static SipTransportConfig.Builder tls(final IoKind io, final Clients clients) {
        return on(io).listen(TLS).tls(TestCertificates.settings(clients));
    }

    private static void copy(final String from, final Identity to, final long time) throws IOException {
        final Identity source = TestCertificates.identity(from);
        Files.copy(source.key(), to.key(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(source.certificates(), to.certificates(), StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(to.certificates(), FileTime.from(Instant.ofEpochSecond(time)));
    }
}
