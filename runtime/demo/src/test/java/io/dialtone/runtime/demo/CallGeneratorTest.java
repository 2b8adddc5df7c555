package io.dialtone.runtime.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.demo.ScriptedUas.Sent;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CallGeneratorTest {
    private static final long MS = ScriptedUas.MS;

    @Test
    void shouldWalkACallFromInviteToBye() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());

        final Sent invite = uas.turn().receives("INVITE");
        uas.answers(invite, "100 Trying");
        uas.answers(invite, "180 Ringing");
        uas.pass(20).answers(invite, "200 OK");
        final Sent ack = uas.receives("ACK");
        final Sent bye = uas.pass(1010).receives("BYE");
        uas.answers(bye, "200 OK");

        assertEquals("sip:answer@192.0.2.10:5060", invite.requestUri());
        assertEquals("sip:192.0.2.20:5080", ack.requestUri());
        assertEquals(ScriptedUas.at("192.0.2.20", 5080), ack.to());
        assertEquals("1 ACK", ack.header("CSeq"));
        assertEquals("2 BYE", bye.header("CSeq"));
        assertNotEquals(invite.header("Via"), ack.header("Via"));
        assertTrue(ack.header("To").endsWith(";tag=uas1"));
        assertTrue(uas.generator().isDone());
        assertEquals(1, uas.tally().answered);
        assertEquals(1, uas.tally().completed);
        assertEquals(0, uas.tally().anomalies());
        assertEquals(20, uas.tally().setupNs.getMaxValue() / 1e6, 1.0);
    }

    @Test
    void shouldStartCallsWhenTheyAreDueWhateverTheAnswers() {
        final ScriptedUas uas =
                new ScriptedUas(ScriptedUas.oneCall().withRate(10).withSeconds(2));

        uas.turn().pass(950);
        assertEquals(10, uas.tally().attempted);
        uas.pass(2000);

        assertEquals(20, uas.tally().attempted);
        assertFalse(uas.generator().isStarting());
        assertFalse(uas.generator().isDone());
    }

    @Test
    void shouldCountSetupFromTheIntendedStartWhenTheCallerWasStalled() {
        final ScriptedUas uas =
                new ScriptedUas(ScriptedUas.oneCall().withRate(10).withSeconds(1));
        uas.answers(uas.turn().receives("INVITE"), "200 OK");
        uas.receives("ACK");

        uas.stall(500).turn();
        while (uas.hasNext("INVITE")) {
            uas.answers(uas.receives("INVITE"), "200 OK");
        }

        assertEquals(6, uas.tally().answered);
        assertEquals(400, uas.tally().setupNs.getMaxValue() / 1e6, 1.0);
        assertEquals(400, uas.tally().startLateNs.getMaxValue() / 1e6, 1.0);
    }

    @Test
    void shouldDoubleTimerAUntilTimerBFires() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent first = uas.turn().receives("INVITE");

        final int[] counts = new int[8];
        final long[] until = {490, 520, 1490, 1520, 3490, 3520, 7520, 31_900};
        long now = 0;
        int copies = 0;
        for (int i = 0; i < until.length; i++) {
            uas.pass(until[i] - now);
            now = until[i];
            while (uas.waiting() > 0) {
                assertEquals(first.text(), uas.receives("INVITE").text());
                copies++;
            }
            counts[i] = copies;
        }
        assertFalse(uas.generator().isDone());
        uas.pass(200);

        assertEquals(
                List.of(0, 1, 1, 2, 2, 3, 4, 6),
                java.util.Arrays.stream(counts).boxed().toList());
        assertTrue(uas.generator().isDone());
        assertEquals(1, uas.tally().failed);
        assertEquals(1, uas.tally().count(Failure.INVITE_TIMEOUT));
        assertEquals(6, uas.tally().retransmissions);
    }

    @Test
    void shouldStopTimerAOnceItRings() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        uas.answers(uas.turn().receives("INVITE"), "180 Ringing");

        uas.pass(10_000);

        assertEquals(0, uas.waiting());
    }

    @Test
    void shouldCancelWhatRingsForEverAndAcknowledgeThe487() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");
        uas.answers(invite, "180 Ringing");

        final Sent cancel = uas.pass(32_010).receives("CANCEL");
        uas.answers(cancel, "200 OK");
        uas.answers(invite, "487 Request Terminated");
        final Sent ack = uas.receives("ACK");

        assertEquals(invite.header("Via"), cancel.header("Via"));
        assertEquals(invite.requestUri(), cancel.requestUri());
        assertEquals("1 CANCEL", cancel.header("CSeq"));
        assertEquals(invite.header("Via"), ack.header("Via"));
        assertTrue(uas.generator().isDone());
        assertEquals(1, uas.tally().failed);
        assertEquals(1, uas.tally().count(Failure.INVITE_TIMEOUT));
    }

    @Test
    void shouldHangUpWhenTheAnswerCrossesTheCancel() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");
        uas.answers(invite, "180 Ringing");
        uas.pass(32_010).receives("CANCEL");

        uas.answers(invite, "200 OK");
        uas.receives("ACK");
        uas.answers(uas.receives("BYE"), "200 OK");

        assertTrue(uas.generator().isDone());
        assertEquals(0, uas.tally().answered);
        assertEquals(1, uas.tally().failed);
    }

    @Test
    void shouldAcknowledgeARefusalInItsOwnTransactionEachTimeItComes() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");

        uas.answers(invite, "503 Service Unavailable");
        final Sent ack = uas.receives("ACK");
        uas.pass(510).answers(invite, "503 Service Unavailable");
        final Sent again = uas.receives("ACK");

        assertEquals(invite.header("Via"), ack.header("Via"));
        assertEquals(invite.requestUri(), ack.requestUri());
        assertEquals(ack.text(), again.text());
        assertEquals(1, uas.tally().count(Failure.INVITE_REFUSED));
        assertEquals(1, uas.tally().finals(503));
        assertEquals(1, uas.tally().retransmittedFinals);
        assertEquals(0, uas.tally().anomalies());
    }

    @Test
    void shouldSendAckAgainForARetransmitted200() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");
        uas.answers(invite, "200 OK");
        final Sent ack = uas.receives("ACK");

        uas.pass(500).answers(invite, "200 OK");

        assertEquals(ack.text(), uas.receives("ACK").text());
        assertEquals(1, uas.tally().retransmittedFinals);
        assertEquals(0, uas.tally().anomalies());
    }

    @Test
    void shouldCallAFinalAnswerThatComesTwiceAtOnceADuplicate() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");

        uas.answers(invite, "200 OK");
        uas.pass(3).answers(invite, "200 OK");

        assertEquals(1, uas.tally().count(Anomaly.DUPLICATE_FINAL));
        assertEquals(1, uas.tally().answered);
    }

    @Test
    void shouldNotHoldItAgainstTheNewOwnerOfACallThatItSaysAgainWhatTheDeadOneSaid() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");
        uas.answers(invite, "200 OK");

        uas.kill(callId -> true);
        uas.pass(3).answers(invite, "200 OK");

        assertEquals(0, uas.tally().anomalies());
        assertEquals(1, Objects.requireNonNull(uas.tally().kill).saidAgain);
    }

    @Test
    void shouldHoldItAgainstOthersThatTheySayAnAnswerAgainAfterAKill() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");
        uas.answers(invite, "200 OK");

        uas.kill(callId -> false);
        uas.pass(3).answers(invite, "200 OK");

        assertEquals(1, uas.tally().count(Anomaly.DUPLICATE_FINAL));
    }

    @Test
    void shouldCallASecondDifferentFinalAnswerAContradiction() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");

        uas.answers(invite, "200 OK");
        uas.answers(invite, "503 Service Unavailable");

        assertEquals(1, uas.tally().count(Anomaly.CONTRADICTION));
        assertEquals(0, uas.tally().failed);
    }

    @Test
    void shouldAcknowledgeAndEndASecondDialog() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");
        uas.answers(invite, "200 OK");
        uas.receives("ACK");

        uas.tag("uas2").contact("<sip:192.0.2.21>").answers(invite, "200 OK");
        final Sent ack = uas.receives("ACK");
        final Sent bye = uas.receives("BYE");

        assertTrue(ack.header("To").endsWith(";tag=uas2"));
        assertEquals(ScriptedUas.at("192.0.2.21", 5060), bye.to());
        assertEquals(1, uas.tally().count(Anomaly.SECOND_DIALOG));
    }

    @Test
    void shouldFollowRecordRouteBackwards() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        uas.recordRoute("<sip:192.0.2.33;lr>, <sip:proxy.example.com;lr;x=1>");
        uas.recordRoute("<sip:192.0.2.31:5090;lr>");
        final Sent invite = uas.turn().receives("INVITE");

        uas.answers(invite, "200 OK");
        final Sent ack = uas.receives("ACK");

        assertEquals(
                List.of("<sip:192.0.2.31:5090;lr>", "<sip:proxy.example.com;lr;x=1>", "<sip:192.0.2.33;lr>"),
                ack.headers("Route"));
        assertEquals("sip:192.0.2.20:5080", ack.requestUri());
        assertEquals(ScriptedUas.at("192.0.2.31", 5090), ack.to());
    }

    @Test
    void shouldGiveAStrictRouterItsOwnUri() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        uas.recordRoute("<sip:192.0.2.33;lr>").recordRoute("<sip:192.0.2.31>");
        final Sent invite = uas.turn().receives("INVITE");

        uas.answers(invite, "200 OK");
        final Sent ack = uas.receives("ACK");

        assertEquals("sip:192.0.2.31", ack.requestUri());
        assertEquals(List.of("<sip:192.0.2.33;lr>", "<sip:192.0.2.20:5080>"), ack.headers("Route"));
        assertEquals(ScriptedUas.at("192.0.2.31", 5060), ack.to());
    }

    @Test
    void shouldAskWithinTheDialogByOptionsAndReInviteInTurns() {
        final ScriptedUas uas =
                new ScriptedUas(ScriptedUas.oneCall().withSeconds(2).withInDialogEvery(1));
        uas.answers(uas.turn().receives("INVITE"), "200 OK");
        uas.receives("ACK");

        final Sent options = uas.pass(510).receives("OPTIONS");
        uas.answers(options, "200 OK");
        uas.pass(510).answersBoth("BYE", "INVITE");
        uas.receives("ACK");
        final Sent reInvite = uas.pass(510).receives("INVITE");
        uas.contact("<sip:192.0.2.99:5080>").answers(reInvite, "200 OK");
        final Sent ack = uas.receives("ACK");

        assertEquals("2 OPTIONS", options.header("CSeq"));
        assertEquals("2 INVITE", reInvite.header("CSeq"));
        assertEquals("2 ACK", ack.header("CSeq"));
        assertEquals("sip:192.0.2.99:5080", ack.requestUri());
        assertTrue(reInvite.header("To").contains(";tag=uas1"));
    }

    @Test
    void shouldAskAgainAndAgainWhenAGapBetweenQuestionsIsGiven() {
        final ScriptedUas uas =
                new ScriptedUas(ScriptedUas.oneCall().withInDialogEvery(1).withInDialogGapMs(300));
        uas.answers(uas.turn().receives("INVITE"), "200 OK");
        uas.receives("ACK");

        uas.answers(uas.pass(310).receives("OPTIONS"), "200 OK");
        uas.answers(uas.pass(310).receives("INFO"), "200 OK");
        final Sent reInvite = uas.pass(310).receives("INVITE");
        uas.answers(reInvite, "200 OK");
        uas.receives("ACK");
        uas.answers(uas.pass(310).receives("BYE"), "200 OK");
        uas.answers(reInvite, "200 OK"); // once more: the first ACK was lost
        final Sent ackAgain = uas.receives("ACK");

        assertEquals("4 INVITE", reInvite.header("CSeq"));
        assertEquals("4 ACK", ackAgain.header("CSeq"));
        assertEquals(1, uas.tally().completed);
        assertEquals(0, uas.tally().count(Anomaly.UNEXPECTED_ANSWER));
    }

    @Test
    void shouldTellTheJournalEachRequestOnceAndEachFinalAnswer() {
        final List<String> told = new ArrayList<>();
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall(), new WrittenJournal(told));
        final Sent invite = uas.turn().receives("INVITE");
        uas.answers(invite, "180 Ringing");
        uas.answers(invite, "200 OK");
        uas.answers(invite, "200 OK");

        uas.pass(1_010);
        uas.pass(40_000);

        assertEquals(
                List.of(
                        "call " + invite.header("Call-ID"),
                        "1 INVITE",
                        "1 INVITE 200",
                        "1 INVITE 200",
                        "2 BYE",
                        "2 BYE given up",
                        "forgotten"),
                told);
    }

    private record WrittenJournal(List<String> told) implements CallJournal {
        @Override
        public void onCall(final long call, final String callId, final long nowNs) {
            told.add("call " + callId);
        }

        @Override
        public void onRequest(final long call, final long cseq, final SipMethod method, final long nowNs) {
            told.add(cseq + " " + method);
        }

        @Override
        public void onFinal(
                final long call,
                final long cseq,
                final SipMethod method,
                final int status,
                final SipMessage answer,
                final long nowNs) {
            told.add(cseq + " " + method + " " + answer.statusCode());
        }

        @Override
        public void onGivenUp(final long call, final long cseq, final SipMethod method, final long nowNs) {
            told.add(cseq + " " + method + " given up");
        }

        @Override
        public void onForgotten(final long call, final long nowNs) {
            told.add("forgotten");
        }
    }

    @Test
    void shouldFailTheCallWhenTheOtherSideHasLostTheDialog() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        uas.answers(uas.turn().receives("INVITE"), "200 OK");
        uas.receives("ACK");

        uas.answers(uas.pass(1010).receives("BYE"), "481 Call/Transaction Does Not Exist");

        assertEquals(1, uas.tally().answered);
        assertEquals(1, uas.tally().count(Failure.DIALOG_UNKNOWN));
        assertEquals(0, uas.tally().completed);
        assertTrue(uas.generator().isDone());
    }

    @Test
    void shouldRepeatByeByTimerEUntilTimerFFires() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        uas.answers(uas.turn().receives("INVITE"), "200 OK");
        uas.receives("ACK");
        final Sent bye = uas.pass(1010).receives("BYE");

        uas.pass(31_900);
        int copies = 0;
        while (uas.waiting() > 0) {
            assertEquals(bye.text(), uas.receives("BYE").text());
            copies++;
        }
        uas.pass(200);

        // 0.5, 1.5, 3.5, then every 4 s (T2) until 31.5
        assertEquals(10, copies);
        assertEquals(1, uas.tally().count(Failure.BYE_TIMEOUT));
    }

    @Test
    void shouldCountAnAnswerWithAnotherTagAndNotUseIt() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        uas.answers(uas.turn().receives("INVITE"), "200 OK");
        uas.receives("ACK");
        final Sent bye = uas.pass(1010).receives("BYE");

        uas.arrives(uas.answer(bye, "200 OK").replace("tag=uas1", "tag=other"));

        assertEquals(1, uas.tally().count(Anomaly.WRONG_TAG));
        assertFalse(uas.generator().isDone());
    }

    @Test
    void shouldCountAnAnswerThatStillCarriesAProxysVia() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");

        uas.arrives(
                uas.answer(invite, "200 OK").replace("From:", "Via: SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKx\r\nFrom:"));
        uas.arrives(uas.answer(invite, "200 OK").replace("branch=z9hG4bK", "branch=z9hG4bKy"));

        assertEquals(1, uas.tally().count(Anomaly.EXTRA_VIA));
        assertEquals(1, uas.tally().count(Anomaly.WRONG_BRANCH));
        assertEquals(0, uas.tally().answered);
    }

    @Test
    void shouldCountWhatItCannotUnderstandOrDidNotAskFor() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");

        uas.arrives("\r\n\r\n");
        uas.arrives("hello\r\n\r\n");
        uas.arrives(uas.answer(invite, "200 OK").replace("Call-ID: 0-", "Call-ID: 7-"));
        uas.arrives(uas.answer(invite, "200 OK").replace("CSeq: 1 INVITE", "CSeq: 2 BYE"));

        assertEquals(1, uas.tally().count(Anomaly.MALFORMED));
        assertEquals(1, uas.tally().count(Anomaly.UNKNOWN_CALL));
        assertEquals(1, uas.tally().count(Anomaly.UNEXPECTED_ANSWER));
        assertEquals(1, uas.tally().open);
    }

    @Test
    void shouldAnswerAByeFromTheOtherSideAndCountTheCallAsFailed() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");
        uas.answers(invite, "200 OK");
        uas.receives("ACK");

        uas.arrives("BYE sip:caller@192.0.2.1:5070 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.20:5080;branch=z9hG4bKbye\r\n"
                + "Max-Forwards: 70\r\nFrom: " + invite.header("To") + ";tag=uas1\r\nTo: " + invite.header("From")
                + "\r\nCall-ID: " + invite.header("Call-ID") + "\r\nCSeq: 9 BYE\r\nContent-Length: 0\r\n\r\n");

        assertTrue(uas.next()
                .text()
                .startsWith("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.20:5080;branch=z9hG4bKbye\r\n"));
        assertEquals(1, uas.tally().count(Failure.HUNG_UP));
        assertTrue(uas.generator().isDone());
    }

    @Test
    void shouldSendByeToConfirmedDialogsWhenTheRunIsGivenUp() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall().withRate(2));
        uas.answers(uas.turn().receives("INVITE"), "200 OK");
        uas.receives("ACK");
        uas.pass(505).receives("INVITE");

        uas.generator().abandon(6_000 * MS);

        uas.receives("BYE");
        assertEquals(0, uas.waiting());
        assertEquals(2, uas.tally().count(Failure.ABANDONED));
        assertTrue(uas.generator().isDone());
    }

    @Test
    void shouldForgetEndedCallsAfterALinger() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall());
        final Sent invite = uas.turn().receives("INVITE");
        uas.answers(invite, "486 Busy Here");
        uas.receives("ACK");

        uas.pass(5_100).answers(invite, "486 Busy Here");

        assertEquals(1, uas.tally().lateAnswers);
        assertFalse(uas.generator().hasTimers());
    }

    @Test
    void shouldTellWhoAnsweredByServerHeaderElseByContact() {
        final ScriptedUas uas = new ScriptedUas(ScriptedUas.oneCall().withRate(2));
        uas.answers(uas.turn().receives("INVITE"), "200 OK");
        uas.receives("ACK");

        final Sent second = uas.pass(505).receives("INVITE");
        uas.arrives(uas.answer(second, "200 OK").replace("Contact:", "Server: dialtone node-2\r\nContact:"));

        assertEquals(
                List.of("192.0.2.20:5080", "dialtone node-2"),
                List.copyOf(uas.tally().answeredBy().keySet()));
    }
}
