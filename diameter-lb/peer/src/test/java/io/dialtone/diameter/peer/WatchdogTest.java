package io.dialtone.diameter.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** RFC 3539 section 3.4.1, a row of its table a test. Tw is 30 s; where it matters when exactly, the test asks the watchdog itself. */
final class WatchdogTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long TW = 30 * SECOND;

    private long nowNs = 5 * SECOND;
    private final Watchdog watchdog = new Watchdog(TW, TW, new Jitter(1));

    private Watchdog.Action expire() {
        nowNs = watchdog.dueNs();
        return watchdog.onTimer(nowNs);
    }

    private void becomeSuspect() {
        watchdog.onConnectionUp(nowNs);
        expire();
        expire();
        assertEquals(WatchdogState.SUSPECT, watchdog.state());
    }

    private void reopen() {
        watchdog.onConnectionUp(nowNs);
        watchdog.onConnectionDown();
        assertTrue(watchdog.onConnectionUp(nowNs));
        assertEquals(WatchdogState.REOPEN, watchdog.state());
    }

    @Test
    void shouldBeOkayAtOnceWhenAFirstConnectionIsUp() {
        assertEquals(WatchdogState.INITIAL, watchdog.state());
        assertEquals(Watchdog.NEVER, watchdog.dueNs());

        final boolean mustProveItself = watchdog.onConnectionUp(nowNs);

        assertFalse(mustProveItself);
        assertEquals(WatchdogState.OKAY, watchdog.state());
    }

    @Test
    void shouldVaryTwByTwoSecondsEitherWay() {
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int seed = 0; seed < 2_000; seed++) {
            final Watchdog each = new Watchdog(TW, TW, new Jitter(seed));
            each.onConnectionUp(0);
            least = Math.min(least, each.dueNs());
            most = Math.max(most, each.dueNs());
        }

        assertTrue(least >= 28 * SECOND && least < 28 * SECOND + SECOND / 20, "least: " + least);
        assertTrue(most <= 32 * SECOND && most > 32 * SECOND - SECOND / 20, "most: " + most);
    }

    @Test
    void shouldVaryAShortTwByAThirdOfIt() {
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int seed = 0; seed < 2_000; seed++) {
            final Watchdog each = new Watchdog(SECOND, SECOND, new Jitter(seed));
            each.onConnectionUp(0);
            least = Math.min(least, each.dueNs());
            most = Math.max(most, each.dueNs());
        }

        assertTrue(least >= SECOND * 2 / 3 && most <= SECOND * 4 / 3, least + " to " + most);
        assertTrue(most - least > SECOND / 2, least + " to " + most);
    }

    @Test
    void shouldSendAWatchdogWhenNothingWasHeardForTw() {
        watchdog.onConnectionUp(nowNs);

        assertEquals(Watchdog.Action.NOTHING, watchdog.onTimer(watchdog.dueNs() - 1));
        assertEquals(Watchdog.Action.SEND_WATCHDOG, expire());
        assertEquals(WatchdogState.OKAY, watchdog.state());
    }

    @Test
    void shouldTakeAnyTrafficForLife() {
        watchdog.onConnectionUp(nowNs);
        for (int i = 0; i < 100; i++) {
            nowNs += 10 * SECOND;
            assertFalse(watchdog.onReceive(nowNs));
            assertEquals(Watchdog.Action.NOTHING, watchdog.onTimer(nowNs));
        }

        assertTrue(watchdog.dueNs() - nowNs >= 28 * SECOND);
    }

    @Test
    void shouldSendTheNextWatchdogWhenTheLastWasAnswered() {
        watchdog.onConnectionUp(nowNs);
        expire();

        watchdog.onAnswer(nowNs);

        assertEquals(Watchdog.Action.SEND_WATCHDOG, expire());
    }

    @Test
    void shouldFailOverWhenAWatchdogIsUnansweredForTw() {
        watchdog.onConnectionUp(nowNs);
        expire();

        assertEquals(Watchdog.Action.FAIL_OVER, expire());

        assertEquals(WatchdogState.SUSPECT, watchdog.state());
    }

    @Test
    void shouldStillWantTheAnswerWhenOtherTrafficIsHeard() {
        watchdog.onConnectionUp(nowNs);
        expire();

        watchdog.onReceive(nowNs);

        assertEquals(Watchdog.Action.FAIL_OVER, expire());
    }

    @Test
    void shouldFailBackWhenASuspectPeerAnswers() {
        becomeSuspect();

        assertTrue(watchdog.onAnswer(nowNs));

        assertEquals(WatchdogState.OKAY, watchdog.state());
        assertEquals(Watchdog.Action.SEND_WATCHDOG, expire());
    }

    @Test
    void shouldFailBackWhenAnythingIsHeardFromASuspectPeer() {
        becomeSuspect();

        assertTrue(watchdog.onReceive(nowNs));

        assertEquals(WatchdogState.OKAY, watchdog.state());
    }

    @Test
    void shouldCloseASuspectConnectionAfterAnotherTw() {
        becomeSuspect();

        assertEquals(Watchdog.Action.CLOSE_CONNECTION, expire());

        assertEquals(WatchdogState.DOWN, watchdog.state());
        assertEquals(Watchdog.NEVER, watchdog.dueNs());
    }

    @Test
    void shouldWantThreeAnswersWhenAConnectionIsUpAgain() {
        reopen();

        assertFalse(watchdog.onAnswer(nowNs));
        assertEquals(Watchdog.Action.SEND_WATCHDOG, expire());
        assertFalse(watchdog.onAnswer(nowNs));
        assertEquals(Watchdog.Action.SEND_WATCHDOG, expire());
        assertTrue(watchdog.onAnswer(nowNs));

        assertEquals(WatchdogState.OKAY, watchdog.state());
    }

    @Test
    void shouldNotCountOtherTrafficInReopen() {
        reopen();
        final long dueNs = watchdog.dueNs();

        for (int i = 0; i < 10; i++) {
            assertFalse(watchdog.onReceive(nowNs));
        }

        assertEquals(WatchdogState.REOPEN, watchdog.state());
        assertEquals(dueNs, watchdog.dueNs());
    }

    @Test
    void shouldCloseInReopenWhenAWatchdogIsUnansweredForTwiceTw() {
        reopen();

        assertEquals(Watchdog.Action.NOTHING, expire());
        assertEquals(Watchdog.Action.CLOSE_CONNECTION, expire());

        assertEquals(WatchdogState.DOWN, watchdog.state());
    }

    @Test
    void shouldBeginToCountAnewInReopenWhenAnAnswerWasLate() {
        reopen();
        watchdog.onAnswer(nowNs);
        expire();
        watchdog.onAnswer(nowNs);
        expire();
        expire();

        for (int i = 0; i < 3; i++) {
            assertFalse(watchdog.onAnswer(nowNs), "answer " + i);
        }

        assertTrue(watchdog.onAnswer(nowNs));
    }

    @Test
    void shouldAskFasterInReopenIfToldSo() {
        final Watchdog faster = new Watchdog(TW, SECOND, new Jitter(1));
        faster.onConnectionUp(nowNs);
        faster.onConnectionDown();
        faster.onConnectionUp(nowNs);

        faster.onAnswer(nowNs);

        assertEquals(nowNs + SECOND, faster.dueNs());
        assertEquals(Watchdog.Action.SEND_WATCHDOG, faster.onTimer(nowNs + SECOND));
    }

    @Test
    void shouldSuspectAPeerWhoseConnectionTakesNoWatchdogAndSaysNothing() {
        watchdog.onConnectionUp(nowNs);
        expire();
        watchdog.onRefused();

        assertEquals(Watchdog.Action.FAIL_OVER, expire());
    }

    @Test
    void shouldNotWaitForTheAnswerToAWatchdogThatNeverLeft() {
        watchdog.onConnectionUp(nowNs);
        expire();
        watchdog.onRefused();

        watchdog.onReceive(nowNs);

        assertEquals(Watchdog.Action.SEND_WATCHDOG, expire());
        assertEquals(WatchdogState.OKAY, watchdog.state());
    }

    @Test
    void shouldAskBeforeItsTimeWhenThereIsDoubt() {
        watchdog.onConnectionUp(nowNs);

        assertTrue(watchdog.onDoubt(nowNs + SECOND));
        assertFalse(watchdog.onDoubt(nowNs + 2 * SECOND));

        assertEquals(Watchdog.Action.FAIL_OVER, expire());
    }

    @Test
    void shouldNotWaitForTwWhenThereIsDoubtAndNothingIsHeard() {
        watchdog.onConnectionUp(nowNs);

        watchdog.onDoubt(nowNs);

        assertEquals(nowNs + 2 * SECOND, watchdog.dueNs());
        assertEquals(Watchdog.Action.FAIL_OVER, expire());
        assertEquals(nowNs + 2 * SECOND, watchdog.dueNs());
        assertEquals(Watchdog.Action.CLOSE_CONNECTION, expire());
    }

    @Test
    void shouldNotWaitForTwWhenThereIsDoubtOfASuspectPeer() {
        becomeSuspect();

        assertFalse(watchdog.onDoubt(nowNs));

        assertEquals(nowNs + 2 * SECOND, watchdog.dueNs());
    }

    @Test
    void shouldNotBeginAnewWithEachDoubt() {
        watchdog.onConnectionUp(nowNs);
        expire();
        watchdog.onDoubt(nowNs);

        watchdog.onDoubt(nowNs + SECOND);

        assertEquals(nowNs + 2 * SECOND, watchdog.dueNs());
    }

    @Test
    void shouldDoubtNoLongerWhenAnythingIsHeard() {
        watchdog.onConnectionUp(nowNs);
        watchdog.onDoubt(nowNs);

        watchdog.onReceive(nowNs);

        assertTrue(watchdog.dueNs() - nowNs >= 28 * SECOND);
    }

    // With a machine around it

    @Test
    void shouldTakeAPeerThatWasRestartedUnseenWithinSeconds() {
        final PeerHarness harness = PeerHarness.accepting("*");
        final ScriptedConnection dead = harness.connection("dead");
        harness.openAccepted(PeerHarness.LOWER, dead);
        final ScriptedConnection rejected = harness.connection("rejected");
        harness.accept(rejected).onMessage(Words.cer(PeerHarness.LOWER), harness.nowNs);
        assertTrue(rejected.isClosed());

        harness.advance(4 * SECOND);

        assertEquals(CloseCause.WATCHDOG, dead.closedBy);
        harness.openAccepted(PeerHarness.LOWER, harness.connection("again"));
    }

    @Test
    void shouldLeaveAFrozenPeerAfterTwoIntervalsAndCloseItAfterThree() {
        final PeerHarness harness = PeerHarness.plain();
        final ScriptedConnection connection = harness.connection("frozen");
        final Peer peer = harness.add(PeerHarness.spec(PeerHarness.LOWER).withWatchdog(Duration.ofSeconds(1)));
        harness.openDialled(PeerHarness.LOWER, connection);

        harness.advance(SECOND * 4 / 3);
        assertEquals(280, connection.take().commandCode());
        assertTrue(peer.isUsable());
        harness.advance(SECOND * 4 / 3);
        assertEquals(WatchdogState.SUSPECT, harness.watchdog(peer));
        assertFalse(peer.isUsable());
        assertTrue(peer.isOpen());
        harness.advance(SECOND * 4 / 3);

        assertEquals(CloseCause.WATCHDOG, connection.closedBy);
        assertEquals("closed " + PeerHarness.LOWER + " by frozen WATCHDOG", harness.listener.heard.getLast());
        assertEquals(1, harness.count(PeerCounter.SUSPECTED));
        assertEquals(1, harness.count(PeerCounter.DOWN));
    }

    @Test
    void shouldTellOfFailoverAndFailback() {
        final PeerHarness harness = PeerHarness.plain();
        final ScriptedConnection connection = harness.connection("slow");
        final Peer peer = harness.add(PeerHarness.spec(PeerHarness.LOWER).withWatchdog(Duration.ofSeconds(1)));
        final PeerSession session = harness.openDialled(PeerHarness.LOWER, connection);
        harness.advance(SECOND * 8 / 3);
        assertEquals("suspect " + PeerHarness.LOWER + " by slow", harness.listener.heard.getLast());

        session.onMessage(Words.answer(connection.take(), PeerHarness.LOWER), harness.nowNs);

        assertEquals("recovered " + PeerHarness.LOWER + " by slow", harness.listener.heard.getLast());
        assertTrue(peer.isUsable());
    }

    @Test
    void shouldUseAPeerThatIsBackOnlyAfterThreeAnswersButServeIt() {
        final PeerHarness harness = PeerHarness.plain();
        final Peer peer = harness.add(PeerHarness.LOWER);
        harness.openDialled(PeerHarness.LOWER, harness.connection("first")).onClosed(harness.nowNs);
        harness.advance(SECOND);
        final ScriptedConnection again = harness.connection("again");

        final PeerSession session = harness.openDialled(PeerHarness.LOWER, again);
        session.onMessage(Words.ccr(PeerHarness.LOWER), harness.nowNs);

        assertEquals(WatchdogState.REOPEN, harness.watchdog(peer));
        assertFalse(peer.isUsable());
        assertTrue(peer.isOpen());
        assertEquals("request 272 " + PeerHarness.LOWER + " by again", harness.listener.heard.getLast());
        harness.proveItself(peer, session, again);
        assertEquals("recovered " + PeerHarness.LOWER + " by again", harness.listener.heard.getLast());
    }

    @Test
    void shouldLeaveAPeerWhoseConnectionIsFullAndSilent() {
        final PeerHarness harness = PeerHarness.plain();
        final ScriptedConnection connection = harness.connection("full");
        final Peer peer = harness.add(PeerHarness.spec(PeerHarness.LOWER).withWatchdog(Duration.ofSeconds(1)));
        harness.openDialled(PeerHarness.LOWER, connection);

        connection.full = true;
        harness.advance(SECOND * 8 / 3);

        assertEquals(WatchdogState.SUSPECT, harness.watchdog(peer));
        assertEquals(1, harness.count(PeerCounter.DWR_NOT_TAKEN));
    }

    @Test
    void shouldNotTakeAnAnswerForOneThatItDoesNotWaitFor() {
        final PeerHarness harness = PeerHarness.plain();
        final Peer peer = harness.add(PeerHarness.LOWER);
        final PeerSession session = harness.openDialled(PeerHarness.LOWER, harness.connection("odd"));

        session.onMessage(Words.answer(Words.dwr("x.example.net"), PeerHarness.LOWER), harness.nowNs);

        assertEquals(1, harness.count(PeerCounter.UNEXPECTED));
        assertTrue(peer.isUsable());
    }
}
