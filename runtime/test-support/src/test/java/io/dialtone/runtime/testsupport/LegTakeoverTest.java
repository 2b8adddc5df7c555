package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Session;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipResponse;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.testsupport.ScriptedHandler.Events;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls of two legs whose node dies: whoever goes on says on either leg what the dead one would have said. */
class LegTakeoverTest {
    private final ScriptedHandler handler = new ScriptedHandler(SipMethod.INFO);
    private final TestCluster cluster = TestCluster.replicated(() -> handler, EventsCodec::new)
            .nodes(3)
            .worker(WorkerConfig.defaults()
                    .withRestAfterNs(Duration.ofSeconds(30).toNanos()))
            .start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");
    private final SipCall call = alice.newCall("sip:service@example.com");

    LegTakeoverTest() {
        handler.onInvite = this::call;
        handler.onResponse = LegTakeoverTest::relay;
        handler.onAck = LegTakeoverTest::relayAck;
        handler.onCancel = (cancel, session) -> session.leg("callee").ifPresent(SipLeg::hangUp);
        handler.onOther = LegTakeoverTest::relay;
    }

    private void call(final SipRequest invite, final Session<Events> session) {
        final var out = session.request(SipMethod.INVITE, "callee", "sip:bob@" + bob.address())
                .onBehalfOf(invite);
        if (invite.bodyLength() > 0) {
            out.body("application/sdp", invite.bodyBytes());
        }
        out.send();
    }

    private static void relay(final SipResponse response, final Session<Events> session) {
        response.onBehalfOf().ifPresent(request -> {
            final var reply = request.reply(response.status());
            if (response.bodyLength() > 0) {
                reply.body("application/sdp", response.bodyBytes());
            }
            reply.send();
        });
    }

    private static void relayAck(final SipRequest ack, final Session<Events> session) {
        session.leg("callee")
                .filter(SipLeg::isAckDue)
                .ifPresent(callee -> callee.request(SipMethod.ACK)
                        .body("application/sdp", ack.bodyBytes())
                        .send());
    }

    private static void relay(final SipRequest request, final Session<Events> session) {
        if (request.method() == SipMethod.BYE) {
            request.reply(200).send();
            session.end();
        } else {
            session.leg(request.leg().equals("callee") ? SipLeg.CALLER : "callee")
                    .orElseThrow()
                    .request(request.method())
                    .onBehalfOf(request)
                    .send();
        }
    }

    private void takeOver() {
        takeOver(call.callId());
        alice.drain(); // what may not have left is sent once more; peers know it again
        bob.drain();
    }

    private void takeOver(final String key) {
        final String former = cluster.killOwnerOf(key);
        cluster.awaitNewOwner(key, former);
        cluster.advance(Duration.ofMillis(5));
    }

