package io.dialtone.sip.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SpanIdsTest {
    /** Versions that stand side by side in a cluster must come to the same numbers: who changes these cuts traces in two. */
    @Test
    void shouldStayWhatTheyAre() {
        final UnsafeBuffer bytes = new UnsafeBuffer("3c2670092b7a@192.0.2.9".getBytes(StandardCharsets.US_ASCII));
        final long hash = SpanIds.number(SpanIds.add(SpanIds.BEGIN, bytes, 0, bytes.capacity()));

        assertEquals("5d014cff1cb45619", Long.toHexString(hash));
        assertEquals("1e1d1105e9459fc2", Long.toHexString(SpanIds.traceHigh(hash)));
        assertEquals("a7e3ada72e4c9c22", Long.toHexString(SpanIds.traceLow(hash)));
        assertEquals("d213d61323ff01e", Long.toHexString(SpanIds.root(hash)));
    }

    @Test
    void shouldTellNeighboursApart() {
        final Set<Long> seen = new HashSet<>();
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[16]);
        for (int i = 0; i < 100_000; i++) {
            bytes.putInt(3, i);
            seen.add(SpanIds.number(SpanIds.add(SpanIds.BEGIN, bytes, 0, 16)));
            seen.add(SpanIds.number(SpanIds.add(SpanIds.BEGIN, bytes, 0, 15)));
        }

        assertEquals(200_000, seen.size());
        assertNotEquals(0, SpanIds.number(0));
    }

    @Test
    void shouldSampleByTheBitsThatOthersSampleBy() {
        int taken = 0;
        for (int i = 0; i < 100_000; i++) {
            taken += SpanIds.isSampled(SpanIds.traceLow(i), 10) ? 1 : 0;
        }

        assertEquals(10_000, taken, 500);
        assertEquals(true, SpanIds.isSampled(0, 1));
        assertEquals(true, SpanIds.isSampled(0x00FF_FFFF_FFFF_FFFFL, 1_000_000));
        assertEquals(false, SpanIds.isSampled(0xFF00_0000_0000_0000L, 2));
    }
}
