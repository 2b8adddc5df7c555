package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.runtime.sip.SipCounter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dialogs that a service has begun, and requests of a service within any dialog (RFC 3261 sections 12, 14 and 15, RFC 3311). */
class OwnDialogTest {
    private final ScriptedHandler handler = new ScriptedHandler(SipMethod.INFO, SipMethod.UPDATE, SipMethod.PRACK);
    private final TestCluster cluster =
            TestCluster.replicated(() -> handler, EventsCodec::new).nodes(2).start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");
    private final SipPeer proxy = cluster.peer("proxy");
    private final List<String> legs = new ArrayList<>();
    private String routeToCallee = "";

    OwnDialogTest() {
        handler.onInvite = (invite, session) -> {
            legs.add(invite.leg());
            if (invite.isInitial()) {
                final var call = session.request(SipMethod.INVITE, "callee", "sip:bob@" + bob.address())
                        .body("application/sdp", invite.bodyBytes())
                        .onBehalfOf(invite);
                if (!routeToCallee.isEmpty()) {
                    call.route(routeToCallee);
                }
                call.send();
            } else {
                invite.reply(200).send();
            }
        };
        handler.onResponse = (response, session) -> response.onBehalfOf()
                .ifPresent(request -> request.reply(response.status()).send());
        handler.onOther = (request, session) -> {
            legs.add(request.leg());
            request.reply(200).send();
        };
    }

    private SipCalled established() {
        return established(new String[0]);
    }

    private SipCalled established(final String... headersOf200) {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled called = (routeToCallee.isEmpty() ? bob : proxy).expectCall();
        called.respondWithBody(200, SipCalled.SDP, headersOf200);
        call.expect(200);
        call.ack();
        return called;
    }

    @Test
    void shouldTakeRequestsOfThePeerToTheSlotOfTheFirstLeg() {
        final SipCalled called = established();
        called.expectRequest("ACK");

        called.request("INFO", "").expect(200);
        called.request("BYE", "").expect(200);

        assertEquals(List.of("caller", "callee", "callee"), legs);
        assertEquals(1, cluster.sessions(), "the caller's call is still up");
        called.request("INFO", "").expect(481);
    }

    @Test
    void shouldBuildTheRouteSetFromRecordRouteInReverse() {
        final SipCalled called = established(
                "Record-Route: <sip:far.example.com;lr>, <sip:middle.example.com;lr>",
                "Record-Route: \"A, B\" <sip:" + proxy.address() + ";lr>");

        final SipText ack = proxy.expectRequest("ACK");

        assertEquals("sip:bob@" + bob.address(), ack.requestUri());
        assertEquals(
                List.of("\"A, B\" <sip:" + proxy.address()
                        + ";lr>, <sip:middle.example.com;lr>, <sip:far.example.com;lr>"),
                ack.headers("Route"));
        assertEquals(called.callId(), ack.callId());
    }

    @Test
    void shouldReplaceTheRouteSetOfTheInviteByThatOfItsAnswer() {
        routeToCallee = "sip:" + proxy.address() + ";lr";
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled called = proxy.expectCall();
        assertEquals("<" + routeToCallee + ">", called.invite().header("Route").orElseThrow());

        called.respond(200, "Contact: <sip:bob@" + bob.address() + ">");
        call.expect(200);

        assertTrue(proxy.expectRequest("ACK").headers("Route").isEmpty(), "the proxy has not asked to stay");
    }

