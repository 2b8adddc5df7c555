package io.dialtone.runtime.link;

import io.dialtone.api.link.LinkFrame;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What goes before a frame that is sealed, in the clear but not to be changed by anybody: laid over a buffer. Not thread safe; one instance per thread, wrapped anew for each frame.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |    Version    |   Type = 6    |        Header length          |   0
 *  +---------------+---------------+-------------------------------+
 *  |                       Number of the key                       |   4
 *  +---------------------------------------------------------------+
 *  |                  Sender's incarnation (64)                    |   8
 *  +---------------------------------------------------------------+
 *  |   Receiver's incarnation, as the sender has heard it (64)     |  16
 *  +---------------------------------------------------------------+
 *  |                         Counter (64)                          |  24
 *  +-------------------------------+---------------+---------------+
 *  |       Sender's member         |Sender's thread|       0       |  32
 *  +-------------------------------+---------------+---------------+
 *  |                              0                                |  36
 *  +---------------------------------------------------------------+
 *  |        Frame, encrypted ...                                      40
 *  |        Tag (128)
 * </pre>
 */
final class SealedFrame {
    static final int HEADER_BYTES = 40;
    static final int TAG_BYTES = 16;

    /** How much longer a frame is when it is sealed. */
    static final int OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES;

    private static final int VERSION_OFFSET = 0;
    private static final int TYPE_OFFSET = 1;
    private static final int HEADER_LENGTH_OFFSET = 2;
    private static final int KEY_OFFSET = 4;
    private static final int INCARNATION_OFFSET = 8;
    private static final int RECEIVER_OFFSET = 16;
    private static final int COUNTER_OFFSET = 24;
    private static final int MEMBER_OFFSET = 32;
    private static final int THREAD_OFFSET = 34;

    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);

    /** Lays the header over received bytes. False if they are no sealed frame of a version we read. */
    boolean wrap(final DirectBuffer buffer, final int offset, final int length) {
        // Inside a host no frame is sealed: the look costs them no more than this.
        if (length < OVERHEAD_BYTES || buffer.getByte(offset + TYPE_OFFSET) != LinkFrame.TYPE_SEALED) {
            return false;
        }
        frame.wrap(buffer, offset, length);
        return frame.getByte(VERSION_OFFSET) >= LinkFrame.VERSION
                && headerLength() >= HEADER_BYTES
                && headerLength() + TAG_BYTES <= length;
    }

    /** Lays the header over {@link #HEADER_BYTES} bytes to be filled, and clears them. */
    SealedFrame wrapNew(final MutableDirectBuffer buffer, final int offset) {
        frame.wrap(buffer, offset, HEADER_BYTES);
        frame.setMemory(0, HEADER_BYTES, (byte) 0);
        frame.putByte(VERSION_OFFSET, (byte) LinkFrame.VERSION);
        frame.putByte(TYPE_OFFSET, (byte) LinkFrame.TYPE_SEALED);
        frame.putShort(HEADER_LENGTH_OFFSET, (short) HEADER_BYTES, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    int headerLength() {
        return frame.getShort(HEADER_LENGTH_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    /** See {@link LinkKeys.Key#id()}. */
    int key() {
        return frame.getInt(KEY_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    SealedFrame key(final int id) {
        frame.putInt(KEY_OFFSET, id, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /** Random number of the sending process's start. */
    long incarnation() {
        return frame.getLong(INCARNATION_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    SealedFrame incarnation(final long incarnation) {
        frame.putLong(INCARNATION_OFFSET, incarnation, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /** Which start of the receiver this is for, or 0 if the sender has not heard it yet: then it can be no more than a greeting. */
    long receiver() {
        return frame.getLong(RECEIVER_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    SealedFrame receiver(final long incarnation) {
        frame.putLong(RECEIVER_OFFSET, incarnation, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    /** Grows by one with each frame of the stream. */
    long counter() {
        return frame.getLong(COUNTER_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    SealedFrame counter(final long counter) {
        frame.putLong(COUNTER_OFFSET, counter, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    int member() {
        return frame.getShort(MEMBER_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    SealedFrame member(final int member) {
        frame.putShort(MEMBER_OFFSET, (short) member, ByteOrder.LITTLE_ENDIAN);
        return this;
    }

    int thread() {
        return frame.getByte(THREAD_OFFSET) & 0xFF;
    }

    SealedFrame thread(final int thread) {
        frame.putByte(THREAD_OFFSET, (byte) thread);
        return this;
    }
}
