package io.dialtone.diameter.peer;

import static io.dialtone.diameter.peer.PeerHarness.HIGHER;
import static io.dialtone.diameter.peer.PeerHarness.LOWER;
import static io.dialtone.diameter.peer.PeerHarness.MS;
import static io.dialtone.diameter.peer.PeerHarness.OWN;
import static io.dialtone.diameter.peer.PeerHarness.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.DiameterMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of RFC 6733 section 5.6, a row a test. The peer has a lower Origin-Host than we unless it says otherwise. */
final class PeerMachineTest {
    private final PeerHarness harness = PeerHarness.plain();
    private final ScriptedConnection dialled = harness.connection("dialled");
    private final ScriptedConnection accepted = harness.connection("accepted");

    /** WAIT_I_CEA, our CER taken off the wire. */
    private PeerSession awaitCea(final DiameterMessage[] cer) {
        final PeerSession session = harness.connectDial(dialled);
        cer[0] = dialled.take();
        return session;
    }

    private PeerSession cerFrom(final String host) {
        final PeerSession session = harness.accept(accepted);
        session.onMessage(Words.cer(host), harness.nowNs);
        return session;
    }

    // CLOSED

    @Test
    void shouldDialWhenAPeerIsAdded() {
        final Peer peer = harness.add(LOWER);

        assertTrue(harness.transport.isDialling());
        assertEquals(PeerState.WAIT_CONN_ACK, harness.state(peer));
    }

    @Test
    void shouldNotDialAPeerWithoutAnAddress() {
        final Peer peer = harness.add(PeerSpec.of(PeerIdentity.of(LOWER)));

        harness.advance(60 * SECOND);

        assertFalse(harness.transport.isDialling());
        assertEquals(PeerState.CLOSED, harness.state(peer));
    }

    @Test
    void shouldAnswerACerInClosedAndBeOpenAsResponder() {
        final Peer peer = harness.add(PeerSpec.of(PeerIdentity.of(LOWER)));

        harness.openAccepted(LOWER, accepted);

        assertEquals(PeerState.R_OPEN, harness.state(peer));
        assertTrue(peer.isUsable());
        assertEquals(List.of("open " + LOWER + " by accepted"), harness.listener.heard);
    }

    // WAIT_CONN_ACK

    @Test
    void shouldSendACerWhenTheConnectionIsThere() {
        final Peer peer = harness.add(LOWER);

        harness.connectDial(dialled);

        final DiameterMessage cer = dialled.take();
        assertEquals(CommandCode.CAPABILITIES_EXCHANGE, cer.commandCode());
        assertTrue(cer.isRequest());
        assertFalse(cer.isProxiable());
        assertEquals(OWN, Words.text(cer, BaseAvp.ORIGIN_HOST));
        assertEquals(1_000_000, cer.unsigned32(BaseAvp.ORIGIN_STATE_ID));
        assertEquals(PeerState.WAIT_I_CEA, harness.state(peer));
    }

    @Test
    void shouldBeClosedAndDialAgainWhenADialFails() {
        final Peer peer = harness.add(LOWER);

        harness.failDial();
        assertEquals(PeerState.CLOSED, harness.state(peer));
        harness.advance(500 * MS);

        assertEquals(PeerState.WAIT_CONN_ACK, harness.state(peer));
        assertTrue(harness.transport.isDialling());
    }

    @Test
    void shouldGiveUpADialThatTakesTooLongAndCloseWhatComesOfIt() {
        final Peer peer = harness.add(LOWER);
        final DialTicket ticket = harness.transport.take();

        harness.advance(5 * SECOND);
        assertEquals(PeerState.CLOSED, harness.state(peer));
        final PeerSession late = harness.door.onDialled(ticket, dialled, harness.nowNs);

        assertTrue(late.isClosed());
        assertEquals(CloseCause.NOT_WANTED, dialled.closedBy);
        assertEquals(1, harness.count(PeerCounter.CONNECTIONS_NOT_MADE));
        assertEquals(1, harness.count(PeerCounter.CONNECTIONS_TOO_LATE));
    }

