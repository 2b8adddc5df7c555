package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The short form of the kill series: what each call remembers is checked while owners die and stop under it. */
class KillSeriesTest {
    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldForgetNothingWhenOwnersAreKilledOneAfterTheOther() {
        final SeriesReport report = run(KillSeries.Deed.KILL, 3);

        assertEquals(0, report.requestsFailed(), report::toText);
        assertTrue(report.firstAnswersNs().getMaxValue() < 1_000_000_000L, report::toText);
    }

    @Test
    void shouldForgetNothingWhenAnOwnerIsStoppedAndWakes() {
        final SeriesReport report = run(KillSeries.Deed.STOP, 1);

        assertEquals(0, report.requestsFailed(), report::toText);
        assertTrue(report.firstAnswersNs().getMaxValue() < 1_200_000_000L, report::toText);
    }

    private SeriesReport run(final KillSeries.Deed deed, final int faults) {
        final KillSeries.Plan plan =
                new KillSeries.Plan(deed, faults, 3, 50, 4_000, 600, Duration.ofSeconds(3), Duration.ofMillis(500));
        final SeriesReport report = KillSeries.run(stage, plan, null, line -> {});
        assertTrue(report.isClean(), report::toText);
        assertEquals(faults, report.firstAnswersNs().getTotalCount(), report::toText);
        return report;
    }
}
