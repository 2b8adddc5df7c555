package io.dialtone.net;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where certificates are, as PEM files, and whose we take.
 *
 * @param identities what we show: the first to whoever names no host, or one that no certificate is for
 * @param authorities certificates of those whom we believe who others are; null for those of the JVM
 * @param clients what peers that connect to us must show
 * @param serverNames hosts that a certificate of whom we connect to may be for, instead of the address
 */
public record TlsSettings(
        List<Identity> identities, @Nullable Path authorities, Clients clients, List<String> serverNames) {
    static final int IDENTITIES_MAX = 64;

    /** What a peer that connects must show. */
    public enum Clients {
        /** Nothing. */
        NONE,
        /** A certificate, if it has one; a wrong one ends the connection. */
        WANTED,
        /** A certificate. */
        REQUIRED
    }

    /**
     * A certificate and its key.
     *
     * @param certificates the certificate first, then those that lead to its authority
     * @param key PKCS 8, not encrypted
     */
    public record Identity(Path certificates, Path key) {}

    /** Goes by addresses only. */
    public TlsSettings(final List<Identity> identities, final @Nullable Path authorities, final Clients clients) {
        this(identities, authorities, clients, List.of());
    }

    public TlsSettings {
        identities = List.copyOf(identities);
        serverNames = List.copyOf(serverNames);
        Expect.between("certificates", identities.size(), 1, IDENTITIES_MAX, 1);
    }
}
