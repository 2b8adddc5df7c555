package io.dialtone.sip.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts latencies in buckets that grow with the value, eight to each power of two: at most 12.5 % off from 1 µs to 18 min.
 * Written by one thread, read by any; a reader may miss what is being written.
 */
final class LatencyHistogram {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private static final int SUB_BITS = 3;
    private static final int SUB_BUCKETS = 1 << SUB_BITS;

    /** Values are kept in units of 1.024 µs: a shift instead of a division. */
    private static final int UNIT_SHIFT = 10;

    private static final int VALUE_BITS_MAX = 30;
    private static final int BUCKETS = (VALUE_BITS_MAX - SUB_BITS + 1) * SUB_BUCKETS;
    private static final int COUNT = BUCKETS;
    private static final int SUM = BUCKETS + 1;

    private final long[] values = new long[BUCKETS + 2];

    /** Called only by the thread that writes. */
    void record(final long latencyNs) {
        final long bounded = Math.max(0, latencyNs);
        add(bucketOf(bounded), 1);
        add(COUNT, 1);
        add(SUM, bounded);
    }

    static int bucketOf(final long latencyNs) {
        final long units = Math.min(latencyNs >>> UNIT_SHIFT, (1L << VALUE_BITS_MAX) - 1);
        if (units < SUB_BUCKETS) {
            return (int) units;
        }
        final int magnitude = Long.SIZE - 1 - Long.numberOfLeadingZeros(units);
        final int shift = magnitude - SUB_BITS;
        return (shift + 1) * SUB_BUCKETS + (int) (units >>> shift) - SUB_BUCKETS;
    }

    /** The largest latency that falls into the bucket. */
    static long upperNs(final int bucket) {
        if (bucket < SUB_BUCKETS) {
            return ((bucket + 1L) << UNIT_SHIFT) - 1;
        }
        final int shift = bucket / SUB_BUCKETS - 1;
        final long next = (long) (SUB_BUCKETS + bucket % SUB_BUCKETS + 1) << shift;
        return (next << UNIT_SHIFT) - 1;
    }

    /** The sum of several histograms as they are now. */
    static LatencySnapshot snapshot(final Iterable<LatencyHistogram> histograms) {
        final long[] sum = new long[BUCKETS + 2];
        for (final LatencyHistogram histogram : histograms) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += (long) LONGS.getOpaque(histogram.values, i);
            }
        }
        final List<LatencySnapshot.Bucket> buckets = new ArrayList<>();
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            if (sum[i] > 0) {
                buckets.add(new LatencySnapshot.Bucket(upperNs(i), sum[i]));
                count += sum[i];
            }
        }
        return new LatencySnapshot(count, sum[SUM], buckets);
    }

    private void add(final int index, final long amount) {
        LONGS.setOpaque(values, index, values[index] + amount);
    }
}
