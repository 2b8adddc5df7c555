package io.dialtone.diameter.peer;

import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.ResultCode;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The peer state machine of RFC 6733 section 5.6 for one connection with a peer, with its watchdog; a peer has as many as it may have connections. Called only by
 * the thread of its {@link PeerDoor}.
 *
 * <pre>
 *   state                event              action                          next state
 *   CLOSED               Start              I-Snd-Conn-Req                  WAIT_CONN_ACK
 *                        R-Conn-CER         R-Accept, Process-CER,          R_OPEN
 *                                           R-Snd-CEA
 *   WAIT_CONN_ACK        I-Rcv-Conn-Ack     I-Snd-CER                       WAIT_I_CEA
 *                        I-Rcv-Conn-Nack    Cleanup                         CLOSED
 *                        R-Conn-CER         R-Accept, Process-CER           WAIT_CONN_ACK_ELECT
 *                        Timeout            Error                           CLOSED
 *   WAIT_I_CEA           I-Rcv-CEA          Process-CEA                     I_OPEN
 *                        R-Conn-CER         R-Accept, Process-CER, Elect    WAIT_RETURNS
 *                        I-Peer-Disc        I-Disc                          CLOSED
 *                        I-Rcv-Non-CEA      Error                           CLOSED
 *                        Timeout            Error                           CLOSED
 *   WAIT_CONN_ACK_ELECT  I-Rcv-Conn-Ack     I-Snd-CER, Elect                WAIT_RETURNS
 *                        I-Rcv-Conn-Nack    R-Snd-CEA                       R_OPEN
 *                        R-Peer-Disc        R-Disc                          WAIT_CONN_ACK
 *                        R-Conn-CER         R-Reject                        WAIT_CONN_ACK_ELECT
 *                        Timeout            Error                           CLOSED
 *   WAIT_RETURNS         Win-Election       I-Disc, R-Snd-CEA               R_OPEN
 *                        I-Peer-Disc        I-Disc, R-Snd-CEA               R_OPEN
 *                        I-Rcv-CEA          R-Disc                          I_OPEN
 *                        R-Peer-Disc        R-Disc                          WAIT_I_CEA
 *                        R-Conn-CER         R-Reject                        WAIT_RETURNS
 *                        Timeout            Error                           CLOSED
 *   R_OPEN, I_OPEN       Send-Message       Snd-Message                     the same
 *                        Rcv-Message        Process                         the same
 *                        Rcv-DWR            Process-DWR, Snd-DWA            the same
 *                        Rcv-DWA            Process-DWA                     the same
 *                        R-Conn-CER         R-Reject                        the same
 *                        Stop               Snd-DPR                         CLOSING
 *                        Rcv-DPR            Snd-DPA                         CLOSING
 *                        Peer-Disc          Disc                            CLOSED
 *   CLOSING              Rcv-DPA            Disc                            CLOSED
 *                        Timeout            Error                           CLOSED
 *                        Peer-Disc          Disc                            CLOSED
 * </pre>
 *
 * <p>What the table leaves open: a dial that takes too long is a Conn-Nack, so that a CER that waits for it is answered. A CEA that refuses, 4003 (ELECTION_LOST)
 * for instance, is a Non-CEA, and in WAIT_RETURNS that is an I-Peer-Disc. Between Stop and DPR, and between DPR and DPA, there is a time for answers under way. Process-CER
 * is done before the event: what it refuses never gets here.
 */
final class PeerMachine {
    /** Who wants to end the connection. */
    private enum Parting {
        NOBODY,
        WE,
        THEY
    }

    private static final long NEVER = Watchdog.NEVER;
    private static final int NUMBER_BYTES = 4;

    private final Peer peer;
    private final PeerDoor door;
    private final BaseMessages messages;
    private final Counts<PeerCounter> counters;
    private final PeerListener listener;
    private final Watchdog watchdog;
    private final BackOff backOff;
    private final long connectNs;
    private final long capabilitiesNs;
    private final long drainNs;
    private final long holdNs;
    private final long disconnectNs;

    private PeerState state = PeerState.CLOSED;
    private @Nullable DialTicket ticket;
    private @Nullable PeerSession initiator;
    private @Nullable PeerSession responder;
    /** What R-Conn-CER brings. */
    private @Nullable PeerSession newcomer;
    /** In WAIT_TLS, with the state that follows. */
    private @Nullable PeerSession securing;

