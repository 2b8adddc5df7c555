package io.dialtone.diameter.routing;

import static io.dialtone.diameter.routing.RelayHarness.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.ResultCode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Requests whose peer is lost, silent or late go to another (RFC 6733 section 5.5.4), or are answered here. */
final class FailoverTest {
    private static final String SRV1 = "srv1.test.realm";
    private static final String SRV2 = "srv2.test.realm";
    private static final String SRV3 = "srv3.test.realm";

    private RelayHarness relay = RelayHarness.withServers(SRV1, SRV2, SRV3);
    private ScriptedPeer client = relay.peer("cli.test.realm");
    private ScriptedPeer first = relay.peer(SRV1);
    private ScriptedPeer second = relay.peer(SRV2);

    private void begin(final RelayConfig config) {
        relay = RelayHarness.withServers(config, SRV1, SRV2, SRV3);
        client = relay.peer("cli.test.realm");
        first = relay.peer(SRV1);
        second = relay.peer(SRV2);
    }

    /** Sends a request to the first server. */
    private Message toFirst(final Requests request) {
        second.isUsable = false;
        relay.send(client, request);
        second.isUsable = true;
        return first.request();
    }

    @Test
    void shouldSendPendingRequestsToAnotherPeerWithTheTFlagWhenTheConnectionIsLost() {
        final Message before = toFirst(Requests.ccr().ids(5, 6));

        relay.close(first).pass(1);

        final Message again = second.request();
        assertTrue(again.isRetransmitted());
        assertFalse(before.isRetransmitted());
        assertEquals(6, again.endToEndId());
        assertNotEquals(before.hopByHopId(), again.hopByHopId());
        assertEquals(before.texts(BaseAvp.ROUTE_RECORD), again.texts(BaseAvp.ROUTE_RECORD));
        relay.answer(second);
        assertEquals(5, client.answer().hopByHopId());
        assertEquals(1, relay.count(RelayCounter.RESENT_AFTER_LOSS));
        assertEquals(1, relay.count(first, RelayPeerCounter.RESENT));
    }

    @Test
    void shouldSendAgainByAnotherConnectionOfThePeerWhenOnlyOneIsLost() {
        toFirst(Requests.ccr().ids(1, 1));
        final long lost = first.connection;
        relay.core.onOpen(relay.known(first), first.connect(), false, relay.nowNs);
        toFirst(Requests.ccr().ids(2, 2));

        first.open.remove(lost);
        relay.core.onClosed(relay.known(first), lost, relay.nowNs);
        relay.pass(1);

        assertEquals(3, first.requests.size());
        assertTrue(first.request().isRetransmitted());
        assertEquals(1, first.request().endToEndId());
        assertTrue(second.requests.isEmpty());
        relay.answer(first).answer(first, first.requests.get(1), ResultCode.SUCCESS);
        assertEquals(2, client.answers.size());
    }

    @Test
    void shouldAnswer3002WhenTheConnectionIsLostAndThereIsNoOtherPeer() {
        toFirst(Requests.ccr().ids(5, 6).with(BaseAvp.PROXY_INFO, "proxy"));
        second.isUsable = false;

        relay.close(first).pass(1);

        assertEquals(ResultCode.UNABLE_TO_DELIVER, client.answer().resultCode());
        assertEquals(5, client.answer().hopByHopId());
        assertEquals(6, client.answer().endToEndId());
        assertEquals("cli.test.realm;1;1", client.answer().text(BaseAvp.SESSION_ID));
        assertEquals("proxy", client.answer().text(BaseAvp.PROXY_INFO));
        assertEquals(0, relay.core.pendingCount());
    }

    @Test
    void shouldFailOverWhenTheWatchdogIsMissedAndTakeTheLateAnswerForNobodys() {
        final Message before = toFirst(Requests.ccr());
        first.isUsable = false;

        relay.core.onSuspect(relay.known(first), first.connection);
        relay.pass(1);

        assertTrue(second.request().isRetransmitted());
        relay.answer(first, before, ResultCode.SUCCESS);
        assertTrue(client.answers.isEmpty());
        assertEquals(1, relay.count(RelayCounter.ANSWERS_LATE));
        relay.answer(second);
        assertEquals(1, client.answers.size());
    }

