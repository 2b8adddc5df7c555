package io.dialtone.runtime.sip;

import io.dialtone.api.DigestAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import org.agrona.DirectBuffer;

/** Computes the response of a client to a challenge (RFC 7616 section 3.4.1 to 3.4.3). Called only by the owning worker. */
final class DigestHash {
    private static final HexFormat HEX = HexFormat.of();

    private final Map<DigestAlgorithm, MessageDigest> hashes = new EnumMap<>(DigestAlgorithm.class);

    DigestHash() {
        for (final DigestAlgorithm algorithm : DigestAlgorithm.values()) {
            hashes.put(algorithm, algorithm.newHash());
        }
    }

    /** H of a range, in lower-case hexadecimal digits. */
    String ofRange(final DigestAlgorithm algorithm, final DirectBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        if (length > 0) {
            buffer.getBytes(offset, bytes);
        }
        return HEX.formatHex(hash(algorithm).digest(bytes));
    }

    /**
     * The response that goes with these credentials, in lower-case hexadecimal digits.
     *
     * @param ha1 H(A1) in hexadecimal digits
     * @param bodyHash H of the body in hexadecimal digits for qop auth-int, else empty
     */
    String response(
            final DigestAlgorithm algorithm,
            final String ha1,
            final DigestCredentialsView credentials,
            final String method,
            final String bodyHash) {
        final String a2 = method + ':' + credentials.uri() + (bodyHash.isEmpty() ? "" : ':' + bodyHash);
        return digest(
                algorithm,
                ha1
                        + ':'
                        + credentials.nonce()
                        + ':'
                        + credentials.nonceCountText()
                        + ':'
                        + credentials.cnonce()
                        + ':'
                        + credentials.qop()
                        + ':'
                        + digest(algorithm, a2));
    }

    /** Compares in a time that says nothing of where they differ. */
    static boolean isSame(final String expected, final String given) {
        return MessageDigest.isEqual(bytes(expected), bytes(lowerCase(given)));
    }

    private String digest(final DigestAlgorithm algorithm, final String text) {
        return HEX.formatHex(hash(algorithm).digest(bytes(text)));
    }

    private MessageDigest hash(final DigestAlgorithm algorithm) {
        final MessageDigest hash = hashes.get(algorithm);
        if (hash == null) {
            throw new AssertionError("there is one for each");
        }
        return hash;
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String lowerCase(final String text) {
        final char[] chars = text.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            if (chars[i] >= 'A' && chars[i] <= 'F') {
                chars[i] = (char) (chars[i] + 32);
            }
        }
        return new String(chars);
    }
}
