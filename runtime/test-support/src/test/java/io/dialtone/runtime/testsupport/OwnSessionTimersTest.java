package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.SessionTimers;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.runtime.sip.SipCounter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Session timers of calls that a service makes (RFC 4028 sections 7 and 10), and of both legs of a call that it joins. */
class OwnSessionTimersTest {
    private static final String ALLOW = "Allow: INVITE, ACK, BYE, UPDATE";
    private static final Duration HALF = Duration.ofMinutes(1);
    private static final Duration EXPIRY = Duration.ofSeconds(120 - 32);

    private final ScriptedHandler handler = new ScriptedHandler(SipMethod.INFO);
    private TestCluster cluster;
    private SipPeer alice;
    private SipPeer bob;

    @SuppressWarnings("NullAway.Init") // start sets them
    OwnSessionTimersTest() {
        handler.timers = Optional.of(SessionTimers.of(Duration.ofMinutes(2)));
        handler.onInvite = (invite, session) -> {
            if (invite.isInitial()) {
                session.request(SipMethod.INVITE, "callee", "sip:bob@192.0.2.2")
                        .body("application/sdp", invite.bodyBytes())
                        .onBehalfOf(invite)
                        .send();
            } else {
                invite.reply(200).body("application/sdp", SipCalled.SDP).send();
            }
        };
        handler.onResponse = (response, session) -> response.onBehalfOf().ifPresent(request -> {
            final var reply = request.reply(response.status());
            if (response.bodyLength() > 0) {
                reply.body("application/sdp", response.bodyBytes());
            }
            reply.send();
        });
        handler.onExpired = (leg, session) -> session.end();
        cluster = start(TestCluster.replicated(() -> handler, EventsCodec::new).nodes(3));
    }

    private TestCluster start(final TestCluster.Builder builder) {
        final TestCluster started = builder.start();
        alice = started.peer("alice");
        bob = started.peer("bob");
        return started;
    }

    private final class Up {
        final SipCall call;
        final SipCalled called;

        Up(final String... answer) {
            call = alice.newCall("sip:service@example.com")
                    .invite("Supported: timer", "Session-Expires: 86400;refresher=uac");
            called = bob.expectCall().respondWithBody(200, SipCalled.SDP, answer);
            called.expectRequest("ACK");
            call.expect(200);
            call.ack();
        }

        /** The caller does what it has to. */
        void refresh() {
            call.request("UPDATE", "Supported: timer", "Session-Expires: 120;refresher=uac")
                    .expect(200);
        }
    }

    private void advanceTo(final Duration time) {
        cluster.advance(time.minusMillis(20));
        bob.expectNothing();
        cluster.advance(Duration.ofMillis(40));
    }

    @Test
    void shouldAskForAnIntervalAndSayThatItKnowsTimers() {
        alice.invite("sip:service@example.com");

        final SipText invite = bob.expectCall().invite();

        assertEquals(List.of("timer"), invite.headers("Supported"));
        assertEquals("120;refresher=uac", invite.header("Session-Expires").orElseThrow());
        assertTrue(invite.header("Min-SE").isEmpty(), "90 s is what everybody takes");
    }

    @Test
    void shouldNameItsMinimumAndLeaveTheRefresherToThePeer() {
        handler.timers = Optional.of(SessionTimers.of(Duration.ofSeconds(200))
                .withMinimum(Duration.ofSeconds(150))
                .refreshedByPeer());
        cluster = start(TestCluster.replicated(() -> handler, EventsCodec::new));
        alice.invite("sip:service@example.com");

        final SipText invite = bob.expectCall().invite();

        assertEquals("200", invite.header("Session-Expires").orElseThrow());
        assertEquals("150", invite.header("Min-SE").orElseThrow());
    }

