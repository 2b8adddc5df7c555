package io.dialtone.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Worlds of {@link SequenceFuzz}: always the same few, and as many as there is time for when {@code runtime/examples/sequence-fuzz} asks. {@code -Ddialtone.fuzz.seed=SEED} replays one and leaves
 * all that happened in {@code target/sequence-fuzz}.
 */
class SequenceFuzzTest {
    private static final Path FOLDER = Path.of("target", "sequence-fuzz");
    private static final int WORLDS = 30;
    private static final int FAILURES_MAX = 10;
    private static final long NS_PER_MINUTE = 60_000_000_000L;

    @Test
    void shouldKeepOrderInEveryWorld() throws IOException {
        final Long one = Long.getLong("dialtone.fuzz.seed");
        if (one != null) {
            tell(one);
            SequenceFuzz.run(one);
            return;
        }
        for (long seed = 1; seed <= WORLDS; seed++) {
            SequenceFuzz.run(seed);
        }
    }

    @Test
    @SuppressWarnings("SystemOut") // its report is what it is for
    void shouldKeepOrderForAsLongAsItIsAsked() throws IOException {
        final int minutes = Integer.getInteger("dialtone.fuzz.minutes", 0);
        Assumptions.assumeTrue(minutes > 0, "SKIPPED: for minutes, only by the script sequence-fuzz");
        final long endNs = System.nanoTime() + minutes * NS_PER_MINUTE;
        final List<String> failures = new ArrayList<>();
        long seed = Long.getLong("dialtone.fuzz.from", 1);
        long worlds = 0;
        long steps = 0;
        while (System.nanoTime() < endNs && failures.size() < FAILURES_MAX) {
            try {
                steps += SequenceFuzz.run(seed);
            } catch (final AssertionError failure) {
                failures.add(String.valueOf(failure.getMessage()));
                tell(seed);
            }
            worlds++;
            seed++;
        }
        System.out.println(
                worlds + " worlds, " + steps + " steps, " + failures.size() + " failures; the next seed is " + seed);
        assertTrue(
                failures.isEmpty(),
                () -> "replay with -Dtest=SequenceFuzzTest -Ddialtone.fuzz.seed=SEED\n"
                        + String.join("\n\n", failures));
    }

    private static void tell(final long seed) throws IOException {
        Files.createDirectories(FOLDER);
        Files.writeString(FOLDER.resolve("seed-" + seed + ".txt"), SequenceFuzz.tell(seed));
    }
}