    @Test
    void shouldCountItsOwnCseqAndSendToTheTargetThatAnswersGive() {
        final SipCalled called = established();
        called.expectRequest("ACK");
        final SipPeer elsewhere = cluster.peer("elsewhere");
        handler.onOther = (request, session) -> {
            session.leg("callee").orElseThrow().request(SipMethod.UPDATE).send();
            request.reply(200).send();
        };
        called.request("INFO", "").expect(200);
        assertEquals("2 UPDATE", called.expectRequest("UPDATE").header("CSeq").orElseThrow());
        called.answer(200, "Contact: <sip:bob@" + bob.address() + ">");
        handler.onOther = (request, session) -> {
            final SipLeg callee = session.leg("callee").orElseThrow();
            callee.request(SipMethod.INFO).header("X-Key", "5").send();
            callee.request(SipMethod.OPTIONS).send();
            request.reply(200).send();
        };

        called.request("INFO", "", "X-More: yes").expect(200);

        final SipText info = called.expectRequest("INFO");
        assertEquals("3 INFO", info.header("CSeq").orElseThrow());
        assertEquals("5", info.header("X-Key").orElseThrow());
        called.answer(200);
        assertEquals("4 OPTIONS", called.expectRequest("OPTIONS").header("CSeq").orElseThrow());
        elsewhere.expectNothing();
    }

    @Test
    void shouldFollowTheTargetOfAReInviteOfThePeer() {
        final SipCalled called = established();
        called.expectRequest("ACK");
        final SipPeer elsewhere = cluster.peer("elsewhere");

        called.moveTo(elsewhere).request("INVITE", SipCalled.SDP).expect(200);
        called.ack();
        handler.onOther = (request, session) -> {
            request.reply(200).send();
            session.end();
        };
        called.request("INFO", "");

        assertEquals(
                "sip:elsewhere@" + elsewhere.address(),
                elsewhere.expectRequest("BYE").requestUri());
    }

    @Test
    void shouldSendRequestsToTheCallerWithinItsCall() {
        final SipCalled called = established();
        called.expectRequest("ACK");
        handler.onOther = (request, session) -> {
            final SipLeg caller = session.leg(SipLeg.CALLER).orElseThrow();
            assertTrue(caller.isUp());
            caller.request(SipMethod.INFO)
                    .body("application/dtmf-relay", "Signal=5\r\n")
                    .onBehalfOf(request)
                    .send();
        };

        called.request("INFO", "");

        final SipText info = alice.expectRequest("INFO");
        assertEquals("sip:alice@" + alice.address(), info.requestUri());
        assertEquals("1 INFO", info.header("CSeq").orElseThrow());
        assertEquals("Signal=5\r\n", info.body());
        alice.respond(info, 200);
        called.expect(200);
    }

    @Test
    void shouldSendWhatHasNoAnswerAgainWhenThePeerComesByAnotherConnection() {
        alice.connectFrom(40_001);
        handler.onInvite = (invite, session) -> invite.reply(200).send();
        final SipCall caller = alice.invite("sip:service@example.com");
        caller.expect(200);
        caller.ack();
        alice.connectFrom(40_002); // the first is gone
        handler.onTimer = (timer, session) ->
                session.leg("caller").orElseThrow().request(SipMethod.UPDATE).send();
        handler.onOther = (request, session) -> {
            session.startTimer("refresh", Duration.ofSeconds(1));
            request.reply(200).send();
        };
        caller.request("OPTIONS").expect(200);
        alice.connectFrom(40_003);
        cluster.advance(Duration.ofSeconds(2));
        alice.expectNothing();

        handler.onOther = (request, session) -> request.reply(200).send();
        caller.request("OPTIONS");
        final SipText update = alice.expectRequest("UPDATE");
        caller.expect(200);
        alice.respond(update, 200);

        cluster.advance(Duration.ofSeconds(40));
        alice.expectNothing();
        assertEquals(1, cluster.count(SipCounter.DIALOGS_CONFIRMED));
    }

