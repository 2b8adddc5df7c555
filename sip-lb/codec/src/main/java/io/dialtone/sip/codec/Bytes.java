package io.dialtone.sip.codec;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The bytes that parsers and views read, by their positions in the buffer they came in. One per thread; valid as long as that buffer.
 *
 * <p>Reads go by address. A read by array and offset, as {@link UnsafeBuffer} has it, leaves open whether memory or an array is meant, and the compiler then
 * forgets between any two reads all that it knew of any field; that doubled the time of a parse. Messages of a network lie in direct memory. What lies in an
 * array, in tests for the most part, is copied to direct memory first, which is allocated the first time and when a longer one comes.
 *
 * <p>Every read is asserted to be within the range handed in: tests run with assertions.
 */
final class Bytes {
    private static final int COPY_BYTES_MIN = 1024;

    private final UnsafeBuffer copy = new UnsafeBuffer(0, 0);
    private long zero;
    private int from;
    private int to;

    /** Shows {@code length} bytes of a buffer from {@code offset} on. */
    void wrap(final DirectBuffer source, final int offset, final int length) {
        if ((offset | length) < 0 || length > source.capacity() - offset) {
            throw new IndexOutOfBoundsException(
                    "offset " + offset + " length " + length + " capacity " + source.capacity());
        }
        from = offset;
        to = offset + length;
        zero = source.byteArray() == null ? source.addressOffset() : copyOf(source, offset, length) - offset;
    }

    private long copyOf(final DirectBuffer source, final int offset, final int length) {
        if (copy.capacity() < length) {
            copy.wrap(ByteBuffer.allocateDirect(Math.max(COPY_BYTES_MIN, Integer.highestOneBit(length) * 2)));
        }
        source.getBytes(offset, copy, 0, length);
        return copy.addressOffset();
    }

    byte getByte(final int at) {
        assert at >= from && at < to : "at " + at + " of " + from + ".." + to;
        return UnsafeApi.getByte(zero + at);
    }

    /** Eight bytes, the first the lowest. */
    long getLong(final int at) {
        assert at >= from && at + 8 <= to : "8 at " + at + " of " + from + ".." + to;
        final long word = UnsafeApi.getLong(zero + at);
        return Swar.LITTLE_ENDIAN ? word : Long.reverseBytes(word);
    }
}
