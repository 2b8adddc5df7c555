package io.dialtone.state.registry;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** Writes a frame from front to back, for a {@link FrameReader}. Used by one thread. */
final class FrameWriter {
    private static final int BYTES_INITIAL = 1024;

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(BYTES_INITIAL);
    private int length;

    DirectBuffer buffer() {
        return buffer;
    }

    int length() {
        return length;
    }

    FrameWriter begin(final int type) {
        length = 0;
        return u8(type).u8(RegistryFrame.VERSION).u16(0);
    }

    FrameWriter u8(final int value) {
        buffer.putByte(length, (byte) value);
        length += Byte.BYTES;
        return this;
    }

    FrameWriter u16(final int value) {
        buffer.putShort(length, (short) value, ByteOrder.LITTLE_ENDIAN);
        length += Short.BYTES;
        return this;
    }

    FrameWriter i32(final int value) {
        buffer.putInt(length, value, ByteOrder.LITTLE_ENDIAN);
        length += Integer.BYTES;
        return this;
    }

    FrameWriter i64(final long value) {
        buffer.putLong(length, value, ByteOrder.LITTLE_ENDIAN);
        length += Long.BYTES;
        return this;
    }

    FrameWriter text(final String value) {
        final byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        u8(bytes.length);
        buffer.putBytes(length, bytes);
        length += bytes.length;
        return this;
    }

    /** A text of more than 255 bytes. */
    FrameWriter longText(final String value) {
        final byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        u16(bytes.length);
        buffer.putBytes(length, bytes);
        length += bytes.length;
        return this;
    }

    /** Begins an element that says its own length; returns what {@link #close} needs. */
    int open() {
        u16(0);
        return length;
    }

    void close(final int opened) {
        buffer.putShort(opened - Short.BYTES, (short) (length - opened), ByteOrder.LITTLE_ENDIAN);
    }
}