    @Test
    void shouldAnswer491ToAReInviteThatMeetsOneOfOurs() {
        final SipCalled called = established();
        called.expectRequest("ACK");
        final List<Boolean> mayInvite = new ArrayList<>();
        handler.onOther = (request, session) -> {
            final SipLeg callee = session.leg("callee").orElseThrow();
            mayInvite.add(callee.mayInvite());
            callee.request(SipMethod.INVITE)
                    .body("application/sdp", SipCalled.SDP)
                    .send();
            mayInvite.add(callee.mayInvite());
            request.reply(200).send();
        };
        called.request("INFO", "").expect(200);
        called.expectRequest("INVITE");

        called.request("INVITE", SipCalled.SDP).expect(491);
        called.ackRefusal();

        assertEquals(List.of(true, false), mayInvite);
        called.answerWithBody(491, "");
        called.expectRequest("ACK");
        assertTrue(handler.told.contains("491 INVITE callee"), handler.told::toString);
        called.request("INVITE", SipCalled.SDP).expect(200);
        called.ack();
    }

    @Test
    void shouldNotLetAHandlerSendASecondInviteBeforeTheFirstHasItsAnswer() {
        final SipCalled called = established();
        called.expectRequest("ACK");
        handler.onOther = (request, session) -> {
            final SipLeg callee = session.leg("callee").orElseThrow();
            callee.request(SipMethod.INVITE).send();
            callee.request(SipMethod.INVITE).send();
        };

        called.request("INFO", "").expect(500);

        bob.expectNothing();
    }

    @Test
    void shouldEndACallThatThePeerDoesNotKnowAnyMore() {
        final SipCalled called = established();
        called.expectRequest("ACK");
        handler.onOther = (request, session) -> {
            session.leg("callee").orElseThrow().request(SipMethod.INFO).send();
            request.reply(200).send();
        };
        called.request("INFO", "").expect(200);
        called.expectRequest("INFO");

        called.answer(481);

        called.expectRequest("BYE");
        assertEquals(1, cluster.count(SipCounter.DIALOGS), "the caller's");
    }

    @Test
    void shouldHangUpOneLegAndKeepTheOther() {
        final SipCalled called = established();
        called.expectRequest("ACK");
        handler.onOther = (request, session) -> {
            session.leg("callee").orElseThrow().hangUp();
            request.reply(200).send();
        };

        called.request("INFO", "").expect(200);

        assertEquals("2 BYE", called.expectRequest("BYE").header("CSeq").orElseThrow());
        called.answer(200);
        alice.expectNothing();
        assertEquals(1, cluster.sessions());
    }

    @Test
    void shouldSendAByeOfTheHandlerAndTellHowItEnded() {
        final SipCalled called = established();
        called.expectRequest("ACK");
        handler.onOther = (request, session) -> {
            session.leg("callee")
                    .orElseThrow()
                    .request(SipMethod.BYE)
                    .header("Reason", "Q.850;cause=16")
                    .send();
            request.reply(200).send();
        };

        called.request("INFO", "").expect(200);
        assertEquals(
                "Q.850;cause=16", called.expectRequest("BYE").header("Reason").orElseThrow());
        called.answer(200);

        assertEquals("200 BYE callee", handler.told.getLast());
        assertEquals(1, cluster.count(SipCounter.DIALOGS));
    }

    @Test
    void shouldRefuseACallerWhoStillWaitsWhenTheHandlerHangsUp() {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);
        handler.onOther = (request, session) -> {
            session.leg(SipLeg.CALLER).orElseThrow().hangUp();
            request.reply(200).send();
        };

        called.request("INFO", "").expect(200);

