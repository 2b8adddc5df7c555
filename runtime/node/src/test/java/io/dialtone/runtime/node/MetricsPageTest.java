package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.sip.routing.LatencySnapshot;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
    @Test
    void shouldWriteHelpAndTypeOnceBeforeAllSamplesOfAFamily() {
        final MetricsPage page = new MetricsPage();

        page.counter("a_total", "What a counts.").sample(1, "x", "1").sample(2L, "x", "2");

        assertEquals(
                "# HELP a_total What a counts.\n# TYPE a_total counter\na_total{x=\"1\"} 1\na_total{x=\"2\"} 2\n",
                page.toString());
    }

    @Test
    void shouldEscapeLabelsAndHelp() {
        final MetricsPage page = new MetricsPage();

        page.gauge("a", "back\\slash\nline").sample(1.5, "x", "say \"hi\"\\\n");

        assertEquals(
                "# HELP a back\\\\slash\\nline\n# TYPE a gauge\na{x=\"say \\\"hi\\\"\\\\\\n\"} 1.5\n", page.toString());
    }

    @Test
    void shouldWriteHistogramsCumulativelyAndInSeconds() {
        final LatencySnapshot latencies = new LatencySnapshot(
                6,
                5_000_000_000L,
                List.of(
                        new LatencySnapshot.Bucket(90_000, 1),
                        new LatencySnapshot.Bucket(900_000, 2),
                        new LatencySnapshot.Bucket(40_000_000_000L, 3)));
        final MetricsPage page = new MetricsPage();

        page.histogram("a_seconds", "Time.").sample(latencies, "x", "1");

        final List<String> lines = page.toString().lines().toList();
        assertEquals("# TYPE a_seconds histogram", lines.get(1));
        assertEquals("a_seconds_bucket{x=\"1\",le=\"0.0001\"} 1", lines.get(2));
        assertTrue(lines.contains("a_seconds_bucket{x=\"1\",le=\"0.001\"} 3"), page.toString());
        assertTrue(lines.contains("a_seconds_bucket{x=\"1\",le=\"32\"} 3"), page.toString());
        assertTrue(lines.contains("a_seconds_bucket{x=\"1\",le=\"+Inf\"} 6"), page.toString());
        assertTrue(lines.contains("a_seconds_sum{x=\"1\"} 5"), page.toString());
        assertTrue(lines.contains("a_seconds_count{x=\"1\"} 6"), page.toString());
    }

    @Test
    void shouldRefuseAFamilyThatIsThereTwiceAndACounterWithAnotherEnding() {
        final MetricsPage page = new MetricsPage();
        page.gauge("a", "A.");

        assertThrows(IllegalStateException.class, () -> page.gauge("a", "A."));
        assertThrows(IllegalArgumentException.class, () -> page.counter("b", "B."));
    }
}
