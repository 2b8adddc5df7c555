package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.SipMethod;
import io.dialtone.runtime.sip.SipCounter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RFC 3261 section 17.2.1 and RFC 6026. */
class InviteTransactionTest {
    private static final Duration T1 = Duration.ofMillis(500);
    private static final Duration A_LITTLE = Duration.ofMillis(5);

    private final ScriptedHandler handler = new ScriptedHandler();
    private final TestCluster cluster =
            TestCluster.replicated(() -> handler, EventsCodec::new).nodes(2).start();
    private final SipPeer alice = cluster.peer("alice");

    @Test
    void shouldKeepRetransmittedInviteInOneTransaction() {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        final SipText ringing = call.expect(180);

        call.retransmit();

        assertArrayEquals(ringing.bytes(), call.expect(180).bytes());
        assertEquals(List.of("INVITE"), handler.told);
        assertEquals(1, cluster.count(SipCounter.RETRANSMISSIONS));
    }

    @Test
    void shouldSendTryingWhenTheHandlerIsSilentFor200Ms() {
        handler.onInvite = (invite, session) -> {};
        final SipCall call = alice.invite("sip:bob@example.com");

        cluster.advance(Duration.ofMillis(190));
        call.expectNothing();
        cluster.advance(Duration.ofMillis(15));

        assertFalse(call.expect(100).tag("To").isPresent());
    }

    @Test
    void shouldNotSendTryingAfterRinging() {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);

        cluster.advance(Duration.ofSeconds(1));

        call.expectNothing();
    }

    @Test
    void shouldDoubleTimerGUpToT2UntilTimerHFires() {
        handler.onInvite = (invite, session) -> invite.reply(486).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        final SipText busy = call.expect(486);

        Duration late = Duration.ZERO;
        for (final int intervals : new int[] {1, 2, 4, 8, 8, 8, 8, 8, 8, 8}) {
            cluster.advance(T1.multipliedBy(intervals).minus(late).minusMillis(1));
            call.expectNothing();
            late = Duration.ofMillis(30); // each retransmission may be late by a tick, never early
            cluster.advance(late.plusMillis(1));
            assertArrayEquals(busy.bytes(), call.expect(486).bytes());
        }
        cluster.advance(Duration.ofSeconds(10));

        call.expectNothing();
        assertEquals(1, cluster.count(SipCounter.REFUSALS_NOT_ACKED));
        assertEquals(0, cluster.count(SipCounter.TRANSACTIONS));
    }

    @Test
    void shouldStopRetransmittingARefusalWhenItsAckComes() {
        handler.onInvite = (invite, session) -> invite.reply(486).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(486);

        call.ackRefusal();
        call.ackRefusal();
        cluster.advance(Duration.ofSeconds(4));
        call.expectNothing();

        assertEquals(List.of("INVITE"), handler.told);
        cluster.advance(Duration.ofSeconds(2)); // timer I
        assertEquals(0, cluster.count(SipCounter.TRANSACTIONS));
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldAbsorbInviteInAccepted() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);

        call.retransmit();

        call.expectNothing();
        assertEquals(List.of("INVITE"), handler.told);
    }

    @Test
    void shouldRetransmitA2xxUntilItsAckComes() {
        final SipCall call = alice.invite("sip:bob@example.com");
        final SipText ok = call.expect(200);

        cluster.advance(T1.plus(A_LITTLE));
        assertArrayEquals(ok.bytes(), call.expect(200).bytes());
        cluster.advance(T1.multipliedBy(2).plus(A_LITTLE));
        assertArrayEquals(ok.bytes(), call.expect(200).bytes());
        call.ack();
        call.ack();
        cluster.advance(Duration.ofSeconds(40));

        call.expectNothing();
        assertEquals(List.of("INVITE", "ACK"), handler.told);
        assertEquals(1, cluster.count(SipCounter.DIALOGS));
        assertEquals(0, cluster.count(SipCounter.TRANSACTIONS));
    }

    @Test
    void shouldTakeAnAckWithTheInvitesBranchAfterA2xx() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);

        call.ackRefusal();

        assertEquals(List.of("INVITE", "ACK"), handler.told);
    }

    @Test
    void shouldGiveUpACallWhoseAckNeverComes() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);

        cluster.advance(Duration.ofSeconds(33));

        for (int i = 0; i < 10; i++) {
            alice.expect(200); // at 0.5, 1.5, 3.5, 7.5, 11.5 and so on to 31.5 s
        }
        alice.respond(alice.expectRequest("BYE"), 200);
        assertEquals(List.of("INVITE", "ACK missing"), handler.told);
        assertEquals(0, cluster.sessions());
        assertEquals(0, cluster.count(SipCounter.DIALOGS));
    }

    @Test
    void shouldAnswerLaterFromATimer() {
        handler.onInvite = (invite, session) -> {
            invite.reply(183).send();
            session.startTimer("answer", Duration.ofSeconds(2));
        };
        handler.onTimer = (timer, session) ->
                session.pending(SipMethod.INVITE).orElseThrow().reply(200).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        final String tag = call.expect(183).tag("To").orElseThrow();

        cluster.advance(Duration.ofSeconds(2).plus(A_LITTLE));

        assertEquals(tag, call.expect(200).tag("To").orElseThrow());
    }

    @Test
    void shouldEndAnInviteThatRingsTooLong() {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);

        cluster.advance(Duration.ofMinutes(10).plus(A_LITTLE));

        call.expect(408);
        call.ackRefusal();
        assertEquals(0, cluster.sessions());
    }

    // CANCEL

    @Test
    void shouldAnswerCancelWith481WhenNoTransactionMatches() {
        alice.newCall("sip:bob@example.com").cancel().expect(481);

        assertEquals(1, cluster.count(SipCounter.CANCELS_STRAY));
    }

    @Test
    void shouldTerminateAPendingInviteWhenItIsCancelled() {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        final String tag = call.expect(180).tag("To").orElseThrow();

        call.cancel();

        final SipText ok = call.expect(200);
        assertTrue(ok.header("CSeq").orElseThrow().endsWith("CANCEL"));
        assertEquals(tag, ok.tag("To").orElseThrow());
        final SipText terminated = call.expect(487);
        assertTrue(terminated.header("CSeq").orElseThrow().endsWith("INVITE"));
        assertEquals(tag, terminated.tag("To").orElseThrow());
        assertEquals(List.of("INVITE", "CANCEL"), handler.told);
        call.ackRefusal();
        assertEquals(0, cluster.sessions());
        assertEquals(0, cluster.count(SipCounter.DIALOGS));
    }

    @Test
    void shouldCancelAnInviteThatHasNoAnswerYet() {
        handler.onInvite = (invite, session) -> {};
        final SipCall call = alice.invite("sip:bob@example.com");

        call.cancel();

        assertEquals(
                call.expect(200).tag("To").orElseThrow(),
                call.expect(487).tag("To").orElseThrow());
    }

    @Test
    void shouldNotUndoAnAnswerWhenItsCancelComesLate() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);

        call.cancel();

        call.expect(200);
        call.expectNothing();
        assertEquals(List.of("INVITE"), handler.told);
        assertEquals(1, cluster.count(SipCounter.DIALOGS));
    }
}
