package io.dialtone.runtime.engine;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads what {@link ImageWriter} wrote, in the same order. Called only by the owning worker.
 *
 * <p>The bytes come from another process: where they end too early or a length cannot be, everything from there on reads as nothing, and {@link #isIntact} says so at
 * the end. It never throws.
 */
public final class ImageReader {
    /** The length of bytes that are not there. */
    public static final int ABSENT = ImageWriter.ABSENT;

    private final UnsafeBuffer image = new UnsafeBuffer(0, 0);
    private int at;
    private boolean intact;
    private boolean postponed;

    ImageReader wrap(final DirectBuffer buffer) {
        image.wrap(buffer, 0, buffer.capacity());
        at = 0;
        intact = true;
        postponed = false;
        return this;
    }

    /** True if everything read was there. */
    public boolean isIntact() {
        return intact;
    }

    /** True if everything was read and was there. */
    boolean isComplete() {
        return intact && at == image.capacity();
    }

    /** True if not everything was read yet. */
    public boolean hasMore() {
        return intact && at < image.capacity();
    }

    /** Says that what was read makes no sense. */
    public void refuse() {
        intact = false;
    }

    /** Says that there is no room for it now, whatever it is. */
    public void postpone() {
        postponed = true;
        intact = false;
    }

    boolean isPostponed() {
        return postponed;
    }

    public byte readByte() {
        return has(Byte.BYTES) ? image.getByte(advance(Byte.BYTES)) : 0;
    }

    public int readShort() {
        return has(Short.BYTES) ? image.getShort(advance(Short.BYTES), ImageWriter.ORDER) : 0;
    }

    public int readInt() {
        return has(Integer.BYTES) ? image.getInt(advance(Integer.BYTES), ImageWriter.ORDER) : 0;
    }

    public long readLong() {
        return has(Long.BYTES) ? image.getLong(advance(Long.BYTES), ImageWriter.ORDER) : 0;
    }

    /** How many of something follow; 0 if that is more than can be. */
    public int readCount() {
        final int count = readShort() & 0xFFFF;
        if (count > image.capacity() - at) {
            refuse();
            return 0;
        }
        return count;
    }

    /**
     * The length of the bytes that follow in {@link #buffer} at {@link #position}, to be followed by {@link #skip}; or {@link #ABSENT}.
     *
     * @param max a greater length cannot be
     */
    public int readLength(final int max) {
        final int length = readInt();
        if (length == ABSENT || !intact) {
            return ABSENT;
        }
        if (length < 0 || length > max || length > image.capacity() - at) {
            refuse();
            return ABSENT;
        }
        return length;
    }

    public DirectBuffer buffer() {
        return image;
    }

    public int position() {
        return at;
    }

    public void skip(final int count) {
        at += count;
    }

    public String readText() {
        final int count = readShort() & 0xFFFF;
        if (!has(count * Character.BYTES)) {
            return "";
        }
        final char[] text = new char[count];
        for (int i = 0; i < count; i++) {
            text[i] = (char) readShort();
        }
        return new String(text);
    }

    private boolean has(final int count) {
        if (!intact || count > image.capacity() - at) {
            intact = false;
            return false;
        }
        return true;
    }

    private int advance(final int count) {
        final int from = at;
        at += count;
        return from;
    }
}
