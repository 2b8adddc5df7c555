package io.dialtone.state.store;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Images in one piece of memory off the heap: nothing for the collector to see, nothing made for an operation, nothing on disk. Called only by the owning worker.
 *
 * <p>Each session has a block: a header of 32 bytes, its key, its image. {@link BlockPages} gives blocks out, {@link SlabIndex} finds them by hash, {@link SlotSeats} knows
 * those of a slot. A new image is written over the old one while the block is neither too short nor much too long.
 *
 * <pre>
 *    0                   1                   2                   3                   4                   5                   6
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
 *   +---------------------------------------------------------------+---------------------------------------------------------------+
 *  0|                                                           Key's hash                                                          |
 *   +---------------------------------------------------------------+---------------------------------------------------------------+
 *  8|                                                            Deadline                                                           |
 *   +---------------------------------------------------------------+---------------------------------------------------------------+
 * 16|                Seat, -1 if the block is free                  |                             Slot                              |
 *   +---------------------------------------------------------------+---------------------------------------------------------------+
 * 24|                         Image's length                        |                         Key's length                          |
 *   +---------------------------------------------------------------+---------------------------------------------------------------+
 * 32|                                                       Key, then image                                                       ...
 *   +-------------------------------------------------------------------------------------------------------------------------------+
 * </pre>
 *
 * <p>What is put must not lie in the store itself: room may be made by moving blocks.
 */
public final class SlabImages implements ImageStore, AutoCloseable {
    /** No key may be longer. */
    public static final int KEY_BYTES_MAX = 4_096;

    static final int HEADER_BYTES = 32;

    private static final int HASH_OFFSET = 0;
    private static final int DEADLINE_OFFSET = 8;
    private static final int SEAT_OFFSET = 16;
    private static final int SLOT_OFFSET = 20;
    private static final int IMAGE_LENGTH_OFFSET = 24;
    private static final int KEY_LENGTH_OFFSET = 28;
    private static final int KEY_OFFSET = 32;

    private static final int NONE = SlabMemory.NONE;
    private static final int FREE = -1;

    /** A session stays in its block while the block is at most this many sizes (a quarter) too long. */
    private static final int CLASSES_TOO_LONG_MAX = 2;

    private final int sessionsMax;
    private final int imageBytesMax;
    private final long bytesMax;
    private final SizeClasses sizes = new SizeClasses();
    private final SlabMemory memory;
    private final BlockPages pages;
    private final SlabIndex index;
    private final SlotSeats seats;
    private int count;
    private long pagesEmptied;
    private long blocksMoved;

    public SlabImages(final SlabSettings settings) {
        this(settings, ThreadLocalRandom.current().nextLong());
    }

    SlabImages(final SlabSettings settings, final long seed) {
        final int pageCount = (int) ((settings.bytes() + SizeClasses.PAGE_BYTES - 1) / SizeClasses.PAGE_BYTES);
        sessionsMax = settings.sessionsMax();
        imageBytesMax = settings.imageBytesMax();
        bytesMax = payloadOf(pageCount);
        memory = new SlabMemory((long) pageCount * SizeClasses.PAGE_BYTES, settings.touchesAtStart());
        pages = new BlockPages(memory, sizes, pageCount);
        index = new SlabIndex(memory, sessionsMax, seed);
        seats = new SlotSeats(memory, settings.slots(), sessionsMax);
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
        if (imageLength > imageBytesMax || keyLength > KEY_BYTES_MAX) {
            return TOO_LONG;
        }
        final int tag = index.tagOf(slot, keyHash);
        final int bucket = bucketOf(tag, slot, keyHash, key, keyOffset, keyLength);
        final int sizeClass = sizes.classOf(HEADER_BYTES + keyLength + imageLength);
        int ref;
        if (bucket == NONE) {
            ref = begin(tag, slot, keyHash, key, keyOffset, keyLength, sizeClass);
        } else {
            ref = SlabIndex.refOf(index.at(bucket));
            final int tooLong = pages.classOf(ref) - sizeClass;
            if (tooLong < 0 || tooLong > CLASSES_TOO_LONG_MAX) {
                ref = resizeSlowPath(tag, ref, sizeClass);
            }
        }
        if (ref == NONE) {
            return FULL;
        }
        final UnsafeBuffer block = memory.segment(ref);
        final int offset = SlabMemory.offset(ref);
        block.putLong(offset + DEADLINE_OFFSET, deadlineNs);
        block.putInt(offset + IMAGE_LENGTH_OFFSET, imageLength);
        block.putBytes(offset + KEY_OFFSET + keyLength, image, imageOffset, imageLength);
        return KEPT;
    }

