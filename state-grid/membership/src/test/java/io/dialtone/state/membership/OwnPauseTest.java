package io.dialtone.state.membership;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class OwnPauseTest {
    private static final long START_NS = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(2);

    private final OwnPause pause = new OwnPause(TimeUnit.SECONDS.toNanos(10), START_NS);

    private static long at(final int seconds) {
        return START_NS + TimeUnit.SECONDS.toNanos(seconds);
    }

    @Test
    void shouldNotBeFeltWhenTurnsComeInTime() {
        for (int second = 0; second < 60; second += 2) {
            assertFalse(pause.isFelt(at(second)));
        }
    }

    @Test
    void shouldBeFeltForAWhileAfterTheProcessWasStopped() {
        assertFalse(pause.isFelt(at(1)));

        assertTrue(pause.isFelt(at(6)));
        for (int second = 7; second < 16; second++) {
            assertTrue(pause.isFelt(at(second)));
        }
        assertFalse(pause.isFelt(at(16)));
    }
}
