package io.dialtone.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.testsupport.SipCall;
import io.dialtone.runtime.testsupport.SipCalled;
import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.SipText;
import io.dialtone.runtime.testsupport.TestCluster;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackToBackServiceTest {
    private static final String TARGET = "192.0.2.2:5060";

    private final RecordStateCodec<BackToBackService.Call> codec =
            RecordStateCodec.of(BackToBackService.Call.class, StateLimits.defaults());
    private final TestCluster cluster = TestCluster.replicated(
                    () -> new BackToBackService(invite -> TARGET), codec::forAnotherWorker)
            .nodes(2)
            .start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");
    private final SipCall call = alice.newCall("sip:4711@example.com");

    private SipCalled up() {
        call.invite();
        final SipCalled called = bob.expectCall().respondWithBody(200, SipCalled.SDP);
        called.expectRequest("ACK");
        call.expect(200);
        call.ack();
        return called;
    }

    @Test
    void shouldCarryACallFromRingingToItsEnd() {
        call.invite("Subject: lunch", "X-Secret: inside");
        final SipCalled called = bob.expectCall();
        assertEquals("sip:4711@" + TARGET, called.invite().requestUri());
        assertEquals("lunch", called.invite().header("Subject").orElseThrow());
        assertTrue(called.invite().header("X-Secret").isEmpty());

        called.respondWithBody(183, SipCalled.SDP);
        assertEquals(SipCalled.SDP, call.expect(183).body());
        called.respondWithBody(200, SipCalled.SDP);
        called.expectRequest("ACK");
        assertEquals(SipCalled.SDP, call.expect(200).body());
        call.ack();
        call.bye().expect(200);

        called.expectRequest("BYE");
        called.answer(200);
        assertEquals(0, cluster.sessions());
        cluster.advance(Duration.ofSeconds(40));
        alice.expectNothing();
        bob.expectNothing();
    }

    @Test
    void shouldBeBusyForAnotherInviteOfTheSameCallId() {
        call.invite();
        bob.expectCall().respond(180);
        call.expect(180);

        call.forgetTag().invite();

        alice.expect(486);
        bob.expectNothing();
        assertEquals(0, cluster.count(WorkerCounter.HANDLER_FAILURES));
    }

    @Test
    void shouldPassTheUserAsItIsEscaped() {
        alice.newCall("sip:bob%40evil.example.com@example.com").invite();

        assertEquals(
                "sip:bob%40evil.example.com@" + TARGET,
                bob.expectRequest("INVITE").requestUri());
    }

    @Test
    void shouldShowNeitherSideWhatNamesTheOther() {
        call.invite();
        final SipCalled called = bob.expectCall().respond(180, "Record-Route: <sip:hidden.example.com;lr>");
        final String invite = called.invite().toString();
        final SipText ringing = call.expect(180);

        assertFalse(invite.contains(call.callId()), invite);
        assertFalse(invite.contains(";tag=from"), invite);
        assertFalse(invite.contains("branch=z9hG4bKalice"), invite);
        assertFalse(invite.contains("<sip:alice@" + alice.address()), invite);
        assertEquals(1, called.invite().headers("Via").size());
        assertFalse(ringing.toString().contains("bob-tag"), ringing::toString);
        assertFalse(ringing.toString().contains("hidden.example.com"), ringing::toString);
        assertNotEquals(called.callId(), ringing.callId());
    }

    @Test
    void shouldPassAnOfferInTheAnswerAndTheAnswerInTheAck() {
        call.inviteWithoutOffer();
        final SipCalled called = bob.expectCall();
        assertEquals("", called.invite().body());

        called.respondWithBody(200, SipCalled.SDP);
        assertEquals(SipCalled.SDP, call.expect(200).body());
        bob.expectNothing();
        call.ackWithBody("v=0\r\n");

        assertEquals("v=0\r\n", called.expectRequest("ACK").body());
    }

    @Test
    void shouldRelayAReInviteOfTheCaller() {
        final SipCalled called = up();

        call.invite();
        final SipText invite = called.expectRequest("INVITE");
        assertEquals("bob-tag", invite.tag("To").orElseThrow());
        called.answerWithBody(200, SipCalled.SDP);

        called.expectRequest("ACK");
        assertEquals(SipCalled.SDP, call.expect(200).body());
        call.ack();
        bob.expectNothing();
    }

    @Test
    void shouldRelayAReInviteOfTheCalleeAndItsRefusal() {
        final SipCalled called = up();

        called.request("INVITE", SipCalled.SDP);
        final SipText invite = alice.expectRequest("INVITE");
        assertEquals(SipCalled.SDP, invite.body());
        alice.respond(invite, 488);

        alice.expectRequest("ACK");
        called.expect(488);
        called.ackRefusal();
        call.request("INFO");
        called.expectRequest("INFO");
    }

    @Test
    void shouldAnswer491WhenBothSidesInviteAtOnce() {
        final SipCalled called = up();
        call.invite();
        called.expectRequest("INVITE");

        called.request("INVITE", SipCalled.SDP);

        called.expect(491);
    }

    @Test
    void shouldWithdrawAReInviteAndKeepTheCall() {
        final SipCalled called = up();
        call.invite();
        final SipText invite = called.expectRequest("INVITE");
        called.answer(180);
        call.expect(180);

        call.cancel();
        alice.expect(200);
        alice.expect(487);
        call.ackRefusal();
        called.expectRequest("CANCEL");
        bob.respond(invite, 487);
        called.expectRequest("ACK");

        call.request("INFO");
        called.expectRequest("INFO");
    }

    @Test
    void shouldRelayInfoAndUpdateEitherWay() {
        final SipCalled called = up();

        call.requestWithBody("INFO", "application/dtmf-relay", "Signal=5\r\n");
        final SipText info = called.expectRequest("INFO");
        assertEquals("Signal=5\r\n", info.body());
        assertEquals("application/dtmf-relay", info.header("Content-Type").orElseThrow());
        called.answer(200);
        call.expect(200);
        called.request("UPDATE", SipCalled.SDP);
        final SipText update = alice.expectRequest("UPDATE");
        assertEquals(SipCalled.SDP, update.body());
        alice.respond(update, 200);

        called.expect(200);
    }

    @Test
    void shouldHangUpTheCallerWhenTheCalleeHangsUp() {
        final SipCalled called = up();

        called.request("BYE", "").expect(200);

        alice.respond(alice.expectRequest("BYE"), 200);
        bob.expectNothing();
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldWithdrawTheCallWhenTheCallerGivesUp() {
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);

        call.cancel();
        alice.expect(200);
        alice.expect(487);
        call.ackRefusal();

        called.expectRequest("CANCEL");
        called.answer(200).respond(487);
        called.expectRequest("ACK");
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldRelayARefusal() {
        call.invite();
        final SipCalled called = bob.expectCall();

        called.respond(486, "Retry-After: 30");

        called.expectRequest("ACK");
        final SipText refusal = call.expect(486);
        assertEquals("30", refusal.header("Retry-After").orElseThrow());
        call.ackRefusal();
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldGiveUpWhenNobodyAnswersForAMinute() {
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);

        cluster.advance(Duration.ofSeconds(60).plusMillis(5));

        call.expect(480);
        call.ackRefusal();
        called.expectRequest("CANCEL");
        called.answer(200).respond(487);
        called.expectRequest("ACK");
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldEndTheCallWhenOneSideDoesNotKnowItAnyMore() {
        final SipCalled called = up();
        call.request("INFO");
        called.expectRequest("INFO");

        called.answer(481);

        call.expect(481);
        alice.expectRequest("BYE");
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldRefuseACallThatHasUsedUpItsHops() {
        call.requestWithCseq("INVITE", 1); // Max-Forwards is 70
        assertEquals("69", bob.expectRequest("INVITE").header("Max-Forwards").orElseThrow());

        alice.send("""
            INVITE sip:4711@example.com SIP/2.0
            Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKhops
            Max-Forwards: 0
            From: <sip:alice@example.com>;tag=hops
            To: <sip:4711@example.com>
            Call-ID: hops
            CSeq: 1 INVITE
            Contact: <sip:alice@192.0.2.1:5060>
            Content-Length: 0

            """);

        alice.expect(483);
        bob.expectNothing();
        assertEquals(1, cluster.count(SipCounter.LEGS_BEGUN));
    }

    @Test
    void shouldRefuseACallForWhichItHasNoTarget() {
        final TestCluster nowhere =
                TestCluster.of(() -> new BackToBackService(invite -> "")).start();

        nowhere.peer("carol").invite("sip:4711@example.com").expect(480);
    }
}
