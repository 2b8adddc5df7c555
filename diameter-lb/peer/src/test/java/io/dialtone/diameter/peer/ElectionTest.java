package io.dialtone.diameter.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** RFC 6733 section 5.6.4 with both sides ours, thousands of times, each in an order of its own: in the end they agree. */
final class ElectionTest {
    private static final int SCHEDULES = 4_000;

    @Test
    void shouldAlwaysAgreeOnOneConnectionWhenBothSidesDial() {
        long elections = 0;
        for (int seed = 0; seed < SCHEDULES; seed++) {
            final PeerPair pair = new PeerPair(seed, 1);

            pair.calm();

            assertAgreed(pair, seed, 1);
            elections += pair.count(PeerCounter.ELECTIONS_WON);
        }
        assertTrue(elections > SCHEDULES / 4, "elections: " + elections);
    }

    @Test
    void shouldAgreeOnOneConnectionAfterDialsHaveFailedAndConnectionsBroken() {
        long lost = 0;
        for (int seed = 0; seed < SCHEDULES / 4; seed++) {
            final PeerPair pair = new PeerPair(seed, 1);

            pair.storm(200);
            pair.calm();

            assertAgreed(pair, seed, 1);
            lost += pair.count(PeerCounter.LOST);
        }
        assertTrue(lost > 0);
    }

    @Test
    void shouldAgreeOnAsManyConnectionsAsThereMayBe() {
        for (int seed = 0; seed < SCHEDULES / 10; seed++) {
            final PeerPair pair = new PeerPair(seed, 3);

            pair.storm(100);
            pair.calm();

            assertAgreed(pair, seed, 3);
        }
    }

    private static void assertAgreed(final PeerPair pair, final int seed, final int connections) {
        assertEquals(connections, pair.open(0).size(), () -> "seed " + seed + "\n" + pair.diary());
        assertEquals(pair.open(0), pair.open(1), () -> "seed " + seed + "\n" + pair.diary());
        assertTrue(pair.isUsable(0) && pair.isUsable(1), () -> "seed " + seed + "\n" + pair.diary());
    }
}