    @Test
    void shouldWaitForItsDialBeforeItAnswersACer() {
        final Peer peer = harness.add(LOWER);

        cerFrom(LOWER);

        assertEquals(PeerState.WAIT_CONN_ACK_ELECT, harness.state(peer));
        assertTrue(accepted.sent.isEmpty());
    }

    // WAIT_I_CEA

    @Test
    void shouldBeOpenAsInitiatorWhenTheCeaComes() {
        final Peer peer = harness.add(LOWER);

        harness.openDialled(LOWER, dialled);

        assertEquals(PeerState.I_OPEN, harness.state(peer));
        assertTrue(peer.isUsable());
        assertEquals(List.of("open " + LOWER + " by dialled"), harness.listener.heard);
    }

    @Test
    void shouldWinTheElectionInWaitICeaWhenOurHostIsHigher() {
        final Peer peer = harness.add(LOWER);
        awaitCea(new DiameterMessage[1]);

        cerFrom(LOWER);

        assertEquals(PeerState.R_OPEN, harness.state(peer));
        assertEquals(CloseCause.ELECTION_LOST, dialled.closedBy);
        assertEquals(2001, Words.resultCode(accepted.take()));
        assertEquals(1, harness.count(PeerCounter.ELECTIONS_WON));
    }

    @Test
    void shouldWaitForReturnsWhenTheirHostIsHigher() {
        final Peer peer = harness.add(HIGHER);
        awaitCea(new DiameterMessage[1]);

        cerFrom(HIGHER);

        assertEquals(PeerState.WAIT_RETURNS, harness.state(peer));
        assertFalse(dialled.isClosed());
        assertFalse(accepted.isClosed());
        assertTrue(accepted.sent.isEmpty());
    }

    @Test
    void shouldBeClosedWhenTheConnectionBreaksInWaitICea() {
        final Peer peer = harness.add(LOWER);
        final PeerSession session = awaitCea(new DiameterMessage[1]);

        session.onClosed(harness.nowNs);

        assertEquals(PeerState.CLOSED, harness.state(peer));
        assertTrue(harness.listener.heard.isEmpty());
    }

    @Test
    void shouldCloseWhenSomethingElseThanACeaComes() {
        final Peer peer = harness.add(LOWER);
        final PeerSession session = awaitCea(new DiameterMessage[1]);

        session.onMessage(Words.dwr(LOWER), harness.nowNs);

        assertEquals(PeerState.CLOSED, harness.state(peer));
        assertEquals(CloseCause.NO_CAPABILITIES_FIRST, dialled.closedBy);
        assertEquals(1, harness.count(PeerCounter.HANDSHAKES_WITHOUT_CER));
    }

    @Test
    void shouldNotTakeACeaForAnotherCer() {
        final Peer peer = harness.add(LOWER);
        final PeerSession session = awaitCea(new DiameterMessage[1]);

        session.onMessage(Words.cea(Words.cer(LOWER), LOWER), harness.nowNs);

        assertEquals(PeerState.CLOSED, harness.state(peer));
    }

    @Test
    void shouldCloseWhenTheCeaDoesNotComeInTime() {
        final Peer peer = harness.add(LOWER);
        awaitCea(new DiameterMessage[1]);

        harness.advance(5 * SECOND - 1);
        assertEquals(PeerState.WAIT_I_CEA, harness.state(peer));
        harness.advance(1);

        assertEquals(PeerState.CLOSED, harness.state(peer));
        assertEquals(CloseCause.HANDSHAKE_TIMEOUT, dialled.closedBy);
    }

    // WAIT_CONN_ACK_ELECT

