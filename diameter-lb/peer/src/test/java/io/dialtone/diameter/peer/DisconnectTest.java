package io.dialtone.diameter.peer;

import static io.dialtone.diameter.peer.PeerHarness.LOWER;
import static io.dialtone.diameter.peer.PeerHarness.MS;
import static io.dialtone.diameter.peer.PeerHarness.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.DiameterMessage;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Disconnect-Peer, both ways, and what follows: RFC 6733 section 5.4. */
final class DisconnectTest {
    private static final int REBOOTING = 0;
    private static final int BUSY = 1;
    private static final int DO_NOT_WANT_TO_TALK_TO_YOU = 2;

    private final PeerHarness harness = PeerHarness.plain();
    private final ScriptedConnection connection = harness.connection("c");
    private final Peer peer = harness.add(LOWER);
    private final PeerSession session = harness.openDialled(LOWER, connection);

    // They want to go

    @Test
    void shouldLetAnswersUnderWayComeBeforeItAnswersADpr() {
        session.onMessage(Words.dpr(LOWER, REBOOTING), harness.nowNs);
        assertFalse(peer.isUsable());
        assertTrue(connection.sent.isEmpty());
        session.onMessage(Words.cca(LOWER), harness.nowNs);

        session.drained(harness.nowNs);

        final DiameterMessage dpa = connection.take();
        assertEquals(CommandCode.DISCONNECT_PEER, dpa.commandCode());
        assertFalse(dpa.isRequest());
        assertEquals(816, dpa.hopByHopId());
        assertEquals(2001, Words.resultCode(dpa));
        assertEquals(PeerState.CLOSING, harness.state(peer));
        assertTrue(harness.listener.heard.contains("answer 272 " + LOWER + " by c"));
    }

    @Test
    void shouldAnswerADprAtOnceWhenNothingIsUnderWay() {
        harness.listener.drainsAtOnce = true;

        session.onMessage(Words.dpr(LOWER, REBOOTING), harness.nowNs);

        assertEquals(2001, Words.resultCode(connection.take()));
        assertEquals("draining " + LOWER + " by c REBOOTING", harness.listener.heard.getLast());
    }

    @Test
    void shouldAnswerADprWhenAnswersTakeTooLong() {
        session.onMessage(Words.dpr(LOWER, REBOOTING), harness.nowNs);

        harness.advance(500 * MS);

        assertEquals(2001, Words.resultCode(connection.take()));
    }

    @Test
    void shouldWaitForThemToCloseAfterItsDpaButNotForEver() {
        harness.listener.drainsAtOnce = true;
        session.onMessage(Words.dpr(LOWER, REBOOTING), harness.nowNs);

        harness.advance(3 * SECOND - 1);
        assertFalse(connection.isClosed());
        harness.advance(1);

        assertEquals(CloseCause.DISCONNECTED, connection.closedBy);
    }

    private void theyGo(final int cause) {
        harness.listener.drainsAtOnce = true;
        session.onMessage(Words.dpr(LOWER, cause), harness.nowNs);
        session.onClosed(harness.nowNs);
        assertEquals("closed " + LOWER + " by c DISCONNECTED", harness.listener.heard.getLast());
        assertEquals(PeerState.CLOSED, harness.state(peer));
        assertEquals(0, harness.count(PeerCounter.LOST));
    }

    @Test
    void shouldDialAgainAfterAWhileWhenTheyAreRebooting() {
        theyGo(REBOOTING);

        harness.advance(500 * MS);

        assertTrue(harness.transport.isDialling());
    }

    @Test
    void shouldDialAgainAfterTheLongestWhileWhenTheyAreBusy() {
        theyGo(BUSY);

        harness.advance(22 * SECOND);
        assertFalse(harness.transport.isDialling());
        harness.advance(8 * SECOND);

        assertTrue(harness.transport.isDialling());
    }

    @Test
    void shouldNotDialAgainWhenTheyDoNotWantToTalkToUs() {
        theyGo(DO_NOT_WANT_TO_TALK_TO_YOU);

        harness.advance(3_600 * SECOND);
        assertFalse(harness.transport.isDialling());
        peer.connect(harness.nowNs);
        harness.advance(MS);

        assertTrue(harness.transport.isDialling());
    }

    @Test
    void shouldTakeThemWhenTheyDialThoughTheyDidNotWantToTalk() {
        theyGo(DO_NOT_WANT_TO_TALK_TO_YOU);

        final ScriptedConnection again = harness.connection("again");
        final PeerSession back = harness.openAccepted(LOWER, again);
        assertTrue(peer.isOpen());
        back.onClosed(harness.nowNs);
        harness.advance(500 * MS);

        assertTrue(harness.transport.isDialling());
    }

