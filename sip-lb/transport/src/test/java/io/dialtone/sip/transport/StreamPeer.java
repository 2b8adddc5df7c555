package io.dialtone.sip.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** The other end of a connection: a plain socket that waits, with a limit, for what it is to read. */
final class StreamPeer implements AutoCloseable {
    private static final int WAIT_MS = 10_000;

    private final Socket socket;

    StreamPeer(final Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(WAIT_MS);
        socket.setTcpNoDelay(true);
    }

    static StreamPeer connect(final InetSocketAddress address) throws IOException {
        return new StreamPeer(new Socket(address.getAddress(), address.getPort()));
    }

    /** Connects from this address. */
    static StreamPeer connect(final String from, final InetSocketAddress address) throws IOException {
        return new StreamPeer(new Socket(address.getAddress(), address.getPort(), InetAddress.ofLiteral(from), 0));
    }

    /** Connects by TLS, naming a host if it is not empty, and showing a certificate of the tests' if one is named. */
    static StreamPeer connectSecurely(final InetSocketAddress address, final String hostName, final String identity)
            throws IOException {
        final SSLSocket socket = (SSLSocket) TestCertificates.context(identity)
                .getSocketFactory()
                .createSocket(address.getAddress(), address.getPort());
        final SSLParameters parameters = socket.getSSLParameters();
        if (!hostName.isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(hostName)));
        }
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(WAIT_MS);
        socket.startHandshake();
        return new StreamPeer(socket);
    }

    /** Connects by TLS after these bytes. */
    static StreamPeer connectSecurelyBehind(final byte[] header, final InetSocketAddress address) throws IOException {
        final Socket plain = new Socket(address.getAddress(), address.getPort());
        plain.getOutputStream().write(header);
        final SSLSocket socket = (SSLSocket) TestCertificates.context("")
                .getSocketFactory()
                .createSocket(plain, address.getHostString(), address.getPort(), true);
        socket.setSoTimeout(WAIT_MS);
        socket.startHandshake();
        return new StreamPeer(socket);
    }

    /** Name of the certificate that the other side has shown. */
    String shown() throws IOException {
        final X509Certificate certificate =
                (X509Certificate) ((SSLSocket) socket).getSession().getPeerCertificates()[0];
        return certificate.getSubjectX500Principal().getName();
    }

    int port() {
        return socket.getLocalPort();
    }

    StreamPeer send(final String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    StreamPeer send(final byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    void expect(final String text) throws IOException {
        final byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        final byte[] got = socket.getInputStream().readNBytes(wanted.length);
        assertEquals(text, new String(got, StandardCharsets.UTF_8));
    }

    /** The other side closes; what it sends before is thrown away. */
    void expectEnd() throws IOException {
        final InputStream in = socket.getInputStream();
        final byte[] some = new byte[4096];
        try {
            while (in.read(some) >= 0) {
                Thread.onSpinWait();
            }
        } catch (final java.net.SocketException reset) {
            assertEquals("Connection reset", reset.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
