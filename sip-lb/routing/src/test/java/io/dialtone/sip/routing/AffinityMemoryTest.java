package io.dialtone.sip.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is remembered, for how long, and by how many threads. */
final class AffinityMemoryTest {
    private static final int SIZE = 1 << 10;
    private final AffinityMemory memory = new AffinityMemory(SIZE);

    @Test
    void shouldRememberABackendAndItsAge() {
        memory.put(42, -7, 5_000_000_000L);

        final long entry = memory.find(42);
        assertEquals(-7, AffinityMemory.backend(entry));
        assertEquals(2e9, (double) AffinityMemory.ageNs(entry, 7_000_000_000L), 1e4);
        assertFalse(AffinityMemory.isAnswered(entry));
        assertEquals(AffinityMemory.NONE, memory.find(43));
        assertEquals(AffinityMemory.NONE, memory.find(0));
    }

    @Test
    void shouldNoteResponsesWithoutForgettingTheRest() {
        memory.put(42, 3, 5_000_000_000L);
        memory.mark(42, memory.find(42), false, 6_000_000_000L);
        assertTrue(AffinityMemory.isAnswered(memory.find(42)));
        assertFalse(AffinityMemory.isFinal(memory.find(42)));

        memory.mark(42, memory.find(42), true, 7_000_000_000L);

        assertTrue(AffinityMemory.isFinal(memory.find(42)));
        assertEquals(3, AffinityMemory.backend(memory.find(42)));
        assertEquals(3e9, (double) AffinityMemory.ageNs(memory.find(42), 8_000_000_000L), 1e4);
    }

    @Test
    void shouldReplaceTheOldestWhenASetIsFull() {
        final SplittableRandom random = new SplittableRandom(1);
        final long[] keys = random.longs(4 * SIZE).toArray();
        long nowNs = 0;
        for (final long key : keys) {
            nowNs += 1_000_000;
            memory.put(key, 1, nowNs);
        }

        int recent = 0;
        int old = 0;
        for (int i = 0; i < SIZE / 4; i++) {
            recent += memory.find(keys[keys.length - 1 - i]) == AffinityMemory.NONE ? 0 : 1;
            old += memory.find(keys[i]) == AffinityMemory.NONE ? 0 : 1;
        }
        assertTrue(recent > SIZE / 4 * 95 / 100, "recent " + recent);
        assertEquals(0, old);
    }

    @Test
    void shouldNeverMixTwoTransactionsThoughThreadsRace() throws InterruptedException {
        final AffinityMemory small = new AffinityMemory(16);
        final Thread[] threads = new Thread[4];
        final int[] wrong = new int[threads.length];
        for (int t = 0; t < threads.length; t++) {
            final int me = t;
            threads[t] = new Thread(() -> {
                final SplittableRandom random = new SplittableRandom(me);
                for (int i = 0; i < 300_000; i++) {
                    final int backend = 1 + random.nextInt(500);
                    final long key = backend * 0x9e37_79b9_7f4a_7c15L;
                    small.put(key, backend, i);
                    final long found = small.find((1 + random.nextInt(500)) * 0x9e37_79b9_7f4a_7c15L);
                    final long own = small.find(key);
                    if (own != AffinityMemory.NONE && AffinityMemory.backend(own) != backend) {
                        wrong[me]++;
                    }
                    if (found != AffinityMemory.NONE && AffinityMemory.backend(found) > 500) {
                        wrong[me]++;
                    }
                }
            });
            threads[t].start();
        }
        for (final Thread thread : threads) {
            thread.join();
        }

        for (final int each : wrong) {
            assertEquals(0, each);
        }
    }
}
