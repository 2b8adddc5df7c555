package io.dialtone.runtime.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    private static final long LONG_NS = TimeUnit.MINUTES.toNanos(5);

    @Test
    void shouldBringCallsToTheirEndThoughSlotsMove() {
        try (Rehearsal rehearsal = new Rehearsal()) {
            final long ended = rehearsal.run(LONG_NS, () -> rehearsal.calls() < 2_000);
            rehearsal.move();

            assertTrue(ended >= 2_000, ended + " calls ended");
            assertTrue(rehearsal.run(LONG_NS, () -> rehearsal.calls() < 4_000) >= 4_000);
        }
    }

    @Test
    void shouldEndWithItsTimeOrWhenItIsTold() {
        try (Rehearsal rehearsal = new Rehearsal()) {
            assertEquals(0, rehearsal.run(0, () -> true));
            assertEquals(0, rehearsal.run(LONG_NS, () -> false));
        }
    }
}