    @Test
    void shouldAnswerADprWithoutCauseWith5005AndStayOpen() {
        session.onMessage(
                Words.message(0x80, CommandCode.DISCONNECT_PEER, 0, 1, writer -> Words.origin(writer, LOWER)),
                harness.nowNs);

        final DiameterMessage dpa = connection.take();
        assertEquals(5005, Words.resultCode(dpa));
        assertEquals("273/12", Words.failed(dpa));
        assertTrue(peer.isUsable());
    }

    @Test
    void shouldRefuseRequestsThatComeAfterItsDpaWith3004() {
        harness.listener.drainsAtOnce = true;
        session.onMessage(Words.dpr(LOWER, REBOOTING), harness.nowNs);
        connection.take();

        session.onMessage(Words.ccr(LOWER), harness.nowNs);

        final DiameterMessage answer = connection.take();
        assertEquals(3004, Words.resultCode(answer));
        assertTrue(answer.isError());
        assertEquals(LOWER + ";1;1", Words.text(answer, BaseAvp.SESSION_ID));
        assertEquals(1, harness.count(PeerCounter.LATE_REQUESTS));
    }

    // We want to go

    @Test
    void shouldLetAnswersUnderWayComeBeforeItSendsADpr() {
        peer.drain(DisconnectCause.BUSY, harness.nowNs);
        assertFalse(peer.isUsable());
        session.onMessage(Words.cca(LOWER), harness.nowNs);
        assertTrue(connection.sent.isEmpty());

        peer.drained(harness.nowNs);

        final DiameterMessage dpr = connection.take();
        assertEquals(CommandCode.DISCONNECT_PEER, dpr.commandCode());
        assertTrue(dpr.isRequest());
        assertEquals(BUSY, dpr.unsigned32(BaseAvp.DISCONNECT_CAUSE));
        assertEquals(PeerState.CLOSING, harness.state(peer));
    }

    @Test
    void shouldSendADprWhenAnswersTakeTooLong() {
        peer.drain(DisconnectCause.REBOOTING, harness.nowNs);

        harness.advance(5 * SECOND);

        assertEquals(CommandCode.DISCONNECT_PEER, connection.take().commandCode());
    }

    @Test
    void shouldCloseWhenTheDpaComes() {
        harness.listener.drainsAtOnce = true;
        peer.drain(DisconnectCause.REBOOTING, harness.nowNs);

        session.onMessage(Words.answer(connection.take(), LOWER), harness.nowNs);

        assertEquals(CloseCause.DISCONNECTED, connection.closedBy);
        assertEquals(PeerState.CLOSED, harness.state(peer));
        assertEquals("closed " + LOWER + " by c DISCONNECTED", harness.listener.heard.getLast());
    }

    @Test
    void shouldCloseWhenNoDpaComesInTime() {
        harness.listener.drainsAtOnce = true;
        peer.drain(DisconnectCause.REBOOTING, harness.nowNs);

        harness.advance(3 * SECOND);

        assertEquals(CloseCause.DISCONNECT_UNANSWERED, connection.closedBy);
        assertEquals(1, harness.count(PeerCounter.DPR_UNANSWERED));
    }

    @Test
    void shouldCloseWhenItsDprIsNotTaken() {
        connection.full = true;
        harness.listener.drainsAtOnce = true;

        peer.drain(DisconnectCause.REBOOTING, harness.nowNs);

        assertEquals(CloseCause.DISCONNECT_UNANSWERED, connection.closedBy);
        assertEquals(PeerState.CLOSED, harness.state(peer));
    }

    @Test
    void shouldStillGiveAnswersToTheAgentAfterItsDpr() {
        harness.listener.drainsAtOnce = true;
        peer.drain(DisconnectCause.REBOOTING, harness.nowNs);

        session.onMessage(Words.cca(LOWER), harness.nowNs);

        assertEquals("answer 272 " + LOWER + " by c", harness.listener.heard.getLast());
    }

    @Test
    void shouldAnswerTheirDprWhenBothWantToGo() {
        harness.listener.drainsAtOnce = true;
        peer.drain(DisconnectCause.REBOOTING, harness.nowNs);
        final DiameterMessage dpr = connection.take();

        session.onMessage(Words.dpr(LOWER, REBOOTING), harness.nowNs);
        assertEquals(2001, Words.resultCode(connection.take()));
        session.onMessage(Words.answer(dpr, LOWER), harness.nowNs);

        assertEquals(CloseCause.DISCONNECTED, connection.closedBy);
    }

