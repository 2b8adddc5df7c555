package io.dialtone.state.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/**
 * Runs many simulated worlds. {@code -Ddialtone.sim.seeds=N} says how many, {@code -Ddialtone.sim.from=N} from which seed on, {@code -Ddialtone.sim.seed=N} replays one and prints its end.
 */
class SimulatorTest {
    private static final int SEEDS = 20_000;

    @Test
    void shouldKeepAllPromisesInEveryWorld() {
        final Long only = Long.getLong("dialtone.sim.seed");
        if (only != null) {
            System.out.println(Simulator.trace(only, Mutation.NONE));
        }
        final int seeds = only != null ? 1 : Integer.getInteger("dialtone.sim.seeds", SEEDS);
        final long from = only != null ? only : Long.getLong("dialtone.sim.from", 1);
        final Coverage coverage = new Coverage();

        for (long seed = from; seed < from + seeds; seed++) {
            try {
                Simulator.run(seed, Mutation.NONE, coverage);
            } catch (final RuntimeException | AssertionError failure) {
                fail("Replay with -Ddialtone.sim.seed=" + seed + "\n" + Simulator.trace(seed, Mutation.NONE), failure);
            }
        }

        System.out.println(seeds + " worlds from seed " + from + "\n" + coverage);
        if (seeds >= SEEDS) {
            assertTrue(coverage.unseen().isEmpty(), () -> "never happened: " + coverage.unseen());
        }
    }

    @Test
    void shouldBeTheSameWorldForTheSameSeed() {
        assertEquals(Simulator.fingerprint(7), Simulator.fingerprint(7));
        assertNotEquals(Simulator.fingerprint(7), Simulator.fingerprint(8));
    }
}
