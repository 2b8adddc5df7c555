package io.dialtone.net;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.dialtone.net.TlsSettings.Identity;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What connections shake hands with, made anew when its files change: those that are open keep what they have, new ones take what is there. Loops read it; a thread of its own
 * looks at the files. A change that cannot be read changes nothing, and is said.
 */
public final class TlsContexts implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TlsContexts.class.getName());
    private static final long LOOK_MS = TimeUnit.SECONDS.toMillis(1);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    /** BoringSSL where there is a library of it, as it costs a tenth (docs/adr/0022). */
    private static final SslProvider ENGINE = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;

    private static final int HANDSHAKES_MAX = 4096;
    private static final long REST_S = 10;

    /**
     * What is valid at one time.
     *
     * @param byName of each host name, as certificates name it, in lower case
     * @param times when the files were changed last
     */
    private record Made(
            SslContext first, Map<String, SslContext> byName, SslContext client, Map<Path, FileTime> times) {}

    private final TlsSettings settings;
    private final ServerCheck check;
    private final Thread watch;
    private final ThreadPoolExecutor shakers;
    private volatile Made made;

    private TlsContexts(final TlsSettings settings, final ServerCheck check, final Made made) {
        this.settings = settings;
        this.check = check;
        this.made = made;
        watch = Thread.ofPlatform().name("tls-watch").daemon().unstarted(this::watch);
        final int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        shakers = new ThreadPoolExecutor(
                threads,
                threads,
                REST_S,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(HANDSHAKES_MAX),
                Thread.ofPlatform().name("tls-handshake-", 0).daemon().factory(),
                new ThreadPoolExecutor.CallerRunsPolicy());
        shakers.allowCoreThreadTimeOut(true);
    }

    /**
     * Reads the files.
     *
     * @throws IOException if one cannot be read, or is not what it should be; the message is for the operator
     */
    public static TlsContexts open(final TlsSettings settings, final ServerCheck check) throws IOException {
        final TlsContexts contexts = new TlsContexts(settings, check, make(settings, check));
        contexts.watch.start();
        LOG.log(INFO, "TLS by {0}", ENGINE == SslProvider.OPENSSL ? OpenSsl.versionString() : "the JDK");
        return contexts;
    }

    // ---- loops

    /** What a peer that connects gets for the host it names, if it names one. */
    SslContext server(final @Nullable String hostName) {
        final Made now = made;
        if (hostName == null) {
            return now.first;
        }
        final String name = hostName.toLowerCase(Locale.ROOT);
        final SslContext exact = now.byName.get(name);
        if (exact != null) {
            return exact;
        }
        final int dot = name.indexOf('.');
        final SslContext ofAll = dot < 0 ? null : now.byName.get("*" + name.substring(dot));
        return ofAll == null ? now.first : ofAll;
    }

    /** Who does the arithmetic of handshakes, so that messages of others do not wait for it; beyond its queue the loop does it. */
    Executor shakers() {
        return shakers;
    }

    /** What we connect with. */
    SslContext client() {
        return made.client;
    }

    // ---- the watch

    private void watch() {
        Map<Path, FileTime> failed = Map.of();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Thread.sleep(LOOK_MS);
                final Map<Path, FileTime> times = times(settings);
                if (!times.equals(made.times) && !times.equals(failed)) {
                    failed = times;
                    made = make(settings, check);
                    LOG.log(INFO, "certificates are read anew: {0}", settings.identities());
                }
            } catch (InterruptedException e) {
                return;
            } catch (IOException e) {
                LOG.log(WARNING, "certificates stay as they were: {0}", e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        shakers.shutdown();
        watch.interrupt();
    }

    // ---- making

    private static Made make(final TlsSettings settings, final ServerCheck check) throws IOException {
        final Map<Path, FileTime> times = times(settings);
        final Map<String, SslContext> byName = new HashMap<>();
        final List<SslContext> all = new ArrayList<>();
        for (final Identity identity : settings.identities()) {
            final SslContext context = server(settings, identity);
            all.add(context);
            for (final String name : names(identity.certificates())) {
                byName.putIfAbsent(name, context);
            }
        }
        return new Made(all.getFirst(), Map.copyOf(byName), client(settings, check), times);
    }

    private static SslContext server(final TlsSettings settings, final Identity identity) throws IOException {
        try {
            return SslContextBuilder.forServer(
                            identity.certificates().toFile(), identity.key().toFile())
                    .sslProvider(ENGINE)
                    .trustManager(authorities(settings))
                    .clientAuth(
                            switch (settings.clients()) {
                                case NONE -> ClientAuth.NONE;
                                case WANTED -> ClientAuth.OPTIONAL;
                                case REQUIRED -> ClientAuth.REQUIRE;
                            })
                    .protocols(PROTOCOLS)
                    .build();
        } catch (IllegalArgumentException | SSLException e) {
            throw unreadable(identity, e);
        }
    }

    private static SslContext client(final TlsSettings settings, final ServerCheck check) throws IOException {
        final Identity identity = settings.identities().getFirst();
        try {
            return SslContextBuilder.forClient()
                    .sslProvider(ENGINE)
                    .keyManager(identity.certificates().toFile(), identity.key().toFile())
                    .trustManager(ServerTrust.of(settings.authorities(), settings.serverNames(), check))
                    .endpointIdentificationAlgorithm(null) // ServerTrust sees to it
                    .protocols(PROTOCOLS)
                    .build();
        } catch (IllegalArgumentException | SSLException e) {
            throw unreadable(identity, e);
        }
    }

    private static @Nullable File authorities(final TlsSettings settings) {
        return settings.authorities() == null ? null : settings.authorities().toFile();
    }

    private static IOException unreadable(final Identity identity, final Exception cause) {
        final Throwable root = cause.getCause() == null ? cause : cause.getCause();
        return new IOException(
                "certificate " + identity.certificates() + " with key " + identity.key() + ": " + root.getMessage()
                        + " (expected: PEM files, the key as PKCS 8 without a password, and authorities in PEM)",
                cause);
    }

    /** The host names that a certificate is for (RFC 5922 section 7.1); names in its subject do not count. */
    private static List<String> names(final Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            final X509Certificate certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            return CertificateIdentity.hostNames(certificate).stream()
                    .map(name -> name.toLowerCase(Locale.ROOT))
                    .toList();
        } catch (GeneralSecurityException e) {
            throw new IOException("certificate " + file + ": " + e.getMessage(), e);
        }
    }

    private static Map<Path, FileTime> times(final TlsSettings settings) throws IOException {
        final Map<Path, FileTime> times = new HashMap<>();
        for (final Identity identity : settings.identities()) {
            times.put(identity.certificates(), Files.getLastModifiedTime(identity.certificates()));
            times.put(identity.key(), Files.getLastModifiedTime(identity.key()));
        }
        if (settings.authorities() != null) {
            times.put(settings.authorities(), Files.getLastModifiedTime(settings.authorities()));
        }
        return times;
    }
}