    private PeerState afterTls = PeerState.I_OPEN;
    /** In R_OPEN, I_OPEN and CLOSING. */
    private @Nullable PeerSession open;

    /** Why the initiator's connection is to be closed. */
    private CloseCause failure = CloseCause.CLOSED_BY_PEER;

    private long stateDueNs = NEVER;
    private long dialDueNs = NEVER;
    private long openedNs;
    private int dwrHopByHopId;

    private Parting parting = Parting.NOBODY;
    private DisconnectCause partingCause = DisconnectCause.REBOOTING;
    private int dprHopByHopId;
    private int dprEndToEndId;

    /** The peer wants no connection: it is not dialled until somebody asks for it. */
    private boolean hushed;

    PeerMachine(final Peer peer, final PeerDoor door) {
        final PeerSpec spec = peer.spec();
        final PeerTimes times = door.config().times();
        this.peer = peer;
        this.door = door;
        this.messages = door.messages();
        this.counters = door.counters();
        this.listener = door.listener();
        this.watchdog =
                new Watchdog(spec.watchdog().toNanos(), spec.reopenInterval().toNanos(), door.jitter());
        this.backOff =
                new BackOff(spec.reconnectFirst().toNanos(), spec.reconnectMax().toNanos(), door.jitter());
        this.connectNs = times.connect().toNanos();
        this.capabilitiesNs = times.capabilities().toNanos();
        this.drainNs = times.drain().toNanos();
        this.holdNs = times.disconnectHold().toNanos();
        this.disconnectNs = times.disconnect().toNanos();
    }

    PeerState state() {
        return state;
    }

    WatchdogState watchdogState() {
        return watchdog.state();
    }

    /** The connection that messages go by, if there is one. */
    @Nullable
    PeerSession open() {
        return open;
    }

    /** Whether new requests may go by it. */
    boolean isUsable() {
        return isOpen() && watchdog.state() == WatchdogState.OKAY;
    }

    /** Whether it is open and nobody wants to end it; it may be suspect. */
    boolean isOpen() {
        return (state == PeerState.I_OPEN || state == PeerState.R_OPEN) && parting == Parting.NOBODY;
    }

    boolean isClosed() {
        return state == PeerState.CLOSED;
    }

    // Events

    /** One switch: what an event does in each state is the business of that state's method. */
    private void on(final PeerEvent event, final long nowNs) {
        switch (state) {
            case CLOSED -> inClosed(event, nowNs);
            case WAIT_CONN_ACK -> inWaitConnAck(event, nowNs);
            case WAIT_I_CEA -> inWaitICea(event, nowNs);
            case WAIT_CONN_ACK_ELECT -> inWaitConnAckElect(event, nowNs);
            case WAIT_RETURNS -> inWaitReturns(event, nowNs);
            case WAIT_TLS, R_OPEN, I_OPEN, CLOSING -> inOpen(event, nowNs);
        }
    }

    private void inClosed(final PeerEvent event, final long nowNs) {
        switch (event) {
            case START -> {
                state = PeerState.WAIT_CONN_ACK;
                due(nowNs + connectNs);
                counters.increment(PeerCounter.CONNECTIONS_DIALLED);
                final DialTicket its = new DialTicket(this);
                ticket = its;
                door.transport().dial(peer.spec(), its);
            }
            case R_CONN_CER -> {
                accept();
                openResponder(nowNs);
            }
            default -> {}
        }
    }

    private void inWaitConnAck(final PeerEvent event, final long nowNs) {
        switch (event) {
            case I_RCV_CONN_ACK -> {
                if (sendCer()) {
                    state = PeerState.WAIT_I_CEA;
                    due(nowNs + capabilitiesNs);
                } else {
                    fail(CloseCause.NOT_TAKEN, nowNs);
                }
            }
            case I_RCV_CONN_NACK, TIMEOUT -> fail(CloseCause.HANDSHAKE_TIMEOUT, nowNs);
            case R_CONN_CER -> {
                // The time of the dial goes on: when it is over, the CER is answered.
                accept();
                state = PeerState.WAIT_CONN_ACK_ELECT;
            }
            default -> {}
        }
    }

