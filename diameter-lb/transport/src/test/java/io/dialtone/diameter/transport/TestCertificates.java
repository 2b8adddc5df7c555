package io.dialtone.diameter.transport;

import io.dialtone.net.TlsSettings;
import io.dialtone.net.TlsSettings.Clients;
import io.dialtone.net.TlsSettings.Identity;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The certificates in the tests' resources, as we read them and as a peer does. */
final class TestCertificates {
    private static final char[] NO_PASSWORD = {};

    private TestCertificates() {}

    /** We are the relay, and take those of the tests' authority. */
    static TlsSettings settings(final Clients clients) {
        return new TlsSettings(List.of(new Identity(file("relay.pem"), file("relay.key"))), file("ca.pem"), clients);
    }

    private static Path file(final String name) {
        return Path.of("src/test/resources/tls", name);
    }

    /** What a peer shakes hands with: it believes the tests' authority, and shows this identity if it is not empty. */
    static SSLContext context(final String identity) {
        try {
            final KeyStore believed = KeyStore.getInstance(KeyStore.getDefaultType());
            believed.load(null, NO_PASSWORD);
            believed.setCertificateEntry("ca", certificate("ca"));
            final TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(believed);
            final KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
            own.load(null, NO_PASSWORD);
            if (!identity.isEmpty()) {
                final Certificate[] chain = {certificate(identity)};
                own.setKeyEntry(
                        "own",
                        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key(identity))),
                        NO_PASSWORD,
                        chain);
            }
            final KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, NO_PASSWORD);
            final SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Certificate certificate(final String name) throws GeneralSecurityException, IOException {
        try (InputStream in = open(name + ".pem")) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static byte[] key(final String name) {
        try (InputStream in = open(name + ".key")) {
            final String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            return Base64.getMimeDecoder().decode(text.replaceAll("-----[A-Z ]+-----", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(final String name) {
        return Objects.requireNonNull(TestCertificates.class.getResourceAsStream("/tls/" + name), name);
    }
}
