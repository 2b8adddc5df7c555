package io.dialtone.benchmarks.stores;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import io.dialtone.state.store.SlabImages;
import io.dialtone.state.store.SlabSettings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.openhft.chronicle.map.ChronicleMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Images in a Chronicle Map, to be measured beside {@link SlabImages}. Called only by the owning worker.
 *
 * <p>Chronicle Map finds by key and can show all it has, but neither part of it nor in steps. So the keys of each slot are kept here as well, in a slab without images.
 */
final class ChronicleImages implements ImageStore, AutoCloseable {
    private static final int KEY_PREFIX = Integer.BYTES;
    private static final int IMAGE_PREFIX = Long.BYTES;
    private static final int CHUNKS_MAX = 1_024;
    private static final UnsafeBuffer NOTHING = new UnsafeBuffer(0, 0);

    private final ChronicleMap<ByteBuffer, ByteBuffer> map;
    private final SlabImages keys;
    private final ImageView keyView = new ImageView();
    private final int imageBytesMax;
    private final long bytesMax;
    private final int sessionsMax;
    private final ByteBuffer keyBytes;
    private final UnsafeBuffer keyBuffer;
    private final ByteBuffer valueBytes;
    private final UnsafeBuffer valueBuffer;
    private final ByteBuffer foundBytes;
    private final UnsafeBuffer foundBuffer;
    private long bytesUsed;

    /**
     * @param keyBytesTypical and imageBytesTypical: Chronicle Map fixes its memory for so many entries of this size
     */
    ChronicleImages(final SlabSettings settings, final int keyBytesTypical, final int imageBytesTypical) {
        imageBytesMax = settings.imageBytesMax();
        sessionsMax = settings.sessionsMax();
        bytesMax = settings.bytes();
        final long entries = Math.max(64, bytesMax / (keyBytesTypical + imageBytesTypical));
        map = ChronicleMap.of(ByteBuffer.class, ByteBuffer.class)
                .name("images")
                .entries(entries)
                .averageKeySize(KEY_PREFIX + keyBytesTypical)
                .averageValueSize(IMAGE_PREFIX + imageBytesTypical)
                .actualChunkSize(128)
                .maxChunksPerEntry(CHUNKS_MAX)
                .putReturnsNull(true)
                .removeReturnsNull(true)
                .skipCloseOnExitHook(true)
                .create();
        keys = new SlabImages(
                SlabSettings.of(settings.slots(), 64L * sessionsMax + (keyBytesTypical + 16L) * sessionsMax)
                        .withSessionsMax(sessionsMax));
        keyBytes = direct(KEY_PREFIX + SlabImages.KEY_BYTES_MAX);
        keyBuffer = new UnsafeBuffer(keyBytes);
        valueBytes = direct(IMAGE_PREFIX + imageBytesMax);
        valueBuffer = new UnsafeBuffer(valueBytes);
        foundBytes = direct(IMAGE_PREFIX + imageBytesMax);
        foundBuffer = new UnsafeBuffer(foundBytes);
    }

    private static ByteBuffer direct(final int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

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
        if (imageLength > imageBytesMax || keyLength > SlabImages.KEY_BYTES_MAX) {
            return TOO_LONG;
        }
        setKey(slot, key, keyOffset, keyLength);
        // Beside a key lies, where a deadline would, how long its image is.
        final boolean isNew = !keys.find(slot, keyHash, key, keyOffset, keyLength, keyView);
        final long before = isNew ? 0 : keyLength + keyView.deadlineNs();
        final long bytes = bytesUsed - before + keyLength + imageLength;
        if (bytes > bytesMax
                || keys.put(slot, keyHash, key, keyOffset, keyLength, NOTHING, 0, 0, imageLength) != KEPT) {
            return FULL;
        }
        valueBuffer.putLong(0, deadlineNs);
        valueBuffer.putBytes(IMAGE_PREFIX, image, imageOffset, imageLength);
        valueBytes.limit(IMAGE_PREFIX + imageLength).position(0);
        try {
            map.put(keyBytes, valueBytes);
        } catch (final IllegalStateException e) {
            // Its answer when it is full.
            if (isNew) {
                keys.remove(slot, keyHash, key, keyOffset, keyLength);
            } else {
                keys.put(slot, keyHash, key, keyOffset, keyLength, NOTHING, 0, 0, before - keyLength);
            }
            return FULL;
        }
        bytesUsed = bytes;
        return KEPT;
    }

    private void setKey(final int slot, final DirectBuffer key, final int offset, final int length) {
        keyBuffer.putInt(0, slot);
        keyBuffer.putBytes(KEY_PREFIX, key, offset, length);
        keyBytes.limit(KEY_PREFIX + length).position(0);
    }

    private boolean get() {
        foundBytes.clear();
        return map.getUsing(keyBytes, foundBytes) != null;
    }

    @Override
    public boolean find(
            final int slot,
            final long keyHash,
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final ImageView view) {
        setKey(slot, key, keyOffset, keyLength);
        if (!get()) {
            return false;
        }
        lay(view, keyHash, keyLength);
        return true;
    }

    private void lay(final ImageView view, final long keyHash, final int keyLength) {
        view.wrap(
                keyHash,
                keyBuffer,
                KEY_PREFIX,
                keyLength,
                foundBuffer,
                IMAGE_PREFIX,
                foundBytes.limit() - IMAGE_PREFIX,
                foundBuffer.getLong(0));
    }

    @Override
    public boolean remove(
            final int slot, final long keyHash, final DirectBuffer key, final int keyOffset, final int keyLength) {
        if (!keys.find(slot, keyHash, key, keyOffset, keyLength, keyView)) {
            return false;
        }
        bytesUsed -= keyLength + keyView.deadlineNs();
        keys.remove(slot, keyHash, key, keyOffset, keyLength);
        setKey(slot, key, keyOffset, keyLength);
        map.remove(keyBytes);
        return true;
    }

    @Override
    public void clear(final int slot) {
        while (keys.next(slot, BEGIN, keyView) != END) {
            // The key is copied before it is removed from under the view.
            final int length = keyView.key().capacity();
            final UnsafeBuffer key = new UnsafeBuffer(new byte[length]);
            key.putBytes(0, keyView.key(), 0, length);
            remove(slot, keyView.keyHash(), key, 0, length);
        }
    }

    @Override
    public int count(final int slot) {
        return keys.count(slot);
    }

    @Override
    public int count() {
        return keys.count();
    }

    @Override
    public long bytesFree() {
        return keys.count() == sessionsMax ? 0 : bytesMax - bytesUsed;
    }

    @Override
    public long bytesMax() {
        return bytesMax;
    }

    @Override
    public long next(final int slot, final long cursor, final ImageView view) {
        final long after = keys.next(slot, cursor, keyView);
        if (after == END) {
            return END;
        }
        setKey(slot, keyView.key(), 0, keyView.key().capacity());
        get();
        lay(view, keyView.keyHash(), keyView.key().capacity());
        return after;
    }

    /** What Chronicle Map itself does for a put, for a comparison that leaves out what is kept beside it. */
    void putAgain() {
        keyBytes.position(0);
        valueBytes.position(0);
        map.put(keyBytes, valueBytes);
    }

    /** What it does for a find. */
    boolean getAgain() {
        keyBytes.position(0);
        return get();
    }

    @Override
    public void close() {
        map.close();
        keys.close();
    }
}
