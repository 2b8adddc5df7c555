package io.dialtone.sip.routing;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
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
    private static final short[] PAIRS = pairs();

    private Base32() {}

    /** Writes the lowest {@code 5 * length} bits, the highest first. */
    static void write(final long value, final MutableDirectBuffer buffer, final int offset, final int length) {
        long rest = value;
        int at = offset + length;
        while (at - offset >= 2) {
            at -= 2;
            buffer.putShort(at, PAIRS[(int) rest & 0x3FF], ByteOrder.LITTLE_ENDIAN);
            rest >>>= 10;
        }
        if (at > offset) {
            buffer.putByte(offset, ALPHABET[(int) rest & 31]);
        }
    }

    /**
     * The number that {@link #write} wrote. Characters outside the alphabet are read as if they were in it: what is read here always comes
     * with a keyed check.
     */
    static long read(final DirectBuffer buffer, final int offset, final int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 5 | VALUES[buffer.getByte(offset + i) & 0xFF];
        }
        return value;
    }

    /** The two characters of each ten bits, the first in the lower byte. */
    private static short[] pairs() {
        final short[] pairs = new short[1 << 10];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = (short) (ALPHABET[i & 31] << 8 | ALPHABET[i >>> 5]);
        }
        return pairs;
    }

    /** Value of each character, 0 for those outside the alphabet. */
    private static byte[] values() {
        final byte[] values = new byte[256];
        for (int i = 0; i < ALPHABET.length; i++) {
            values[ALPHABET[i]] = (byte) i;
            values[Character.toUpperCase(ALPHABET[i])] = (byte) i;
        }
        return values;
    }
}
