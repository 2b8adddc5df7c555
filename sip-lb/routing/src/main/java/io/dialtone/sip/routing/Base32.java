package io.dialtone.sip.routing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Numbers as lower-case base32 characters (RFC 4648 alphabet, no padding), fit for tokens and parameters of SIP. Stateless: any thread may
 * call it. Read without regard to case, because a peer may fold parameters.
 */
final class Base32 {
    /** Characters of a 64-bit number. */
    static final int LONG_LENGTH = 13;

    /** Characters of a 32-bit number. */
    static final int INT_LENGTH = 7;

    private static final byte[] ALPHABET = "abcdefghijklmnopqrstuvwxyz234567".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUES = values();

    private Base32() {}

    /** Writes the lowest {@code 5 * length} bits, the highest first. */
    static void write(final long value, final MutableDirectBuffer buffer, final int offset, final int length) {
        long rest = value;
        for (int i = length - 1; i >= 0; i--) {
            buffer.putByte(offset + i, ALPHABET[(int) rest & 31]);
            rest >>>= 5;
        }
    }

    /** Whether the range holds nothing but characters of the alphabet. */
    static boolean isValid(final DirectBuffer buffer, final int offset, final int length) {
        int wrong = 0;
        for (int i = 0; i < length; i++) {
            wrong |= VALUES[buffer.getByte(offset + i) & 0xFF];
        }
        return wrong >= 0;
    }

    /** The number that {@link #write} wrote; nonsense for what is not {@link #isValid}. */
    static long read(final DirectBuffer buffer, final int offset, final int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 5 | (VALUES[buffer.getByte(offset + i) & 0xFF] & 31);
        }
        return value;
    }

    /** Value of each character, -1 for those outside the alphabet. */
    private static byte[] values() {
        final byte[] values = new byte[256];
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < ALPHABET.length; i++) {
            values[ALPHABET[i]] = (byte) i;
            values[Character.toUpperCase(ALPHABET[i])] = (byte) i;
        }
        return values;
    }
}
