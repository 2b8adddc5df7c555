package io.dialtone.state.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryRingTest {
    private static final int CAPACITY = 1 << 20;
    private static final int AT_FIRST = 1 << 16;

    private final EntryRing ring = new EntryRing(CAPACITY);
    private final Entry entry = new Entry();
    private final Deque<String> expected = new ArrayDeque<>();
    private long appended;

    @Test
    void shouldTakeMemoryAsItIsNeededAndNoMoreThanItMay() {
        assertEquals(0, ring.memory().capacity());

        append(100);
        assertEquals(AT_FIRST, ring.memory().capacity());
        for (int i = 0; i < 1_000; i++) {
            append(100);
            release(1);
        }
        assertEquals(AT_FIRST, ring.memory().capacity(), "one waits at a time");

        while (append(10_000)) {
            assertHolds();
        }
        assertEquals(CAPACITY, ring.memory().capacity());
        assertTrue(ring.free() < 2 * (10_000 + Entry.HEADER_BYTES), "free: " + ring.free());
        assertHolds();
    }

    @Test
    void shouldTakeAnEntryThatIsLongerThanItsFirstMemory() {
        append(10);

        assertTrue(append(3 * AT_FIRST));

        assertHolds();
        assertFalse(append(CAPACITY));
        assertHolds();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldKeepWhatItHoldsWhileItGrows(final long seed) {
        final Dice dice = new Dice(seed);
        for (int i = 0; i < 5_000; i++) {
            if (dice.chance(i < 2_500 ? 0.6 : 0.45)) {
                append((int) dice.between(0, dice.chance(0.02) ? 60_000 : 2_000));
            } else if (!expected.isEmpty()) {
                release((int) dice.between(1, Math.min(5, expected.size())));
            }
            assertEquals(expected.isEmpty(), ring.isEmpty());
            if (i % 50 == 0) {
                assertHolds();
            }
        }
        assertHolds();
        assertTrue(ring.memory().capacity() > AT_FIRST, "the dice did not fill it");
    }

    private boolean append(final int outputsLength) {
        final boolean isAppended = ring.append(entry, Entry.bytes(0, 0, outputsLength), EntryKind.UNCHANGED);
        if (isAppended) {
            final long number = ++appended;
            final byte[] outputs = new byte[outputsLength];
            Arrays.fill(outputs, (byte) number);
            entry.of(0, 1, number)
                    .contents(
                            new UnsafeBuffer(0, 0), new UnsafeBuffer(0, 0), new UnsafeBuffer(outputs), Long.MAX_VALUE);
            expected.add(number + ":" + outputsLength);
        }
        return isAppended;
    }

    private void release(final int entries) {
        for (int i = 0; i < entries; i++) {
            ring.release(ring.after(ring.skipPad(ring.head())));
            expected.remove();
        }
    }

    private void assertHolds() {
        final Deque<String> found = new ArrayDeque<>();
        for (long at = ring.skipPad(ring.head()); at != ring.tail(); at = ring.skipPad(ring.after(at))) {
            entry.wrapOwn(ring.memory(), ring.indexOf(at));
            final int length = entry.outputsLength();
            for (int i = 0; i < length; i++) {
                assertEquals((byte) entry.number(), entry.buffer().getByte(entry.outputsOffset() + i));
            }
            found.add(entry.number() + ":" + length);
        }
        assertEquals(String.join(" ", expected), String.join(" ", found));
    }
}
