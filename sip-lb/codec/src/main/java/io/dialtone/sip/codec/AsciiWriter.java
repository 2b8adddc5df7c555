package io.dialtone.sip.codec;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Appends text and numbers to a range of bytes, for editors and writers of messages. Called only by the thread that owns it. What does not fit is left out and
 * remembered: {@link #isOverflown()}.
 */
public final class AsciiWriter {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    private static final int DIGITS_MAX = 20;

    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private int start;
    private int position;
    private int limit;
    private boolean overflown;

    /** A writer of bytes to be named later by {@link #wrap}. */
    public AsciiWriter() {}

    /** A writer with bytes of its own. */
    public AsciiWriter(final int capacity) {
        wrap(new UnsafeBuffer(new byte[capacity]), 0, capacity);
    }

    /** Begins anew at the beginning of this range. */
    public AsciiWriter wrap(final MutableDirectBuffer target, final int offset, final int capacity) {
        if (!Ascii.isSameMemory(target, buffer)) {
            buffer.wrap(target);
        }
        start = offset;
        limit = offset + Math.min(capacity, target.capacity() - offset);
        return clear();
    }

    /** Begins anew in the same range. */
    public AsciiWriter clear() {
        position = start;
        overflown = false;
        return this;
    }

    /** The bytes written so far lie from {@link #offset()} to {@link #position()}. */
    public UnsafeBuffer buffer() {
        return buffer;
    }

    public int offset() {
        return start;
    }

    /** Where the next byte goes. */
    public int position() {
        return position;
    }

    /** Goes back to an earlier position. */
    public AsciiWriter position(final int earlier) {
        position = Math.max(start, Math.min(earlier, position));
        return this;
    }

    public int length() {
        return position - start;
    }

    /** Whether something did not fit. */
    public boolean isOverflown() {
        return overflown;
    }

    private boolean fits(final int bytes) {
        if (bytes > limit - position) {
            overflown = true;
            return false;
        }
        return true;
    }

    public AsciiWriter put(final char c) {
        if (fits(1)) {
            buffer.putByte(position++, (byte) c);
        }
        return this;
    }

    public AsciiWriter put(final byte[] bytes) {
        if (fits(bytes.length)) {
            buffer.putBytes(position, bytes, 0, bytes.length);
            position += bytes.length;
        }
        return this;
    }

    public AsciiWriter put(final byte[] bytes, final int offset, final int length) {
        if (fits(length)) {
            buffer.putBytes(position, bytes, offset, length);
            position += length;
        }
        return this;
    }

    public AsciiWriter put(final DirectBuffer source, final int offset, final int length) {
        if (fits(length)) {
            buffer.putBytes(position, source, offset, length);
            position += length;
        }
        return this;
    }

    public AsciiWriter put(final HeaderName name) {
        if (fits(name.length())) {
            position += name.copyTo(buffer, position);
        }
        return this;
    }

    public AsciiWriter put(final SipMethod method) {
        if (fits(method.length())) {
            position += method.copyTo(buffer, position);
        }
        return this;
    }

    /** Text known when the program was written, for set-up and tests: each character one byte. */
    public AsciiWriter put(final String text) {
        if (fits(text.length())) {
            for (int i = 0; i < text.length(); i++) {
                buffer.putByte(position++, (byte) text.charAt(i));
            }
        }
        return this;
    }

    /** A number of at least 0 in decimal digits. */
    public AsciiWriter putNumber(final long number) {
        int digits = 1;
        for (long rest = number; rest > 9; rest /= 10) {
            digits++;
        }
        if (digits <= DIGITS_MAX && fits(digits)) {
            long rest = Math.max(0, number);
            for (int at = position + digits - 1; at >= position; at--) {
                buffer.putByte(at, (byte) ('0' + rest % 10));
                rest /= 10;
            }
            position += digits;
        }
        return this;
    }

    /** All sixteen lower-case hexadecimal digits of a number. */
    public AsciiWriter putHex(final long number) {
        if (fits(16)) {
            for (int shift = 60; shift >= 0; shift -= 4) {
                buffer.putByte(position++, HEX[(int) (number >>> shift) & 0xF]);
            }
        }
        return this;
    }

    /** An address as {@link IpLiteral#write} writes it. */
    public AsciiWriter putAddress(final long high, final long low, final boolean brackets) {
        if (fits(IpLiteral.TEXT_BYTES_MAX + 2)) {
            position += IpLiteral.write(buffer, position, high, low, brackets);
        }
        return this;
    }

    public AsciiWriter putLineEnd() {
        if (fits(2)) {
            buffer.putByte(position, (byte) '\r');
            buffer.putByte(position + 1, (byte) '\n');
            position += 2;
        }
        return this;
    }
}
