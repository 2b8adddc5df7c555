package io.dialtone.diameter.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How long to wait before a peer is dialled again. */
final class BackOffTest {
    private static final long MS = 1_000_000;

    private final BackOff backOff = new BackOff(500 * MS, 30_000 * MS, new Jitter(7));

    private static void assertWithin(final long mostMs, final long waitNs) {
        assertTrue(waitNs <= mostMs * MS && waitNs >= mostMs * MS * 3 / 4, waitNs / MS + " of " + mostMs);
    }

    @Test
    void shouldDoubleWithEachFailureUpToTheMost() {
        for (final long mostMs : new long[] {500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000}) {
            assertWithin(mostMs, backOff.waitNs());
        }
    }

    @Test
    void shouldBeginAnewAfterAConnectionThatLastedLongerThanTheWaitBeforeIt() {
        backOff.waitNs();
        backOff.waitNs();
        backOff.waitNs();

        backOff.onLasted(2_000 * MS);

        assertWithin(500, backOff.waitNs());
    }

    @Test
    void shouldGoOnDoublingWhenAPeerTakesConnectionsAndDropsThem() {
        backOff.waitNs();
        backOff.waitNs();

        backOff.onLasted(10 * MS);

        assertWithin(2_000, backOff.waitNs());
    }

    @Test
    void shouldWaitLongestWhenThePeerIsBusy() {
        backOff.onBusy();

        assertWithin(30_000, backOff.waitNs());
    }

    @Test
    void shouldNotMakeAllNodesWaitTheSameTime() {
        final Set<Long> waits = new HashSet<>();
        for (int seed = 0; seed < 100; seed++) {
            waits.add(new BackOff(500 * MS, 30_000 * MS, new Jitter(seed)).waitNs());
        }

        assertTrue(waits.size() > 90, "different waits: " + waits.size());
    }

    @Test
    void shouldDialLessAndLessOftenWhileAPeerIsAway() {
        final PeerHarness harness = PeerHarness.plain();
        harness.add(PeerHarness.spec(PeerHarness.LOWER).withReconnect(Duration.ofMillis(500), Duration.ofSeconds(8)));

        for (int i = 0; i < 60_000; i++) {
            harness.advance(MS);
            if (harness.transport.isDialling()) {
                harness.failDial();
            }
        }

        // 0.5, 1, 2, 4, then 8 s each, a little less by chance.
        assertTrue(harness.transport.count >= 10 && harness.transport.count <= 14, "dials: " + harness.transport.count);
    }

    @Test
    void shouldCountInTheSameOrderForTheSameSeed() {
        final Jitter one = new Jitter(3);
        final Jitter other = new Jitter(3);
        for (int i = 0; i < 100; i++) {
            assertEquals(one.upTo(i), other.upTo(i));
        }
    }
}
