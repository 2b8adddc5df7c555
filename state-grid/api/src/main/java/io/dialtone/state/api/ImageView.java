package io.dialtone.state.api;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A session's key, image and next deadline in an {@link ImageStore}, laid over its memory. Valid until the store is changed. Used by the thread that owns the store.
 */
public final class ImageView {
    private final UnsafeBuffer key = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer image = new UnsafeBuffer(0, 0);
    private long keyHash;
    private long deadlineNs;

    /** For stores. */
    public void wrap(
            final long hash,
            final DirectBuffer keyBuffer,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer imageBuffer,
            final int imageOffset,
            final int imageLength,
            final long nextDeadlineNs) {
        keyHash = hash;
        key.wrap(keyBuffer, keyOffset, keyLength);
        image.wrap(imageBuffer, imageOffset, imageLength);
        deadlineNs = nextDeadlineNs;
    }

    public DirectBuffer key() {
        return key;
    }

    public long keyHash() {
        return keyHash;
    }

    public DirectBuffer image() {
        return image;
    }

    /** When the session's first timer is due, in nanoseconds since 1970, or {@link SessionRecord#NO_DEADLINE}. */
    public long deadlineNs() {
        return deadlineNs;
    }
}
