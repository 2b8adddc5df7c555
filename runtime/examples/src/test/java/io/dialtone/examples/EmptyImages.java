package io.dialtone.examples;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import org.agrona.DirectBuffer;

/** A store that is never asked to keep anything, because {@link CountingReplicator} only counts. */
final class EmptyImages implements ImageStore {
    @Override
    public int put(
            final int slot,
            final long keyHash,
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer image,
            final int imageOffset,
            final int imageLength,
            final long deadlineNs) {
        throw new AssertionError("the replicator only counts");
    }

    @Override
    public boolean find(
            final int slot,
            final long keyHash,
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final ImageView view) {
        return false;
    }

    @Override
    public boolean remove(
            final int slot, final long keyHash, final DirectBuffer key, final int keyOffset, final int keyLength) {
        return false;
    }

    @Override
    public void clear(final int slot) {
        // nothing is here
    }

    @Override
    public int count(final int slot) {
        return 0;
    }

    @Override
    public int count() {
        return 0;
    }

    @Override
    public long bytesFree() {
        return 1 << 20;
    }

    @Override
    public long bytesMax() {
        return 1 << 20;
    }

    @Override
    public long next(final int slot, final long cursor, final ImageView view) {
        return END;
    }
}
