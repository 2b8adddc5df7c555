package io.dialtone.runtime.sip;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Numbers as 13 characters that may stand in a tag, a branch and a Call-ID, the lowest bits first. */
final class Base32 {
    static final int LONG_CHARACTERS = 13;

    private static final int BITS = 5;
    private static final byte[] ALPHABET = "abcdefghijklmnopqrstuvwxyz234567".getBytes(StandardCharsets.US_ASCII);

    private Base32() {}

    static void write(final long number, final MutableDirectBuffer to, final int offset) {
        long rest = number;
        for (int i = 0; i < LONG_CHARACTERS; i++) {
            to.putByte(offset + i, ALPHABET[(int) rest & 31]);
            rest >>>= BITS;
        }
    }

    /** True if the characters there are of a number. */
    static boolean isLong(final DirectBuffer from, final int offset) {
        for (int i = 0; i < LONG_CHARACTERS; i++) {
            if (valueOf(from.getByte(offset + i)) < 0) {
                return false;
            }
        }
        return true;
    }

    static long read(final DirectBuffer from, final int offset) {
        long number = 0;
        for (int i = LONG_CHARACTERS - 1; i >= 0; i--) {
            number = number << BITS | valueOf(from.getByte(offset + i));
        }
        return number;
    }

    private static int valueOf(final byte character) {
        if (character >= 'a' && character <= 'z') {
            return character - 'a';
        }
        return character >= '2' && character <= '7' ? character - '2' + 26 : -1;
    }
}