    @Test
    void shouldTryAgainWithTheIntervalThatA422Wants() {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled first = bob.expectCall();
        first.respond(422, "Min-SE: 300");
        first.expectRequest("ACK");

        final SipCalled second = bob.expectCall();

        final SipText invite = second.invite();
        assertEquals(first.callId(), second.callId());
        assertEquals(first.invite().tag("From"), invite.tag("From"));
        assertEquals(first.invite().requestUri(), invite.requestUri());
        assertEquals(first.invite().body(), invite.body());
        assertEquals("2 INVITE", invite.header("CSeq").orElseThrow());
        assertEquals(List.of("300;refresher=uac"), invite.headers("Session-Expires"));
        assertEquals(List.of("300"), invite.headers("Min-SE"));
        second.respondWithBody(200, SipCalled.SDP, ALLOW, "Session-Expires: 300;refresher=uac");
        assertEquals("2 ACK", second.expectRequest("ACK").header("CSeq").orElseThrow());
        call.expect(200);
        assertEquals("200 INVITE callee", handler.told.getLast());
        assertEquals(1, cluster.count(SipCounter.INTERVALS_RAISED));
        advanceTo(Duration.ofSeconds(150));
        final SipText update = second.expectRequest("UPDATE");
        assertEquals("300;refresher=uac", update.header("Session-Expires").orElseThrow());
        assertEquals("300", update.header("Min-SE").orElseThrow());
    }

    @Test
    void shouldGiveUpWhenAPeerWantsMoreAndMore() {
        final SipCall call = alice.invite("sip:service@example.com");
        for (int i = 1; i <= 4; i++) {
            final SipCalled called = bob.expectCall().respond(422, "Min-SE: " + 1_000 * i);
            called.expectRequest("ACK");
        }

        call.expect(422);
        bob.expectNothing();
    }

    @Test
    void shouldLeaveA422ToTheHandlerThatWantsNoMoreThanItGot() {
        final SipCall call = alice.invite("sip:service@example.com");
        bob.expectCall().respond(422, "Min-SE: 120").expectRequest("ACK");
        call.expect(422);
        final SipCall other = alice.invite("sip:service@example.com");
        bob.expectCall().respond(422).expectRequest("ACK");
        other.expect(422);
        bob.expectNothing();
    }

    @Test
    void shouldTryAgainAfterItsOwnerIsKilled() {
        final SipCall call = alice.invite("sip:service@example.com");
        bob.expectCall().respond(422, "Min-SE: 300").expectRequest("ACK");
        final SipCalled second = bob.expectCall();
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofSeconds(1));
        assertTrue(bob.drainAll().stream()
                .map(SipText::toString)
                .anyMatch(second.invite().toString()::equals));
        alice.drain();

        second.respondWithBody(200, SipCalled.SDP, ALLOW, "Session-Expires: 300;refresher=uac");

