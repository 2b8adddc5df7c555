package io.dialtone.state.registry;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a frame from front to back and never past its end: what is not there reads as zero, and {@link #isSound} says so afterwards. Used by one thread.
 */
final class FrameReader {
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private int position;
    private int limit;
    private boolean isSound;

    void wrap(final DirectBuffer source, final int offset, final int length) {
        buffer.wrap(source, offset, length);
        position = 0;
        limit = length;
        isSound = true;
    }

    /** False as soon as something was read that is not there, or not as it must be. */
    boolean isSound() {
        return isSound;
    }

    void refuse() {
        isSound = false;
    }

    int u8() {
        return has(Byte.BYTES) ? buffer.getByte(advance(Byte.BYTES)) & 0xFF : 0;
    }

    int u16() {
        return has(Short.BYTES) ? buffer.getShort(advance(Short.BYTES), ByteOrder.LITTLE_ENDIAN) & 0xFFFF : 0;
    }

    int i32() {
        return has(Integer.BYTES) ? buffer.getInt(advance(Integer.BYTES), ByteOrder.LITTLE_ENDIAN) : 0;
    }

    long i64() {
        return has(Long.BYTES) ? buffer.getLong(advance(Long.BYTES), ByteOrder.LITTLE_ENDIAN) : 0;
    }

    /** A number of things that follow; more than the most there may be is not sound. */
    int count(final int max) {
        final int count = i32();
        if (count < 0 || count > max) {
            isSound = false;
        }
        return isSound ? count : 0;
    }

    String text(final int bytesMax) {
        return text(u8(), bytesMax);
    }

    /** A text of more than 255 bytes. */
    String longText(final int bytesMax) {
        return text(u16(), bytesMax);
    }

    private String text(final int length, final int bytesMax) {
        if (length > bytesMax) {
            isSound = false;
        }
        if (!isSound || !has(length)) {
            return "";
        }
        final byte[] bytes = new byte[length];
        buffer.getBytes(advance(length), bytes);
        final String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.getBytes(StandardCharsets.UTF_8).length != length) {
            // Not UTF-8: its replacement would be longer, and perhaps too long to be written again.
            isSound = false;
        }
        return text;
    }

    /** Enters an element that says its own length; returns what {@link #leave} needs. */
    int enter() {
        final int length = u16();
        final int outer = limit;
        if (!has(length)) {
            return outer;
        }
        limit = position + length;
        return outer;
    }

    /** Skips what a later version has added to the element. */
    void leave(final int outer) {
        if (isSound) {
            position = limit;
            limit = outer;
        }
    }

    private boolean has(final int bytes) {
        isSound &= limit - position >= bytes;
        return isSound;
    }

    private int advance(final int bytes) {
        final int at = position;
        position += bytes;
        return at;
    }
}