    private void inWaitICea(final PeerEvent event, final long nowNs) {
        switch (event) {
            case I_RCV_CEA -> openInitiator(nowNs);
            case R_CONN_CER -> {
                accept();
                state = PeerState.WAIT_RETURNS;
                due(nowNs + capabilitiesNs);
                elect(nowNs);
            }
            case I_PEER_DISC -> fail(CloseCause.CLOSED_BY_PEER, nowNs);
            case I_RCV_NON_CEA -> fail(failure, nowNs);
            case TIMEOUT -> fail(CloseCause.HANDSHAKE_TIMEOUT, nowNs);
            default -> {}
        }
    }

    private void inWaitConnAckElect(final PeerEvent event, final long nowNs) {
        switch (event) {
            case I_RCV_CONN_ACK -> {
                if (sendCer()) {
                    state = PeerState.WAIT_RETURNS;
                    due(nowNs + capabilitiesNs);
                    elect(nowNs);
                } else {
                    closeInitiator(CloseCause.NOT_TAKEN);
                    openResponder(nowNs);
                }
            }
            case I_RCV_CONN_NACK -> openResponder(nowNs);
            case R_PEER_DISC -> {
                closeResponder(CloseCause.CLOSED_BY_PEER);
                state = PeerState.WAIT_CONN_ACK;
            }
            case R_CONN_CER -> reject(nowNs);
            case TIMEOUT -> fail(CloseCause.HANDSHAKE_TIMEOUT, nowNs);
            default -> {}
        }
    }

    private void inWaitReturns(final PeerEvent event, final long nowNs) {
        switch (event) {
            case WIN_ELECTION -> {
                counters.increment(PeerCounter.ELECTIONS_WON);
                closeInitiator(CloseCause.ELECTION_LOST);
                openResponder(nowNs);
            }
            case I_PEER_DISC, I_RCV_NON_CEA -> {
                closeInitiator(event == PeerEvent.I_PEER_DISC ? CloseCause.CLOSED_BY_PEER : failure);
                openResponder(nowNs);
            }
            case I_RCV_CEA -> {
                counters.increment(PeerCounter.ELECTIONS_LOST);
                closeResponder(CloseCause.ELECTION_LOST);
                openInitiator(nowNs);
            }
            case R_PEER_DISC -> {
                closeResponder(CloseCause.CLOSED_BY_PEER);
                state = PeerState.WAIT_I_CEA;
            }
            case R_CONN_CER -> reject(nowNs);
            case TIMEOUT -> fail(CloseCause.HANDSHAKE_TIMEOUT, nowNs);
            default -> {}
        }
    }

    private void inOpen(final PeerEvent event, final long nowNs) {
        if (event == PeerEvent.R_CONN_CER) {
            reject(nowNs);
        }
    }

    // Actions

    /** R-Accept. */
    private void accept() {
        final PeerSession its = Objects.requireNonNull(newcomer);
        newcomer = null;
        responder = its;
        its.belongsTo(this);
    }

    /** R-Reject. The peer may have lost what we still take for open: that is asked for a sign of life. */
    private void reject(final long nowNs) {
        final PeerSession its = Objects.requireNonNull(newcomer);
        newcomer = null;
        counters.increment(PeerCounter.CER_ALREADY_CONNECTED);
        its.close(CloseCause.ALREADY_CONNECTED);
        peer.onDoubt(nowNs);
    }

    /** I-Snd-CER. */
    private boolean sendCer() {
        final PeerSession its = Objects.requireNonNull(initiator);
        final int length = messages.cer(door.exchange(), door.greeter().offersTls(its.connection()));
        its.onCerSent(messages.lastHopByHopId());
        return its.send(length);
    }

    /** Elect, RFC 6733 section 5.6.4: the responder's side compares; identities are in lower case already, and of two names of which one begins the other the longer is higher. */
    private void elect(final long nowNs) {
        final PeerSession its = Objects.requireNonNull(responder);
        final String own = door.config().local().identity().host();
        if (own.compareTo(its.capabilities().identity().host()) > 0) {
            on(PeerEvent.WIN_ELECTION, nowNs);
        }
    }

    /** R-Snd-CEA. A dial that has not come to its end is forgotten. */
    private void openResponder(final long nowNs) {
        final PeerSession its = Objects.requireNonNull(responder);
        responder = null;
        initiator = null;
        ticket = null;
        final int length = messages.cea(
                door.exchange(), door.greeter().offersTls(its.connection()), its.cerHopByHopId(), its.cerEndToEndId());
        if (its.send(length)) {
            secure(its, PeerState.R_OPEN, nowNs);
        } else {
            counters.increment(PeerCounter.ANSWERS_NOT_TAKEN);
            its.close(CloseCause.NOT_TAKEN);
            toClosed(nowNs);
        }
    }

