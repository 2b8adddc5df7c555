package io.dialtone.state.codec;

import io.dialtone.state.api.StateFormatException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * A state's bytes being read. They may be anything: each step is checked against the end of what encloses it, nothing is allocated beyond a small multiple of the
 * bytes at hand, and whatever is wrong ends in a {@link StateFormatException}. Called only by its codec's thread.
 */
final class StateReader {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int FIRST_BYTES = 1024;
    private static final int VARINT_BITS = 7;
    private static final int VARINT_SHIFT_MAX = 28;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int position;
    private int end;
    private int packedCount;

    /** Where in the type we are, for messages. */
    private String path = "state";

    /** A private copy: what lies in a store may change under a reader, and Strings are made from arrays. */
    void wrap(final DirectBuffer buffer, final int offset, final int length) {
        if (length < 1 || length > StateLimits.STATE_BYTES_LIMIT) {
            throw new StateFormatException(
                    "A state of " + length + " bytes (expected: 1 to " + StateLimits.STATE_BYTES_LIMIT + ").");
        }
        if (bytes.length < length) {
            bytes = new byte[length];
        }
        buffer.getBytes(offset, bytes, 0, length);
        end = length;
        final byte format = bytes[0];
        position = 1;
        if (format != WireType.FORMAT) {
            throw new StateFormatException("A state that begins with " + format + " (expected: " + WireType.FORMAT
                    + "): not a state's bytes.");
        }
    }

    void at(final String newPath) {
        path = newPath;
    }

    String path() {
        return path;
    }

    boolean hasMore() {
        return position < end;
    }

    int remaining() {
        return end - position;
    }

    /** Narrows what can be read to a value's own bytes. Returns the end to go back to, for {@link #leave}. */
    int enter() {
        final int length = readInt();
        if (length < 0 || length > end - position) {
            throw truncated();
        }
        final int outer = end;
        end = position + length;
        return outer;
    }

    /** Goes on behind a value that was entered. All of it must have been read. */
    void leave(final int outer) {
        if (position != end) {
            throw new StateFormatException(path + ": " + (end - position) + " bytes too many.");
        }
        end = outer;
    }

    /** The tag and type of the next component. */
    int readTag() {
        return readInt();
    }

    /** The type of the next element. */
    int readType() {
        final int type = readByte();
        if (type < 0 || type > WireType.MASK) {
            throw new StateFormatException(path + ": type " + type + " (expected: 0 to " + WireType.MASK + ").");
        }
        return type;
    }

    /** The count of a list or map just entered. Each element has at least {@code bytesMin} bytes, so that a count cannot ask for more memory than came. */
    int readCount(final int bytesMin) {
        final int count = readInt();
        if (count < 0 || count > remaining() / bytesMin) {
            throw truncated();
        }
        return count;
    }

    /** A whole number of any width within these bounds. */
    long readInteger(final int type, final long least, final long most) {
        final long value = switch (type) {
            case WireType.I8 -> readByte();
            case WireType.I16 -> readShort();
            case WireType.I32 -> readInt();
            case WireType.I64 -> readLong();
            default -> throw mismatch(type, "a whole number");
        };
        if (value < least || value > most) {
            throw new StateFormatException(path + ": " + value + " (expected: " + least + " to " + most
                    + "). Maybe another version made it wider.");
        }
        return value;
    }

    float readFloat(final int type) {
        if (type != WireType.F32) {
            throw mismatch(type, "a float");
        }
        return Float.intBitsToFloat(readInt());
    }

    double readDouble(final int type) {
        return switch (type) {
            case WireType.F32 -> Float.intBitsToFloat(readInt());
            case WireType.F64 -> Double.longBitsToDouble(readLong());
            default -> throw mismatch(type, "a double");
        };
    }

    int readName(final int type) {
        if (type != WireType.NAME) {
            throw mismatch(type, "an enum's constant");
        }
        return readInt();
    }

    void expectPair(final int type) {
        if (type != WireType.PAIR) {
            throw mismatch(type, "a time or UUID");
        }
        need(2 * Long.BYTES);
    }

