package io.dialtone.sip.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is remembered, for how long, and by how many threads. */
final class AffinityMemoryTest {
    private static final int SIZE = 1 << 10;
    private final AffinityMemory memory = new AffinityMemory(SIZE);

    @Test
    void shouldRememberABackendAndItsAge() {
        memory.put(42, -7, true, 5_000_000_000L);

        final long entry = memory.find(42);
        assertEquals(-7, AffinityMemory.backend(entry));
        assertEquals(2e9, (double) AffinityMemory.ageNs(entry, 7_000_000_000L), 1e4);
        assertFalse(AffinityMemory.isAnswered(entry));
        assertEquals(AffinityMemory.NONE, memory.find(43));
        assertEquals(AffinityMemory.NONE, memory.find(0));
    }

    @Test
    void shouldNoteResponsesWithoutForgettingTheRest() {
        memory.put(42, 3, true, 5_000_000_000L);
        memory.mark(42, false);
        assertTrue(AffinityMemory.isAnswered(memory.find(42)));
        assertTrue(AffinityMemory.isOpen(memory.find(42)));

        memory.mark(42, true);

        assertFalse(AffinityMemory.isOpen(memory.find(42)));
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
            memory.put(key, 1, false, nowNs);
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
    void shouldForgetClosedEntriesBeforeOpenOnes() {
        final AffinityMemory set = new AffinityMemory(4);
        set.put(1, 10, true, 1_000_000);
        for (int i = 2; i <= 100; i++) {
            set.put(i, 11, false, i * 1_000_000L);
        }

        assertEquals(10, AffinityMemory.backend(set.find(1)));
        for (int i = 101; i <= 104; i++) {
            set.put(i, 12, true, i * 1_000_000L);
        }
        assertEquals(AffinityMemory.NONE, set.find(1));
    }

    @Test
    void shouldSayWhichEntryHadToGo() {
        final AffinityMemory set = new AffinityMemory(4);
        assertEquals(AffinityMemory.NONE, set.put(1, 10, true, 1_000_000));
        final long entry = set.find(1);

        // The same transaction goes elsewhere.
        assertEquals(entry, set.put(1, 11, true, 2_000_000));
        assertEquals(set.find(1), set.mark(1, true));
        assertFalse(AffinityMemory.isOpen(set.find(1)));
        assertEquals(AffinityMemory.NONE, set.mark(2, true));
    }

    @Test
    void shouldLetAReviewCloseAndForgetEntries() {
        memory.put(1, 10, true, 1_000_000);
        memory.put(2, 11, true, 2_000_000);
        memory.put(3, 12, true, 3_000_000);
        final List<Integer> changed = new ArrayList<>();
        final AffinityMemory.Review review = new AffinityMemory.Review() {
            @Override
            public long decide(final long entry, final long ageNs) {
                return switch (AffinityMemory.backend(entry)) {
                    case 10 -> AffinityMemory.NONE;
                    case 11 -> AffinityMemory.closed(AffinityMemory.overdue(entry));
                    default -> entry;
                };
            }

            @Override
            public void onChanged(final long before, final long after) {
                changed.add(AffinityMemory.backend(before));
            }
        };

        for (int i = 0; i < 4; i++) {
            memory.sweep(SIZE / 4, 4_000_000, review);
        }

        assertEquals(Set.of(10, 11), Set.copyOf(changed));
        assertEquals(AffinityMemory.NONE, memory.find(1));
        assertFalse(AffinityMemory.isOpen(memory.find(2)));
        assertTrue(AffinityMemory.isOverdue(memory.find(2)));
        assertTrue(AffinityMemory.isOpen(memory.find(3)));
    }

    @Test
    void shouldCloseEachOpenEntryExactlyOnceThoughThreadsRace() throws InterruptedException {
        final AffinityMemory small = new AffinityMemory(4);
        final AtomicLong open = new AtomicLong();
        final AffinityMemory.Review closeAll = new AffinityMemory.Review() {
            @Override
            public long decide(final long entry, final long ageNs) {
                return AffinityMemory.closed(entry);
            }

            @Override
            public void onChanged(final long before, final long after) {
                if (AffinityMemory.isOpen(before)) {
                    open.decrementAndGet();
                }
            }
        };
        final Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            final int me = t;
            threads[t] = new Thread(() -> {
                final SplittableRandom random = new SplittableRandom(me);
                for (int i = 0; i < 300_000; i++) {
                    // Few keys and few places: threads meet all the time.
                    final long key = (1 + random.nextInt(6)) * 0x9e37_79b9_7f4a_7c15L;
                    if (random.nextInt(3) > 0) {
                        final boolean isFinal = random.nextBoolean();
                        final long before = small.mark(key, isFinal);
                        if (isFinal && AffinityMemory.isOpen(before)) {
                            open.decrementAndGet();
                        }
                    } else {
                        final long replaced = small.put(key, 1 + random.nextInt(50), true, i * 1_000L);
                        if (replaced != AffinityMemory.NOT_STORED) {
                            open.addAndGet(AffinityMemory.isOpen(replaced) ? 0 : 1);
                        }
                    }
                    if (me == 0 && i % 1_000 == 0) {
                        small.sweep(4, i * 1_000L, closeAll);
                    }
                }
            });
        }
        for (final Thread thread : threads) {
            thread.start();
        }
        for (final Thread thread : threads) {
            thread.join();
        }

        small.sweep(4, 1L, closeAll);
        assertEquals(0, open.get());
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
                    small.put(key, backend, true, i);
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
