package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Writes and reads messages that are kept in arrays of a {@link BytesPool}. Called only by the owning worker. */
final class PooledBytes {
    /** A message, and what is kept of one, is no longer. */
    static final int BYTES_MAX = 1 << 16;

    private PooledBytes() {}

    static void encode(final byte @Nullable [] bytes, final int length, final ImageWriter image) {
        if (bytes == null) {
            image.putAbsent();
        } else {
            image.putBytes(bytes, length);
        }
    }

    /** The bytes at the reader's place, which have this length. */
    static byte[] decode(final ImageReader image, final int length, final BytesPool pool) {
        final byte[] bytes = pool.acquire(length);
        image.buffer().getBytes(image.position(), bytes, 0, length);
        image.skip(length);
        return bytes;
    }

    /** What {@link #encode} wrote, with the view laid over it; null if it was nothing, and the view stays where it is. */
    static byte @Nullable [] decode(final ImageReader image, final UnsafeBuffer view, final BytesPool pool) {
        final int length = image.readLength(BYTES_MAX);
        if (length <= 0) {
            return null;
        }
        final byte[] bytes = decode(image, length, pool);
        view.wrap(bytes, 0, length);
        return bytes;
    }
}
