package io.dialtone.state.store;

import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where the blocks of {@link SlabImages} are: a table of longs with open addressing, off the heap. Used by one thread.
 *
 * <p>A bucket holds a block's reference and 32 bits of its session's hash, the tag. The low bits of the tag say where the search begins, so a bucket can be moved without a look at
 * its block, and a removal closes the gap at once: there are no tombstones and no rehashing. At most two thirds of the buckets are taken.
 *
 * <pre>
 *   0                   1                   2                   3                   4                   5                   6
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
 *  +-------------------------------------------------------------+-----------------------------------------------------------------+
 *  |                             Tag                             |           Block reference + 1, 0 if the bucket is empty         |
 *  +-------------------------------------------------------------+-----------------------------------------------------------------+
 * </pre>
 */
final class SlabIndex {
    /** No bucket, no block. */
    static final int NONE = SlabMemory.NONE;

    private static final int BUCKET_SHIFT = 3;
    private static final long EMPTY = 0;
    private static final long REF_MASK = 0xFFFF_FFFFL;
    private static final long SLOT_SPREAD = 0x9E37_79B9_7F4A_7C15L;
    private static final long SPREAD = 0xBF58_476D_1CE4_E5B9L;

    private final UnsafeBuffer table;
    private final int mask;
    private final long seed;

    /**
     * @param seed makes the places of sessions differ from process to process, so that nobody outside can choose keys that meet in one place
     */
    SlabIndex(final SlabMemory memory, final int sessionsMax, final long seed) {
        final int buckets = BitUtil.findNextPositivePowerOfTwo(sessionsMax + sessionsMax / 2 + 1);
        table = memory.allocate(buckets << BUCKET_SHIFT);
        table.setMemory(0, table.capacity(), (byte) 0);
        mask = buckets - 1;
        this.seed = seed;
    }

    int tagOf(final int slot, final long keyHash) {
        final long mixed = (keyHash ^ seed ^ (slot * SLOT_SPREAD)) * SPREAD;
        return (int) (((mixed ^ (mixed >>> 29)) * SLOT_SPREAD) >>> 32);
    }

    /** Where a search for the tag begins. */
    int firstBucket(final int tag) {
        return tag & mask;
    }

    int bucketAfter(final int bucket) {
        return (bucket + 1) & mask;
    }

    /** What is in a bucket: 0 if it is empty, where a search ends. */
    long at(final int bucket) {
        return table.getLong(bucket << BUCKET_SHIFT);
    }

    static boolean hasTag(final long content, final int tag) {
        return (int) (content >>> 32) == tag;
    }

    static int refOf(final long content) {
        return (int) content - 1;
    }

    /** Adds a block; the number of sessions is the caller's to limit. */
    void add(final int tag, final int ref) {
        int bucket = firstBucket(tag);
        while (at(bucket) != EMPTY) {
            bucket = bucketAfter(bucket);
        }
        set(bucket, tag, ref);
    }

    void set(final int bucket, final int tag, final int ref) {
        table.putLong(bucket << BUCKET_SHIFT, ((long) tag << 32) | ((ref + 1) & REF_MASK));
    }

    /** The bucket of a block that is here. */
    int bucketOf(final int tag, final int ref) {
        int bucket = firstBucket(tag);
        while (refOf(at(bucket)) != ref) {
            assert at(bucket) != EMPTY : "block " + ref + " is not in the index";
            bucket = bucketAfter(bucket);
        }
        return bucket;
    }

    void remove(final int bucket) {
        int gap = bucket;
        int other = bucketAfter(gap);
        while (at(other) != EMPTY) {
            final int begin = firstBucket((int) (at(other) >>> 32));
            if (((other - begin) & mask) >= ((other - gap) & mask)) {
                table.putLong(gap << BUCKET_SHIFT, at(other));
                gap = other;
            }
            other = bucketAfter(other);
        }
        table.putLong(gap << BUCKET_SHIFT, EMPTY);
    }
}