    @Test
    void shouldWaitOnForASuspectPeerWhenThereIsNoOther() {
        final Message before = toFirst(Requests.ccr());
        first.isUsable = false;
        second.isUsable = false;

        relay.core.onSuspect(relay.known(first), first.connection);
        relay.pass(5).answer(first, before, ResultCode.SUCCESS);

        assertEquals(ResultCode.SUCCESS, client.answer().resultCode());
    }

    @Test
    void shouldSendToAnotherPeerWhenTheAnswerTimerEnds() {
        begin(RelayHarness.config()
                .withTimers(new AnswerTimers(
                        Duration.ofMillis(300), Map.of(CommandCode.ACCOUNTING, Duration.ofMillis(100)))));
        toFirst(Requests.ccr());
        toFirst(Requests.ccr().command(CommandCode.ACCOUNTING));

        relay.pass(99);
        assertTrue(second.requests.isEmpty());

        relay.pass(3);
        assertEquals(CommandCode.ACCOUNTING, second.request().parsed().commandCode());
        assertEquals(1, second.requests.size());
        relay.pass(200);
        assertEquals(2, second.requests.size());
        assertEquals(2, relay.count(RelayCounter.RESENT_AFTER_TIMEOUT));
        assertEquals(2, relay.count(first, RelayPeerCounter.TIMEOUTS));
    }

    @Test
    void shouldTryTwoFurtherPeersAndThenAnswer3002() {
        begin(RelayHarness.config().withTimers(new AnswerTimers(Duration.ofMillis(100), Map.of())));
        final ScriptedPeer third = relay.peer(SRV3);
        relay.send(client, Requests.ccr());

        relay.pass(310);

        assertEquals(1, first.requests.size());
        assertEquals(1, second.requests.size());
        assertEquals(1, third.requests.size());
        assertEquals(ResultCode.UNABLE_TO_DELIVER, client.answer().resultCode());
        assertEquals(1, client.answers.size());
        assertEquals(1, relay.count(RelayCounter.ATTEMPTS_OVER));
    }

    @Test
    void shouldTryAnotherPeerWhenOneIsTooBusyAndForwardTheLastAnswer() {
        toFirst(Requests.ccr());

        relay.answer(first, ResultCode.TOO_BUSY);
        assertTrue(client.answers.isEmpty());
        assertTrue(second.request().isRetransmitted());
        relay.answer(second, ResultCode.TOO_BUSY);

        assertEquals(ResultCode.TOO_BUSY, client.answer().resultCode());
        assertEquals(SRV2, client.answer().text(BaseAvp.ORIGIN_HOST));
        assertEquals(1, client.answers.size());
        assertEquals(1, relay.count(RelayCounter.RESENT_AFTER_RESULT));
    }

    @Test
    void shouldForwardTooBusyWhenItComesFromTheDestinationHostItself() {
        relay.send(client, Requests.ccr().host(SRV1)).answer(first, ResultCode.TOO_BUSY);

        assertEquals(ResultCode.TOO_BUSY, client.answer().resultCode());
        assertTrue(second.requests.isEmpty());
    }

    @Test
    void shouldForwardAnyAnswerWhenItsResultCodeIsNotOneToTryAgain() {
        begin(RelayHarness.config().withRerouting(new Rerouting(2, Set.of(ResultCode.TOO_BUSY), true)));
        toFirst(Requests.ccr());

        relay.answer(first, ResultCode.UNABLE_TO_DELIVER);

        assertEquals(ResultCode.UNABLE_TO_DELIVER, client.answer().resultCode());
        assertTrue(second.requests.isEmpty());
    }

    @Test
    void shouldNeverSendAgainWhatWasAnswered() {
        toFirst(Requests.ccr());
        relay.answer(first);

        relay.close(first).pass(3_000);

        assertTrue(second.requests.isEmpty());
        assertEquals(1, client.answers.size());
    }

