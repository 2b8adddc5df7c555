package io.dialtone.sip.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Buckets that grow with the value, and what is read from them. */
final class LatencyHistogramTest {
    @Test
    void shouldPutEveryLatencyIntoABucketThatHoldsIt() {
        int last = -1;
        for (long ns = 0; ns < 1_200_000_000_000L; ns += 1 + ns / 100) {
            final int bucket = LatencyHistogram.bucketOf(ns);
            assertTrue(bucket == last || bucket == last + 1, "bucket " + bucket + " after " + last + " at " + ns);
            last = bucket;
            if (ns < 1_090_000_000_000L) {
                assertTrue(ns <= LatencyHistogram.upperNs(bucket), ns + " over " + LatencyHistogram.upperNs(bucket));
                assertTrue(LatencyHistogram.upperNs(bucket) <= Math.max(1_023, ns * 9 / 8 + 2_048), "bucket of " + ns);
                assertTrue(bucket == 0 || ns > LatencyHistogram.upperNs(bucket - 1));
            }
        }
    }

    @Test
    void shouldReadPercentilesOverSeveralThreads() {
        final LatencyHistogram one = new LatencyHistogram();
        final LatencyHistogram other = new LatencyHistogram();
        for (int i = 0; i < 99; i++) {
            one.record(1_000_000);
        }
        other.record(50_000_000);
        other.record(-5);

        final LatencySnapshot snapshot = LatencyHistogram.snapshot(List.of(one, other));

        assertEquals(101, snapshot.count());
        assertEquals(149_000_000, snapshot.sumNs());
        assertEquals(1e6, (double) snapshot.percentileNs(50), 125e3);
        assertEquals(50e6, (double) snapshot.percentileNs(100), 6.3e6);
        assertEquals(0, LatencyHistogram.snapshot(List.of()).percentileNs(99));
    }
}
