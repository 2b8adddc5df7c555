package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Session;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipResponse;
import io.dialtone.runtime.sip.CallRecord.EndedBy;
import io.dialtone.runtime.testsupport.ScriptedHandler.Events;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What nodes tell of calls that have ended: each once, by whoever owns the session then, and again by whom it comes to later. */
class CallRecordsTest {
    private final ScriptedHandler handler = new ScriptedHandler();
    private final TestCluster cluster =
            TestCluster.replicated(() -> handler, EventsCodec::new).nodes(3).start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");
    private final SipCall call = alice.newCall("sip:service@example.com");

    CallRecordsTest() {
        handler.onInvite = this::call;
        handler.onResponse = CallRecordsTest::relay;
        handler.onCancel = (cancel, session) -> session.leg("callee").ifPresent(SipLeg::hangUp);
        handler.onOther = CallRecordsTest::hangUp;
    }

    private void call(final SipRequest invite, final Session<Events> session) {
        session.request(SipMethod.INVITE, "callee", "sip:bob@" + bob.address())
                .onBehalfOf(invite)
                .body("application/sdp", invite.bodyBytes())
                .send();
    }

    private static void relay(final SipResponse response, final Session<Events> session) {
        response.onBehalfOf()
                .ifPresent(request -> request.reply(response.status()).send());
    }

    private static void hangUp(final SipRequest request, final Session<Events> session) {
        request.reply(200).send();
        if (request.method() == SipMethod.BYE) {
            session.end();
        }
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

    private void takeOver() {
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofMillis(5));
        alice.drain();
        bob.drain();
    }

    private EndedCall of(final String leg) {
        final List<EndedCall> found = cluster.endedCalls().stream()
                .filter(ended -> ended.leg().equals(leg))
                .toList();
        assertEquals(1, found.size(), () -> cluster.endedCalls().toString());
        return found.getFirst();
    }

    @Test
    void shouldTellOfBothLegsWhenTheCallerHangsUp() {
        final SipCalled called = up();
        cluster.advance(Duration.ofSeconds(7));
        assertEquals(List.of(), cluster.endedCalls());

        call.bye().expect(200);
        called.expectRequest("BYE");
        called.answer(200);

        final EndedCall caller = of("caller");
        final EndedCall callee = of("callee");
        assertEquals(2, cluster.endedCalls().size());
        assertEquals(EndedBy.PEER, caller.endedBy());
        assertEquals(EndedBy.SERVICE, callee.endedBy());
        assertEquals(call.callId(), caller.callId());
        assertEquals(called.callId(), callee.callId());
        assertEquals(caller.session(), callee.session());
        assertEquals("sip:service@example.com", caller.to());
        assertEquals(200, callee.status());
        assertTrue(caller.isAnswered() && callee.isAnswered());
        assertTrue(caller.endedNs() - caller.beganNs() >= Duration.ofSeconds(7).toNanos());
        assertEquals(0, caller.takeOvers());
    }

    @Test
    void shouldTellOfACallThatIsRefused() {
        call.invite();
        bob.expectCall().respond(486);
        call.expect(486);
        call.ackRefusal();

        assertEquals(EndedBy.SERVICE, of("caller").endedBy());
        assertEquals(EndedBy.PEER, of("callee").endedBy());
        assertEquals(486, of("callee").status());
        assertEquals(false, of("caller").isAnswered());
    }

    @Test
    void shouldTellOfACallThatIsWithdrawn() {
        final SipCalled called = ringing();

        call.cancel();
        alice.expect(200);
        call.expect(487);
        called.expectRequest("CANCEL");
        called.respond(487);

        assertEquals(EndedBy.PEER, of("caller").endedBy());
        assertEquals(487, of("caller").status());
        assertEquals(EndedBy.SERVICE, of("callee").endedBy());
    }

    @Test
    void shouldTellOfACallThatNobodyAnswers() {
        call.invite();
        bob.expectCall();

        cluster.advance(Duration.ofSeconds(33));

        assertEquals(EndedBy.TIMEOUT, of("callee").endedBy());
        assertEquals(408, of("callee").status());
    }

    @Test
    void shouldTellOnceOfACallWhoseFirstOwnerHasDied() {
        final SipCalled called = up();
        takeOver();

        call.bye().expect(200);
        called.expectRequest("BYE");
        called.answer(200);

        final EndedCall caller = of("caller");
        assertEquals(1, caller.takeOvers());
        assertEquals(1, of("callee").takeOvers());
        assertEquals(2, cluster.endedCalls().size());
        assertTrue(caller.beganNs() > 0 && caller.endedNs() > caller.beganNs());
    }

    @Test
    void shouldTellOnceMoreIfTheOwnerDiesAMomentAfterTheEnd() {
        final SipCalled called = up();
        call.bye().expect(200);
        called.expectRequest("BYE");
        called.answer(200);
        final EndedCall first = of("caller");

        takeOver();
        cluster.wake(cluster.ownerOf(call.callId()));
        call.retransmit(); // the BYE: its session is looked for
        call.expect(200);

        final List<EndedCall> all = cluster.endedCalls().stream()
                .filter(ended -> ended.leg().equals("caller"))
                .toList();
        assertEquals(2, all.size(), () -> cluster.endedCalls().toString());
        assertEquals(first.session(), all.getLast().session());
        assertEquals(first.beganNs(), all.getLast().beganNs());
        assertEquals(first.endedNs(), all.getLast().endedNs());
        assertEquals(0, all.getLast().takeOvers(), "after the end nothing changes");
    }
}