    private void openInitiator(final long nowNs) {
        final PeerSession its = Objects.requireNonNull(initiator);
        initiator = null;
        secure(its, PeerState.I_OPEN, nowNs);
    }

    /** Begins TLS if both sides have agreed on it. */
    private void secure(final PeerSession its, final PeerState next, final long nowNs) {
        if (!its.agreesOnTls()) {
            opened(its, next, nowNs);
            return;
        }
        state = PeerState.WAIT_TLS;
        securing = its;
        afterTls = next;
        due(nowNs + capabilitiesNs);
        if (!its.connection().startTls(next == PeerState.R_OPEN)) {
            fail(CloseCause.CAPABILITIES_REFUSED, nowNs);
        }
    }

    private void opened(final PeerSession its, final PeerState next, final long nowNs) {
        state = next;
        open = its;
        stateDueNs = NEVER;
        dialDueNs = NEVER;
        parting = Parting.NOBODY;
        hushed = false;
        openedNs = nowNs;
        counters.increment(PeerCounter.OPENED);
        final boolean mustProveItself = watchdog.onConnectionUp(nowNs);
        door.wakeAt(watchdog.dueNs());
        peer.onCapabilities(its.capabilities(), its.common(), nowNs);
        listener.onPeerOpen(peer, its, nowNs);
        // Last: to send can show that the connection is broken.
        if (mustProveItself && open == its) {
            sendDwr(its);
        }
    }

    /** Error, Cleanup: whatever there was before a connection was open is closed. */
    private void fail(final CloseCause cause, final long nowNs) {
        if (state == PeerState.WAIT_CONN_ACK && initiator == null) {
            counters.increment(PeerCounter.CONNECTIONS_NOT_MADE);
        } else if (cause == CloseCause.HANDSHAKE_TIMEOUT) {
            counters.increment(PeerCounter.HANDSHAKES_TIMED_OUT);
        }
        closeInitiator(cause);
        closeResponder(cause);
        final PeerSession its = securing;
        securing = null;
        if (its != null) {
            its.close(cause);
        }
        toClosed(nowNs);
    }

    private void closeInitiator(final CloseCause cause) {
        final PeerSession its = initiator;
        initiator = null;
        if (its != null) {
            its.close(cause);
        }
    }

    private void closeResponder(final CloseCause cause) {
        final PeerSession its = responder;
        responder = null;
        if (its != null) {
            its.close(cause);
        }
    }

    private void toClosed(final long nowNs) {
        state = PeerState.CLOSED;
        stateDueNs = NEVER;
        ticket = null;
        if (peer.mayBeDialled() && !hushed) {
            dialDueNs = nowNs + backOff.waitNs();
            door.wakeAt(dialDueNs);
        }
        door.onLineClosed(nowNs);
    }

    /** The connection that was open is over. */
    private void lose(final CloseCause cause, final long nowNs) {
        final PeerSession its = Objects.requireNonNull(open);
        open = null;
        its.close(cause);
        watchdog.onConnectionDown();
        backOff.onLasted(nowNs - openedNs);
        if (parting == Parting.THEY) {
            hushed = partingCause == DisconnectCause.DO_NOT_WANT_TO_TALK_TO_YOU;
            if (partingCause == DisconnectCause.BUSY) {
                backOff.onBusy();
            }
        }
        parting = Parting.NOBODY;
        toClosed(nowNs);
        listener.onPeerClosed(peer, its, cause, nowNs);
    }

    // What the peer, the door and sessions ask for

    /** Dials, unless there is a connection or one on its way. */
    void connect(final long nowNs) {
        hushed = false;
        if (state == PeerState.CLOSED && peer.mayBeDialled()) {
            dialDueNs = nowNs;
            door.wakeAt(nowNs);
        }
    }

    boolean isWaitingFor(final DialTicket its) {
        return ticket == its;
    }

    void onDialled(final PeerSession its, final long nowNs) {
        ticket = null;
        initiator = its;
        on(PeerEvent.I_RCV_CONN_ACK, nowNs);
    }

