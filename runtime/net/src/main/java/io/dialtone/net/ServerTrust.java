package io.dialtone.net;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whom we connect to: who shows a certificate of an authority, for the address connected to or for a host that the operator names, unless that is seen to later. Any thread. */
final class ServerTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager authorities;
    private final List<String> hostNames;
    private final ServerCheck check;

    private ServerTrust(
            final X509ExtendedTrustManager authorities, final List<String> hostNames, final ServerCheck check) {
        this.authorities = authorities;
        this.hostNames = hostNames;
        this.check = check;
    }

    /**
     * Reads the authorities.
     *
     * @param file their certificates as PEM; null for those of the JVM
     */
    static ServerTrust of(final @Nullable Path file, final List<String> hostNames, final ServerCheck check)
            throws IOException {
        try {
            final TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(file == null ? null : read(file));
            for (final TrustManager each : factory.getTrustManagers()) {
                if (each instanceof X509ExtendedTrustManager authorities) {
                    return new ServerTrust(authorities, hostNames, check);
                }
            }
            throw new IOException("this JVM knows no way to check certificates");
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "authorities " + file + ": " + e.getMessage() + " (expected: certificates in PEM)", e);
        }
    }

    private static KeyStore read(final Path file) throws IOException, GeneralSecurityException {
        final KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            int number = 0;
            for (final Certificate each :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + number, each);
                number++;
            }
        }
        return store;
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType, final SSLEngine engine)
            throws CertificateException {
        authorities.checkServerTrusted(chain, authType, engine);
        checkIdentity(chain, engine.getPeerHost());
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType, final Socket socket)
            throws CertificateException {
        authorities.checkServerTrusted(chain, authType, socket);
        checkIdentity(chain, socket.getInetAddress().getHostAddress());
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType) throws CertificateException {
        throw new CertificateException("nobody says whom it is from");
    }

    private void checkIdentity(final X509Certificate[] chain, final String address) throws CertificateException {
        if (check == ServerCheck.ADDRESS_OR_NAME && !CertificateIdentity.isFor(chain[0], address, hostNames)) {
            throw new CertificateException(
                    "it is neither for " + address + " nor for one of tls-server-names, " + hostNames);
        }
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType, final SSLEngine engine)
            throws CertificateException {
        authorities.checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType, final Socket socket)
            throws CertificateException {
        authorities.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType) throws CertificateException {
        authorities.checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.getAcceptedIssuers();
    }
}
