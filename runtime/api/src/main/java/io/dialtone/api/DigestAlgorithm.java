package io.dialtone.api;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The hashes of digest authentication (RFC 7616 section 6.1, RFC 8760), the strongest first. */
public enum DigestAlgorithm {
    SHA_512_256("SHA-512-256", "SHA-512/256", 64),
    SHA_256("SHA-256", "SHA-256", 64),
    /** For phones that know nothing else. */
    MD5("MD5", "MD5", 32);

    private final String token;
    private final String javaName;
    private final int hexDigits;

    DigestAlgorithm(final String token, final String javaName, final int hexDigits) {
        this.token = token;
        this.javaName = javaName;
        this.hexDigits = hexDigits;
    }

    /** Its name in SIP. */
    public String token() {
        return token;
    }

    /** How many hexadecimal digits a result has. */
    public int hexDigits() {
        return hexDigits;
    }

    /** The algorithm of this name, in any case; one with session keys ({@code -sess}) is not among them. */
    public static Optional<DigestAlgorithm> ofToken(final String name) {
        for (final DigestAlgorithm algorithm : values()) {
            if (algorithm.token.equalsIgnoreCase(name)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** A hash of its own for one thread. */
    public MessageDigest newHash() {
        try {
            return MessageDigest.getInstance(javaName);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform we run on has " + javaName, e);
        }
    }

    /** H(user:realm:password) in lower-case hexadecimal digits: what is kept of a password where users are kept (RFC 7616 section 3.4.2). */
    public String ha1(final String user, final String realm, final String password) {
        final String text = user + ':' + realm + ':' + password;
        return HexFormat.of().formatHex(newHash().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public String toString() {
        return token;
    }
}