    void onDialFailed(final long nowNs) {
        ticket = null;
        if (state == PeerState.WAIT_CONN_ACK_ELECT) {
            counters.increment(PeerCounter.CONNECTIONS_NOT_MADE);
        }
        on(PeerEvent.I_RCV_CONN_NACK, nowNs);
    }

    /** A CER that was found good has come by a connection that nobody has yet. */
    void onCer(final PeerSession its, final long nowNs) {
        newcomer = its;
        on(PeerEvent.R_CONN_CER, nowNs);
    }

    void onDoubt(final long nowNs) {
        final PeerSession its = open;
        if (its != null && isOpen()) {
            if (watchdog.onDoubt(nowNs)) {
                sendDwr(its);
            }
            door.wakeAt(watchdog.dueNs());
        }
    }

    void onSecured(final PeerSession by, final long nowNs) {
        if (by != securing) {
            return;
        }
        if (door.greeter().isShownNow(by)) {
            securing = null;
            opened(by, afterTls, nowNs);
        } else {
            counters.increment(
                    afterTls == PeerState.I_OPEN ? PeerCounter.CEA_CERTIFICATE : PeerCounter.CER_CERTIFICATE);
            fail(CloseCause.CERTIFICATE_MISMATCH, nowNs);
        }
    }

    /** A connection was closed by the other side, or broke. */
    void onGone(final PeerSession by, final long nowNs) {
        if (by == open) {
            if (parting == Parting.NOBODY) {
                counters.increment(PeerCounter.LOST);
                lose(CloseCause.CLOSED_BY_PEER, nowNs);
            } else {
                lose(CloseCause.DISCONNECTED, nowNs);
            }
        } else if (by == initiator) {
            on(PeerEvent.I_PEER_DISC, nowNs);
        } else if (by == responder) {
            on(PeerEvent.R_PEER_DISC, nowNs);
        } else if (by == securing) {
            fail(CloseCause.CLOSED_BY_PEER, nowNs);
        }
    }

    /** Stop. */
    void drain(final DisconnectCause cause, final long nowNs) {
        dialDueNs = NEVER;
        final PeerSession its = open;
        if (its == null) {
            if (state != PeerState.CLOSED) {
                fail(CloseCause.REMOVED, nowNs);
            }
        } else if (parting == Parting.NOBODY) {
            parting = Parting.WE;
            partingCause = cause;
            due(nowNs + drainNs);
            listener.onPeerDraining(peer, its, cause, nowNs);
        }
    }

    void drained(final PeerSession by, final long nowNs) {
        if (by == open && state != PeerState.CLOSING && parting != Parting.NOBODY) {
            part(nowNs);
        }
    }

    /** Ends the time for answers under way. */
    private void part(final long nowNs) {
        final PeerSession its = Objects.requireNonNull(open);
        state = PeerState.CLOSING;
        due(nowNs + disconnectNs);
        if (parting == Parting.WE) {
            if (its.send(messages.dpr(partingCause))) {
                counters.increment(PeerCounter.DPR_SENT);
            } else if (open == its) {
                counters.increment(PeerCounter.DPR_UNANSWERED);
                lose(CloseCause.DISCONNECT_UNANSWERED, nowNs);
            }
        } else if (!its.send(messages.dpa(dprHopByHopId, dprEndToEndId)) && open == its) {
            counters.increment(PeerCounter.ANSWERS_NOT_TAKEN);
            lose(CloseCause.DISCONNECTED, nowNs);
        }
    }

    // Messages

    /** The common case is one comparison and one switch away from the agent. */
    void onMessage(final PeerSession by, final DiameterMessage message, final long nowNs) {
        if (by != open) {
            onEarlyMessageSlowPath(by, message, nowNs);
            return;
        }
        switch (message.commandCode()) {
            case CommandCode.DEVICE_WATCHDOG -> onWatchdog(by, message, nowNs);
            case CommandCode.CAPABILITIES_EXCHANGE -> onLateCapabilities(by, message, nowNs);
            case CommandCode.DISCONNECT_PEER -> onDisconnect(by, message, nowNs);
            default -> {
                heard(by, nowNs);
                if (state == PeerState.CLOSING && message.isRequest()) {
                    onLateRequest(by, message);
                } else if (message.isRequest()) {
                    counters.increment(PeerCounter.REQUESTS);
                    listener.onRequest(peer, by, message, nowNs);
                } else {
                    counters.increment(PeerCounter.ANSWERS);
                    listener.onAnswer(peer, by, message, nowNs);
                }
            }
        }
    }