    @Test
    void shouldSendTenThousandRequestsToAnotherPeerInTurnsOfBoundedWork() {
        begin(RelayHarness.config().withLimits(RelayHarness.SMALL.withPending(1 << 14, 1 << 24)));
        second.isUsable = false;
        for (int i = 0; i < 10_000; i++) {
            relay.send(client, Requests.ccr().ids(i, i));
        }
        second.isUsable = true;

        relay.close(first);
        int turns = 0;
        for (int work = 100; work == 100; turns++) {
            final int sentBefore = second.requests.size();
            work = relay.core.doWork(relay.nowNs, 100);
            assertEquals(work, second.requests.size() - sentBefore);
        }

        assertEquals(101, turns);
        assertEquals(10_000, second.requests.size());
        for (final Message request : second.requests) {
            relay.answer(second, request, ResultCode.SUCCESS);
        }
        assertEquals(10_000, client.answers.size());
        assertEquals(Long.MAX_VALUE, relay.core.nextDeadlineNs(relay.nowNs));
    }

    // Suspicion by answer times

    @Test
    void shouldLeaveAPeerThatAnswersNobodyLongBeforeItsWatchdogSaysSo() {
        letTheFirstFallSilent();

        relay.pass(490);
        assertTrue(second.requests.isEmpty());
        relay.pass(30);

        assertTrue(second.request().isRetransmitted());
        sendSessions("new;", 20);
        assertEquals(21, second.requests.size());
        assertEquals(1, relay.count(RelayCounter.SUSPICIONS));
        assertEquals(1, relay.count(RelayCounter.RESENT_AFTER_SUSPICION));
    }

    /** It answers within 2 ms, and then not at all. */
    private void letTheFirstFallSilent() {
        toFirst(Requests.ccr());
        relay.nowNs += 2 * MS;
        relay.answer(first);
        toFirst(Requests.ccr());
    }

    private void sendSessions(final String prefix, final int count) {
        for (int i = 0; i < count; i++) {
            relay.send(client, Requests.ccr().session(prefix + i));
        }
    }

    @Test
    void shouldTrustASlowPeerForAsManyTimesItsUsualTimeAndNoLongerThanTheMost() {
        toFirst(Requests.ccr());
        relay.nowNs += 100 * MS;
        relay.answer(first);
        toFirst(Requests.ccr());

        relay.pass(790);
        assertEquals(0, relay.count(RelayCounter.SUSPICIONS));
        relay.pass(30);
        assertEquals(1, relay.count(RelayCounter.SUSPICIONS));
    }

    @Test
    void shouldSendASuspectedPeerOneRequestNowAndThenUntilItAnswers() {
        letTheFirstFallSilent();
        relay.pass(520);
        final int before = first.requests.size();
        relay.nowNs += 1_000 * MS;

        sendSessions("later;", 20);
        assertEquals(before + 1, first.requests.size());
        assertEquals(1, relay.count(RelayCounter.PROBES));

        relay.answer(first);
        sendSessions("last;", 400);
        assertTrue(first.requests.size() > before + 10, "in slow start: " + first.requests.size());
        assertTrue(first.requests.size() < before + 100, "in slow start: " + first.requests.size());
    }

    @Test
    void shouldTrustAPeerAgainWhenItAnswersLate() {
        toFirst(Requests.ccr());
        final Message late = first.request();
        relay.pass(1_000);
        assertTrue(relay.known(first).isSuspected());

        relay.answer(first, late, ResultCode.SUCCESS);

        assertFalse(relay.known(first).isSuspected());
    }

    @Test
    void shouldUseASuspectedPeerWhenThereIsNoOther() {
        second.isUsable = false;
        relay.send(client, Requests.ccr());
        relay.pass(1_000);
        assertTrue(relay.known(first).isSuspected());

        relay.send(client, Requests.ccr());

        assertEquals(2, first.requests.size());
        relay.answer(first, first.requests.getFirst(), ResultCode.SUCCESS);
        assertEquals(1, client.answers.size());
    }
}
