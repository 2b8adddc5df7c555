package io.dialtone.state.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a state in the making. When a limit is met it says so by {@link #isFull} and takes nothing more; nothing is thrown. Called only by its codec's thread.
 */
final class StateWriter {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int FIRST_BYTES = 1024;
    private static final int TAG_BYTES = Integer.BYTES;
    private static final int VARINT_BYTES_MAX = 5;
    private static final char LATIN1_MAX = 0xFF;

    private final StateLimits limits;
    private byte[] bytes;
    private int position;
    private @Nullable String limit;

    StateWriter(final StateLimits limits) {
        this.limits = limits;
        bytes = new byte[Math.min(FIRST_BYTES, limits.stateBytesMax())];
    }

    void begin() {
        position = 0;
        limit = null;
        bytes[position++] = WireType.FORMAT;
    }

    /** True if a limit was met: what is written is void. */
    boolean isFull() {
        return limit != null;
    }

    /** The limit that was met, or null. */
    @Nullable
    String limit() {
        return limit;
    }

    int copyTo(final MutableDirectBuffer buffer, final int offset) {
        buffer.putBytes(offset, bytes, 0, position);
        return position;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, position);
    }

    void putNull(final int tag) {
        if (hasRoom(TAG_BYTES)) {
            putType(tag, WireType.NULL);
        }
    }

    void putInteger(final int tag, final long value) {
        if (!hasRoom(TAG_BYTES + Long.BYTES)) {
            return;
        }
        if (value == (byte) value) {
            putType(tag, WireType.I8);
            bytes[position++] = (byte) value;
        } else if (value == (int) value) {
            if (value == (short) value) {
                putType(tag, WireType.I16);
                SHORT.set(bytes, position, (short) value);
                position += Short.BYTES;
            } else {
                putType(tag, WireType.I32);
                INT.set(bytes, position, (int) value);
                position += Integer.BYTES;
            }
        } else {
            putType(tag, WireType.I64);
            LONG.set(bytes, position, value);
            position += Long.BYTES;
        }
    }

    void putFloat(final int tag, final float value) {
        if (hasRoom(TAG_BYTES + Float.BYTES)) {
            putType(tag, WireType.F32);
            INT.set(bytes, position, Float.floatToRawIntBits(value));
            position += Float.BYTES;
        }
    }

    void putDouble(final int tag, final double value) {
        if (hasRoom(TAG_BYTES + Double.BYTES)) {
            putType(tag, WireType.F64);
            LONG.set(bytes, position, Double.doubleToRawLongBits(value));
            position += Double.BYTES;
        }
    }

    void putName(final int tag, final int nameTag) {
        if (hasRoom(TAG_BYTES + Integer.BYTES)) {
            putType(tag, WireType.NAME);
            INT.set(bytes, position, nameTag);
            position += Integer.BYTES;
        }
    }

    void putPair(final int tag, final long first, final long second) {
        if (hasRoom(TAG_BYTES + 2 * Long.BYTES)) {
            putType(tag, WireType.PAIR);
            LONG.set(bytes, position, first);
            LONG.set(bytes, position + Long.BYTES, second);
            position += 2 * Long.BYTES;
        }
    }

    @SuppressWarnings(
            "deprecation") // getBytes cuts the upper halves of characters off, which is right for Latin-1 and a plain
    // copy: thrice as fast as char by char
    void putString(final int tag, final String value) {
        final int length = value.length();
        if (length > limits.stringCharsMax()) {
            limit = "string-chars-max";
        } else if (hasRoom(TAG_BYTES + VARINT_BYTES_MAX + length)) {
            final int start = position;
            putType(tag, WireType.LATIN1);
            putVarint(length);
            value.getBytes(0, length, bytes, position);
            position += length;
            int all = 0;
            for (int i = 0; i < length; i++) {
                all |= value.charAt(i);
            }
            if (all > LATIN1_MAX) {
                position = start;
                putStringSlowPath(tag, value);
            }
        }
    }

    private void putStringSlowPath(final int tag, final String value) {
        final int length = value.length() * Character.BYTES;
        if (hasRoom(TAG_BYTES + VARINT_BYTES_MAX + length)) {
            putType(tag, WireType.UTF16);
            putVarint(length);
            for (int i = 0; i < value.length(); i++) {
                SHORT.set(bytes, position + i * Character.BYTES, (short) value.charAt(i));
            }
            position += length;
        }
    }

    void putBytes(final int tag, final byte[] value) {
        if (value.length > limits.stateBytesMax()) {
            limit = "state-bytes-max";
        } else if (hasRoom(TAG_BYTES + VARINT_BYTES_MAX + value.length)) {
            putType(tag, WireType.BYTES);
            putVarint(value.length);
            System.arraycopy(value, 0, bytes, position, value.length);
            position += value.length;
        }
    }

    /** Begins an array of primitives: true if there is room for {@code count} elements, which then follow by {@code packX}. */
    boolean beginPacked(final int tag, final int elementType, final int elementBytes, final int count) {
        if (!isWithinElements(count) || !hasRoom(TAG_BYTES + VARINT_BYTES_MAX + 1 + count * elementBytes)) {
            return false;
        }
        putType(tag, WireType.PACKED);
        putVarint(1 + count * elementBytes);
        bytes[position++] = (byte) elementType;
        return true;
    }

    void pack8(final int value) {
        bytes[position++] = (byte) value;
    }

    void pack16(final int value) {
        SHORT.set(bytes, position, (short) value);
        position += Short.BYTES;
    }

    void pack32(final int value) {
        INT.set(bytes, position, value);
        position += Integer.BYTES;
    }

    void pack64(final long value) {
        LONG.set(bytes, position, value);
        position += Long.BYTES;
    }

    /** Begins a list or map. Returns where it began, for {@link #end}. */
    int beginElements(final int tag, final int type, final int count) {
        if (!isWithinElements(count) || !hasRoom(TAG_BYTES + 2 * Integer.BYTES)) {
            return position;
        }
        putType(tag, type);
        final int start = position;
        INT.set(bytes, start + Integer.BYTES, count);
        position += 2 * Integer.BYTES;
        return start;
    }

    /** Begins a record. Returns where it began, for {@link #end}. */
    int beginStruct(final int tag) {
        if (!hasRoom(TAG_BYTES + Integer.BYTES)) {
            return position;
        }
        putType(tag, WireType.STRUCT);
        final int start = position;
        position += Integer.BYTES;
        return start;
    }

    void end(final int start) {
        if (limit == null) {
            INT.set(bytes, start, position - start - Integer.BYTES);
        }
    }

    private void putType(final int tag, final int type) {
        if (tag == WireType.ELEMENT) {
            bytes[position++] = (byte) type;
        } else {
            INT.set(bytes, position, tag | type);
            position += TAG_BYTES;
        }
    }

    private void putVarint(final int value) {
        int rest = value;
        while (rest > 0x7F) {
            bytes[position++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[position++] = (byte) rest;
    }

    private boolean isWithinElements(final int count) {
        if (count > limits.elementsMax()) {
            limit = "elements-max";
        }
        return limit == null;
    }

    private boolean hasRoom(final int wanted) {
        return (limit == null && bytes.length - position >= wanted) || hasRoomSlowPath(wanted);
    }

    /** May ask for some bytes more than are used, so the array can be a little longer than a state; {@link #finish} has the last word. */
    private boolean hasRoomSlowPath(final int wanted) {
        if (limit != null) {
            return false;
        }
        final int most = limits.stateBytesMax() + TAG_BYTES + VARINT_BYTES_MAX + Long.BYTES;
        if (position + wanted > most) {
            limit = "state-bytes-max";
            return false;
        }
        bytes = Arrays.copyOf(bytes, Math.min(most, Math.max(position + wanted, 2 * bytes.length)));
        return true;
    }

    /** To be called after the last value: the state is whole and within its limit, or {@link #isFull}. */
    void finish() {
        if (limit == null && position > limits.stateBytesMax()) {
            limit = "state-bytes-max";
        }
    }
}