    @Test
    void shouldElectWhenItsDialIsThere() {
        final Peer peer = harness.add(LOWER);
        cerFrom(LOWER);

        harness.connectDial(dialled);

        assertEquals(CommandCode.CAPABILITIES_EXCHANGE, dialled.take().commandCode());
        assertEquals(CloseCause.ELECTION_LOST, dialled.closedBy);
        assertEquals(2001, Words.resultCode(accepted.take()));
        assertEquals(PeerState.R_OPEN, harness.state(peer));
    }

    @Test
    void shouldAnswerTheCerWhenItsDialFails() {
        final Peer peer = harness.add(HIGHER);
        cerFrom(HIGHER);

        harness.failDial();

        assertEquals(2001, Words.resultCode(accepted.take()));
        assertEquals(PeerState.R_OPEN, harness.state(peer));
    }

    @Test
    void shouldAnswerTheCerWhenItsDialTakesTooLong() {
        final Peer peer = harness.add(HIGHER);
        cerFrom(HIGHER);

        harness.advance(5 * SECOND);

        assertEquals(2001, Words.resultCode(accepted.take()));
        assertEquals(PeerState.R_OPEN, harness.state(peer));
        assertTrue(harness.door
                .onDialled(harness.transport.take(), dialled, harness.nowNs)
                .isClosed());
    }

    @Test
    void shouldGoOnDiallingWhenTheOtherSideClosesItsConnection() {
        final Peer peer = harness.add(LOWER);
        final PeerSession responder = cerFrom(LOWER);

        responder.onClosed(harness.nowNs);

        assertEquals(PeerState.WAIT_CONN_ACK, harness.state(peer));
    }

    @Test
    void shouldRejectASecondCerWhileItWaitsForItsDial() {
        final Peer peer = harness.add(LOWER);
        cerFrom(LOWER);
        final ScriptedConnection another = harness.connection("another");

        harness.accept(another).onMessage(Words.cer(LOWER), harness.nowNs);

        assertEquals(CloseCause.ALREADY_CONNECTED, another.closedBy);
        assertFalse(accepted.isClosed());
        assertEquals(PeerState.WAIT_CONN_ACK_ELECT, harness.state(peer));
    }

    // WAIT_RETURNS

    @Test
    void shouldKeepItsOwnConnectionWhenTheWinnerAnswersIt() {
        final Peer peer = harness.add(HIGHER);
        final DiameterMessage[] cer = new DiameterMessage[1];
        final PeerSession initiator = awaitCea(cer);
        cerFrom(HIGHER);

        initiator.onMessage(Words.cea(cer[0], HIGHER), harness.nowNs);

        assertEquals(PeerState.I_OPEN, harness.state(peer));
        assertEquals(CloseCause.ELECTION_LOST, accepted.closedBy);
        assertFalse(dialled.isClosed());
        assertEquals(1, harness.count(PeerCounter.ELECTIONS_LOST));
    }

    @Test
    void shouldTakeTheirConnectionWhenItsOwnIsClosedInWaitReturns() {
        final Peer peer = harness.add(HIGHER);
        final PeerSession initiator = awaitCea(new DiameterMessage[1]);
        cerFrom(HIGHER);

        initiator.onClosed(harness.nowNs);

        assertEquals(PeerState.R_OPEN, harness.state(peer));
        assertEquals(2001, Words.resultCode(accepted.take()));
    }

    @Test
    void shouldTakeTheirConnectionWhenToldThatItsOwnHasLostTheElection() {
        final Peer peer = harness.add(HIGHER);
        final DiameterMessage[] cer = new DiameterMessage[1];
        final PeerSession initiator = awaitCea(cer);
        cerFrom(HIGHER);

        initiator.onMessage(Words.cea(cer[0], 4003, writer -> Words.origin(writer, HIGHER)), harness.nowNs);

        assertEquals(PeerState.R_OPEN, harness.state(peer));
        assertTrue(dialled.isClosed());
        assertEquals(2001, Words.resultCode(accepted.take()));
    }

