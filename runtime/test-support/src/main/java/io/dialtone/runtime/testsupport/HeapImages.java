package io.dialtone.runtime.testsupport;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A store of images on the heap, with limits that a test sets. Not thread safe. */
public final class HeapImages implements ImageStore {
    private static final long BYTES_MAX = 64L << 20;

    /** A slot's images in the order in which their sessions came, so that a walk has a place. */
    private final Map<Integer, TreeMap<Long, Image>> slots = new HashMap<>();

    private final Map<Integer, Map<UnsafeBuffer, Image>> byKey = new HashMap<>();
    private long lastPlace;
    private long bytes;
    private long bytesMax = BYTES_MAX;
    private int imageBytesMax = Integer.MAX_VALUE;
    private int corrupt;

    private record Image(long place, UnsafeBuffer key, long keyHash, UnsafeBuffer image, long deadlineNs) {
        int bytes() {
            return key.capacity() + image.capacity();
        }
    }

    /** From now on the store takes no more than this. */
    public void bytesMax(final long max) {
        bytesMax = max;
    }

    /** From now on an image may be no longer than this. */
    public void imageBytesMax(final int max) {
        imageBytesMax = max;
    }

    /** From now on images are found with this many bytes changed, at places that differ from image to image. */
    public void corrupt(final int bytesToChange) {
        corrupt = bytesToChange;
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
        if (imageLength > imageBytesMax) {
            return TOO_LONG;
        }
        final UnsafeBuffer name = copy(key, keyOffset, keyLength);
        final Image known = byKey(slot).get(name);
        final long before = known == null ? 0 : known.bytes();
        if (bytes - before + keyLength + imageLength > bytesMax) {
            return FULL;
        }
        final long place = known == null ? ++lastPlace : known.place();
        final Image kept = new Image(place, name, keyHash, copy(image, imageOffset, imageLength), deadlineNs);
        byKey(slot).put(name, kept);
        slots.computeIfAbsent(slot, any -> new TreeMap<>()).put(place, kept);
        bytes += keyLength + imageLength - before;
        return KEPT;
    }

    @Override
    public boolean find(
            final int slot,
            final long keyHash,
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final ImageView view) {
        final Image known = byKey(slot).get(copy(key, keyOffset, keyLength));
        if (known == null) {
            return false;
        }
        lay(known, view);
        return true;
    }

    @Override
    public boolean remove(
            final int slot, final long keyHash, final DirectBuffer key, final int keyOffset, final int keyLength) {
        final Image known = byKey(slot).remove(copy(key, keyOffset, keyLength));
        if (known == null) {
            return false;
        }
        slots.computeIfAbsent(slot, any -> new TreeMap<>()).remove(known.place());
        bytes -= known.bytes();
        return true;
    }

    @Override
    public void clear(final int slot) {
        final TreeMap<Long, Image> images = slots.remove(slot);
        byKey.remove(slot);
        if (images != null) {
            images.values().forEach(image -> bytes -= image.bytes());
        }
    }

    @Override
    public int count(final int slot) {
        return byKey(slot).size();
    }

    @Override
    public int count() {
        return byKey.values().stream().mapToInt(Map::size).sum();
    }

    @Override
    public long bytesFree() {
        return bytesMax - bytes;
    }

    @Override
    public long bytesMax() {
        return bytesMax;
    }

    @Override
    public long next(final int slot, final long cursor, final ImageView view) {
        final TreeMap<Long, Image> images = slots.get(slot);
        final Map.Entry<Long, Image> next = images == null ? null : images.higherEntry(cursor);
        if (next == null) {
            return END;
        }
        lay(next.getValue(), view);
        return next.getKey();
    }

    private Map<UnsafeBuffer, Image> byKey(final int slot) {
        return byKey.computeIfAbsent(slot, any -> new HashMap<>());
    }

    private void lay(final Image image, final ImageView view) {
        final UnsafeBuffer content = copy(image.image(), 0, image.image().capacity());
        for (int i = 0; i < corrupt; i++) {
            final int at = (int) Long.remainderUnsigned(image.keyHash() * 31 + i * 7919L, content.capacity());
            content.putByte(at, (byte) (content.getByte(at) ^ 0x5A));
        }
        view.wrap(
                image.keyHash(),
                image.key(),
                0,
                image.key().capacity(),
                content,
                0,
                content.capacity(),
                image.deadlineNs());
    }

    private static UnsafeBuffer copy(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] copied = new byte[length];
        buffer.getBytes(offset, copied);
        return new UnsafeBuffer(copied);
    }
}