        second.expectRequest("ACK");
        call.expect(200);
    }

    @Test
    void shouldRefreshACallOfItsOwnByUpdate() {
        final Up up = new Up(ALLOW, "Session-Expires: 120;refresher=uac", "Require: timer");

        advanceTo(HALF);

        final SipText update = up.called.expectRequest("UPDATE");
        assertEquals("120;refresher=uac", update.header("Session-Expires").orElseThrow());
        up.called.answer(200, "Session-Expires: 120;refresher=uac");
        up.refresh();
        advanceTo(HALF);
        up.called.expectRequest("UPDATE");
    }

    @Test
    void shouldRefreshACallOfItsOwnByTheOfferThatItMade() {
        final Up up = new Up("Session-Expires: 120;refresher=uac");

        advanceTo(HALF);

        final SipText invite = up.called.expectRequest("INVITE");
        assertEquals(up.called.invite().body(), invite.body());
        up.called.answerWithBody(200, SipCalled.SDP, "Session-Expires: 120;refresher=uac");
        assertEquals("2 ACK", up.called.expectRequest("ACK").header("CSeq").orElseThrow());
    }

    @Test
    void shouldOfferInARefreshWhatItsAckHasAnswered() {
        handler.onAck = (ack, session) -> session.leg("callee")
                .filter(SipLeg::isAckDue)
                .ifPresent(callee -> callee.request(SipMethod.ACK)
                        .body("application/sdp", ack.bodyBytes())
                        .send());
        handler.onInvite = (invite, session) -> session.request(SipMethod.INVITE, "callee", "sip:bob@192.0.2.2")
                .onBehalfOf(invite)
                .send();
        final SipCall call = alice.newCall("sip:service@example.com").inviteWithoutOffer();
        final SipCalled called =
                bob.expectCall().respondWithBody(200, SipCalled.SDP, "Session-Expires: 120;refresher=uac");
        call.expect(200);
        call.ackWithBody("v=0\r\no=- 7 7 IN IP4 192.0.2.1\r\n");
        called.expectRequest("ACK");

        advanceTo(HALF);

        assertEquals(
                "v=0\r\no=- 7 7 IN IP4 192.0.2.1\r\n",
                called.expectRequest("INVITE").body());
    }

    @Test
    void shouldNotExpectAnythingOfACalleeWithoutTimers() {
        final Up up = new Up(ALLOW);
        cluster.advance(HALF);
        up.refresh();
        cluster.advance(HALF);
        up.refresh();

        cluster.advance(HALF);

        bob.expectNothing();
    }

    @Test
    void shouldEndBothLegsWhenTheCalleeThatRefreshesIsGone() {
        final Up up = new Up(ALLOW, "Session-Expires: 120;refresher=uas");
        cluster.advance(HALF);
        up.refresh();

        advanceTo(EXPIRY.minus(HALF));

        up.called.expectRequest("BYE");
        alice.expectRequest("BYE");
        assertEquals("expired callee", handler.told.getLast());
    }

    @Test
    void shouldEndBothLegsWhenTheCallerThatRefreshesIsGone() {
        new Up(ALLOW, "Session-Expires: 1000;refresher=uas");

        advanceTo(EXPIRY);

        alice.expectRequest("BYE");
        bob.expectRequest("BYE");
        assertEquals("expired caller", handler.told.getLast());
    }

    @Test
    void shouldNegotiateAnewWhenAHandlerInvitesWithinTheCall() {
        final Up up = new Up(ALLOW, "Session-Expires: 120;refresher=uas");
        handler.onOther = (request, session) -> {
            request.reply(200).send();
            session.leg("callee")
                    .orElseThrow()
                    .request(SipMethod.INVITE)
                    .body("application/sdp", SipCalled.SDP)
                    .send();
        };
        up.call.request("INFO").expect(200);

        final SipText invite = up.called.expectRequest("INVITE");
        assertEquals("120;refresher=uas", invite.header("Session-Expires").orElseThrow());
        up.called.answer(422, "Min-SE: 200");
        up.called.expectRequest("ACK");
        final SipText again = up.called.expectRequest("INVITE");
        assertEquals("200;refresher=uas", again.header("Session-Expires").orElseThrow());
        assertEquals("3 INVITE", again.header("CSeq").orElseThrow());
        up.called.answerWithBody(200, SipCalled.SDP, "Session-Expires: 200;refresher=uac");
        up.called.expectRequest("ACK");
        assertEquals("200 INVITE callee", handler.told.getLast());
    }

    @Test
    void shouldKeepBothLegsAliveWhenTheirOwnerIsKilled() {
        final Up up = new Up(ALLOW, "Session-Expires: 120;refresher=uac");
        up.refresh();
        final String former = cluster.killOwnerOf(up.call.callId());
        cluster.awaitNewOwner(up.call.callId(), former);
        bob.drain();
        alice.drain();

        cluster.advance(HALF);

        up.called.expectRequest("UPDATE");
        up.called.answer(200, "Session-Expires: 120;refresher=uac");
        cluster.advance(EXPIRY.minus(HALF));
        alice.expectRequest("BYE");
        up.called.expectRequest("BYE");
    }

    @Test
    void shouldKeepBothLegsAliveWhenEachMessageMeetsAnotherNode() {
        cluster = start(
                TestCluster.replicated(() -> handler, EventsCodec::new).nodes(3).worstCase());
        final Up up = new Up("Session-Expires: 120;refresher=uac");
        cluster.advance(HALF);
        assertEquals(
                up.called.invite().body(), up.called.expectRequest("INVITE").body());
        up.called.answerWithBody(200, SipCalled.SDP, "Session-Expires: 120;refresher=uac");
        up.called.expectRequest("ACK");
        up.refresh();
        bob.expectNothing();

        cluster.advance(HALF);
        up.called.expectRequest("INVITE");
        up.called.answerWithBody(200, SipCalled.SDP, "Session-Expires: 120;refresher=uas");
        up.called.expectRequest("ACK");
        cluster.advance(EXPIRY.minus(HALF));

        alice.expectRequest("BYE");
        up.called.expectRequest("BYE");
        assertEquals(
                1,
                handler.told.stream()
                        .filter(event -> event.startsWith("expired"))
                        .count());
    }
}
