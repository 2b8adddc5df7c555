package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.examples.AnsweringService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real haproxy in front of an edge and of the balancer: peers are known by their own addresses, not by its. */
class ProxyProtocolTest {
    private static final Path AUTHORITY =
            Path.of("src/test/resources/tls/ca.pem").toAbsolutePath();
    private static final String FROM_LOOPBACK = ";proxy-protocol-from=127.0.0.1";
    private static final int PATIENCE_MS = 20_000;

    @RegisterExtension
    final Stage stage = new Stage();

    /** A haproxy that connects by TCP to {@code behind} for whoever connects to {@code front}, and looks all the time whether anybody is there. */
    private void haproxy(final String name, final int front, final int behind, final String version) {
        final Path file = stage.write(name + ".cfg", """
                        defaults
                          mode tcp
                          timeout connect 5s
                          timeout client 60s
                          timeout server 60s
                        listen sip
                          bind 127.0.0.1:%d
                          server edge 127.0.0.1:%d %s check inter 200ms
                        """.formatted(front, behind, version));
        final Child child = stage.start(name, List.of(Peer.HAPROXY.path(), "-db", "-f", file.toString()));
        Await.until(
                name + " listens",
                Duration.ofSeconds(10),
                () -> child.isAlive() && Ports.isTcpBound("127.0.0.1", front),
                child::tail);
    }

    private static Socket connect(final int port) throws IOException {
        final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    /** Asks by this connection, and says what the edge has noted in Via. */
    private static String viaOfAnswer(final Socket socket, final String transport) throws IOException {
        final String options = String.join(
                "\r\n",
                "OPTIONS sip:127.0.0.1 SIP/2.0",
                "Via: SIP/2.0/" + transport + " phone.invalid;rport;branch=z9hG4bK" + System.nanoTime(),
                "Max-Forwards: 70",
                "From: <sip:phone@127.0.0.1>;tag=1",
                "To: <sip:127.0.0.1>",
                "Call-ID: " + System.nanoTime(),
                "CSeq: 1 OPTIONS",
                "Content-Length: 0",
                "",
                "");
        socket.getOutputStream().write(options.getBytes(StandardCharsets.US_ASCII));
        final StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            final int next = socket.getInputStream().read();
            assertTrue(next >= 0, () -> "closed after: " + answer);
            answer.append((char) next);
        }
        assertTrue(answer.toString().startsWith("SIP/2.0 200"), answer::toString);
        return answer.toString()
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("via:"))
                .findFirst()
                .orElseThrow();
    }

    private static void assertNotes(final String via, final Socket socket) {
        assertTrue(
                via.contains(";received=127.0.0.1") && via.contains(";rport=" + socket.getLocalPort() + ";"),
                () -> via + " of " + socket);
    }

    @Test
    void shouldKnowPeersByTheirOwnAddressesBehindHaproxy() throws IOException {
        final int tcp = Ports.free();
        final int tls = Ports.free();
        final int one = Ports.free();
        final int two = Ports.free();
        final int secure = Ports.free();
        Peer.HAPROXY.path();
        final Platform platform = Platform.inOneProcess(
                stage,
                AnsweringService.class.getName(),
                "--listen",
                "tcp:127.0.0.1:" + tcp + FROM_LOOPBACK,
                "--listen",
                "tls:127.0.0.1:" + tls + FROM_LOOPBACK,
                "--tls-certificates",
                AUTHORITY.resolveSibling("first.pem").toString(),
                "--tls-keys",
                AUTHORITY.resolveSibling("first.key").toString());
        haproxy("haproxy-1", one, tcp, "send-proxy");
        haproxy("haproxy-2", two, tcp, "send-proxy-v2");
        haproxy("haproxy-3", secure, tls, "send-proxy-v2");
        final SSLContext context = TlsBridge.believing(AUTHORITY);

        try (Socket byLine = connect(one);
                Socket byBytes = connect(two);
                Socket bySecureBytes =
                        context.getSocketFactory().createSocket(connect(secure), "127.0.0.1", secure, true)) {
            for (int i = 0; i < 3; i++) {
                assertNotes(viaOfAnswer(byLine, "TCP"), byLine);
                assertNotes(viaOfAnswer(byBytes, "TCP"), byBytes);
                assertNotes(viaOfAnswer(bySecureBytes, "TLS"), bySecureBytes);
            }
        }
        try (Socket direct = connect(tcp)) {
            direct.getOutputStream().write("OPTIONS sip:x SIP/2.0\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals(-1, direct.getInputStream().read(), "nobody speaks here without saying for whom");
        }
        platform.assertAllAlive();
    }
}
