package io.dialtone.placement.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;
import org.agrona.DirectBuffer;

/**
 * SipHash-2-4 with 64 bits of result, for hashes and checks that a stranger must not predict.
 * Immutable: any thread may call it.
 *
 * <p>Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012. The key is 128 bits, read as two little-endian words.
 */
public final class SipHash {
    public static final int KEY_BYTES = 16;

    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** "somepseudorandomlygeneratedbytes", the constants of the paper. */
    private static final long C0 = 0x736f_6d65_7073_6575L;

    private static final long C1 = 0x646f_7261_6e64_6f6dL;
    private static final long C2 = 0x6c79_6765_6e65_7261L;
    private static final long C3 = 0x7465_6462_7974_6573L;

    private final long k0;
    private final long k1;

    public SipHash(final long k0, final long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** Takes a key of {@link #KEY_BYTES} bytes. */
    public static SipHash ofKey(final byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("SipHash key: " + key.length + " bytes (expected: " + KEY_BYTES + ")");
        }
        return new SipHash((long) LONG_LE.get(key, 0), (long) LONG_LE.get(key, 8));
    }

    public long hash(final byte[] bytes) {
        return hash(bytes, 0, bytes.length);
    }

    public long hash(final byte[] bytes, final int offset, final int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        long v0 = k0 ^ C0;
        long v1 = k1 ^ C1;
        long v2 = k0 ^ C2;
        long v3 = k1 ^ C3;
        final int tail = offset + (length & ~7);
        for (int i = offset; ; i += 8) {
            final long m;
            if (i < tail) {
                m = (long) LONG_LE.get(bytes, i);
            } else {
                long last = (long) length << 56;
                for (int j = 0, n = length & 7; j < n; j++) {
                    last |= (bytes[tail + j] & 0xFFL) << (8 * j);
                }
                m = last;
            }
            v3 ^= m;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= m;
            if (i == tail) {
                return finish(v0, v1, v2, v3);
            }
        }
    }

    public long hash(final DirectBuffer buffer, final int offset, final int length) {
        return hash(buffer, offset, length, false, 0);
    }

    /** The hash of eight bytes, {@code first} in little-endian order, followed by a range: binds a number to a text. */
    public long hash(final long first, final DirectBuffer buffer, final int offset, final int length) {
        return hash(buffer, offset, length, true, first);
    }

    /** The hash of eight bytes, {@code value} in little-endian order. */
    public long hash(final long value) {
        long v0 = k0 ^ C0;
        long v1 = k1 ^ C1;
        long v2 = k0 ^ C2;
        long v3 = k1 ^ C3;
        for (int word = 0; word < 2; word++) {
            final long m = word == 0 ? value : 8L << 56;
            v3 ^= m;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= m;
        }
        return finish(v0, v1, v2, v3);
    }

    /**
     * The rounds are written out in each entry point, because four words of state cannot be returned from a method without memory.
     */
    private long hash(
            final DirectBuffer buffer, final int offset, final int length, final boolean hasFirst, final long first) {
        buffer.boundsCheck(offset, length);
        long v0 = k0 ^ C0;
        long v1 = k1 ^ C1;
        long v2 = k0 ^ C2;
        long v3 = k1 ^ C3;
        final int tail = offset + (length & ~7);
        final int total = hasFirst ? length + 8 : length;
        for (int i = hasFirst ? offset - 8 : offset; ; i += 8) {
            final long m;
            if (i < offset) {
                m = first;
            } else if (i < tail) {
                m = buffer.getLong(i, ByteOrder.LITTLE_ENDIAN);
            } else {
                long last = (long) total << 56;
                for (int j = 0, n = length & 7; j < n; j++) {
                    last |= (buffer.getByte(tail + j) & 0xFFL) << (8 * j);
                }
                m = last;
            }
            v3 ^= m;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= m;
            if (i == tail) {
                return finish(v0, v1, v2, v3);
            }
        }
    }

    private static long finish(final long s0, final long s1, final long s2, final long s3) {
        long v0 = s0;
        long v1 = s1;
        long v2 = s2 ^ 0xFF;
        long v3 = s3;
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
