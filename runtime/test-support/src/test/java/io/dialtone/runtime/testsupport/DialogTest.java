package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.sip.SipCounter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** RFC 3261 sections 12 to 15, on the called side. */
class DialogTest {
    private final ScriptedHandler handler = new ScriptedHandler();
    private final TestCluster cluster =
            TestCluster.replicated(() -> handler, EventsCodec::new).nodes(3).start();
    private final SipPeer alice = cluster.peer("alice");

    @Test
    void shouldRouteByeToTheOwnerOfItsCallId() {
        for (int i = 0; i < 20; i++) {
            final SipCall call = alice.invite("sip:bob@example.com");
            call.expect(200);
            call.ack().bye().expect(200);
        }

        assertEquals(0, cluster.count(SipCounter.DIALOGS));
        assertEquals(20, cluster.count(SipCounter.DIALOGS_CONFIRMED));
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldCopyRecordRouteAndGiveAContactWithToken() {
        final SipCall call = alice.newCall("sip:bob@example.com");
        call.invite("Record-Route: <sip:p2.example.com;lr>, <sip:p1.example.com;lr>", "Record-Route: <sip:p0;lr>");

        final SipText ok = call.expect(200);

        assertEquals(
                List.of("<sip:p2.example.com;lr>, <sip:p1.example.com;lr>", "<sip:p0;lr>"), ok.headers("Record-Route"));
        final String contact = ok.header("Contact").orElseThrow();
        final String token = ok.tag("To").orElseThrow().substring(0, 16);
        assertEquals("<sip:192.0.2.200:5060;dt=" + token + ">", contact);
    }

    @Test
    void shouldAnswerARequestThatCameByTheTokenOfAnotherCall() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        call.ack();
        for (int i = 0; i < 40; i++) {
            call.request("OPTIONS").expect(200); // its slot has more records than the other one
        }
        final String foreign = contactOfAnotherCallOfTheOwnerOf(call);

        alice.send(
                "BYE " + foreign + " SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKastray\nMax-Forwards: 70\n"
                        + "From: <sip:alice@example.com>;tag=from\nTo: <sip:bob@example.com>;tag=" + call.remoteTag()
                        + "\nCall-ID: " + call.callId() + "\nCSeq: 99 BYE\nContent-Length: 0\n\n");

        alice.expect(200);
        assertEquals(0, cluster.count(WorkerCounter.OUTPUTS_HELD));
    }

    private String contactOfAnotherCallOfTheOwnerOf(final SipCall call) {
        for (int i = 0; i < 100; i++) {
            final SipCall other = alice.invite("sip:bob@example.com");
            final SipText ok = other.expect(200);
            final String token = ok.tag("To").orElseThrow().substring(0, 16);
            other.ack();
            if (cluster.ownerOf(other.callId()).equals(cluster.ownerOf(call.callId()))
                    && !call.remoteTag().startsWith(token)) {
                final String contact = ok.header("Contact").orElseThrow();
                return contact.substring(1, contact.length() - 1);
            }
        }
        throw new AssertionError("each call has another owner");
    }

    @Test
    void shouldAnswer481ForAnUnknownDialog() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        call.ack().bye().expect(200);

        call.request("OPTIONS").expect(481);
        call.bye().expect(481);

        assertEquals(2, cluster.count(SipCounter.REQUESTS_OF_UNKNOWN_DIALOG));
    }

    @Test
    void shouldAnswer500ForALowerCseq() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        call.ack().request("OPTIONS").expect(200);

        call.requestWithCseq("OPTIONS", 1).expect(500);

        assertEquals(1, cluster.count(SipCounter.REQUESTS_OUT_OF_ORDER));
        call.bye().expect(200);
    }

    @Test
    void shouldLetTheHandlerAnswerAReInvite() {
        final SipCall call = alice.invite("sip:bob@example.com");
        final String tag = call.expect(200).tag("To").orElseThrow();
        call.ack();

        call.invite();

        assertEquals(tag, call.expect(200).tag("To").orElseThrow());
        call.ack();
        assertEquals(List.of("INVITE", "ACK", "INVITE", "ACK"), handler.told);
        assertEquals(1, cluster.count(SipCounter.DIALOGS));
    }

    @Test
    void shouldKeepTheDialogWhenAReInviteIsRefused() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        call.ack();
        handler.onInvite = (invite, session) -> invite.reply(488).send();

        call.invite().expect(488);
        call.ackRefusal();

        call.bye().expect(200);
    }

    @Test
    void shouldRefuseASecondInviteWhileOneIsPending() {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);

        call.invite();

        final int seconds =
                Integer.parseInt(call.expect(500).header("Retry-After").orElseThrow());
        assertTrue(seconds >= 0 && seconds <= 10);
    }

    @Test
    void shouldAnswer491ToAReInviteBeforeTheAck() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);

        call.invite().expect(491);
    }

    @Test
    void shouldTerminateAPendingInviteByByeInItsEarlyDialog() {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);

        call.bye();

        call.expect(200);
        call.expect(487);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldAnswerAByeThatTheHandlerForgot() {
        handler.onOther = (request, session) -> {};
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);

        call.ack().bye().expect(200);

        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldIgnoreAStrayAck() {
        alice.newCall("sip:bob@example.com").ack().expectNothing();

        assertEquals(1, cluster.count(SipCounter.ACKS_STRAY));
    }

    @Test
    void shouldKeepASessionForAsLongAsItsTimerRuns() {
        handler.onInvite = (invite, session) -> {
            session.startTimer("forget", Duration.ofMinutes(1));
            invite.reply(302).contact("sip:carol@example.com").send();
        };
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(302);
        call.ackRefusal();
        assertEquals(Optional.of(new ScriptedHandler.Events(1)), state(call));

        cluster.advance(Duration.ofSeconds(61));

        assertEquals(List.of("INVITE", "timer forget"), handler.told);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldRefuseWhatIsPendingWhenTheHandlerEndsTheSession() {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        handler.onOther = (request, session) -> {
            request.reply(200).send();
            session.end();
        };
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);

        call.request("OPTIONS");

        call.expect(200);
        call.expect(480);
        assertEquals(0, cluster.sessions());
        assertEquals(0, cluster.count(SipCounter.DIALOGS));
    }

    private Optional<ScriptedHandler.Events> state(final SipCall call) {
        return cluster.stateOf(call.callId(), ScriptedHandler.Events.class);
    }
}
