package io.dialtone.diameter.codec;

import org.agrona.DirectBuffer;

/** Small readings of bytes that several classes need. Never outside what the caller has measured. */
final class Octets {
    private Octets() {}

    /** Whether two buffers show the same memory from the same place on, so that one need not be wrapped around the other again. */
    @SuppressWarnings("ReferenceEquality") // The same array, not an equal one.
    static boolean isSameMemory(final DirectBuffer one, final DirectBuffer other) {
        return one.addressOffset() == other.addressOffset()
                && one.capacity() == other.capacity()
                && one.byteArray() == other.byteArray();
    }

    static long unsigned32(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset, DiameterMessage.NETWORK) & 0xFFFF_FFFFL;
    }

    static int padded(final int length) {
        return (length + 3) & ~3;
    }

    static boolean equal(final DirectBuffer buffer, final int offset, final int length, final byte[] expected) {
        if (length != expected.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(offset + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    static boolean equalIgnoringCase(
            final DirectBuffer buffer, final int offset, final int length, final byte[] expected) {
        if (length != expected.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lower(buffer.getByte(offset + i)) != lower(expected[i])) {
                return false;
            }
        }
        return true;
    }

    private static int lower(final byte c) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }
}
