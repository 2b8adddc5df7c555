package io.dialtone.runtime.link;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The secrets that frames between hosts are sealed with: the first seals, all of them open. Immutable; made by whoever opens a {@link Link}, for any thread.
 *
 * <p>No secret is used as a key itself. Each stream, from one thread of one start of a process to one thread of another process, has keys of its own, so that a counter is
 * enough to never use a key twice with the same nonce.
 */
public final class LinkKeys {
    private static final LinkKeys NONE = new LinkKeys(List.of());
    private static final String DERIVATION = "HKDF-SHA256";
    private static final byte[] ID_PURPOSE = "dialtone link id".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STREAM_PURPOSE = "dialtone link stream".getBytes(StandardCharsets.US_ASCII);
    private static final int KEY_BYTES = 32;
    private static final int SECRET_BYTES_MIN = 16;

    private final List<Key> keys;

    private LinkKeys(final List<Key> keys) {
        this.keys = keys;
    }

    /** Frames go between hosts as they are: for networks that are sealed by other means. */
    public static LinkKeys none() {
        return NONE;
    }

    /**
     * Seals with the first secret, and opens what was sealed with any.
     *
     * @param secrets at least one; the same for all members but for the order while they are being changed
     */
    public static LinkKeys of(final List<byte[]> secrets) {
        final List<Key> keys = new ArrayList<>();
        for (final byte[] secret : secrets) {
            if (secret.length < SECRET_BYTES_MIN) {
                throw new IllegalArgumentException(
                        "link key: " + secret.length + " bytes (expected: " + SECRET_BYTES_MIN + " or more)");
            }
            keys.add(new Key(secret.clone()));
        }
        return new LinkKeys(List.copyOf(keys));
    }

    boolean isNone() {
        return keys.isEmpty();
    }

    /** The key that seals. */
    Key sealing() {
        return keys.getFirst();
    }

    /** The key of that number, or null if we have none. */
    @Nullable
    Key find(final int id) {
        for (final Key key : keys) {
            if (key.id == id) {
                return key;
            }
        }
        return null;
    }

    /** A key's number as people read it. */
    static String text(final int id) {
        return "%08x".formatted(id);
    }

    /** Never shows a secret. */
    @Override
    public String toString() {
        return "LinkKeys" + keys;
    }

    /** One secret. */
    static final class Key {
        private final byte[] secret;
        private final int id;

        Key(final byte[] secret) {
            this.secret = secret;
            id = new UnsafeBuffer(derive(secret, ID_PURPOSE).getEncoded()).getInt(0);
        }

        /** Tells secrets apart and says nothing of them. */
        int id() {
            return id;
        }

        /** The key of a stretch of one stream. */
        SecretKey of(final Stream stream, final long incarnation, final long stretch) {
            final byte[] info = new byte[STREAM_PURPOSE.length + 4 * Integer.BYTES + 2 * Long.BYTES];
            final UnsafeBuffer buffer = new UnsafeBuffer(info);
            buffer.putBytes(0, STREAM_PURPOSE);
            int at = STREAM_PURPOSE.length;
            for (final int part : new int[] {stream.fromMember, stream.fromThread, stream.toMember, stream.toThread}) {
                buffer.putInt(at, part);
                at += Integer.BYTES;
            }
            buffer.putLong(at, incarnation);
            buffer.putLong(at + Long.BYTES, stretch);
            return derive(secret, info);
        }

        private static SecretKey derive(final byte[] secret, final byte[] info) {
            try {
                return KDF.getInstance(DERIVATION)
                        .deriveKey(
                                "AES",
                                HKDFParameterSpec.ofExtract().addIKM(secret).thenExpand(info, KEY_BYTES));
            } catch (GeneralSecurityException e) {
                throw new AssertionError("every Java platform of this version has " + DERIVATION, e);
            }
        }

        @Override
        public String toString() {
            return text(id);
        }
    }

    /** From a thread of a member to a thread of another. */
    record Stream(int fromMember, int fromThread, int toMember, int toThread) {}
}