    /** Gives a session that is not here a block, all but its image. */
    private int begin(
            final int tag,
            final int slot,
            final long keyHash,
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final int sizeClass) {
        if (count == sessionsMax) {
            return NONE;
        }
        final int ref = take(sizeClass);
        if (ref == NONE) {
            return NONE;
        }
        final UnsafeBuffer block = memory.segment(ref);
        final int offset = SlabMemory.offset(ref);
        block.putLong(offset + HASH_OFFSET, keyHash);
        block.putInt(offset + SEAT_OFFSET, seats.add(slot, ref));
        block.putInt(offset + SLOT_OFFSET, slot);
        block.putInt(offset + KEY_LENGTH_OFFSET, keyLength);
        block.putBytes(offset + KEY_OFFSET, key, keyOffset, keyLength);
        index.add(tag, ref);
        count++;
        return ref;
    }

    /** Moves a session, all but its image, to a block of the right size. If there is none, the one it has will do when it is long enough. */
    private int resizeSlowPath(final int tag, final int ref, final int sizeClass) {
        final int seat = seatOf(ref);
        final int to = take(sizeClass);
        final int from = seats.ref(seat);
        if (to == NONE) {
            return pages.classOf(from) > sizeClass ? from : NONE;
        }
        copy(from, to, HEADER_BYTES + keyLengthOf(from));
        repoint(tag, seat, from, to);
        release(from);
        return to;
    }

    /** A block, if need be by moving others: references known before are void. */
    private int take(final int sizeClass) {
        int ref = pages.take(sizeClass);
        while (ref == NONE && emptyPageSlowPath()) {
            ref = pages.take(sizeClass);
        }
        return ref;
    }

    /** Empties the page that costs the fewest copies, if all its blocks have room elsewhere. It costs at most a page of copies, and gives at least as many new blocks as it moves. */
    private boolean emptyPageSlowPath() {
        final int page = pages.wholePages() == 0 ? NONE : pages.sparsest();
        if (page == NONE) {
            return false;
        }
        pages.beginEmptying(page);
        final int touched = pages.touchedBlocks(page);
        for (int i = 0; i < touched; i++) {
            final int from = pages.refOf(page, i);
            final int seat = seatOf(from);
            if (seat != FREE) {
                final int to = pages.take(pages.classOf(from));
                assert to != NONE : "no room for the blocks of page " + page;
                final UnsafeBuffer block = memory.segment(from);
                final int offset = SlabMemory.offset(from);
                copy(from, to, HEADER_BYTES + keyLengthOf(from) + block.getInt(offset + IMAGE_LENGTH_OFFSET));
                final int tag = index.tagOf(block.getInt(offset + SLOT_OFFSET), block.getLong(offset + HASH_OFFSET));
                repoint(tag, seat, from, to);
                blocksMoved++;
            }
        }
        pages.endEmptying(page);
        pagesEmptied++;
        return true;
    }

    private void copy(final int from, final int to, final int length) {
        memory.segment(to).putBytes(SlabMemory.offset(to), memory.segment(from), SlabMemory.offset(from), length);
    }

    private void repoint(final int tag, final int seat, final int from, final int to) {
        index.set(index.bucketOf(tag, from), tag, to);
        seats.set(seat, to);
    }

    private void release(final int ref) {
        memory.segment(ref).putInt(SlabMemory.offset(ref) + SEAT_OFFSET, FREE);
        pages.giveBack(ref);
    }

    @Override
    public boolean find(
            final int slot,
            final long keyHash,
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final ImageView view) {
        final int bucket = bucketOf(index.tagOf(slot, keyHash), slot, keyHash, key, keyOffset, keyLength);
        if (bucket == NONE) {
            return false;
        }
        lay(view, SlabIndex.refOf(index.at(bucket)));
        return true;
    }

    @Override
    public boolean find(final int slot, final long keyHash, final ImageView view) {
        final int tag = index.tagOf(slot, keyHash);
        int bucket = index.firstBucket(tag);
        long content = index.at(bucket);
        while (content != 0) {
            if (SlabIndex.hasTag(content, tag) && hasHash(SlabIndex.refOf(content), slot, keyHash)) {
                lay(view, SlabIndex.refOf(content));
                return true;
            }
            bucket = index.bucketAfter(bucket);
            content = index.at(bucket);
        }
        return false;
    }

    @Override
    public boolean remove(
            final int slot, final long keyHash, final DirectBuffer key, final int keyOffset, final int keyLength) {
        final int bucket = bucketOf(index.tagOf(slot, keyHash), slot, keyHash, key, keyOffset, keyLength);
        if (bucket == NONE) {
            return false;
        }
        forget(bucket, SlabIndex.refOf(index.at(bucket)), slot);
        return true;
    }

