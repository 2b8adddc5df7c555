package io.dialtone.benchmarks.micro;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What TLS costs by the JDK's engine and by Netty's OpenSSL (BoringSSL): a message of 600 bytes from one end to the other, both ends together, and a full handshake with an EC certificate. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {Jvm.OPEN_MISC, Jvm.NATIVE, Jvm.UNSAFE, Jvm.NO_BOUNDS_CHECKS})
@SuppressWarnings("NullAway.Init") // JMH's set-up is the first turn: only then the parameters are known
public class TlsBenchmark {
    private static final int MESSAGE_BYTES = 600;
    private static final char[] PASSWORD = "changeit".toCharArray();

    /** Whose engine. */
    @Param({"JDK", "OPENSSL"})
    public SslProvider provider;

    @Param({"TLSv1.3", "TLSv1.2"})
    public String protocol;

    private final byte[] message = new byte[MESSAGE_BYTES];
    private SslContext server;
    private SslContext client;
    private EmbeddedChannel near;
    private EmbeddedChannel far;

    private void open() {
        if (server != null) {
            return;
        }
        try {
            server = SslContextBuilder.forServer(keys())
                    .sslProvider(provider)
                    .protocols(List.of(protocol))
                    .build();
            client = SslContextBuilder.forClient()
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .endpointIdentificationAlgorithm(null)
                    .sslProvider(provider)
                    .protocols(List.of(protocol))
                    .build();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        near = new EmbeddedChannel();
        far = new EmbeddedChannel();
        shakeHands(near, far);
    }

    /** A key that keytool makes, as no one else here signs certificates. */
    private static KeyManagerFactory keys() throws IOException, GeneralSecurityException {
        final Path folder = Files.createTempDirectory("tls-benchmark");
        final Path file = folder.resolve("own.p12");
        try {
            final Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            "own",
                            "-keyalg",
                            "EC",
                            "-groupname",
                            "secp256r1",
                            "-dname",
                            "CN=localhost",
                            "-keystore",
                            file.toString(),
                            "-storepass",
                            new String(PASSWORD))
                    .inheritIO()
                    .start();
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool failed");
            }
            final KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, PASSWORD);
            }
            final KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, PASSWORD);
            return keys;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    private void shakeHands(final EmbeddedChannel one, final EmbeddedChannel other) {
        final SslHandler asking = client.newHandler(one.alloc());
        final SslHandler answering = server.newHandler(other.alloc());
        other.pipeline().addLast(answering);
        one.pipeline().addLast(asking);
        while (!asking.handshakeFuture().isDone()
                || !answering.handshakeFuture().isDone()) {
            if (carry(one, other) + carry(other, one) == 0) {
                one.runPendingTasks();
                other.runPendingTasks();
            }
        }
        carry(other, one); // tickets
        if (!asking.handshakeFuture().isSuccess()) {
            throw new IllegalStateException(asking.handshakeFuture().cause());
        }
    }

    /** Brings what one end has written to the other; says how many pieces that were. */
    private static int carry(final EmbeddedChannel from, final EmbeddedChannel to) {
        int pieces = 0;
        for (ByteBuf piece = from.readOutbound(); piece != null; piece = from.readOutbound()) {
            to.writeInbound(piece);
            pieces++;
        }
        return pieces;
    }

    /** A message, from one end to the other. */
    @Benchmark
    public int carry() {
        open();
        near.writeOutbound(near.alloc().directBuffer(MESSAGE_BYTES).writeBytes(message));
        carry(near, far);
        int bytes = 0;
        for (ByteBuf read = far.readInbound(); read != null; read = far.readInbound()) {
            bytes += read.readableBytes();
            read.release();
        }
        if (bytes != MESSAGE_BYTES) {
            throw new IllegalStateException(bytes + " bytes have arrived");
        }
        return bytes;
    }

    /** Two ends that have never met. */
    @Benchmark
    public void shakeHands() {
        open();
        final EmbeddedChannel one = new EmbeddedChannel();
        final EmbeddedChannel other = new EmbeddedChannel();
        shakeHands(one, other);
        one.finishAndReleaseAll();
        other.finishAndReleaseAll();
    }

    /** Gives back what is outside of the heap. */
    @TearDown
    public void close() {
        near.finishAndReleaseAll();
        far.finishAndReleaseAll();
    }
}
