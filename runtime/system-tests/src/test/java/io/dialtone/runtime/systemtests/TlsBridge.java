package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.SocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Takes connections by TCP and carries each on by TLS, or the other way round: for SIPp, which Debian builds without. Ends with its stage. */
final class TlsBridge {
    private static final int BACKLOG = 1000;
    private static final char[] NO_PASSWORD = {};
    private static final int BYTES = 16 * 1024;

    private final ServerSocket server;
    private final SocketFactory onward;
    private final int target;
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();

    private TlsBridge(final ServerSocket server, final SocketFactory onward, final int target) {
        this.server = server;
        this.onward = onward;
        this.target = target;
    }

    /** Leads to a port of loopback whose certificate must be of this authority. */
    static TlsBridge start(final Stage stage, final int target, final Path authority) {
        try {
            return begin(
                    stage,
                    new TlsBridge(
                            new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()),
                            believing(authority).getSocketFactory(),
                            target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The other way round: takes connections by TLS, shows this certificate, and leads by TCP to a port of loopback. */
    static TlsBridge before(final Stage stage, final int target, final Path certificate, final Path key) {
        try {
            return begin(
                    stage,
                    new TlsBridge(
                            showing(certificate, key)
                                    .getServerSocketFactory()
                                    .createServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()),
                            SocketFactory.getDefault(),
                            target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TlsBridge begin(final Stage stage, final TlsBridge bridge) {
        stage.closeAtEnd(bridge::close);
        Thread.ofVirtual().start(bridge::accept);
        return bridge;
    }

    int port() {
        return server.getLocalPort();
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /** Trusts this authority and no other. */
    static SSLContext believing(final Path authority) throws IOException {
        try (InputStream in = Files.newInputStream(authority)) {
            final KeyStore believed = KeyStore.getInstance(KeyStore.getDefaultType());
            believed.load(null, null);
            believed.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
            final TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(believed);
            final SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext showing(final Path certificate, final Path key) throws IOException {
        try (InputStream in = Files.newInputStream(certificate)) {
            final String text = Files.readString(key).replaceAll("-----[A-Z ]+-----", "");
            final KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
            own.load(null, null);
            final Certificate[] chain = {CertificateFactory.getInstance("X.509").generateCertificate(in)};
            own.setKeyEntry(
                    "own",
                    KeyFactory.getInstance("EC")
                            .generatePrivate(new PKCS8EncodedKeySpec(
                                    Base64.getMimeDecoder().decode(text))),
                    NO_PASSWORD,
                    chain);
            final KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, NO_PASSWORD);
            final SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void accept() {
        try {
            while (!server.isClosed()) {
                final Socket plain = server.accept();
                final Socket other = onward.createSocket(InetAddress.getLoopbackAddress(), target);
                open.add(plain);
                open.add(other);
                Thread.ofPlatform().daemon().start(() -> pump(plain, other));
                Thread.ofPlatform().daemon().start(() -> pump(other, plain));
            }
        } catch (SocketException closed) {
            // The stage is over.
            close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pump(final Socket from, final Socket to) {
        try (from;
                to) {
            final InputStream in = from.getInputStream();
            final OutputStream out = to.getOutputStream();
            final byte[] bytes = new byte[BYTES];
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                out.write(bytes, 0, read);
                out.flush();
            }
        } catch (IOException end) {
            return; // either side has closed: so does the other, above
        }
    }

    private void close() {
        try {
            server.close();
            for (final Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