    @Test
    void shouldNeitherDialNorTakeAPeerThatWasDrainedUntilAskedTo() {
        harness.listener.drainsAtOnce = true;
        peer.drain(DisconnectCause.REBOOTING, harness.nowNs);
        session.onMessage(Words.answer(connection.take(), LOWER), harness.nowNs);
        final ScriptedConnection theirs = harness.connection("theirs");

        harness.advance(3_600 * SECOND);
        assertFalse(harness.transport.isDialling());
        harness.accept(theirs).onMessage(Words.cer(LOWER), harness.nowNs);
        assertEquals(3004, Words.resultCode(theirs.take()));
        assertTrue(theirs.isClosed());
        peer.connect(harness.nowNs);
        harness.advance(MS);

        assertTrue(harness.transport.isDialling());
    }

    @Test
    void shouldCloseWhatIsNotYetOpenWhenDrained() {
        final ScriptedConnection early = harness.connection("early");
        final Peer another = harness.add("beta.example.net");
        harness.connectDial(early);

        another.drain(DisconnectCause.REBOOTING, harness.nowNs);

        assertEquals(CloseCause.REMOVED, early.closedBy);
        assertEquals(PeerState.CLOSED, harness.state(another));
    }

    // The table

    @Test
    void shouldForgetAPeerThatWasRemovedWhenItHasParted() {
        assertTrue(harness.door
                .peers()
                .remove("ALPHA.example.net", DisconnectCause.DO_NOT_WANT_TO_TALK_TO_YOU, harness.nowNs));
        assertEquals(1, harness.door.peers().all().size());
        session.drained(harness.nowNs);
        session.onMessage(Words.answer(connection.take(), LOWER), harness.nowNs);

        harness.advance(MS);

        assertTrue(harness.door.peers().all().isEmpty());
        assertEquals("removed " + LOWER, harness.listener.heard.getLast());
    }

    @Test
    void shouldStopWhenAllHaveParted() {
        harness.listener.drainsAtOnce = true;
        final ScriptedConnection stranger = harness.connection("stranger");
        harness.accept(stranger);

        harness.door.stop(DisconnectCause.REBOOTING, harness.nowNs);
        assertFalse(harness.door.isStopped());
        assertTrue(stranger.isClosed());
        assertTrue(harness.accept(harness.connection("late")).isClosed());
        session.onMessage(Words.answer(connection.take(), LOWER), harness.nowNs);

        assertTrue(harness.door.isStopped());
        harness.advance(60 * SECOND);
        assertFalse(harness.transport.isDialling());
    }

    // Malformed messages on open connections

    @Test
    void shouldAnswerWhatCannotBeReadAndStayOpen() {
        final DiameterMessage broken = Words.message(0xC0, Words.CREDIT_CONTROL, 4, 5, writer -> {
            Words.text(writer, BaseAvp.SESSION_ID, "a;1;1");
            Words.origin(writer, LOWER);
            Words.origin(writer, LOWER);
        });

        session.onMalformed(broken, harness.nowNs);

        final DiameterMessage answer = connection.take();
        assertEquals(5009, Words.resultCode(answer));
        assertEquals("a;1;1", Words.text(answer, BaseAvp.SESSION_ID));
        assertTrue(peer.isUsable());
        assertEquals(1, harness.count(PeerCounter.MALFORMED_ANSWERED));
    }

    @Test
    void shouldDropAnAnswerThatCannotBeRead() {
        final DiameterMessage broken = Words.message(0x40, Words.CREDIT_CONTROL, 4, 5, writer -> {
            Words.origin(writer, LOWER);
            Words.origin(writer, LOWER);
        });

        session.onMalformed(broken, harness.nowNs);

        assertTrue(connection.sent.isEmpty());
        assertTrue(peer.isUsable());
        assertEquals(1, harness.count(PeerCounter.MALFORMED_DROPPED));
    }

    @Test
    void shouldAnswerAndCloseWhenTheStreamCannotBeReadOn() {
        final DiameterMessage ccr = Words.ccr(LOWER);
        ccr.buffer().byteArray()[0] = 7;
        final DiameterMessage broken = Words.parse(new UnsafeBuffer(ccr.buffer().byteArray()), ccr.messageLength());

        session.onMalformed(broken, harness.nowNs);

        assertEquals(5011, Words.resultCode(connection.take()));
        assertEquals(CloseCause.MALFORMED, connection.closedBy);
        assertEquals("closed " + LOWER + " by c MALFORMED", harness.listener.heard.getLast());
    }
}
