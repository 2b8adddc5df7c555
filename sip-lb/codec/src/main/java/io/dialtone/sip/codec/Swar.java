package io.dialtone.sip.codec;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Eight bytes looked at in one register, for the scanners. Stateless. The first byte in memory is the lowest of the word; a test's result has the
 * top bit of every byte that passed, of which only the lowest is exact.
 */
final class Swar {
    static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long TOPS = 0x8080_8080_8080_8080L;
    private static final long SPACES = ONES * ' ';
    private static final long ABOVE_SPACE = ONES * (' ' + 1);

    private Swar() {}

    static long load(final Bytes bytes, final int offset) {
        return bytes.getLong(offset);
    }

    /** The lowest {@code bytes} bytes of a word, 1 to 8. */
    static long lowBytes(final int bytes) {
        return -1L >>> (64 - 8 * bytes);
    }

    static long word(final DirectBuffer buffer, final int offset, final int length) {
        long word = 0;
        for (int i = 0; i < length; i++) {
            word |= (buffer.getByte(offset + i) & 0xFFL) << (8 * i);
        }
        return word;
    }

    /** Up to eight bytes as {@link #load} would show them, zeros above. */
    static long word(final Bytes bytes, final int offset, final int length) {
        long word = 0;
        for (int i = 0; i < length; i++) {
            word |= (bytes.getByte(offset + i) & 0xFFL) << (8 * i);
        }
        return word;
    }

    static long word(final byte[] bytes, final int offset, final int length) {
        long word = 0;
        for (int i = 0; i < length; i++) {
            word |= (bytes[offset + i] & 0xFFL) << (8 * i);
        }
        return word;
    }

    /** Bytes below 0x20. */
    static long controls(final long word) {
        return (word - SPACES) & ~word & TOPS;
    }

    /** Bytes below 0x21: white space and controls. */
    static long blanks(final long word) {
        return (word - ABOVE_SPACE) & ~word & TOPS;
    }

    static long equal(final long word, final byte value) {
        final long different = word ^ (ONES * value);
        return (different - ONES) & ~different & TOPS;
    }

    /** Angle brackets: 0x3C and 0x3E differ in one bit. */
    static long angles(final long word) {
        return equal(word | (ONES * 2), (byte) '>');
    }

    /** Where in memory the first byte that passed lies. */
    static int first(final long passed) {
        return Long.numberOfTrailingZeros(passed) >>> 3;
    }

    /** First byte below 0x20 from {@code offset} on, or {@code limit}. */
    static int findControl(final Bytes bytes, final int offset, final int limit) {
        int at = offset;
        while (at <= limit - 8) {
            final long passed = controls(load(bytes, at));
            if (passed != 0) {
                return at + first(passed);
            }
            at += 8;
        }
        while (at < limit && (bytes.getByte(at) & 0xE0) != 0) {
            at++;
        }
        return at;
    }

    /** First byte of that value from {@code offset} on, or {@code limit}. */
    static int find(final Bytes bytes, final int offset, final int limit, final byte value) {
        int at = offset;
        while (at <= limit - 8) {
            final long passed = equal(load(bytes, at), value);
            if (passed != 0) {
                return at + first(passed);
            }
            at += 8;
        }
        while (at < limit && bytes.getByte(at) != value) {
            at++;
        }
        return at;
    }
}