    @Override
    public void clear(final int slot) {
        int ref = seats.last(slot);
        while (ref != NONE) {
            final long keyHash = memory.segment(ref).getLong(SlabMemory.offset(ref) + HASH_OFFSET);
            forget(index.bucketOf(index.tagOf(slot, keyHash), ref), ref, slot);
            ref = seats.last(slot);
        }
    }

    private void forget(final int bucket, final int ref, final int slot) {
        final int seat = seatOf(ref);
        index.remove(bucket);
        final int reseated = seats.remove(slot, seat);
        if (reseated != NONE) {
            memory.segment(reseated).putInt(SlabMemory.offset(reseated) + SEAT_OFFSET, seat);
        }
        release(ref);
        count--;
    }

    @Override
    public int count(final int slot) {
        return seats.count(slot);
    }

    @Override
    public int count() {
        return count;
    }

    /**
     * Whole pages, empty or to be emptied, at seven eighths of their bytes; 0 when there may be no more sessions. While it is more than 0, the next image is kept whatever its
     * size.
     */
    @Override
    public long bytesFree() {
        return count == sessionsMax ? 0 : payloadOf(pages.wholePages());
    }

    /** All pages, counted as in {@link #bytesFree}. Sessions of 1 KiB fit in 5 % more. */
    @Override
    public long bytesMax() {
        return bytesMax;
    }

    private static long payloadOf(final int pages) {
        return pages * (SizeClasses.PAGE_BYTES / 8L * 7);
    }

    @Override
    public long next(final int slot, final long cursor, final ImageView view) {
        final int seat = seats.seatAt(slot, cursor);
        if (seat == NONE) {
            return END;
        }
        lay(view, seats.ref(seat));
        return seats.cursorAfter(seat);
    }

    /** How many pages were emptied by moving their blocks, since the start. */
    public long pagesEmptied() {
        return pagesEmptied;
    }

    /** How many sessions were moved for that. */
    public long blocksMoved() {
        return blocksMoved;
    }

    /** Gives the memory back to the system. No other call may follow, and no view may be in use. */
    @Override
    public void close() {
        memory.close();
    }

    private int bucketOf(
            final int tag,
            final int slot,
            final long keyHash,
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength) {
        int bucket = index.firstBucket(tag);
        long content = index.at(bucket);
        while (content != 0) {
            if (SlabIndex.hasTag(content, tag)
                    && isBlockOf(SlabIndex.refOf(content), slot, keyHash, key, keyOffset, keyLength)) {
                return bucket;
            }
            bucket = index.bucketAfter(bucket);
            content = index.at(bucket);
        }
        return NONE;
    }

    private boolean isBlockOf(
            final int ref,
            final int slot,
            final long keyHash,
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength) {
        final UnsafeBuffer block = memory.segment(ref);
        final int offset = SlabMemory.offset(ref);
        return block.getLong(offset + HASH_OFFSET) == keyHash
                && block.getInt(offset + SLOT_OFFSET) == slot
                && block.getInt(offset + KEY_LENGTH_OFFSET) == keyLength
                && isSame(block, offset + KEY_OFFSET, key, keyOffset, keyLength);
    }

    private boolean hasHash(final int ref, final int slot, final long keyHash) {
        final UnsafeBuffer block = memory.segment(ref);
        final int offset = SlabMemory.offset(ref);
        return block.getLong(offset + HASH_OFFSET) == keyHash && block.getInt(offset + SLOT_OFFSET) == slot;
    }

    private static boolean isSame(
            final DirectBuffer a, final int aOffset, final DirectBuffer b, final int bOffset, final int length) {
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            if (a.getLong(aOffset + i) != b.getLong(bOffset + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (a.getByte(aOffset + i) != b.getByte(bOffset + i)) {
                return false;
            }
        }
        return true;
    }

    private void lay(final ImageView view, final int ref) {
        final UnsafeBuffer block = memory.segment(ref);
        final int offset = SlabMemory.offset(ref);
        final int keyLength = block.getInt(offset + KEY_LENGTH_OFFSET);
        view.wrap(
                block.getLong(offset + HASH_OFFSET),
                block,
                offset + KEY_OFFSET,
                keyLength,
                block,
                offset + KEY_OFFSET + keyLength,
                block.getInt(offset + IMAGE_LENGTH_OFFSET),
                block.getLong(offset + DEADLINE_OFFSET));
    }

    private int seatOf(final int ref) {
        return memory.segment(ref).getInt(SlabMemory.offset(ref) + SEAT_OFFSET);
    }

    private int keyLengthOf(final int ref) {
        return memory.segment(ref).getInt(SlabMemory.offset(ref) + KEY_LENGTH_OFFSET);
    }
}