    @Test
    void shouldGoBackToWaitICeaWhenTheWinnerClosesItsOwnConnection() {
        final Peer peer = harness.add(HIGHER);
        awaitCea(new DiameterMessage[1]);
        final PeerSession responder = cerFrom(HIGHER);

        responder.onClosed(harness.nowNs);

        assertEquals(PeerState.WAIT_I_CEA, harness.state(peer));
        assertFalse(dialled.isClosed());
    }

    @Test
    void shouldRejectAnotherCerInWaitReturns() {
        final Peer peer = harness.add(HIGHER);
        awaitCea(new DiameterMessage[1]);
        cerFrom(HIGHER);
        final ScriptedConnection another = harness.connection("another");

        harness.accept(another).onMessage(Words.cer(HIGHER), harness.nowNs);

        assertEquals(CloseCause.ALREADY_CONNECTED, another.closedBy);
        assertEquals(PeerState.WAIT_RETURNS, harness.state(peer));
    }

    @Test
    void shouldCloseBothWhenNothingIsDecidedInTime() {
        final Peer peer = harness.add(HIGHER);
        awaitCea(new DiameterMessage[1]);
        cerFrom(HIGHER);

        harness.advance(5 * SECOND);

        assertEquals(PeerState.CLOSED, harness.state(peer));
        assertEquals(CloseCause.HANDSHAKE_TIMEOUT, dialled.closedBy);
        assertEquals(CloseCause.HANDSHAKE_TIMEOUT, accepted.closedBy);
    }

    @Test
    void shouldCloseAResponderThatDoesNotWaitForItsCea() {
        final Peer peer = harness.add(HIGHER);
        awaitCea(new DiameterMessage[1]);
        final PeerSession responder = cerFrom(HIGHER);

        responder.onMessage(Words.ccr(HIGHER), harness.nowNs);

        assertEquals(CloseCause.NO_CAPABILITIES_FIRST, accepted.closedBy);
        assertEquals(PeerState.WAIT_I_CEA, harness.state(peer));
    }

    // R_OPEN, I_OPEN

    @Test
    void shouldGiveOtherMessagesToTheAgent() {
        harness.add(LOWER);
        final PeerSession session = harness.openDialled(LOWER, dialled);

        session.onMessage(Words.ccr(LOWER), harness.nowNs);
        session.onMessage(Words.cca(LOWER), harness.nowNs);

        assertEquals(
                List.of(
                        "open " + LOWER + " by dialled",
                        "request 272 " + LOWER + " by dialled",
                        "answer 272 " + LOWER + " by dialled"),
                harness.listener.heard);
    }

    @Test
    void shouldSendByTheOpenConnection() {
        final Peer peer = harness.add(LOWER);
        harness.openDialled(LOWER, dialled);
        final DiameterMessage ccr = Words.ccr(OWN);

        final long by = peer.send(ccr.buffer(), ccr.offset(), ccr.messageLength());

        assertEquals(dialled.id(), by);
        assertEquals(Words.CREDIT_CONTROL, dialled.take().commandCode());
    }

    @Test
    void shouldSayWhenNoConnectionTakesAMessage() {
        final Peer peer = harness.add(LOWER);
        final DiameterMessage ccr = Words.ccr(OWN);
        assertEquals(Peer.NOT_SENT, peer.send(ccr.buffer(), ccr.offset(), ccr.messageLength()));
        harness.openDialled(LOWER, dialled);

        dialled.full = true;

        assertEquals(Peer.NOT_SENT, peer.send(ccr.buffer(), ccr.offset(), ccr.messageLength()));
        assertFalse(peer.reply(dialled.id(), ccr.buffer(), ccr.offset(), ccr.messageLength()));
    }

    @Test
    void shouldReplyByTheConnectionOfTheRequestOnly() {
        final Peer peer = harness.add(LOWER);
        harness.openDialled(LOWER, dialled);
        final DiameterMessage cca = Words.cca(OWN);

        assertFalse(peer.reply(accepted.id(), cca.buffer(), cca.offset(), cca.messageLength()));
        assertTrue(peer.reply(dialled.id(), cca.buffer(), cca.offset(), cca.messageLength()));
    }

