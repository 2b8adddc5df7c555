package io.dialtone.runtime.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinkBeatsTest {
    private static final long MS = 1_000_000;
    private static final long INTERVAL = 50 * MS;
    private static final long SILENCE = 500 * MS;
    private static final int A = 0;
    private static final int B = 1;

    /** Monotonic clocks may begin anywhere; this one runs over the end of its numbers during the tests. */
    private long nowNs = Long.MAX_VALUE - 600 * MS;

    private final List<String> events = new ArrayList<>();
    private final LinkBeats beats = new LinkBeats(2, INTERVAL, SILENCE, new Recorder(), nowNs);
    private int beatsDue;

    @Test
    void shouldBeatAtOnceAndThenAtEachInterval() {
        run(1000, 10, () -> {});

        assertEquals(20, beatsDue);
    }

    @Test
    void shouldHoldAPeerUnreachableUntilItIsHeard() {
        run(200, 10, () -> {});
        assertFalse(beats.isReachable(A));

        beats.onFrame(A, 7, nowNs);

        assertTrue(beats.isReachable(A));
        assertFalse(beats.isReachable(B));
        assertEquals(7, beats.incarnationOf(A));
        assertEquals(List.of("reachable 0"), events);
    }

    @Test
    void shouldHoldAPeerReachableWhileItIsHeard() {
        run(5_000, 10, () -> beats.onFrame(A, 7, nowNs));

        assertTrue(beats.isReachable(A));
        assertEquals(List.of("reachable 0"), events);
    }

    @Test
    void shouldLoseAPeerAfterItsSilence() {
        beats.onFrame(A, 7, nowNs);

        run(500, 10, () -> {});
        assertTrue(beats.isReachable(A));
        run(60, 10, () -> {});

        assertFalse(beats.isReachable(A));
        assertEquals(List.of("reachable 0", "lost 0"), events);
    }

    @Test
    void shouldFindAPeerAgain() {
        beats.onFrame(A, 7, nowNs);
        run(700, 10, () -> {});

        beats.onFrame(A, 7, nowNs);

        assertTrue(beats.isReachable(A));
        assertEquals(List.of("reachable 0", "lost 0", "reachable 0"), events);
    }

    @Test
    void shouldSeeThatAPeerWasRestarted() {
        beats.onFrame(A, 7, nowNs);

        beats.onFrame(A, 8, nowNs);

        assertTrue(beats.isReachable(A));
        assertEquals(8, beats.incarnationOf(A));
        assertEquals(List.of("reachable 0", "restarted 0"), events);
    }

    @Test
    void shouldTakeNoFrameOfTheDeadForASignOfLife() {
        beats.onFrame(A, 7, nowNs);
        beats.onFrame(A, 8, nowNs);

        run(700, 10, () -> beats.onFrame(A, 7, nowNs));

        assertFalse(beats.isReachable(A));
        assertEquals(8, beats.incarnationOf(A));
    }

    @Test
    void shouldLoseAPeerThatSaysItDoesNotHearUs() {
        run(100, 10, () -> beats.onBeat(A, 7, true, nowNs));
        run(240, 10, () -> beats.onBeat(A, 7, false, nowNs));
        assertTrue(beats.isReachable(A));

        run(100, 10, () -> {
            beats.onBeat(A, 7, false, nowNs);
            beats.onFrame(A, 7, nowNs);
        });
        assertFalse(beats.isReachable(A));
        assertEquals(List.of("reachable 0", "lost 0"), events);

        beats.onBeat(A, 7, true, nowNs);
        assertTrue(beats.isReachable(A));
    }

    @Test
    void shouldSayHowLongAPeerHasNotHeardUs() {
        beats.onBeat(A, 7, true, nowNs);
        final long hearing = beats.deafForNs(A, nowNs);

        beats.onBeat(A, 7, false, nowNs);
        beats.onBeat(A, 7, false, nowNs + 5);
        final long deaf = beats.deafForNs(A, nowNs + 9);
        beats.onBeat(A, 7, true, nowNs + 10);

        assertEquals(0, hearing);
        assertEquals(9, deaf);
        assertEquals(0, beats.deafForNs(A, nowNs + 11));
    }

    @Test
    void shouldGiveAPeerThatWasRestartedTimeToHearUs() {
        run(400, 10, () -> beats.onBeat(A, 7, false, nowNs));

        beats.onBeat(A, 8, false, nowNs);

        assertTrue(beats.isReachable(A));
    }

    @Test
    void shouldTellAPeerSoonThatNothingIsHeardOfIt() {
        assertFalse(beats.hears(A, nowNs));
        beats.onFrame(A, 7, nowNs);

        run(240, 10, () -> {});
        assertTrue(beats.hears(A, nowNs));
        run(60, 10, () -> {});

        assertFalse(beats.hears(A, nowNs));
        assertTrue(beats.isReachable(A));
    }

    @Test
    void shouldNotBlameThePeersForAPauseOfItsOwn() {
        beats.onFrame(A, 7, nowNs);
        run(100, 10, () -> beats.onFrame(A, 7, nowNs));

        nowNs += 3_000 * MS;
        turn();
        assertTrue(beats.isReachable(A));

        run(600, 10, () -> {});
        assertFalse(beats.isReachable(A));
    }

    @Test
    void shouldWantItsNextTurnWhenTheNextBeatIsDue() {
        turn();
        assertEquals(nowNs + INTERVAL, beats.nextDeadlineNs());
    }

    private void run(final int durationMs, final int stepMs, final Runnable each) {
        for (int t = 0; t < durationMs; t += stepMs) {
            nowNs += stepMs * MS;
            each.run();
            turn();
        }
    }

    private void turn() {
        if (beats.onTurn(nowNs)) {
            beatsDue++;
        }
    }

    private final class Recorder implements LinkBeats.PeerEvents {
        @Override
        public void onPeerReachable(final int peer) {
            events.add("reachable " + peer);
        }

        @Override
        public void onPeerLost(final int peer) {
            events.add("lost " + peer);
        }

        @Override
        public void onPeerRestarted(final int peer) {
            events.add("restarted " + peer);
        }
    }
}
