package io.dialtone.placement.table;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The secret that all members of a cluster share, and from which every key for one purpose is derived.
 * Immutable; for set-up, on any thread.
 *
 * <p>A key file holds the current secret on its first line and, while keys are being changed, the previous one on its second. To change the
 * key with calls running: (1) every member gets {@code old, new}; (2) every member gets {@code new, old}; (3) when the longest call is over,
 * {@code new} alone.
 */
public final class ClusterKey {
    public static final int SECRET_BYTES_MIN = 16;

    private final byte[] current;
    private final byte @Nullable [] previous;

    private ClusterKey(final byte[] current, final byte @Nullable [] previous) {
        this.current = current;
        this.previous = previous;
    }

    /** Reads the text of a key file; says politely what is wrong with it. */
    public static ClusterKey parse(final String text) {
        final List<String> lines =
                text.lines().map(String::strip).filter(s -> !s.isEmpty()).toList();
        if (lines.isEmpty() || lines.size() > 2) {
            throw new IllegalArgumentException("cluster key: " + lines.size()
                    + " lines (expected: the current secret, and at most one more line with the previous one)."
                    + " Maybe: openssl rand -hex 32 > cluster.key");
        }
        for (final String line : lines) {
            final int length = line.getBytes(StandardCharsets.UTF_8).length;
            if (length < SECRET_BYTES_MIN) {
                throw new IllegalArgumentException("cluster key: a secret of " + length + " bytes (expected: at least "
                        + SECRET_BYTES_MIN + "). Maybe: openssl rand -hex 32 > cluster.key");
            }
        }
        return new ClusterKey(
                lines.get(0).getBytes(StandardCharsets.UTF_8),
                lines.size() > 1 ? lines.get(1).getBytes(StandardCharsets.UTF_8) : null);
    }

    /** The current key for a purpose; the same in every process that holds the secret. */
    public SipHash derive(final String purpose) {
        return derive(current, purpose);
    }

    /** The previous key for a purpose; the current one when there is no previous secret. */
    public SipHash derivePrevious(final String purpose) {
        return derive(previous == null ? current : previous, purpose);
    }

    /** Secrets for a purpose that has ciphers of its own: the current one, and the previous one if there is one. */
    public List<byte[]> deriveSecrets(final String purpose) {
        return previous == null
                ? List.of(deriveBytes(current, purpose))
                : List.of(deriveBytes(current, purpose), deriveBytes(previous, purpose));
    }

    private static SipHash derive(final byte[] secret, final String purpose) {
        return SipHash.ofKey(Arrays.copyOf(deriveBytes(secret, purpose), SipHash.KEY_BYTES));
    }

    private static byte[] deriveBytes(final byte[] secret, final String purpose) {
        try {
            final Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return mac.doFinal(("dialtone " + purpose).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has HmacSHA256", e);
        }
    }

    /** Never shows the secret. */
    @Override
    public String toString() {
        return previous == null ? "ClusterKey[current]" : "ClusterKey[current, previous]";
    }
}
