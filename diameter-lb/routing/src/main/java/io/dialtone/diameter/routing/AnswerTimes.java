package io.dialtone.diameter.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntToLongFunction;

/**
 * How long a peer took to answer, counted in buckets that grow with the value, eight to each power of two: at most 12.5 % off from 1 µs to 18 min. Written by one
 * thread, read by any; a reader may miss what is being written.
 */
public final class AnswerTimes {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private static final int SUB_BITS = 3;
    private static final int SUB_BUCKETS = 1 << SUB_BITS;

    /** Values are kept in units of 1.024 µs: a shift instead of a division. */
    private static final int UNIT_SHIFT = 10;

    private static final int VALUE_BITS_MAX = 30;
    private static final int BUCKETS = (VALUE_BITS_MAX - SUB_BITS + 1) * SUB_BUCKETS;
    private static final int SUM = BUCKETS;

    private final long[] values = new long[BUCKETS + 1];

    AnswerTimes() {}

    /** Called only by the thread that writes. */
    void record(final long latencyNs) {
        final long bounded = Math.max(0, latencyNs);
        add(bucketOf(bounded), 1);
        add(SUM, bounded);
    }

    private void add(final int index, final long amount) {
        LONGS.setOpaque(values, index, values[index] + amount);
    }

    private static int bucketOf(final long latencyNs) {
        final long units = Math.min(latencyNs >>> UNIT_SHIFT, (1L << VALUE_BITS_MAX) - 1);
        if (units < SUB_BUCKETS) {
            return (int) units;
        }
        final int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(units) - SUB_BITS;
        return (shift + 1) * SUB_BUCKETS + (int) (units >>> shift) - SUB_BUCKETS;
    }

    /** How many buckets there are. */
    public static int buckets() {
        return BUCKETS;
    }

    /** The largest time that falls into a bucket. */
    public static long upperNs(final int bucket) {
        if (bucket < SUB_BUCKETS) {
            return ((bucket + 1L) << UNIT_SHIFT) - 1;
        }
        final int shift = bucket / SUB_BUCKETS - 1;
        final long next = (long) (SUB_BUCKETS + bucket % SUB_BUCKETS + 1) << shift;
        return (next << UNIT_SHIFT) - 1;
    }

    /** Answers in a bucket. */
    public long count(final int bucket) {
        return (long) LONGS.getOpaque(values, bucket);
    }

    /** All their times together. */
    public long sumNs() {
        return (long) LONGS.getOpaque(values, SUM);
    }

    /** The time that a share of answers does not exceed, for instance 0.99; 0 without answers. */
    public long percentileNs(final double share) {
        return percentileNs(share, this::count);
    }

    private static long percentileNs(final double share, final IntToLongFunction counts) {
        long all = 0;
        for (int i = 0; i < BUCKETS; i++) {
            all += counts.applyAsLong(i);
        }
        final long wanted = (long) Math.ceil((double) all * share);
        long seen = 0;
        for (int i = 0; i < BUCKETS && all > 0; i++) {
            seen += counts.applyAsLong(i);
            if (seen >= wanted) {
                return upperNs(i);
            }
        }
        return 0;
    }
}
