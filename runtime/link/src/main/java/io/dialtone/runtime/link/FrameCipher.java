package io.dialtone.runtime.link;

import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * AES-GCM as one thread's streams use it, with the room for one frame on each side. Not thread safe; shared by all sealers and openers of an endpoint.
 *
 * <p>The platform's cipher wants objects of its own for each frame, about one KiB: frames between hosts are the one place of the message path that makes garbage.
 */
final class FrameCipher {
    /** Frames of a stream that share a key; far below what GCM bears. */
    static final int STRETCH_BITS = 24;

    private static final int NONCE_BYTES = 12;
    private static final int ROOM_BYTES_INITIAL = 16_384;

    private final Cipher cipher;
    private final byte[] nonce = new byte[NONCE_BYTES];
    private final UnsafeBuffer nonceBuffer = new UnsafeBuffer(nonce);
    private final UnsafeBuffer plain = new UnsafeBuffer(new byte[ROOM_BYTES_INITIAL]);
    private final UnsafeBuffer sealed = new UnsafeBuffer(new byte[ROOM_BYTES_INITIAL]);

    FrameCipher() {
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has AES-GCM", e);
        }
    }

    /** Which of a stream's keys a frame is sealed with. */
    static long stretchOf(final long counter) {
        return counter >>> STRETCH_BITS;
    }

    /** Room for a frame as its sender wrote it; what lay there before is gone. */
    UnsafeBuffer plain(final int length) {
        return room(plain, length);
    }

    /** Room for a sealed frame; what lay there before is gone. */
    UnsafeBuffer sealed(final int length) {
        return room(sealed, length);
    }

    private static UnsafeBuffer room(final UnsafeBuffer buffer, final int length) {
        if (buffer.capacity() < length) {
            buffer.wrap(new byte[BitUtil.findNextPositivePowerOfTwo(length)]);
        }
        return buffer;
    }

    /** Seals what lies in {@link #plain} behind a header that lies in {@link #sealed}. */
    void seal(final SecretKey key, final long counter, final int length) {
        try {
            prepare(Cipher.ENCRYPT_MODE, key, counter, SealedFrame.HEADER_BYTES);
            cipher.doFinal(plain.byteArray(), 0, length, sealed.byteArray(), SealedFrame.HEADER_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a frame of " + length + " bytes could not be sealed", e);
        }
    }

    /**
     * Opens what lies in {@link #sealed} into {@link #plain}.
     *
     * @param length of all that lies there, header and tag included
     * @return false if this key has not sealed it, or somebody has changed it
     */
    boolean open(final SecretKey key, final long counter, final int headerLength, final int length) {
        try {
            prepare(Cipher.DECRYPT_MODE, key, counter, headerLength);
            cipher.doFinal(sealed.byteArray(), headerLength, length - headerLength, plain.byteArray(), 0);
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a frame of " + length + " bytes could not be opened", e);
        }
    }

    private void prepare(final int mode, final SecretKey key, final long counter, final int headerLength)
            throws GeneralSecurityException {
        nonceBuffer.putLong(NONCE_BYTES - Long.BYTES, counter, ByteOrder.BIG_ENDIAN);
        cipher.init(mode, key, new GCMParameterSpec(SealedFrame.TAG_BYTES * Byte.SIZE, nonce));
        cipher.updateAAD(sealed.byteArray(), 0, headerLength);
    }
}
