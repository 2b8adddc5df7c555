package io.dialtone.state.store;

import java.util.Arrays;

/**
 * Hands out blocks of a {@link SlabMemory}, in the sizes of {@link SizeClasses}. Used by one thread.
 *
 * <p>Memory is cut into pages of 256 KiB. A page holds blocks of one size; it gets its size when it is taken and can get another when its last block is given back. Within a
 * page free blocks are chained; pages with free blocks are chained for each size. So all is O(1), blocks are never joined nor split, and what can be lost is less than a page
 * for each size in use: whoever finds no block moves the blocks of {@link #sparsest} elsewhere and has its page, if there is any page's worth of free blocks
 * ({@link #wholePages}).
 */
final class BlockPages {
    private static final int NONE = SlabMemory.NONE;
    private static final int PAGE_SHIFT =
            Integer.numberOfTrailingZeros(SizeClasses.PAGE_BYTES / SizeClasses.UNIT_BYTES);

    /** Where a free block says which is the next; a block in use may have anything there. */
    private static final int NEXT_FREE_OFFSET = 0;

    private final SlabMemory memory;
    private final SizeClasses sizes;
    private final int pages;

    /** Of each size: the first page with free blocks, and how many are free beyond whole pages' worth. */
    private final int[] firstPage;

    private final int[] freeBeyondPages;

    /** Of each page: its size, blocks in use, first free block, blocks that have never been used, neighbours in the chain. */
    private final byte[] sizeClass;

    private final int[] used;
    private final int[] firstFree;
    private final int[] untouched;
    private final int[] next;
    private final int[] previous;

    private int pagesTouched;
    private int firstEmptyPage = NONE;
    private int wholePages;

    BlockPages(final SlabMemory memory, final SizeClasses sizes, final int pages) {
        this.memory = memory;
        this.sizes = sizes;
        this.pages = pages;
        firstPage = new int[sizes.count()];
        Arrays.fill(firstPage, NONE);
        freeBeyondPages = new int[sizes.count()];
        sizeClass = new byte[pages];
        used = new int[pages];
        firstFree = new int[pages];
        untouched = new int[pages];
        next = new int[pages];
        previous = new int[pages];
        wholePages = pages;
    }

    /** A block of this size, or {@link SlabMemory#NONE}. */
    int take(final int ofClass) {
        int page = firstPage[ofClass];
        if (page == NONE) {
            page = takePage(ofClass);
            if (page == NONE) {
                return NONE;
            }
        }
        final int ref;
        if (firstFree[page] != NONE) {
            ref = firstFree[page];
            firstFree[page] = memory.segment(ref).getInt(SlabMemory.offset(ref) + NEXT_FREE_OFFSET);
        } else {
            final int block = sizes.blocksOfPage(ofClass) - untouched[page]--;
            ref = refOf(page, block);
        }
        used[page]++;
        if (isFull(page)) {
            unchain(page);
        }
        if (--freeBeyondPages[ofClass] < 0) {
            freeBeyondPages[ofClass] += sizes.blocksOfPage(ofClass);
            wholePages--;
        }
        return ref;
    }

    private int takePage(final int ofClass) {
        int page = firstEmptyPage;
        if (page != NONE) {
            firstEmptyPage = next[page];
        } else if (pagesTouched < pages) {
            page = pagesTouched++;
        } else {
            return NONE;
        }
        sizeClass[page] = (byte) ofClass;
        used[page] = 0;
        firstFree[page] = NONE;
        untouched[page] = sizes.blocksOfPage(ofClass);
        chain(page);
        return page;
    }

    void giveBack(final int ref) {
        final int page = ref >>> PAGE_SHIFT;
        final int ofClass = sizeClass[page];
        if (isFull(page)) {
            chain(page);
        }
        memory.segment(ref).putInt(SlabMemory.offset(ref) + NEXT_FREE_OFFSET, firstFree[page]);
        firstFree[page] = ref;
        if (++freeBeyondPages[ofClass] == sizes.blocksOfPage(ofClass)) {
            freeBeyondPages[ofClass] = 0;
            wholePages++;
        }
        if (--used[page] == 0) {
            unchain(page);
            empty(page);
        }
    }

    private void empty(final int page) {
        next[page] = firstEmptyPage;
        firstEmptyPage = page;
    }

    int classOf(final int ref) {
        return sizeClass[ref >>> PAGE_SHIFT];
    }

    /** How many pages are empty, or would be if blocks of the same size were moved together. */
    int wholePages() {
        return wholePages;
    }

    /** The page with the fewest blocks in use of those whose blocks all have room in other pages of their size, or {@link SlabMemory#NONE}. */
    int sparsest() {
        int sparsest = NONE;
        for (int ofClass = 0; ofClass < firstPage.length; ofClass++) {
            if (freeOf(ofClass) < sizes.blocksOfPage(ofClass)) {
                continue;
            }
            for (int page = firstPage[ofClass]; page != NONE; page = next[page]) {
                if (sparsest == NONE || used[page] < used[sparsest]) {
                    sparsest = page;
                }
            }
        }
        return sparsest;
    }

    /** Free blocks of a size, counted no further than a page's worth. */
    private int freeOf(final int ofClass) {
        int free = 0;
        final int enough = sizes.blocksOfPage(ofClass);
        for (int page = firstPage[ofClass]; page != NONE && free < enough; page = next[page]) {
            free += enough - used[page];
        }
        return free;
    }

    /** Takes a page out of use, as to its free blocks. Its used blocks are to be copied to others, and then {@link #endEmptying} called. */
    void beginEmptying(final int page) {
        unchain(page);
    }

    /** The page has no blocks in use any more: they are elsewhere. */
    void endEmptying(final int page) {
        // Of the free blocks that were taken for the moved ones, as many are free again here: whole pages are as many
        // as before.
        final int ofClass = sizeClass[page];
        final int free = freeBeyondPages[ofClass] + used[page];
        final int blocks = sizes.blocksOfPage(ofClass);
        if (free >= blocks) {
            wholePages++;
        }
        freeBeyondPages[ofClass] = free >= blocks ? free - blocks : free;
        used[page] = 0;
        empty(page);
    }

    /** How many blocks of a page have ever been used; those may be in use. */
    int touchedBlocks(final int page) {
        return sizes.blocksOfPage(sizeClass[page]) - untouched[page];
    }

    int refOf(final int page, final int block) {
        return (page << PAGE_SHIFT) + block * (sizes.bytes(sizeClass[page]) / SizeClasses.UNIT_BYTES);
    }

    private boolean isFull(final int page) {
        return firstFree[page] == NONE && untouched[page] == 0;
    }

    private void chain(final int page) {
        final int ofClass = sizeClass[page];
        final int first = firstPage[ofClass];
        next[page] = first;
        previous[page] = NONE;
        if (first != NONE) {
            previous[first] = page;
        }
        firstPage[ofClass] = page;
    }

    private void unchain(final int page) {
        if (previous[page] == NONE) {
            firstPage[sizeClass[page]] = next[page];
        } else {
            next[previous[page]] = next[page];
        }
        if (next[page] != NONE) {
            previous[next[page]] = previous[page];
        }
    }
}