    private SipCalled ringing() {
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);
        return called;
    }

    private SipCalled up() {
        final SipCalled called = ringing().respondWithBody(200, SipCalled.SDP);
        called.expectRequest("ACK");
        call.expect(200);
        call.ack();
        return called;
    }

    @Test
    void shouldGoOnCallingWhenNobodyHasAnswered() {
        call.invite();
        final SipCalled called = bob.expectCall();

        takeOver(call.callId());
        assertArrayEquals(called.invite().bytes(), bob.expectRequest("INVITE").bytes());
        bob.drain();
        alice.drain();

        called.respond(180);
        call.expect(180);
        called.respond(200);
        called.expectRequest("ACK");
        call.expect(200);
    }

    @Test
    void shouldGiveUpAtTheTimeOfTheDeadOwnersTimerB() {
        call.invite();
        bob.expectCall();
        cluster.advance(Duration.ofSeconds(20));

        takeOver();
        cluster.advance(Duration.ofSeconds(11));
        alice.expectNothing();
        cluster.advance(Duration.ofMillis(1_500));

        call.expect(408);
    }

    @Test
    void shouldAnswerTheCallerWhenTheOwnerDiesWhileTheSecondLegRings() {
        final SipCalled called = ringing();
        final String tag = call.remoteTag();

        takeOver();
        called.respondWithBody(200, SipCalled.SDP);

        assertEquals("1 ACK", called.expectRequest("ACK").header("CSeq").orElseThrow());
        final SipText ok = call.expect(200);
        assertEquals(tag, ok.tag("To").orElseThrow());
        assertEquals(SipCalled.SDP, ok.body());
        call.ack();
        call.bye().expect(200);
        called.expectRequest("BYE");
        assertEquals(List.of("INVITE", "180 INVITE callee", "200 INVITE callee", "ACK", "BYE"), handler.told);
    }

    @Test
    void shouldTakeTheFirst2xxOfForksThatRangWhenTheOwnerDied() {
        final SipCalled one = ringing();
        final SipCalled two = bob.fork(one, "two").respond(180);
        alice.drain();

        takeOver();
        two.respond(200);
        assertEquals("two", two.expectRequest("ACK").tag("To").orElseThrow());
        call.expect(200);
        one.respond(200);

        one.expectRequest("ACK");
        assertEquals("bob-tag", one.expectRequest("BYE").tag("To").orElseThrow());
    }

    @Test
    void shouldHangUpAForkThatAcceptsAfterTheOwnerOfTheWinnerDied() {
        final SipCalled one = ringing();
        final SipCalled two = bob.fork(one, "two").respond(200);
        assertEquals("two", two.expectRequest("ACK").tag("To").orElseThrow());
        call.expect(200);

        takeOver();
        one.respond(200);

        one.expectRequest("ACK");
        assertEquals("bob-tag", one.expectRequest("BYE").tag("To").orElseThrow());
        two.respond(200);
        assertEquals("two", two.expectRequest("ACK").tag("To").orElseThrow());
    }

    @Test
    void shouldAcknowledgeA2xxAgainWithTheSameBytesAtTheNewOwner() {
        final SipCalled called = ringing().respondWithBody(200, SipCalled.SDP);
        final SipText ack = called.expectRequest("ACK");
        call.expect(200);

        takeOver();
        called.respondWithBody(200, SipCalled.SDP);

        assertArrayEquals(ack.bytes(), called.expectRequest("ACK").bytes());
        bob.expectNothing();
    }

    @Test
    void shouldAnswerTheOfferOfA2xxWhenTheOwnerDiesBeforeTheAck() {
        call.inviteWithoutOffer();
        final SipCalled called = bob.expectCall().respondWithBody(200, SipCalled.SDP);
        call.expect(200);

        takeOver();
        called.retransmit();
        bob.expectNothing();
        call.ackWithBody("v=0\r\n");

        assertEquals("v=0\r\n", called.expectRequest("ACK").body());
        called.retransmit();
        assertEquals("v=0\r\n", called.expectRequest("ACK").body());
    }

    @Test
    void shouldHangUpEitherLegOfACallThatWasUpWhenItsOwnerDied() {
        final SipCalled called = up();

        takeOver();
        called.request("BYE", "").expect(200);

        assertEquals("1 BYE", alice.expectRequest("BYE").header("CSeq").orElseThrow());
        bob.expectNothing();
    }

    @Test
    void shouldCountOnWhereTheDeadOwnersCseqEnded() {
        final SipCalled called = up();
        final SipCall info = call.request("INFO");
        assertEquals("2 INFO", called.expectRequest("INFO").header("CSeq").orElseThrow());
        called.answer(200);
        info.expect(200);

        takeOver();
        call.request("INFO");

        assertEquals("3 INFO", called.expectRequest("INFO").header("CSeq").orElseThrow());
        called.answer(200);
        alice.expect(200);
    }

    @Test
    void shouldRelayTheAnswerToARequestThatWasUnderWayWhenTheOwnerDied() {
        final SipCalled called = up();
        call.request("INFO");
        final SipText info = called.expectRequest("INFO");

        takeOver(call.callId());
        assertArrayEquals(info.bytes(), called.expectRequest("INFO").bytes(), "asked again");
        bob.drain();
        alice.drain();
        called.answer(200);

        call.expect(200);
        assertEquals("200 INFO callee", handler.told.getLast());
    }

    @Test
    void shouldGoOnWithdrawingWhenTheOwnerDiesDuringCancel() {
        final SipCalled called = ringing();
        call.cancel();
        final SipText cancel = called.expectRequest("CANCEL");
        alice.drain();
        call.ackRefusal();

        takeOver();
        cluster.advance(Duration.ofMillis(500));
        assertArrayEquals(cancel.bytes(), called.expectRequest("CANCEL").bytes());
        bob.drain();
        called.answer(200);
        called.respond(487);

        called.expectRequest("ACK");
        cluster.advance(Duration.ofSeconds(40));
        bob.expectNothing();
        assertEquals(0, cluster.images());
    }

    @Test
    void shouldHangUpA2xxThatCrossesTheCancelOfTheDeadOwner() {
        final SipCalled called = ringing();
        call.cancel();
        called.expectRequest("CANCEL");

        takeOver();
        called.respond(200);

        called.expectRequest("ACK");
        called.expectRequest("BYE");
    }

    @Test
    void shouldSendTheCancelThatTheDeadOwnerWasNotAllowedToSendYet() {
        call.invite();
        final SipCalled called = bob.expectCall();
        call.cancel();
        bob.expectNothing();

        takeOver();
        called.respond(180);

        called.expectRequest("CANCEL");
    }

    @Test
    void shouldAcknowledgeARefusalAgainWithTheSameBytesAtTheNewOwner() {
        final SipCalled called = ringing().respond(486);
        final SipText ack = called.expectRequest("ACK");

        takeOver();
        called.respond(486);

        assertArrayEquals(ack.bytes(), called.expectRequest("ACK").bytes());
    }

    @Test
    void shouldWakeACallAtRestForAMessageOfItsSecondLeg() {
        final SipCalled called = up();
        cluster.advance(Duration.ofSeconds(100));
        assertEquals(0, cluster.sessions());
        assertEquals(1, cluster.count(WorkerCounter.SESSIONS_DORMANT));

        called.request("INFO", "");

        final SipText info = alice.expectRequest("INFO");
        alice.respond(info, 200);
        called.expect(200);
        assertEquals(0, cluster.count(SipCounter.REQUESTS_OF_UNKNOWN_DIALOG));
    }

    @Test
    void shouldForgetACallOfTwoLegsEverywhereWhenItHasEnded() {
        final SipCalled called = up();
        assertEquals(2, cluster.images());
        call.bye().expect(200);
        called.expectRequest("BYE");
        called.answer(200);

        cluster.advance(Duration.ofSeconds(33));

        assertEquals(0, cluster.images());
        assertEquals(0, cluster.count(SipCounter.CLIENT_TRANSACTIONS));
    }

    @Test
    void shouldDropAndCountACallOfTwoLegsWhoseImageNobodyCanRead() {
        final TestCluster restless = TestCluster.replicated(() -> handler, EventsCodec::new)
                .worker(WorkerConfig.defaults()
                        .withRestAfterNs(Duration.ofSeconds(1).toNanos()))
                .start();
        final SipPeer carol = restless.peer("carol");
        final SipPeer dave = restless.peer("dave");
        handler.onInvite =
                (invite, session) -> session.request(SipMethod.INVITE, "callee", "sip:dave@" + dave.address())
                        .onBehalfOf(invite)
                        .send();
        for (int bytesToChange = 1; bytesToChange < 30; bytesToChange++) {
            final SipCall damaged = carol.invite("sip:service@example.com");
            final SipCalled called = dave.expectCall().respond(200);
            damaged.expect(200);
            damaged.ackWithBody("v=0\r\n");
            called.expectRequest("ACK");
            restless.advance(Duration.ofSeconds(3));
            assertTrue(restless.count(WorkerCounter.SESSIONS_DORMANT) > 0);
            restless.imagesOfOwnerOf(damaged.callId()).corrupt(bytesToChange);

            damaged.bye();
            carol.receive(); // 481, or 200 where the changed bytes do not matter to a BYE

            restless.imagesOfOwnerOf(damaged.callId()).corrupt(0);
            carol.drain();
            restless.advance(Duration.ofSeconds(40));
            dave.drain();
        }
        assertTrue(restless.count(WorkerCounter.IMAGES_UNREADABLE) > 10);
    }
}
