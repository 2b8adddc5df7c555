package io.dialtone.state.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SlabImagesTest extends ImageStoreContract {
    @Override
    protected ImageStore open(final long bytes) {
        return new SlabImages(settings(bytes), 42);
    }

    private static SlabSettings settings(final long bytes) {
        return SlabSettings.of(SLOTS, bytes).withSessionsMax(SESSIONS_MAX).withImageBytesMax(IMAGE_BYTES_MAX);
    }

    @Override
    protected void close(final ImageStore opened) {
        ((SlabImages) opened).close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldDoAsAMapDoesThoughItIsOftenFull(final long seed) {
        try (SlabImages small = new SlabImages(settings(3 << 20), seed)) {
            final ImageStoreModel model = new ImageStoreModel(small, SLOTS, IMAGE_BYTES_MAX, seed);

            model.run(30_000);

            assertTrue(model.timesFull > 100, "never full");
            assertTrue(model.timesGrownToFull > 0, "no image that has grown was refused");
            assertTrue(model.walksEnded > 100, "walks ended: " + model.walksEnded);
            assertTrue(small.pagesEmptied() > 0, "pages emptied: " + small.pagesEmptied());
            assertTrue(small.blocksMoved() > 0, "blocks moved: " + small.blocksMoved());
        }
    }

    @Test
    void shouldDoAsAMapDoesWhenAllKeysMeetInFewBuckets() {
        try (SlabImages tiny = new SlabImages(settings(2 << 20).withSessionsMax(40), 7)) {
            final ImageStoreModel model = new ImageStoreModel(tiny, SLOTS, IMAGE_BYTES_MAX, 7);

            model.run(30_000);

            assertEquals(40, model.largest);
        }
    }

    @Test
    void shouldTellKeysOfTheSameHashApart() {
        final UnsafeBuffer keys =
                new UnsafeBuffer("one-longer-than-eight-1 one-longer-than-eight-2".getBytes(StandardCharsets.US_ASCII));
        final UnsafeBuffer images = new UnsafeBuffer(new byte[] {1, 2});
        final ImageView view = new ImageView();

        store.put(0, 99, keys, 0, 23, images, 0, 1, 10);
        store.put(0, 99, keys, 24, 23, images, 1, 1, 20);

        assertEquals(2, store.count());
        assertTrue(store.find(0, 99, keys, 0, 23, view));
        assertEquals(1, view.image().getByte(0));
        assertTrue(store.find(0, 99, keys, 24, 23, view));
        assertEquals(2, view.image().getByte(0));
        assertTrue(store.remove(0, 99, keys, 0, 23));
        assertTrue(store.find(0, 99, keys, 24, 23, view));
        assertEquals(20, view.deadlineNs());
    }

    @Test
    void shouldRefuseAKeyThatIsTooLong() {
        assertEquals(ImageStore.TOO_LONG, sessions.put(0, "k".repeat(SlabImages.KEY_BYTES_MAX + 1), 10, 1));
        sessions.keep(0, "k".repeat(SlabImages.KEY_BYTES_MAX), IMAGE_BYTES_MAX, 1);
        sessions.assertHere(0, "k".repeat(SlabImages.KEY_BYTES_MAX), IMAGE_BYTES_MAX, 1);
    }

    @Test
    void shouldGiveTheMemoryOfOneSizeToAnother() {
        int small = 0;
        while (sessions.put(0, "small-" + small, 3_000, small) == ImageStore.KEPT) {
            small++;
        }
        for (int i = 0; i < small; i += 3) {
            sessions.remove(0, "small-" + i);
        }
        final long free = store.bytesFree();

        long kept = 0;
        int big = 0;
        while (sessions.put(1, "big-" + big, 30_000, big) == ImageStore.KEPT) {
            kept += 30_000;
            big++;
        }

        assertTrue(free > store.bytesMax() / 4, "bytes free after a third has gone: " + free);
        assertTrue(kept >= free, kept + " bytes kept though " + free + " were free");
        for (int i = 1; i < small; i += 3) {
            sessions.assertHere(0, "small-" + i, 3_000, i);
        }
    }

    @Test
    void shouldKeepTheNextImageAsLongAsBytesAreFree() {
        try (SlabImages images = new SlabImages(SlabSettings.of(SLOTS, 64 << 20), 3)) {
            final Sessions many = new Sessions(images);
            int kept = 0;
            while (images.bytesFree() > 0) {
                many.keep(0, "s" + kept, 50 + kept * 97 % 9_000, kept);
                kept++;
            }

            assertTrue(kept > 11_000, "sessions of 4 550 bytes kept in 64 MiB: " + kept);
        }
    }

    @Test
    void shouldLoseLittleToRounding() {
        final SizeClasses sizes = new SizeClasses();

        for (int bytes = 128; bytes <= 28 * 1024; bytes++) {
            final int block = sizes.bytes(sizes.classOf(bytes));
            assertTrue(block >= bytes && block < bytes + 16 + bytes * 0.13, bytes + " bytes in " + block);
        }
        for (int sizeClass = 0; sizeClass < sizes.count(); sizeClass++) {
            assertEquals(sizeClass, sizes.classOf(sizes.bytes(sizeClass)));
            final int lost = SizeClasses.PAGE_BYTES - sizes.blocksOfPage(sizeClass) * sizes.bytes(sizeClass);
            assertTrue(lost < SizeClasses.PAGE_BYTES / 60, lost + " bytes of a page");
        }
    }

    @Test
    void shouldReachBeyondTwoGibibytes() {
        // Blocks that were never written take nothing from the system.
        final long bytes = 5L << 30;
        try (SlabMemory memory = new SlabMemory(bytes, false)) {
            final SizeClasses sizes = new SizeClasses();
            final BlockPages pages = new BlockPages(memory, sizes, (int) (bytes / SizeClasses.PAGE_BYTES));
            final int half = sizes.count() - 1;
            final int blocks = (int) (bytes / sizes.bytes(half));
            for (int i = 0; i < blocks; i++) {
                final int ref = pages.take(half);
                assertEquals(i * (sizes.bytes(half) / SizeClasses.UNIT_BYTES), ref);
                if (i % 4_000 == 0 || i == blocks - 1) {
                    memory.segment(ref).putInt(SlabMemory.offset(ref) + sizes.bytes(half) - Integer.BYTES, i);
                }
            }

            assertEquals(SlabMemory.NONE, pages.take(half));
            for (int i = 0; i < blocks; i += 4_000) {
                final int ref = i * (sizes.bytes(half) / SizeClasses.UNIT_BYTES);
                assertEquals(i, memory.segment(ref).getInt(SlabMemory.offset(ref) + sizes.bytes(half) - Integer.BYTES));
            }
        }
    }

    @Test
    void shouldNotAllocate() {
        try (SlabImages images = new SlabImages(SlabSettings.of(16, 8 << 20))) {
            final UnsafeBuffer key = new UnsafeBuffer(new byte[40]);
            final UnsafeBuffer image = new UnsafeBuffer(new byte[2_048]);
            final ImageView view = new ImageView();
            final long[] turn = {0, ImageStore.BEGIN};

            Allocation.assertNone(() -> {
                final long n = turn[0]++;
                key.putLong(0, n % 5_000);
                final int slot = (int) (n % 16);
                final int kept = images.put(slot, n % 5_000, key, 0, 40, image, 0, 500 + (int) (n * 31 % 1_500), n);
                if (n % 3 == 0) {
                    key.putLong(0, (n + 2_500) % 5_000);
                    images.remove((int) ((n + 2_500) % 16), (n + 2_500) % 5_000, key, 0, 40);
                }
                if (n % 1_999 == 0) {
                    images.clear(slot);
                }
                turn[1] = images.next(3, turn[1] == ImageStore.END ? ImageStore.BEGIN : turn[1], view);
                return images.find(slot, n % 5_000, key, 0, 40, view) ? kept : 0L;
            });

            assertTrue(images.count() > 100);
        }
    }

    @Test
    void shouldSayWhatIsWrongWithASetting() {
        final IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> SlabSettings.of(256, 64L << 30));

        assertTrue(refused.toString().contains("bytes: 68719476736 (expected: 1 to 34359738368"), refused.toString());
        assertThrows(IllegalArgumentException.class, () -> SlabSettings.of(0, 1));
        assertThrows(IllegalArgumentException.class, () -> SlabSettings.of(1, 1).withSessionsMax(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> SlabSettings.of(1, 1).withImageBytesMax(SlabSettings.IMAGE_BYTES_LIMIT + 1));
    }
}
