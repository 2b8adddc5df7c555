package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The short form of the kill series: what each call remembers is checked while owners die and stop under it. */
class KillSeriesTest {
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(10);

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldForgetNothingWhenOwnersAreKilledOneAfterTheOther() {
        run(Deed.KILL, 3);
    }

    @Test
    void shouldForgetNothingWhenAnOwnerIsStoppedAndWakes() {
        run(Deed.STOP, 1);
    }

    /** How soon calls are answered again is for the long form to say, on a machine that does nothing else. */
    private void run(final Deed deed, final int faults) {
        final KillSeries.Plan plan = new KillSeries.Plan(
                deed, faults, LONG_ENOUGH, 3, 50, 4_000, 600, Duration.ofSeconds(3), Duration.ofMillis(500));
        final SeriesReport report = KillSeries.run(stage, plan, null, line -> {});
        assertTrue(report.isClean(), report::toText);
        assertTrue(report.slotsLostUnforeseen() <= faults, report::toText);
        assertEquals(faults, report.firstAnswersNs().getTotalCount(), report::toText);
    }
}
