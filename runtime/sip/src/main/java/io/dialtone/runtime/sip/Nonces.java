package io.dialtone.runtime.sip;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.agrona.DirectBuffer;

/**
 * Makes nonces, and knows its own again without a table: so any node of the cluster can judge what another has issued. Called only by the owning worker.
 *
 * <p>A nonce is 32 characters of URL-safe base64. It holds for the one session whose key it was made for: so that session alone must remember which counts were used
 * (RFC 7616 section 5.12), and what was overheard in one call cannot be said in another,
 * nor in another slot, where a token may lead.
 *
 * <pre>
 *   0                       48                      96                                              192
 *  +-----------------------+-----------------------+-----------------------------------------------+
 *  |  issued, ms since 1970|         unique        |  HMAC-SHA-256 of both, realm, slot, session key|
 *  +-----------------------+-----------------------+-----------------------------------------------+
 * </pre>
 */
final class Nonces {
    static final int LENGTH = 32;

    /** Clocks of nodes differ; a nonce from further ahead than this is none of ours. */
    static final long CLOCKS_DIFFER_MS_MAX = 60_000;

    private static final String HMAC = "HmacSHA256";
    private static final int HEAD_BYTES = 12;
    private static final int MAC_BYTES = 12;
    private static final long UNIQUE_MASK = (1L << 48) - 1;

    /** What a nonce is worth. */
    enum Worth {
        FRESH,
        /** One of ours whose time is over. */
        STALE,
        /** Not of ours, or for another session. */
        FOREIGN
    }

    private final List<Mac> macs = new ArrayList<>();
    private final byte[] realm;
    private final long lifeMs;
    private long issuedMs;
    private long unique;

    /**
     * @param secrets with the first nonces are made, with all they are known again
     * @param realm they hold for this realm only
     */
    Nonces(final List<byte[]> secrets, final String realm, final long lifeMs) {
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("nonces: no secret (expected: one, derived from the cluster's key)");
        }
        for (final byte[] secret : secrets) {
            macs.add(mac(secret));
        }
        this.realm = realm.getBytes(StandardCharsets.UTF_8);
        this.lifeMs = lifeMs;
    }

    private static Mac mac(final byte[] secret) {
        try {
            final Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has " + HMAC, e);
        }
    }

    String issue(
            final long nowMs,
            final long random,
            final int slot,
            final DirectBuffer key,
            final int offset,
            final int length) {
        final byte[] bytes = new byte[HEAD_BYTES + MAC_BYTES];
        final ByteBuffer head = ByteBuffer.wrap(bytes);
        head.putShort((short) (nowMs >>> 32)).putInt((int) nowMs);
        head.putShort((short) (random >>> 32)).putInt((int) random);
        final byte[] check = check(macs.getFirst(), bytes, slot, key, offset, length);
        System.arraycopy(check, 0, bytes, HEAD_BYTES, MAC_BYTES);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    /** Says what a nonce is worth in a session; whatever the text is, it does not throw. */
    Worth judge(
            final String nonce,
            final long nowMs,
            final int slot,
            final DirectBuffer key,
            final int offset,
            final int length) {
        if (nonce.length() != LENGTH) {
            return Worth.FOREIGN;
        }
        final byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(nonce);
        } catch (IllegalArgumentException notBase64) {
            return Worth.FOREIGN;
        }
        if (bytes.length != HEAD_BYTES + MAC_BYTES || !isOurs(bytes, slot, key, offset, length)) {
            return Worth.FOREIGN;
        }
        final ByteBuffer head = ByteBuffer.wrap(bytes);
        issuedMs = (head.getShort() & 0xFFFFL) << 32 | (head.getInt() & 0xFFFF_FFFFL);
        unique = ((head.getShort() & 0xFFFFL) << 32 | (head.getInt() & 0xFFFF_FFFFL)) & UNIQUE_MASK;
        final long ageMs = nowMs - issuedMs;
        return ageMs > lifeMs || ageMs < -CLOCKS_DIFFER_MS_MAX ? Worth.STALE : Worth.FRESH;
    }

    private boolean isOurs(
            final byte[] bytes, final int slot, final DirectBuffer key, final int offset, final int length) {
        final byte[] given = Arrays.copyOfRange(bytes, HEAD_BYTES, HEAD_BYTES + MAC_BYTES);
        for (final Mac mac : macs) {
            final byte[] expected = Arrays.copyOf(check(mac, bytes, slot, key, offset, length), MAC_BYTES);
            if (MessageDigest.isEqual(expected, given)) {
                return true;
            }
        }
        return false;
    }

    private byte[] check(
            final Mac mac,
            final byte[] head,
            final int slot,
            final DirectBuffer key,
            final int offset,
            final int length) {
        mac.update(head, 0, HEAD_BYTES);
        mac.update(realm);
        mac.update((byte) 0);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(slot).flip());
        final byte[] session = new byte[length];
        key.getBytes(offset, session);
        return mac.doFinal(session);
    }

    /** When the nonce judged last was issued; ms since 1970. */
    long issuedMs() {
        return issuedMs;
    }

    /** What tells the nonce judged last from others of the same millisecond. */
    long unique() {
        return unique;
    }

    long lifeMs() {
        return lifeMs;
    }
}
