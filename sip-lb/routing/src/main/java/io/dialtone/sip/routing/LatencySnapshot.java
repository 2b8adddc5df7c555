package io.dialtone.sip.routing;

import java.util.List;

/**
 * A latency histogram at one moment, for status pages and metrics. Immutable.
 *
 * @param count values recorded
 * @param sumNs their sum
 * @param buckets upper bounds that grow, with the number of values in each; empty buckets are left out
 */
public record LatencySnapshot(long count, long sumNs, List<Bucket> buckets) {
    /**
     * The values between the bound of the bucket before and its own.
     *
     * @param upperNs the largest value that falls into it
     * @param count values that fell into it, not cumulative
     */
    public record Bucket(long upperNs, long count) {}

    public LatencySnapshot {
        buckets = List.copyOf(buckets);
    }

    /** The upper bound of the bucket that holds the given share of the values; 0 when there are none. */
    public long percentileNs(final double percentile) {
        final long wanted = Math.max(1, (long) Math.ceil(count * percentile / 100));
        long seen = 0;
        for (final Bucket bucket : buckets) {
            seen += bucket.count;
            if (seen >= wanted) {
                return bucket.upperNs;
            }
        }
        return 0;
    }

    public double meanNs() {
        return count == 0 ? 0 : (double) sumNs / count;
    }
}
