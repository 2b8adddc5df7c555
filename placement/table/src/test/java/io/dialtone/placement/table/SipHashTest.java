package io.dialtone.placement.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SipHashTest {
    /** vectors_sip64 of the reference implementation: key 00 01 .. 0f, input the first n of 00 01 02 ..., n = 0 to 15. */
    private static final long[] VECTORS = {
        0x726fdb47dd0e0e31L, 0x74f839c593dc67fdL, 0x0d6c8009d9a94f5aL, 0x85676696d7fb7e2dL, 0xcf2794e0277187b7L,
        0x18765564cd99a68dL, 0xcbc9466e58fee3ceL, 0xab0200f58b01d137L, 0x93f5f5799a932462L, 0x9e0082df0ba9e4b0L,
        0x7a5dbbc594ddb9f3L, 0xf4b32f46226bada7L, 0x751e8fbc860ee5fbL, 0x14ea5627c0843d90L, 0xf723ca908e7af2eeL,
        0xa129ca6149be45e5L
    };

    private final SipHash hash = SipHash.ofKey(count(16));

    @Test
    void shouldGiveTheResultsOfTheReferenceImplementation() {
        final byte[] input = count(64);
        final UnsafeBuffer direct = new UnsafeBuffer(ByteBuffer.allocateDirect(96));
        direct.putBytes(7, input);
        for (int length = 0; length < VECTORS.length; length++) {
            assertEquals(VECTORS[length], hash.hash(input, 0, length), "array, length " + length);
            assertEquals(VECTORS[length], hash.hash(direct, 7, length), "buffer, length " + length);
        }
        assertEquals(VECTORS[8], hash.hash(0x0706050403020100L));
        assertEquals(0x958a324ceb064572L, hash.hash(input, 0, 63));
    }

    @Test
    void shouldHashALeadingNumberAsItsEightBytes() {
        final UnsafeBuffer whole = new UnsafeBuffer(new byte[64]);
        final long first = 0x1122_3344_5566_7788L;
        whole.putLong(0, first, ByteOrder.LITTLE_ENDIAN);
        whole.putBytes(8, count(40));
        for (int length = 0; length <= 40; length++) {
            assertEquals(hash.hash(whole, 0, 8 + length), hash.hash(first, whole, 8, length));
        }
    }

    @Test
    void shouldRefuseRangesOutsideTheInput() {
        assertThrows(IndexOutOfBoundsException.class, () -> hash.hash(new byte[8], 1, 8));
        assertThrows(IndexOutOfBoundsException.class, () -> hash.hash(new UnsafeBuffer(new byte[8]), 1, 8));
        assertThrows(IllegalArgumentException.class, () -> SipHash.ofKey(new byte[15]));
    }

    @Test
    void shouldNotAllocateWhenHashing() {
        final UnsafeBuffer text = new UnsafeBuffer(count(40));
        final byte[] bytes = count(40);
        Allocation.assertNone(() -> hash.hash(text, 0, 37) + hash.hash(bytes, 0, 37) + hash.hash(5, text, 0, 33));
    }

    private static byte[] count(final int length) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }
}
