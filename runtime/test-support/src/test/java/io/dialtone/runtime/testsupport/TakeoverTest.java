package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.ServicePolicy;
import io.dialtone.api.SipMethod;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.testsupport.ScriptedHandler.Events;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TakeoverTest {
    private final ScriptedHandler handler = new ScriptedHandler();
    private final TestCluster cluster = TestCluster.replicated(() -> handler, EventsCodec::new)
            .nodes(3)
            .worker(WorkerConfig.defaults()
                    .withRestAfterNs(Duration.ofSeconds(30).toNanos()))
            .start();
    private final SipPeer alice = cluster.peer("alice");

    @Test
    void shouldHangUpACallWhoseOwnerHasDied() {
        final SipCall call = establishedCall();
        final String tag = tagOf(call);

        takeOver(call);

        call.bye();
        assertEquals(tag, call.expect(200).tag("To").orElseThrow());
        assertEquals(List.of("INVITE", "ACK", "BYE"), handler.told);
        assertEquals(1, cluster.count(WorkerCounter.SESSIONS_RESTORED));
        alice.expectNothing();
    }

    @Test
    void shouldHandTheHandlerTheStateThatTheDeadOwnerLeft() {
        final SipCall call = establishedCall();
        call.request("OPTIONS").expect(200);
        call.request("OPTIONS").expect(200);

        takeOver(call);

        call.request("OPTIONS").expect(200);
        assertEquals(4, stateOf(call).count());
    }

    @Test
    void shouldAnswerAnInviteThatRangWhenItsOwnerDied() {
        handler.onInvite = (invite, session) -> {
            invite.reply(180).send();
            session.startTimer("answer", Duration.ofSeconds(3));
        };
        handler.onTimer = (timer, session) ->
                session.pending(SipMethod.INVITE).orElseThrow().reply(200).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        final String tag = call.expect(180).tag("To").orElseThrow();

        takeOver(call);
        cluster.advance(Duration.ofSeconds(3));

        assertEquals(tag, call.expect(200).tag("To").orElseThrow());
        call.ack();
        call.bye().expect(200);
        assertEquals(List.of("INVITE", "timer answer", "ACK", "BYE"), handler.told);
    }

    @Test
    void shouldFireATimerOnceAndNotEarlyAfterTakeover() {
        final SipCall call = establishedCall();
        handler.onOther = (request, session) -> {
            session.startTimer("wake", Duration.ofSeconds(10));
            request.reply(200).send();
        };
        call.request("OPTIONS").expect(200);

        takeOver(call);
        cluster.advance(Duration.ofSeconds(9));
        assertEquals(0, timersTold());

        cluster.advance(Duration.ofSeconds(20));
        assertEquals(1, timersTold());
    }

    @Test
    void shouldFireATimerThatFellDueBetweenTwoOwners() {
        final SipCall call = establishedCall();
        handler.onOther = (request, session) -> {
            session.startTimer("wake", Duration.ofMillis(100));
            request.reply(200).send();
        };
        call.request("OPTIONS").expect(200);

        takeOver(call);
        cluster.advance(Duration.ofMillis(100));

        assertEquals(1, timersTold());
    }

    @Test
    void shouldSpreadTimersThatFellDueBetweenTwoOwners() {
        final int calls = 240;
        final List<SipCall> ofOne = new ArrayList<>();
        final SipCall first = establishedCall();
        final String owner = cluster.ownerOf(first.callId());
        while (ofOne.size() < calls) {
            final SipCall call = establishedCall();
            if (cluster.ownerOf(call.callId()).equals(owner)) {
                ofOne.add(call);
            } else {
                call.bye().expect(200);
            }
        }
        handler.onOther = (request, session) -> {
            session.startTimer("wake", Duration.ofMillis(100));
            request.reply(200).send();
        };
        for (final SipCall call : ofOne) {
            call.request("OPTIONS").expect(200);
        }

        cluster.killOwnerOf(first.callId());
        cluster.awaitNewOwner(first.callId(), owner);
        long mostInAMs = 0;
        int lastMs = 0;
        for (int ms = 0; ms < 300; ms++) {
            final long before = timersTold();
            cluster.advance(Duration.ofMillis(1));
            mostInAMs = Math.max(mostInAMs, timersTold() - before);
            lastMs = timersTold() > before ? ms : lastMs;
        }

        assertEquals(calls, timersTold());
        // Two nodes have taken over, each of which serves one every 50 us.
        assertTrue(mostInAMs <= 2 * 21, "in a millisecond: " + mostInAMs);
        assertTrue(lastMs < 200, "the last after ms: " + lastMs);
    }

    @Test
    void shouldNotMoveTimersOfSessionsThatRestWhenTheWallClockJumps() {
        final TestCluster restless = TestCluster.replicated(() -> handler, EventsCodec::new)
                .worker(WorkerConfig.defaults()
                        .withRestAfterNs(Duration.ofSeconds(1).toNanos()))
                .start();
        final SipCall call = restless.peer("alice").invite("sip:bob@example.com");
        call.expect(200);
        call.ack();
        handler.onOther = (request, session) -> {
            session.startTimer("wake", Duration.ofSeconds(30));
            request.reply(200).send();
        };
        call.request("OPTIONS").expect(200);
        restless.advance(Duration.ofSeconds(3));
        assertTrue(restless.count(WorkerCounter.SESSIONS_DORMANT) > 0);

        restless.stepWallClock(Duration.ofHours(1));
        restless.advance(Duration.ofSeconds(20));
        assertEquals(0, timersTold());
        restless.stepWallClock(Duration.ofHours(-3));
        restless.advance(Duration.ofMillis(7_100));

        assertEquals(1, timersTold());
    }

    @Test
    void shouldNotMoveTimersThatWereTakenOverWhenTheWallClockJumps() {
        final SipCall call = establishedCall();
        handler.onOther = (request, session) -> {
            session.startTimer("wake", Duration.ofSeconds(30));
            request.reply(200).send();
        };
        call.request("OPTIONS").expect(200);
        takeOver(call);

        cluster.stepWallClock(Duration.ofHours(1));
        cluster.advance(Duration.ofSeconds(20));
        assertEquals(0, timersTold());
        cluster.stepWallClock(Duration.ofHours(-3));
        cluster.advance(Duration.ofMillis(10_100));

        assertEquals(1, timersTold());
    }

    @Test
    void shouldNotMoveRunningTimersWhenTheWallClockJumps() {
        final SipCall call = establishedCall();
        handler.onOther = (request, session) -> {
            session.startTimer("wake", Duration.ofSeconds(10));
            request.reply(200).send();
        };
        call.request("OPTIONS").expect(200);

        cluster.stepWallClock(Duration.ofHours(1));
        cluster.advance(Duration.ofSeconds(9));
        assertEquals(0, timersTold());
        cluster.stepWallClock(Duration.ofHours(-2));
        cluster.advance(Duration.ofMillis(1_100));
        assertEquals(1, timersTold());
    }

    @Test
    void shouldRepeatTheSameAnswerToAByeSentAgainToTheNewOwner() {
        final SipCall call = establishedCall();
        final String answer = call.bye().expect(200).toString();

        takeOver(call);
        call.retransmit();

        assertEquals(answer, alice.expect(200).toString());
        assertEquals(List.of("INVITE", "ACK", "BYE"), handler.told);
    }

    @Test
    void shouldRepeatTheSameProvisionalAnswerToAnInviteSentAgainToTheNewOwner() {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        final String answer = call.expect(180).toString();

        takeOver(call);
        call.retransmit();

        assertEquals(answer, alice.expect(180).toString());
        assertEquals(List.of("INVITE"), handler.told);
    }

    @Test
    void shouldGoOnSendingA2xxUntilItsAckComes() {
        final SipCall call = alice.invite("sip:bob@example.com");
        final String answer = call.expect(200).toString();

        takeOver(call);
        cluster.advance(Duration.ofSeconds(2));

        assertEquals(answer, alice.expect(200).toString());
        assertTrue(alice.drain() > 0);
        call.ack();
        cluster.advance(Duration.ofSeconds(5));
        alice.expectNothing();
        assertEquals(List.of("INVITE", "ACK"), handler.told);
    }

    @Test
    void shouldGoOnSendingARefusalUntilItsAckComes() {
        handler.onInvite = (invite, session) -> invite.reply(486).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        final String answer = call.expect(486).toString();

        takeOver(call);
        cluster.advance(Duration.ofSeconds(1));

        assertEquals(answer, alice.expect(486).toString());
        alice.drain();
        call.ackRefusal();
        cluster.advance(Duration.ofSeconds(10));
        alice.expectNothing();
    }

    @Test
    void shouldCancelAnInviteAtItsNewOwner() {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);

        takeOver(call);
        call.cancel();

        alice.expect(200);
        alice.expect(487);
        assertEquals(List.of("INVITE", "CANCEL"), handler.told);
    }

    @Test
    void shouldGoOnHangingUpWhatTheDeadOwnerHungUp() {
        final SipCall call = establishedCall();
        handler.onOther = (request, session) -> {
            request.reply(200).send();
            session.end();
        };
        call.request("OPTIONS").expect(200);
        final SipText bye = alice.expectRequest("BYE");

        takeOver(call);
        cluster.advance(Duration.ofSeconds(1));
        final SipText again = alice.expectRequest("BYE");
        alice.drain();
        alice.respond(again, 200);
        cluster.advance(Duration.ofSeconds(40));

        assertEquals(bye.toString(), again.toString());
        alice.expectNothing();
        assertEquals(0, cluster.images());
    }

    @Test
    void shouldForgetACallEverywhereWhenItAndItsTransactionsHaveEnded() {
        final SipCall call = establishedCall();
        call.bye().expect(200);
        assertEquals(2, cluster.images());

        cluster.advance(Duration.ofSeconds(33));

        assertEquals(0, cluster.images());
        assertEquals(0, cluster.count(SipCounter.TRANSACTIONS));
    }

    @Test
    void shouldSendNothingFromAnOwnerThatWakesAfterItWasReplaced() {
        final SipCall call = establishedCall();
        final String former = cluster.pauseOwnerOf(call.callId());
        call.request("OPTIONS");
        alice.expectNothing();
        cluster.awaitNewOwner(call.callId(), former);
        handler.told.clear();

        cluster.wake(former);
        assertNotEquals(former, cluster.ownerOf(call.callId()));
        alice.expectNothing();

        call.retransmit().expect(200);
        // Slots are spread evenly again soon; who has the call by then answers.
        cluster.advance(Duration.ofSeconds(2));
        alice.expectNothing();
        call.bye().expect(200);
        alice.expectNothing();
    }

    @Test
    void shouldHoldAnswersUntilABackupHasTheirRecord() {
        final SipCall call = establishedCall();
        cluster.link().slow(backupOf(call), 0, true);

        call.request("OPTIONS");
        alice.expectNothing();
        cluster.advance(Duration.ofMillis(100));
        alice.expectNothing();

        cluster.link().slow(backupOf(call), 0, false);
        cluster.advance(Duration.ofMillis(60));
        call.expect(200);
    }

    @Test
    void shouldUndoAnEventWhoseHandlerThrows() {
        final SipCall call = establishedCall();
        handler.onOther = (request, session) -> {
            session.update(new Events(77));
            session.startTimer("never", Duration.ofSeconds(1));
            throw new IllegalStateException("on purpose");
        };
        call.request("OPTIONS").expect(500);

        takeOver(call);
        cluster.advance(Duration.ofSeconds(2));
        handler.onOther = (request, session) -> request.reply(200).send();
        call.request("OPTIONS").expect(200);

        assertEquals(2, stateOf(call).count());
        assertEquals(0, timersTold());
    }

    @Test
    void shouldUndoAnEventThatMakesTooMuchState() {
        final SipCall call = establishedCall();
        handler.onOther = (request, session) -> {
            session.update(new Events(EventsCodec.TOO_MANY));
            request.reply(200).send();
        };

        call.request("OPTIONS").expect(500);

        assertEquals(1, stateOf(call).count());
        assertEquals(1, cluster.count(SipCounter.STATES_TOO_LONG));
    }

    @Test
    void shouldUndoAnEventThatTheStoreRefusesAndGoOnAfterwards() {
        final SipCall call = establishedCall();
        final HeapImages images = cluster.imagesOfOwnerOf(call.callId());
        images.imageBytesMax(10);

        call.request("OPTIONS").expect(503);
        assertEquals(1, cluster.count(WorkerCounter.EVENTS_NOT_KEPT));

        images.imageBytesMax(1 << 16);
        call.request("OPTIONS").expect(200);
        assertEquals(2, stateOf(call).count());
        call.bye().expect(200);
    }

    @Test
    void shouldRefuseNewCallsBeforeTheStoreIsFullAndServeThoseThatAreThere() {
        final SipCall call = establishedCall();
        final HeapImages images = cluster.imagesOfOwnerOf(call.callId());
        images.bytesMax((images.bytesMax() - images.bytesFree()) * 100 / 95);

        SipCall other = alice.newCall("sip:bob@example.com");
        while (!cluster.ownerOf(other.callId()).equals(cluster.ownerOf(call.callId()))) {
            other = alice.newCall("sip:bob@example.com");
        }
        other.invite().expect(503);
        images.bytesMax(1 << 20);

        call.bye().expect(200);
        assertEquals(1, cluster.count(WorkerCounter.SESSIONS_REFUSED_STORE_FULL));
    }

    @Test
    void shouldTakeNoNewCallsWhileAloneIfTheServiceWantsABackup() {
        final TestCluster careful = establishedOnly();
        final SipPeer bob = careful.peer("bob");
        final SipCall call = bob.invite("sip:bob@example.com");
        call.expect(200);
        call.ack();

        careful.killAllBut(call.callId());

        final SipCall refused = bob.invite("sip:bob@example.com");
        final SipText refusal = refused.expect(503);
        refused.ackRefusal();
        assertEquals("5", refusal.header("Retry-After").orElseThrow());
        assertEquals(1, careful.count(WorkerCounter.SESSIONS_REFUSED_ALONE));
        call.request("OPTIONS").expect(200);
        call.bye().expect(200);
    }

    private TestCluster establishedOnly() {
        return TestCluster.replicated(() -> handler, EventsCodec::new)
                .nodes(2)
                .policy(ServicePolicy.defaults().withWhenAlone(ServicePolicy.WhenAlone.ESTABLISHED_ONLY))
                .start();
    }

    @Test
    void shouldCountSessionsAtRestWhenItRefusesMoreThanThereMayBe() {
        final TestCluster small = TestCluster.replicated(() -> handler, EventsCodec::new)
                .nodes(2)
                .worker(WorkerConfig.defaults().withSessionsMax(2).withRestAfterNs(1_000_000_000L))
                .start();
        final SipPeer bob = small.peer("bob");
        final List<SipCall> calls = new ArrayList<>();
        while (small.count(WorkerCounter.SESSIONS_REFUSED) == 0) {
            final SipCall call = bob.invite("sip:bob@example.com");
            if (small.count(WorkerCounter.SESSIONS_REFUSED) == 0) {
                call.expect(200);
                call.ack();
                calls.add(call);
            } else {
                call.expect(503);
                call.ackRefusal();
            }
            small.advance(Duration.ofSeconds(10));
        }

        assertTrue(small.count(WorkerCounter.SESSIONS_DORMANT) >= 2, "they rest");
        for (final SipCall call : calls) {
            call.bye().expect(200);
        }
    }

    @Test
    void shouldPutIdleCallsToRestAndWakeThemForAMessage() {
        final SipCall call = establishedCall();
        cluster.advance(Duration.ofSeconds(100));
        assertEquals(0, cluster.sessions());
        assertEquals(1, cluster.count(WorkerCounter.SESSIONS_DORMANT));
        assertEquals(0, cluster.count(SipCounter.DIALOGS));

        call.bye().expect(200);

        assertEquals(List.of("INVITE", "ACK", "BYE"), handler.told);
        cluster.advance(Duration.ofSeconds(33));
        assertEquals(0, cluster.images());
    }

    @Test
    void shouldWakeARestingCallForItsTimer() {
        final SipCall call = establishedCall();
        handler.onOther = (request, session) -> {
            session.startTimer("wake", Duration.ofSeconds(200));
            request.reply(200).send();
        };
        call.request("OPTIONS").expect(200);
        cluster.advance(Duration.ofSeconds(100));
        assertEquals(0, cluster.sessions());

        cluster.advance(Duration.ofMillis(99_900));
        assertEquals(0, timersTold());
        cluster.advance(Duration.ofMillis(200));

        assertEquals(1, timersTold());
    }

    @Test
    void shouldSendWhatTheDeadOwnerMayNotHaveSent() {
        final SipCall call = establishedCall();
        cluster.link().slow(0, 0, true);
        call.request("OPTIONS");
        alice.expectNothing();

        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.link().slow(0, 0, false);
        cluster.advance(Duration.ofMillis(10));

        call.expect(200);
        assertTrue(cluster.count(WorkerCounter.OUTPUTS_TAKEN_OVER) > 0);
        assertEquals(List.of("INVITE", "ACK", "OPTIONS"), handler.told);
    }

    @Test
    void shouldFindTheCallOfAMessageThatDoesNotNameItsSession() {
        final TestCluster byHeader = TestCluster.replicated(() -> handler, EventsCodec::new)
                .affinity("header:X-Subscriber")
                .start();
        final SipPeer bob = byHeader.peer("bob");
        final SipCall call = bob.newCall("sip:alice@example.com");
        call.invite("X-Subscriber: 4711");
        call.expect(200);
        call.ack();

        final String former = byHeader.killOwnerOf("4711");
        byHeader.awaitNewOwner("4711", former);
        bob.drain();
        call.bye().expect(200);

        assertEquals(List.of("INVITE", "ACK", "BYE"), handler.told);
    }

    @Test
    void shouldDropAndCountASessionWhoseImageNobodyCanRead() {
        final TestCluster restless = TestCluster.replicated(() -> handler, EventsCodec::new)
                .worker(WorkerConfig.defaults()
                        .withRestAfterNs(Duration.ofSeconds(1).toNanos()))
                .start();
        final SipPeer bob = restless.peer("bob");
        for (int bytesToChange = 1; bytesToChange < 30; bytesToChange++) {
            final SipCall call = bob.invite("sip:alice@example.com");
            call.expect(200);
            call.ack();
            restless.advance(Duration.ofSeconds(3));
            assertTrue(restless.count(WorkerCounter.SESSIONS_DORMANT) > 0);
            restless.imagesOfOwnerOf(call.callId()).corrupt(bytesToChange);

            call.bye();
            bob.receive(); // 481, or 200 where the changed bytes do not matter to a BYE

            restless.imagesOfOwnerOf(call.callId()).corrupt(0);
            bob.drain();
        }
        assertTrue(restless.count(WorkerCounter.IMAGES_UNREADABLE) > 10);
    }

    private SipCall establishedCall() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        call.ack();
        return call;
    }

    private void takeOver(final SipCall call) {
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        alice.drain(); // what may not have left is sent once more; peers know it again
    }

    private int backupOf(final SipCall call) {
        return cluster.backupOf(call.callId());
    }

    private String tagOf(final SipCall call) {
        return call.remoteTag();
    }

    private Events stateOf(final SipCall call) {
        return cluster.stateOf(call.callId(), Events.class).orElseThrow();
    }

    private long timersTold() {
        return handler.told.stream().filter(told -> told.startsWith("timer")).count();
    }
}