    @Test
    void shouldAnswerADwr() {
        harness.add(LOWER);
        final PeerSession session = harness.openDialled(LOWER, dialled);

        session.onMessage(Words.dwr(LOWER), harness.nowNs);

        final DiameterMessage dwa = dialled.take();
        assertEquals(CommandCode.DEVICE_WATCHDOG, dwa.commandCode());
        assertFalse(dwa.isRequest());
        assertEquals(815, dwa.hopByHopId());
        assertEquals(77, dwa.endToEndId());
        assertEquals(2001, Words.resultCode(dwa));
        assertEquals(OWN, Words.text(dwa, BaseAvp.ORIGIN_HOST));
        assertEquals(1_000_000, dwa.unsigned32(BaseAvp.ORIGIN_STATE_ID));
    }

    @Test
    void shouldAnswerADwrWithoutOriginHostWith5005() {
        harness.add(LOWER);
        final PeerSession session = harness.openDialled(LOWER, dialled);

        session.onMessage(Words.message(0x80, CommandCode.DEVICE_WATCHDOG, 0, 1, writer -> {}), harness.nowNs);

        final DiameterMessage dwa = dialled.take();
        assertEquals(5005, Words.resultCode(dwa));
        assertEquals("264/8", Words.failed(dwa));
    }

    @Test
    void shouldRejectAnotherCerWhenOpenAndAskTheOpenOneForASignOfLife() {
        final Peer peer = harness.add(LOWER);
        harness.openDialled(LOWER, dialled);

        cerFrom(LOWER);

        assertEquals(CloseCause.ALREADY_CONNECTED, accepted.closedBy);
        assertEquals(PeerState.I_OPEN, harness.state(peer));
        assertEquals(CommandCode.DEVICE_WATCHDOG, dialled.take().commandCode());
        assertEquals(1, harness.count(PeerCounter.CER_ALREADY_CONNECTED));
    }

    @Test
    void shouldAskOnceHoweverManyConnectionsAreRejected() {
        harness.add(LOWER);
        harness.openDialled(LOWER, dialled);

        for (int i = 0; i < 10; i++) {
            harness.accept(harness.connection("another")).onMessage(Words.cer(LOWER), harness.nowNs);
        }

        dialled.take();
        assertTrue(dialled.sent.isEmpty());
    }

    @Test
    void shouldAnswerACerOnAnOpenConnectionWith5012AndStayOpen() {
        final Peer peer = harness.add(LOWER);
        final PeerSession session = harness.openDialled(LOWER, dialled);

        session.onMessage(Words.cer(LOWER), harness.nowNs);

        assertEquals(5012, Words.resultCode(dialled.take()));
        assertEquals(PeerState.I_OPEN, harness.state(peer));
        assertEquals(1, harness.count(PeerCounter.CER_WHEN_OPEN));
    }

    @Test
    void shouldBeClosedAndDialAgainWhenTheConnectionBreaks() {
        final Peer peer = harness.add(LOWER);
        final PeerSession session = harness.openDialled(LOWER, dialled);

        session.onClosed(harness.nowNs);
        assertEquals(PeerState.CLOSED, harness.state(peer));
        assertFalse(peer.isOpen());
        harness.advance(500 * MS);

        assertTrue(harness.transport.isDialling());
        assertEquals("closed " + LOWER + " by dialled CLOSED_BY_PEER", harness.listener.heard.getLast());
        assertEquals(1, harness.count(PeerCounter.LOST));
    }

    @Test
    void shouldSayNothingTwiceWhenAClosedConnectionIsReportedAgain() {
        harness.add(LOWER);
        final PeerSession session = harness.openDialled(LOWER, dialled);

        session.onClosed(harness.nowNs);
        session.onClosed(harness.nowNs);
        session.onMessage(Words.ccr(LOWER), harness.nowNs);

        assertEquals(2, harness.listener.heard.size());
    }