    String readString(final int type) {
        if (type == WireType.LATIN1) {
            final int length = readLength();
            position += length;
            return new String(bytes, position - length, length, StandardCharsets.ISO_8859_1);
        }
        if (type != WireType.UTF16) {
            throw mismatch(type, "a String");
        }
        final int length = readLength();
        if (length % Character.BYTES != 0) {
            throw new StateFormatException(path + ": a String with half a character.");
        }
        final char[] chars = new char[length / Character.BYTES];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) readShort();
        }
        return new String(chars);
    }

    byte[] readBytes(final int type) {
        if (type != WireType.BYTES) {
            throw mismatch(type, "bytes");
        }
        final byte[] value = new byte[readLength()];
        System.arraycopy(bytes, position, value, 0, value.length);
        position += value.length;
        return value;
    }

    /** Enters an array of primitives: returns the type of its elements, how many there are is then in {@link #packedCount}. */
    int enterPacked(final int type) {
        if (type != WireType.PACKED) {
            throw mismatch(type, "an array");
        }
        final int length = readLength();
        if (length < 1) {
            throw truncated();
        }
        final int elementType = readByte();
        final int width = widthOf(elementType);
        if ((length - 1) % width != 0) {
            throw new StateFormatException(path + ": an array with a part of an element.");
        }
        packedCount = (length - 1) / width;
        return elementType;
    }

    int packedCount() {
        return packedCount;
    }

    private int widthOf(final int elementType) {
        return switch (elementType) {
            case WireType.I8 -> Byte.BYTES;
            case WireType.I16 -> Short.BYTES;
            case WireType.I32, WireType.F32 -> Integer.BYTES;
            case WireType.I64, WireType.F64 -> Long.BYTES;
            default -> throw mismatch(elementType, "a number in an array");
        };
    }

    /** Passes over a value that this version does not know. */
    void skip(final int type) {
        switch (type) {
            case WireType.NULL -> {}
            case WireType.I8 -> advance(Byte.BYTES);
            case WireType.I16 -> advance(Short.BYTES);
            case WireType.I32, WireType.F32, WireType.NAME -> advance(Integer.BYTES);
            case WireType.I64, WireType.F64 -> advance(Long.BYTES);
            case WireType.PAIR -> advance(2 * Long.BYTES);
            case WireType.LATIN1, WireType.UTF16, WireType.BYTES, WireType.PACKED -> advance(readLength());
            case WireType.LIST, WireType.MAP, WireType.STRUCT -> advance(readInt());
            default -> throw mismatch(type, "a known type");
        }
    }

    StateFormatException mismatch(final int type, final String expected) {
        return new StateFormatException(path + ": " + WireType.nameOf(type) + " (expected: " + expected
                + "). Maybe another version changed its type.");
    }

    private StateFormatException truncated() {
        return new StateFormatException(path + ": more announced than there is.");
    }

    private void need(final int count) {
        if (count < 0 || count > end - position) {
            throw truncated();
        }
    }

    private void advance(final int count) {
        need(count);
        position += count;
    }

    /** A length that is really there. */
    private int readLength() {
        int value = 0;
        for (int shift = 0; shift <= VARINT_SHIFT_MAX; shift += VARINT_BITS) {
            final byte b = readByte();
            value |= (b & 0x7F) << shift;
            if (b >= 0) {
                need(value);
                return value;
            }
        }
        throw truncated();
    }

    byte readByte() {
        need(Byte.BYTES);
        return bytes[position++];
    }

    short readShort() {
        need(Short.BYTES);
        position += Short.BYTES;
        return (short) SHORT.get(bytes, position - Short.BYTES);
    }

    int readInt() {
        need(Integer.BYTES);
        position += Integer.BYTES;
        return (int) INT.get(bytes, position - Integer.BYTES);
    }

    long readLong() {
        need(Long.BYTES);
        position += Long.BYTES;
        return (long) LONG.get(bytes, position - Long.BYTES);
    }
}
