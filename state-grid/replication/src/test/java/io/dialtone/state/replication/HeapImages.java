package io.dialtone.state.replication;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Images of sessions on the heap, for tests; keys have eight bytes. Used by the simulator's one thread. */
final class HeapImages implements ImageStore {
    static final int IMAGE_BYTES_MAX = 1 << 14;

    private static final class Item {
        final long key;
        final long hash;
        final byte[] keyBytes;
        byte[] image;
        long deadlineNs;
        int place;

        Item(final long key, final long hash, final byte[] keyBytes, final byte[] image) {
            this.key = key;
            this.hash = hash;
            this.keyBytes = keyBytes;
            this.image = image;
        }
    }

    /** The sessions of a slot by key, and in the order they came for walks; a place is never used twice until the slot is cleared. */
    private static final class Shelf {
        final Long2ObjectHashMap<Item> byKey = new Long2ObjectHashMap<>();
        final List<@Nullable Item> places = new ArrayList<>();
    }

    private final Shelf[] shelves;
    private final UnsafeBuffer wrapper = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer keyWrapper = new UnsafeBuffer(0, 0);
    private long bytesMax;
    private long bytesUsed;
    private int count;

    HeapImages(final int slots, final long bytesMax) {
        this.bytesMax = bytesMax;
        shelves = new Shelf[slots];
        for (int slot = 0; slot < slots; slot++) {
            shelves[slot] = new Shelf();
        }
    }

    /** From now on there is room for so much; what is here stays. */
    void bytesMax(final long bytes) {
        bytesMax = bytes;
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
        if (imageLength > IMAGE_BYTES_MAX) {
            return TOO_LONG;
        }
        final Shelf shelf = shelves[slot];
        final long number = keyOf(key, keyOffset, keyLength);
        Item item = shelf.byKey.get(number);
        final int more = item == null ? imageLength + keyLength : imageLength - item.image.length;
        if (more > 0 && bytesUsed + more > bytesMax) {
            return FULL;
        }
        final byte[] bytes = new byte[imageLength];
        image.getBytes(imageOffset, bytes);
        if (item == null) {
            final byte[] keyBytes = new byte[keyLength];
            key.getBytes(keyOffset, keyBytes);
            item = new Item(number, keyHash, keyBytes, bytes);
            item.place = shelf.places.size();
            shelf.places.add(item);
            shelf.byKey.put(number, item);
            count++;
        } else {
            item.image = bytes;
        }
        item.deadlineNs = deadlineNs;
        bytesUsed += more;
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
        final Item item = shelves[slot].byKey.get(keyOf(key, keyOffset, keyLength));
        if (item == null) {
            return false;
        }
        lay(view, item);
        return true;
    }

    /** The image of a session, or null; for those who look on. */
    byte @Nullable [] image(final int slot, final long key) {
        final Item item = shelves[slot].byKey.get(key);
        return item == null ? null : item.image;
    }

    /** The keys of a slot, in no order that means anything. */
    long[] keys(final int slot) {
        final long[] keys = new long[shelves[slot].byKey.size()];
        int i = 0;
        for (final Item item : shelves[slot].places) {
            if (item != null) {
                keys[i++] = item.key;
            }
        }
        return keys;
    }

    @Override
    public boolean remove(
            final int slot, final long keyHash, final DirectBuffer key, final int keyOffset, final int keyLength) {
        final Shelf shelf = shelves[slot];
        final Item item = shelf.byKey.remove(keyOf(key, keyOffset, keyLength));
        if (item == null) {
            return false;
        }
        shelf.places.set(item.place, null);
        bytesUsed -= item.keyBytes.length + item.image.length;
        count--;
        return true;
    }

    @Override
    public void clear(final int slot) {
        for (final Item item : shelves[slot].byKey.values()) {
            bytesUsed -= item.keyBytes.length + item.image.length;
            count--;
        }
        shelves[slot] = new Shelf();
    }

    @Override
    public int count(final int slot) {
        return shelves[slot].byKey.size();
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public long bytesFree() {
        return Math.max(0, bytesMax - bytesUsed);
    }

    @Override
    public long bytesMax() {
        return bytesMax;
    }

    @Override
    public long next(final int slot, final long cursor, final ImageView view) {
        final List<@Nullable Item> places = shelves[slot].places;
        for (long place = cursor; place < places.size(); place++) {
            final Item item = places.get((int) place);
            if (item != null) {
                lay(view, item);
                return place + 1;
            }
        }
        return END;
    }

    private void lay(final ImageView view, final Item item) {
        keyWrapper.wrap(item.keyBytes);
        wrapper.wrap(item.image);
        view.wrap(item.hash, keyWrapper, 0, item.keyBytes.length, wrapper, 0, item.image.length, item.deadlineNs);
    }

    private static long keyOf(final DirectBuffer key, final int offset, final int length) {
        assert length == Long.BYTES : "the keys of simulated sessions are numbers";
        return key.getLong(offset);
    }
}
