package io.dialtone.state.store;

import java.util.Arrays;

/**
 * The sizes that blocks of a {@link BlockPages} come in: whole parts of a page, so that no page has a remainder worth speaking of. Used by one thread.
 *
 * <p>From 64 bytes on, each size is an eighth longer than the one before, or rather a page's whole part; above 28 KiB the sizes are a page's eighth, seventh, ... half. So a
 * block is about 6 % longer than what lies in it, 13 % at most; above 32 KiB up to 33 %, above 85 KiB 50 %, and below 128 bytes up to 15 bytes.
 */
final class SizeClasses {
    /** Blocks of one size lie together in pages of this many bytes. */
    static final int PAGE_BYTES = 256 * 1024;

    /** Blocks begin at multiples of this many bytes. */
    static final int UNIT_BYTES = 16;

    private static final int SMALLEST = 64;
    private static final int EVEN_FROM = 1_024;
    private static final int CLASSES_MAX = 128;

    private final int[] bytes;
    private final byte[] classOfUnits;

    SizeClasses() {
        final int[] sizes = new int[CLASSES_MAX];
        int classes = 0;
        int blocks = PAGE_BYTES / SMALLEST;
        while (blocks >= 2) {
            final int size = (PAGE_BYTES / blocks) & -UNIT_BYTES;
            sizes[classes++] = size;
            final int next = (size + Math.max(UNIT_BYTES, size / 8)) & -UNIT_BYTES;
            // A page of small blocks may have a remainder, it is short; large blocks rather share the page evenly.
            final int atMost = size < EVEN_FROM ? PAGE_BYTES / next : (PAGE_BYTES + next - 1) / next;
            blocks = Math.min(blocks - 1, atMost);
        }
        bytes = Arrays.copyOf(sizes, classes);
        classOfUnits = new byte[bytesMax() / UNIT_BYTES + 1];
        int sizeClass = 0;
        for (int units = 0; units < classOfUnits.length; units++) {
            if (units * UNIT_BYTES > bytes[sizeClass]) {
                sizeClass++;
            }
            classOfUnits[units] = (byte) sizeClass;
        }
    }

    int count() {
        return bytes.length;
    }

    /** The length of a block. */
    int bytes(final int sizeClass) {
        return bytes[sizeClass];
    }

    int blocksOfPage(final int sizeClass) {
        return PAGE_BYTES / bytes[sizeClass];
    }

    int bytesMax() {
        return bytes[bytes.length - 1];
    }

    /** The smallest size that this many bytes fit in. */
    int classOf(final int length) {
        return classOfUnits[(length + UNIT_BYTES - 1) / UNIT_BYTES];
    }
}
