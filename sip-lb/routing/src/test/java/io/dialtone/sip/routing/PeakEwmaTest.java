package io.dialtone.sip.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A peak counts at once, what is fast is believed by and by, and silence makes forget. Decay 10 s. */
final class PeakEwmaTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;
    private static final double ROUGHLY = 0.002;

    private final PeakEwma ewma = new PeakEwma(10 * SECOND);

    private static void assertMs(final double expectedMs, final float costNs) {
        assertEquals(expectedMs, costNs / MS, expectedMs * ROUGHLY);
    }

    @Test
    void shouldTakeAPeakWhole() {
        final long known = ewma.with(ewma.with(PeakEwma.NONE, 10 * MS, SECOND), 300 * MS, SECOND);

        assertMs(300, ewma.costNs(known, 0, SECOND));
    }

    @Test
    void shouldBelieveFastAnswersByAndBy() {
        final long slow = ewma.with(PeakEwma.NONE, 300 * MS, SECOND);

        final long afterOne = ewma.with(slow, 10 * MS, 2 * SECOND);
        assertMs(10 + 290 * Math.exp(-0.1), ewma.costNs(afterOne, 0, 2 * SECOND));
        long known = slow;
        for (int i = 1; i <= 100; i++) {
            known = ewma.with(known, 10 * MS, SECOND + i * SECOND);
        }
        assertMs(10, ewma.costNs(known, 0, 101 * SECOND));
    }

    @Test
    void shouldNotDependOnHowManyAnswersTheTimeIsCutInto() {
        long known = ewma.with(PeakEwma.NONE, 300 * MS, SECOND);
        for (int i = 1; i <= 20_000; i++) {
            known = ewma.with(known, 10 * MS, SECOND + i * MS / 10);
        }

        // Two seconds of fast answers, ten to a millisecond.
        assertEquals(10 + 290 * Math.exp(-0.2), ewma.costNs(known, 0, 3 * SECOND) / MS, 2);
    }

    @Test
    void shouldDecayTowardsZeroWhenNothingIsHeard() {
        final long known = ewma.with(PeakEwma.NONE, 300 * MS, SECOND);

        assertMs(300 * Math.exp(-1), ewma.costNs(known, 0, 11 * SECOND));
        assertTrue(ewma.costNs(known, 0, 121 * SECOND) < MS);
        assertEquals(0, ewma.costNs(PeakEwma.NONE, 0, 121 * SECOND));
    }

    @Test
    void shouldBearThatAnotherThreadsClockWasReadEarlier() {
        final long known = ewma.with(PeakEwma.NONE, 300 * MS, 5 * SECOND);

        assertMs(300, ewma.costNs(known, 0, 4 * SECOND));
    }

    @Test
    void shouldHoldToWhatWasKnownWhileTheAnswerOfATrialIsAwaited() {
        final long known = ewma.with(PeakEwma.NONE, 300 * MS, SECOND);

        assertTrue(ewma.costNs(known, SECOND, 61 * SECOND) < MS, "tried again");
        assertMs(300, ewma.costNs(known, 61 * SECOND, 61 * SECOND + MS));
        final long heard = ewma.with(known, 5 * MS, 61 * SECOND + 5 * MS);
        assertEquals(5, ewma.costNs(heard, 61 * SECOND, 61 * SECOND + 6 * MS) / MS, 1);
    }

    @Test
    void shouldAllowAnotherTrialWhenNoAnswerCame() {
        final long known = ewma.with(PeakEwma.NONE, 300 * MS, SECOND);

        assertMs(300, ewma.costNs(known, 61 * SECOND, 70 * SECOND));
        assertTrue(ewma.costNs(known, 61 * SECOND, 71 * SECOND) < MS);
    }

    @Test
    void shouldReckonWithAClientsPatienceUntilTheFirstAnswer() {
        assertEquals(0, ewma.costNs(PeakEwma.NONE, 0, SECOND));
        assertMs(500, ewma.costNs(PeakEwma.NONE, SECOND, SECOND));
        assertEquals(0, ewma.costNs(PeakEwma.NONE, SECOND, 11 * SECOND));
    }
}
