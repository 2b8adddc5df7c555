package io.dialtone.runtime.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NonceMemoryTest {
    private static final int MAX = 4;

    private final NonceMemory memory = new NonceMemory();
    private long deadBeforeMs;

    @Test
    void shouldTakeEachCountOnce() {
        assertTrue(take(100, 1));
        assertFalse(take(100, 1));
        assertTrue(take(100, 2));
        assertFalse(take(100, 2));
        assertFalse(take(100, 1));
    }

    @Test
    void shouldTakeCountsThatOvertakeEachOther() {
        assertTrue(take(100, 3));
        assertTrue(take(100, 1));
        assertTrue(take(100, 2));
        assertFalse(take(100, 1));
        assertFalse(take(100, 3));
    }

    @Test
    void shouldNotTakeWhatIsTooFarBehindToBeKnown() {
        assertTrue(take(100, 100));
        assertTrue(take(100, 37));
        assertFalse(take(100, 36));
        assertTrue(take(100, 0xFFFF_FFFFL));
        assertFalse(take(100, 100));
    }

    @Test
    void shouldTellNoncesOfTheSameMillisecondApart() {
        assertTrue(memory.take(100, 1, 1, 0, MAX));
        assertTrue(memory.take(100, 2, 1, 0, MAX));
        assertFalse(memory.take(100, 1, 1, 0, MAX));
    }

    @Test
    void shouldNotTakeANonceThatHadToBeForgotten() {
        for (int i = 1; i <= MAX + 1; i++) {
            assertTrue(take(100L * i, 1));
        }

        assertFalse(take(100, 1), "it is not known whether this was there");
        assertFalse(take(100, 2));
        assertFalse(take(50, 1));
        assertTrue(take(200, 2), "the others are remembered");
    }

    @Test
    void shouldForgetWhatNobodyTakesAnyMore() {
        take(100, 1);
        take(200, 1);
        assertEquals(200, memory.newestMs());

        memory.forgetBefore(200);
        assertFalse(memory.isEmpty());
        memory.forgetBefore(201);

        assertTrue(memory.isEmpty());
    }

    @Test
    void shouldNeverTakeTheSameTwice() {
        final Random random = new Random(20_261_127);
        final Set<String> taken = new HashSet<>();
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            deadBeforeMs = i / 100;
            final long issuedMs = deadBeforeMs + random.nextInt(20);
            final long unique = random.nextInt(2);
            final long count = random.nextInt(1, 200);
            if (memory.take(issuedMs, unique, count, deadBeforeMs, MAX)) {
                assertTrue(taken.add(issuedMs + " " + unique + " " + count));
            } else {
                refused++;
            }
        }
        assertTrue(taken.size() > 1000 && refused > 1000, taken.size() + " taken, " + refused + " refused");
    }

    private boolean take(final long issuedMs, final long nonceCount) {
        return memory.take(issuedMs, 0, nonceCount, deadBeforeMs, MAX);
    }
}
