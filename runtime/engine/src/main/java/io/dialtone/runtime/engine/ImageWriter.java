package io.dialtone.runtime.engine;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes a session's image, field after field, little-endian, into a buffer that is used again and again. Called only by the owning worker.
 *
 * <p>{@link ImageReader} reads the same fields in the same order.
 */
public final class ImageWriter {
    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    /** The length of bytes that are not there. */
    static final int ABSENT = -1;

    private static final int USUAL_BYTES = 1 << 14;

    private final MutableDirectBuffer buffer = new ExpandableArrayBuffer(USUAL_BYTES);
    private int length;

    /** An empty one. */
    public ImageWriter() {}

    ImageWriter clear() {
        length = 0;
        return this;
    }

    DirectBuffer buffer() {
        return buffer;
    }

    int length() {
        return length;
    }

    public ImageWriter putByte(final int value) {
        buffer.putByte(length, (byte) value);
        length += Byte.BYTES;
        return this;
    }

    public ImageWriter putShort(final int value) {
        buffer.putShort(length, (short) value, ORDER);
        length += Short.BYTES;
        return this;
    }

    public ImageWriter putInt(final int value) {
        buffer.putInt(length, value, ORDER);
        length += Integer.BYTES;
        return this;
    }

    public ImageWriter putLong(final long value) {
        buffer.putLong(length, value, ORDER);
        length += Long.BYTES;
        return this;
    }

    /** Bytes with their length before them. */
    public ImageWriter putBytes(final byte[] bytes, final int count) {
        putInt(count);
        buffer.putBytes(length, bytes, 0, count);
        length += count;
        return this;
    }

    /** Bytes with their length before them. */
    public ImageWriter putBytes(final DirectBuffer bytes, final int offset, final int count) {
        putInt(count);
        buffer.putBytes(length, bytes, offset, count);
        length += count;
        return this;
    }

    /** In the place of bytes that are not there. */
    public ImageWriter putAbsent() {
        return putInt(ABSENT);
    }

    /** Text with its length before it, a character in two bytes, because that needs no array. */
    public ImageWriter putText(final String text) {
        putShort(text.length());
        for (int i = 0; i < text.length(); i++) {
            putShort(text.charAt(i));
        }
        return this;
    }

    /** Where an encoder of others may write, to be followed by {@link #advance}. */
    MutableDirectBuffer rest() {
        return buffer;
    }

    void advance(final int count) {
        length += count;
    }

    void setInt(final int at, final int value) {
        buffer.putInt(at, value, ORDER);
    }
}