    private void onEarlyMessageSlowPath(final PeerSession by, final DiameterMessage message, final long nowNs) {
        if (by == initiator) {
            final Optional<CloseCause> why = door.greeter().judge(by, peer, message);
            failure = why.orElse(failure);
            on(why.isEmpty() ? PeerEvent.I_RCV_CEA : PeerEvent.I_RCV_NON_CEA, nowNs);
        } else {
            onImpatient(by, nowNs);
        }
    }

    /** Who has sent a CER, or agreed on TLS, has to wait. */
    private void onImpatient(final PeerSession by, final long nowNs) {
        counters.increment(PeerCounter.HANDSHAKES_WITHOUT_CER);
        by.close(CloseCause.NO_CAPABILITIES_FIRST);
        onGone(by, nowNs);
    }

    void onMalformed(final PeerSession by, final DiameterMessage message, final long nowNs) {
        if (by == open) {
            heard(by, nowNs);
            onMalformedWhenOpen(by, message, nowNs);
        } else if (by == initiator) {
            counters.increment(PeerCounter.HANDSHAKES_MALFORMED);
            failure = CloseCause.MALFORMED;
            on(PeerEvent.I_RCV_NON_CEA, nowNs);
        } else {
            onImpatient(by, nowNs);
        }
    }

    private void onMalformedWhenOpen(final PeerSession by, final DiameterMessage message, final long nowNs) {
        if (message.isAnswerable()) {
            counters.increment(PeerCounter.MALFORMED_ANSWERED);
            answer(by, messages.malformed(message));
        } else {
            counters.increment(PeerCounter.MALFORMED_DROPPED);
        }
        if (message.malformation().closes() && by == open) {
            counters.increment(PeerCounter.MALFORMED_CLOSED);
            lose(CloseCause.MALFORMED, nowNs);
        }
    }

    private void heard(final PeerSession by, final long nowNs) {
        if (watchdog.onReceive(nowNs)) {
            onRecovered(by, nowNs);
        }
    }

    private void onRecovered(final PeerSession by, final long nowNs) {
        counters.increment(PeerCounter.RECOVERED);
        listener.onPeerRecovered(peer, by, nowNs);
    }

    private void onWatchdog(final PeerSession by, final DiameterMessage message, final long nowNs) {
        if (message.isRequest()) {
            heard(by, nowNs);
            if (by != open) {
                return;
            }
            if (message.has(BaseAvp.ORIGIN_HOST)) {
                counters.increment(PeerCounter.DWR_RECEIVED);
                answer(by, messages.dwa(message));
            } else {
                answer(by, messages.missing(message, BaseAvp.ORIGIN_HOST, 0));
            }
        } else if (message.hopByHopId() == dwrHopByHopId) {
            counters.increment(PeerCounter.DWA_RECEIVED);
            final boolean failback = watchdog.onAnswer(nowNs);
            door.wakeAt(watchdog.dueNs());
            if (failback) {
                onRecovered(by, nowNs);
            }
        } else {
            counters.increment(PeerCounter.UNEXPECTED);
            heard(by, nowNs);
        }
        peer.onOriginState(message.unsigned32(BaseAvp.ORIGIN_STATE_ID), nowNs);
    }

    private void onLateCapabilities(final PeerSession by, final DiameterMessage message, final long nowNs) {
        heard(by, nowNs);
        if (message.isRequest()) {
            counters.increment(PeerCounter.CER_WHEN_OPEN);
            answer(by, messages.refusal(message, ResultCode.UNABLE_TO_COMPLY));
        } else {
            counters.increment(PeerCounter.UNEXPECTED);
        }
    }

    private void onDisconnect(final PeerSession by, final DiameterMessage message, final long nowNs) {
        heard(by, nowNs);
        if (by != open) {
            return;
        }
        if (!message.isRequest()) {
            onDpa(nowNs);
        } else if (!message.has(BaseAvp.ORIGIN_HOST)) {
            answer(by, messages.missing(message, BaseAvp.ORIGIN_HOST, 0));
        } else if (message.unsigned32(BaseAvp.DISCONNECT_CAUSE) < 0) {
            answer(by, messages.missing(message, BaseAvp.DISCONNECT_CAUSE, NUMBER_BYTES));
        } else {
            onDpr(by, message, nowNs);
        }
    }