    // Several connections

    @Test
    void shouldDialAsManyConnectionsAsAPeerMayHaveAndSpreadMessagesOverThem() {
        final Peer peer = harness.add(PeerHarness.spec(LOWER).withConnectionsMax(2));
        final ScriptedConnection second = harness.connection("second");
        harness.openDialled(LOWER, dialled);
        harness.openDialled(LOWER, second);
        final DiameterMessage ccr = Words.ccr(OWN);

        for (int i = 0; i < 10; i++) {
            peer.send(ccr.buffer(), ccr.offset(), ccr.messageLength());
        }

        assertEquals(5, dialled.sent.size());
        assertEquals(5, second.sent.size());
    }

    @Test
    void shouldSendByTheOtherConnectionWhenOneTakesNothing() {
        final Peer peer = harness.add(PeerHarness.spec(LOWER).withConnectionsMax(2));
        final ScriptedConnection second = harness.connection("second");
        harness.openDialled(LOWER, dialled);
        harness.openDialled(LOWER, second);
        final DiameterMessage ccr = Words.ccr(OWN);

        dialled.full = true;

        assertEquals(second.id(), peer.send(ccr.buffer(), ccr.offset(), ccr.messageLength()));
        assertEquals(second.id(), peer.send(ccr.buffer(), ccr.offset(), ccr.messageLength()));
    }

    @Test
    void shouldStayUsableWhileOneOfItsConnectionsIsOpen() {
        final Peer peer = harness.add(PeerHarness.spec(LOWER).withConnectionsMax(2));
        final PeerSession first = harness.openDialled(LOWER, dialled);
        final PeerSession second = harness.openDialled(LOWER, harness.connection("second"));

        first.onClosed(harness.nowNs);
        assertTrue(peer.isUsable());
        second.onClosed(harness.nowNs);

        assertFalse(peer.isUsable());
    }

    @Test
    void shouldAcceptAsManyConnectionsAsAPeerMayHaveAndRejectOneMore() {
        harness.add(PeerSpec.of(PeerIdentity.of(LOWER)).withConnectionsMax(2));
        final ScriptedConnection third = harness.connection("third");
        harness.openAccepted(LOWER, accepted);
        harness.openAccepted(LOWER, harness.connection("second"));

        harness.accept(third).onMessage(Words.cer(LOWER), harness.nowNs);

        assertEquals(CloseCause.ALREADY_CONNECTED, third.closedBy);
    }

    // Origin-State-Id

    @Test
    void shouldTellThatAPeerWasRestartedAndKeepTheConnection() {
        final Peer peer = harness.add(PeerSpec.of(PeerIdentity.of(LOWER)));
        final PeerSession session = harness.accept(accepted);
        session.onMessage(Words.cerOfLife(LOWER, 5), harness.nowNs);

        session.onMessage(Words.dwr(LOWER, 5), harness.nowNs);
        session.onMessage(Words.dwr(LOWER), harness.nowNs);
        session.onMessage(Words.dwr(LOWER, 6), harness.nowNs);

        assertEquals(List.of("open " + LOWER + " by accepted", "restarted " + LOWER + " 6"), harness.listener.heard);
        assertTrue(peer.isUsable());
        assertFalse(accepted.isClosed());
    }

    @Test
    void shouldTellThatAPeerWasRestartedWhenItsNextCerSaysSo() {
        harness.add(PeerSpec.of(PeerIdentity.of(LOWER)));
        final PeerSession session = harness.accept(accepted);
        session.onMessage(Words.cerOfLife(LOWER, 5), harness.nowNs);
        session.onClosed(harness.nowNs);

        harness.accept(harness.connection("again")).onMessage(Words.cerOfLife(LOWER, 9), harness.nowNs);

        assertTrue(harness.listener.heard.contains("restarted " + LOWER + " 9"));
        assertEquals(1, harness.count(PeerCounter.RESTARTS_SEEN));
    }
}
