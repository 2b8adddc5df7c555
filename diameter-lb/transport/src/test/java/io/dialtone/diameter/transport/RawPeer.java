package io.dialtone.diameter.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import javax.net.ssl.SSLSocket;

/** The other end of a connection: a plain socket that waits, with a limit, for what it is to read. */
final class RawPeer implements AutoCloseable {
    private static final int WAIT_MS = 30_000;

    private Socket socket;

    RawPeer(final Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(WAIT_MS);
        socket.setTcpNoDelay(true);
    }

    static RawPeer connect(final InetSocketAddress address) throws IOException {
        return new RawPeer(new Socket(address.getAddress(), address.getPort()));
    }

    /** Whose socket takes little at a time. */
    static RawPeer connectWithSmallBuffer(final InetSocketAddress address) throws IOException {
        final Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(address);
        return new RawPeer(socket);
    }

    /** Connects by TLS, showing a certificate of the tests' if one is named. */
    static RawPeer connectSecurely(final InetSocketAddress address, final String identity) throws IOException {
        final RawPeer peer = connect(address);
        peer.shakeHands(identity, true);
        return peer;
    }

    /** Goes over to TLS. */
    void shakeHands(final String identity, final boolean asClient) throws IOException {
        final SSLSocket secure = (SSLSocket) TestCertificates.context(identity)
                .getSocketFactory()
                .createSocket(socket, "127.0.0.1", socket.getPort(), true);
        secure.setUseClientMode(asClient);
        secure.setSoTimeout(WAIT_MS);
        secure.startHandshake();
        socket = secure;
    }

    RawPeer send(final byte[] bytes) throws IOException {
        return send(bytes, 0, bytes.length);
    }

    RawPeer send(final byte[] bytes, final int from, final int to) throws IOException {
        socket.getOutputStream().write(bytes, from, to - from);
        socket.getOutputStream().flush();
        return this;
    }

    /** Sends by a thread of its own, as what comes back may have to be read meanwhile. */
    RawPeer sendBeside(final byte[] bytes) {
        final Thread _ = Thread.ofPlatform().daemon().start(() -> {
            try {
                send(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return this;
    }

    RawPeer expect(final byte[] wanted) throws IOException {
        assertArrayEquals(wanted, socket.getInputStream().readNBytes(wanted.length));
        return this;
    }

    /** The next message; empty at the end. */
    byte[] read() throws IOException {
        final InputStream in = socket.getInputStream();
        final byte[] head = in.readNBytes(4);
        if (head.length < 4) {
            return new byte[0];
        }
        final int length = (head[1] & 0xFF) << 16 | (head[2] & 0xFF) << 8 | (head[3] & 0xFF);
        final byte[] message = Arrays.copyOf(head, length);
        final int got = in.readNBytes(message, 4, length - 4);
        return Arrays.copyOf(message, 4 + got);
    }

    /** The other side closes; what it sends before is thrown away. */
    void expectEnd() throws IOException {
        final InputStream in = socket.getInputStream();
        final byte[] some = new byte[4096];
        try {
            while (in.read(some) >= 0) {
                Thread.onSpinWait();
            }
        } catch (final SocketException _) {
            // Reset is an end, too.
        }
    }

    /** Closes, while the test goes on. */
    void hangUp() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