    private void onDpr(final PeerSession by, final DiameterMessage message, final long nowNs) {
        counters.increment(PeerCounter.DPR_RECEIVED);
        if (state == PeerState.CLOSING) {
            answer(by, messages.dpa(message.hopByHopId(), message.endToEndId()));
            return;
        }
        final boolean isNews = parting == Parting.NOBODY;
        parting = Parting.THEY;
        partingCause = DisconnectCause.of(message.unsigned32(BaseAvp.DISCONNECT_CAUSE));
        dprHopByHopId = message.hopByHopId();
        dprEndToEndId = message.endToEndId();
        due(nowNs + holdNs);
        if (isNews) {
            listener.onPeerDraining(peer, by, partingCause, nowNs);
        }
    }

    private void onDpa(final long nowNs) {
        if (state == PeerState.CLOSING && parting == Parting.WE) {
            lose(CloseCause.DISCONNECTED, nowNs);
        } else {
            counters.increment(PeerCounter.UNEXPECTED);
        }
    }

    /** Nobody would be there for its answer; 3004 sends it to another node (RFC 6733 section 7.1.3). */
    private void onLateRequest(final PeerSession by, final DiameterMessage message) {
        counters.increment(PeerCounter.LATE_REQUESTS);
        answer(by, messages.refusal(message, ResultCode.TOO_BUSY));
    }

    private void answer(final PeerSession by, final int length) {
        if (!by.send(length)) {
            counters.increment(PeerCounter.ANSWERS_NOT_TAKEN);
        }
    }

    private void sendDwr(final PeerSession its) {
        final int length = messages.dwr();
        dwrHopByHopId = messages.lastHopByHopId();
        if (its.send(length)) {
            counters.increment(PeerCounter.DWR_SENT);
        } else {
            counters.increment(PeerCounter.DWR_NOT_TAKEN);
            watchdog.onRefused();
        }
    }

    // Time

    private void due(final long dueNs) {
        stateDueNs = dueNs;
        door.wakeAt(dueNs);
    }

    /** Does what is due, and tells the door when something will be. */
    int onTime(final long nowNs) {
        int done = 0;
        if (isDue(dialDueNs, nowNs)) {
            dialDueNs = NEVER;
            on(PeerEvent.START, nowNs);
            done++;
        }
        if (isDue(stateDueNs, nowNs)) {
            stateDueNs = NEVER;
            onTimeout(nowNs);
            done++;
        }
        final PeerSession its = open;
        if (its != null && state != PeerState.CLOSING && isDue(watchdog.dueNs(), nowNs)) {
            onWatchdogTimer(its, nowNs);
            done++;
        }
        door.wakeAt(dialDueNs);
        door.wakeAt(stateDueNs);
        if (state != PeerState.CLOSING) {
            door.wakeAt(watchdog.dueNs());
        }
        return done;
    }

    private void onTimeout(final long nowNs) {
        switch (state) {
            case WAIT_CONN_ACK, WAIT_CONN_ACK_ELECT -> onDialFailed(nowNs);
            case WAIT_I_CEA, WAIT_RETURNS -> on(PeerEvent.TIMEOUT, nowNs);
            case WAIT_TLS -> fail(CloseCause.HANDSHAKE_TIMEOUT, nowNs);
            case R_OPEN, I_OPEN -> part(nowNs);
            case CLOSING -> {
                if (parting == Parting.WE) {
                    counters.increment(PeerCounter.DPR_UNANSWERED);
                    lose(CloseCause.DISCONNECT_UNANSWERED, nowNs);
                } else {
                    lose(CloseCause.DISCONNECTED, nowNs);
                }
            }
            case CLOSED -> {}
        }
    }

    private void onWatchdogTimer(final PeerSession its, final long nowNs) {
        switch (watchdog.onTimer(nowNs)) {
            case SEND_WATCHDOG -> sendDwr(its);
            case FAIL_OVER -> {
                counters.increment(PeerCounter.SUSPECTED);
                listener.onPeerSuspect(peer, its, nowNs);
            }
            case CLOSE_CONNECTION -> {
                counters.increment(PeerCounter.DOWN);
                lose(CloseCause.WATCHDOG, nowNs);
            }
            case NOTHING -> {}
        }
    }

    private static boolean isDue(final long dueNs, final long nowNs) {
        return dueNs != NEVER && nowNs - dueNs >= 0;
    }
}