        call.expect(480);
        call.ackRefusal();
        assertEquals(1, cluster.sessions(), "the callee still rings");
    }

    @Test
    void shouldHangUpBothLegsWhenTheSessionEnds() {
        final SipCalled called = established();
        called.expectRequest("ACK");
        handler.onOther = (request, session) -> {
            request.reply(200).send();
            session.end();
        };

        called.request("INFO", "").expect(200);

        called.expectRequest("BYE");
        called.answer(200);
        alice.respond(alice.expectRequest("BYE"), 200);
        assertEquals(0, cluster.sessions());
        cluster.advance(Duration.ofSeconds(33));
        assertEquals(0, cluster.count(SipCounter.CLIENT_TRANSACTIONS));
        assertEquals(0, cluster.count(SipCounter.DIALOGS));
    }

    @Test
    void shouldWithdrawALegThatRingsWhenTheSessionEnds() {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);
        handler.onOther = (request, session) -> {
            request.reply(200).send();
            session.end();
        };

        call.request("OPTIONS").expect(200);

        called.expectRequest("CANCEL");
        called.answer(200).respond(487);
        called.expectRequest("ACK");
        alice.expect(480);
        assertEquals(0, cluster.sessions());
        assertFalse(handler.told.contains("487 INVITE callee"), "nobody is there to be told");
    }

    @Test
    void shouldSendWithinACallThatRings() {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall();
        handler.onResponse = (response, session) -> {
            if (response.status() == 183) {
                response.onBehalfOf().ifPresent(invite -> invite.reply(183).send());
                session.leg("callee")
                        .orElseThrow()
                        .request(SipMethod.PRACK)
                        .header("RAck", response.header("RSeq").orElseThrow() + " " + response.cseq() + " INVITE")
                        .send();
            }
        };
        called.respond(183, "Require: 100rel", "RSeq: 7");
        call.expect(183);
        assertEquals("7 1 INVITE", called.expectRequest("PRACK").header("RAck").orElseThrow());
        called.answer(200);
        handler.onOther = (request, session) -> {
            session.leg(SipLeg.CALLER).orElseThrow().request(SipMethod.UPDATE).send();
            request.reply(200).send();
        };

        called.request("UPDATE", SipCalled.SDP);

        final SipText ok = called.expect(200);
        assertTrue(ok.header("Contact").orElseThrow().contains(";dt="), "RFC 3311: a target refresh has a Contact");
        final SipText update = alice.expectRequest("UPDATE");
        assertEquals("sip:alice@" + alice.address(), update.requestUri());
        assertEquals(call.remoteTag(), update.tag("From").orElseThrow());
        assertEquals("1 UPDATE", update.header("CSeq").orElseThrow());
    }

    @Test
    void shouldKeepTheTargetThatAnUpdateGaveBeforeTheCallWasAnswered() {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        final SipPeer elsewhere = cluster.peer("elsewhere");
        final SipCall call = alice.invite("sip:service@example.com");
        call.expect(180);
        alice.send("""
                UPDATE sip:192.0.2.200:5060 SIP/2.0
                Via: SIP/2.0/UDP %s;branch=z9hG4bKupdate
                Max-Forwards: 70
                From: <sip:alice@example.com>;tag=from
                To: <sip:service@example.com>;tag=%s
                Call-ID: %s
                CSeq: 2 UPDATE
                Contact: <sip:alice@%s>
                Content-Length: 0

                """.formatted(alice.address(), call.remoteTag(), call.callId(), elsewhere.address()));
        alice.expect(200);
        handler.onOther = (request, session) -> {
            session.pending(SipMethod.INVITE).orElseThrow().reply(200).send();
            request.reply(200).send();
        };
        call.requestWithCseq("OPTIONS", 3);
        alice.expect(200);
        alice.expect(200);
        call.ack();
        handler.onOther = (request, session) -> {
            request.reply(200).send();
            session.end();
        };

        call.requestWithCseq("OPTIONS", 4);

        assertEquals(
                "sip:alice@" + elsewhere.address(),
                elsewhere.expectRequest("BYE").requestUri());
    }

    @Test
    void shouldNameASecondCallerOfASession() {
        final TestCluster byUser =
                TestCluster.of(() -> handler).affinity("from-user").start();
        final SipPeer carol = byUser.peer("carol");
        handler.onInvite = (invite, session) -> {
            legs.add(invite.leg());
            invite.reply(180).send();
        };
        final SipCall one = carol.invite("sip:service@example.com");
        one.expect(180);
        final SipCall two = carol.invite("sip:service@example.com");
        two.expect(180);

        two.request("OPTIONS").expect(200);
        one.request("OPTIONS").expect(200);

        assertEquals(List.of("caller", "caller-2", "caller-2", "caller"), legs);
    }
}
