package io.dialtone.runtime.demo;

import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The caller: starts calls at their due moments, walks each through INVITE, 180, 200, ACK, hold, perhaps questions within the dialog, and BYE, and
 * keeps a {@link CallTally}. Called only by the thread that drives it, which brings the time and the datagrams.
 *
 * <p>The loop is open: a call starts when it is due, however the earlier ones fare, and its set-up time counts from then. A generator that waits for
 * answers before it goes on would leave out the very moments in which callers wait.
 */
final class CallGenerator {
    static final long NO_TIMER = DeadlineTimerWheel.NULL_DEADLINE;

    /** New calls in one turn; the rest follow in the next, after a look at what has arrived. */
    private static final int STARTS_PER_TURN = 32;
    /** About a millisecond, a power of two as the wheel wants it. */
    private static final long TICK_NS = 1L << 20;

    private static final int TICKS_PER_WHEEL = 4096;
    private static final int TIMERS_PER_TURN = 256;

    private final CallLoad load;
    private final CallLoad.Timers timers;
    private final DatagramOut out;
    private final CallJournal journal;
    private final CallTally tally = new CallTally();
    private final CallerName name;
    private final CallRequests requests;
    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final ViaView via = new ViaView();
    private final DialogReader dialogs;
    private final AnsweringParty party = new AnsweringParty();
    private final PeerRequests peerRequests = new PeerRequests();

    private final long startNs;
    private final long calls;
    private final Long2ObjectHashMap<Call> byNumber = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<Call> byTimer = new Long2ObjectHashMap<>();
    private final DeadlineTimerWheel wheel;
    private final DeadlineTimerWheel.TimerHandler onTimer = this::onTimer;
    private long nextNumber;
    private boolean starting = true;

    CallGenerator(
            final CallLoad load,
            final InetSocketAddress local,
            final long incarnation,
            final DatagramOut out,
            final CallJournal journal,
            final long startNs) {
        this.load = load;
        this.timers = load.timers();
        this.out = out;
        this.journal = journal;
        this.startNs = startNs;
        calls = load.calls();
        name = new CallerName(local, incarnation);
        requests = new CallRequests(name, load);
        dialogs = new DialogReader(load.target());
        wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, startNs, TICK_NS, TICKS_PER_WHEEL);
    }

    CallTally tally() {
        return tally;
    }

    /** Every call has started and ended. */
    boolean isDone() {
        return !isStarting() && tally.open == 0;
    }

    boolean isStarting() {
        return starting && nextNumber < calls;
    }

    /** Starts no more calls; those that run go on to their end. */
    void stopStarting() {
        starting = false;
    }

    /** A node was killed a moment ago: notes which calls were up, and which of them it owned. */
    void onKill(final NodeKill kill) {
        final KillTally killTally = new KillTally(kill);
        tally.kill = killTally;
        for (final Call call : byNumber.values()) {
            if (call.isOpen() && !call.party.isEmpty()) {
                call.wasUpAtKill = true;
                killTally.establishedAtKill++;
                if (kill.owned().test(name.callId(call.number))) {
                    call.awaitsNewOwner = true;
                    killTally.owned++;
                }
            }
        }
    }

    private void noteAnswerAfterKill(final Call call, final ClientTransaction transaction, final long nowNs) {
        final KillTally killTally = tally.kill;
        if (call.awaitsNewOwner && killTally != null) {
            call.awaitsNewOwner = false;
            killTally.onFirstAnswer(transaction.firstSentNs, nowNs);
        }
    }

    /** Counts an answer that no correct peer gives; after a kill it may be the new owner who forgot. */
    private void noteOf(final Call call, final Anomaly anomaly) {
        tally.note(anomaly);
        final KillTally killTally = tally.kill;
        if (call.wasUpAtKill && killTally != null) {
            killTally.contradicted++;
        }
    }

    /** Gives up what is still open, with a BYE to each confirmed dialog so that the other side is not left waiting. */
    void abandon(final long nowNs) {
        stopStarting();
        final List<Call> open = new ArrayList<>();
        for (final Call call : byNumber.values()) {
            if (call.isOpen()) {
                open.add(call);
            }
        }
        for (final Call call : open) {
            if (call.requestUri.length > 0 && call.bye == null) {
                call.cseq++;
                send(call, new ClientTransaction(SipMethod.BYE, call.cseq, nowNs, timers), nowNs);
            }
            fail(call, Failure.ABANDONED);
            end(call, nowNs);
        }
    }

    /**
     * Starts what is due and fires what has timed out. Bounded.
     *
     * @return how much was done; 0 lets the thread rest
     */
    int doWork(final long nowNs) {
        int work = 0;
        while (work < STARTS_PER_TURN && isStarting() && dueNs() <= nowNs) {
            start(nowNs);
            work++;
        }
        // The wheel moves a tick a poll; it is walked up to now so that no timer waits for another turn.
        int fired = 0;
        do {
            fired += wheel.poll(nowNs, onTimer, TIMERS_PER_TURN - fired);
        } while (wheel.timerCount() > 0 && wheel.currentTickTime() <= nowNs && fired < TIMERS_PER_TURN);
        return work + fired;
    }

    /** When the next call is due; {@link Long#MAX_VALUE} when none is. */
    long nextDueNs() {
        return isStarting() ? dueNs() : Long.MAX_VALUE;
    }

    /** Whether timers run, so that {@link #doWork} must be called about every millisecond though nothing arrives. */
    boolean hasTimers() {
        return wheel.timerCount() > 0;
    }

    /** A datagram from the socket. Nothing in it makes this throw. */
    void onDatagram(
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final InetSocketAddress from,
            final long nowNs) {
        if (isKeepAlive(buffer, offset, length)) {
            return;
        }
        tally.received++;
        if (message.parseDatagram(buffer, offset, length) != ParseResult.COMPLETE) {
            tally.note(Anomaly.MALFORMED);
        } else if (message.isRequest()) {
            onRequest(from, nowNs);
        } else {
            onResponse(nowNs);
        }
    }

    private static boolean isKeepAlive(final DirectBuffer buffer, final int offset, final int length) {
        for (int i = 0; i < length; i++) {
            final byte octet = buffer.getByte(offset + i);
            if (octet != '\r' && octet != '\n' && octet != 0) {
                return false;
            }
        }
        return true;
    }

    private long dueNs() {
        return startNs + load.dueNs(nextNumber);
    }

    private void start(final long nowNs) {
        final long dueNs = dueNs();
        final ClientTransaction invite = new ClientTransaction(SipMethod.INVITE, 1, nowNs, timers);
        final Call call = new Call(nextNumber++, dueNs, invite, load.target());
        byNumber.put(call.number, call);
        tally.attempted++;
        tally.open++;
        tally.startedLate(nowNs - dueNs);
        journal.onCall(call.number, name.callId(call.number), nowNs);
        send(call, invite, nowNs);
        schedule(call);
    }

    // ---- answers

    private void onResponse(final long nowNs) {
        final DirectBuffer buffer = message.buffer();
        final long number = name.numberOf(buffer, message.callIdOffset(), message.callIdLength());
        if (number < 0 || number >= nextNumber) {
            tally.note(Anomaly.UNKNOWN_CALL);
            return;
        }
        final Call call = byNumber.get(number);
        if (call == null) {
            tally.lateAnswers++;
            return;
        }
        final ClientTransaction transaction = transactionOf(call);
        if (transaction == null) {
            tally.note(Anomaly.UNEXPECTED_ANSWER);
            return;
        }
        if (!viaIsOurs(call, transaction) || !tagsFit(call, transaction)) {
            return;
        }
        final int status = message.statusCode();
        if (status >= 200) {
            journal.onFinal(number, transaction.cseq, transaction.method, status, message, nowNs);
        }
        if (status < 200) {
            onProvisional(call, transaction, nowNs);
        } else if (transaction.finalAnswer(status, nowNs)) {
            tally.finalAnswer(status);
            onFirstFinal(call, transaction, status, nowNs);
        } else {
            onRepeatedFinal(call, transaction, status, nowNs);
        }
        schedule(call);
    }

    private @Nullable ClientTransaction transactionOf(final Call call) {
        final long cseq = message.cseqNumber();
        final SipMethod method = message.cseqMethod();
        final ClientTransaction bye = call.bye;
        if (bye != null && bye.cseq == cseq && bye.method == method) {
            return bye;
        }
        final ClientTransaction ask = call.ask;
        if (ask != null && ask.cseq == cseq && ask.method == method) {
            return ask;
        }
        final ClientTransaction former = call.formerAsk;
        if (former != null && former.cseq == cseq && former.method == method) {
            return former;
        }
        final ClientTransaction cancel = call.cancel;
        if (cancel != null && cancel.cseq == cseq && cancel.method == method) {
            return cancel;
        }
        return call.invite.cseq == cseq && method == SipMethod.INVITE ? call.invite : null;
    }

    private boolean viaIsOurs(final Call call, final ClientTransaction transaction) {
        final SipText branch = requests.expectedBranch(call.number, transaction.cseq, transaction.method);
        if (!via.wrap(message)
                || !CallerName.equal(
                        message.buffer(), via.branchOffset(), via.branchLength(), branch.buffer(), branch.length())) {
            tally.note(Anomaly.WRONG_BRANCH);
            return false;
        }
        if (via.next()) {
            // It would mean that a proxy forgot to take itself off; such an answer is not for us (RFC 3261 8.1.3.3).
            tally.note(Anomaly.EXTRA_VIA);
            return false;
        }
        return true;
    }

    private boolean tagsFit(final Call call, final ClientTransaction transaction) {
        final DirectBuffer buffer = message.buffer();
        final SipText tag = requests.fromTag(call.number);
        if (!CallerName.equal(buffer, message.fromTagOffset(), message.fromTagLength(), tag.buffer(), tag.length())) {
            tally.note(Anomaly.WRONG_TAG);
            return false;
        }
        if (transaction.cseq == call.invite.cseq || call.remoteTag.length == 0) {
            return true;
        }
        if (!CallerName.equal(buffer, message.toTagOffset(), message.toTagLength(), call.remoteTag)) {
            noteOf(call, Anomaly.WRONG_TAG);
            return false;
        }
        return true;
    }

    private void onProvisional(final Call call, final ClientTransaction transaction, final long nowNs) {
        if (transaction.answered()) {
            return; // overtaken by the final answer on the way, as UDP may
        }
        transaction.provisional(nowNs, timers);
        if (call.state == Call.State.CALLING) {
            call.state = Call.State.PROCEEDING;
        }
        if (transaction == call.invite && message.statusCode() > 100 && call.earlyTag.length == 0) {
            call.earlyTag = copy(message.toTagOffset(), message.toTagLength());
        }
    }

    private void onFirstFinal(
            final Call call, final ClientTransaction transaction, final int status, final long nowNs) {
        if (transaction == call.invite) {
            if (status < 300) {
                onAnswered(call, nowNs);
            } else {
                sendAckOfRefusal(call, transaction);
                fail(call, Failure.INVITE_REFUSED);
                end(call, nowNs);
            }
        } else if (transaction == call.ask) {
            onAskAnswered(call, transaction, status, nowNs);
        } else if (transaction == call.bye) {
            tally.inDialog(nowNs - transaction.firstSentNs);
            if (status == 481 || status == 408) {
                fail(call, Failure.DIALOG_UNKNOWN);
            } else if (status >= 300) {
                fail(call, Failure.BYE_REFUSED);
            } else {
                noteAnswerAfterKill(call, transaction, nowNs);
            }
            end(call, nowNs);
        }
        if (transaction == call.cancel) {
            // It says nothing by itself: INVITE's own final answer follows (RFC 3261 9.1), or should.
            transaction.giveUpAtNs = transaction.firstSentNs + timers.giveUpNs();
        }
    }

    private void onAnswered(final Call call, final long nowNs) {
        call.remoteTag = copy(message.toTagOffset(), message.toTagLength());
        if (call.remoteTag.length == 0 || !dialogs.read(message, call)) {
            fail(call, Failure.UNUSABLE_ANSWER);
            end(call, nowNs);
            return;
        }
        sendAckOfAnswer(call, call.invite.cseq);
        if (call.state == Call.State.CANCELLING) {
            hangUp(call, nowNs); // the answer crossed our CANCEL
            return;
        }
        tally.answered++;
        tally.setup(nowNs - call.intendedNs);
        call.party = party.of(message);
        tally.answeredBy(call.party);
        if (call.earlyTag.length > 0 && !Arrays.equals(call.earlyTag, call.remoteTag)) {
            tally.note(Anomaly.TAG_CHANGED);
        }
        call.state = Call.State.HOLDING;
        call.byeAtNs = nowNs + TimeUnit.MILLISECONDS.toNanos(load.holdMs());
        call.wakeAtNs = asks(call) ? nowNs + askPauseNs() : call.byeAtNs;
    }

    private void onAskAnswered(final Call call, final ClientTransaction ask, final int status, final long nowNs) {
        tally.inDialog(nowNs - ask.firstSentNs);
        if (ask.method == SipMethod.INVITE) {
            if (status < 300) {
                dialogs.refreshTarget(message, call);
                sendAckOfAnswer(call, ask.cseq);
            } else {
                sendAckOfRefusal(call, ask);
            }
        }
        if (status == 481 || status == 408) {
            fail(call, Failure.DIALOG_UNKNOWN);
            end(call, nowNs);
            return;
        }
        if (status >= 300) {
            noteOf(call, Anomaly.UNEXPECTED_ANSWER);
        } else {
            noteAnswerAfterKill(call, ask, nowNs);
        }
        call.state = Call.State.HOLDING;
        call.wakeAtNs = mayAskAgain(call, nowNs) ? nowNs + askPauseNs() : Math.max(nowNs, call.byeAtNs);
    }

    private long askPauseNs() {
        return TimeUnit.MILLISECONDS.toNanos(load.inDialogGapMs() == 0 ? load.holdMs() / 2 : load.inDialogGapMs());
    }

    private boolean mayAskAgain(final Call call, final long nowNs) {
        return call.asked == 0 || (load.inDialogGapMs() > 0 && nowNs + askPauseNs() < call.byeAtNs);
    }

    private void onRepeatedFinal(
            final Call call, final ClientTransaction transaction, final int status, final long nowNs) {
        final boolean invite = transaction.method == SipMethod.INVITE;
        if (invite && status < 300 && isOtherUserAgent(call)) {
            // A fork answered too. Every 200 is acknowledged, and a dialog nobody wants is ended (RFC 3261 13.2.2.4).
            tally.note(Anomaly.SECOND_DIALOG);
            final Call other = new Call(call.number, call.intendedNs, call.invite, load.target());
            other.remoteTag = copy(message.toTagOffset(), message.toTagLength());
            if (dialogs.read(message, other)) {
                sendAckOfAnswer(other, transaction.cseq);
                sendBytes(
                        requests.request(
                                other, new ClientTransaction(SipMethod.BYE, transaction.cseq + 1, nowNs, timers)),
                        other.hop);
            }
            return;
        }
        if (status != transaction.finalStatus) {
            noteOf(call, Anomaly.CONTRADICTION);
        } else if (transaction.mayRepeat(nowNs, timers)) {
            tally.retransmittedFinals++;
        } else if (!isSaidAgain(call, transaction)) {
            tally.note(Anomaly.DUPLICATE_FINAL);
        }
        if (invite && status < 300 && call.requestUri.length > 0) {
            sendAckOfAnswer(call, transaction.cseq);
        } else if (invite && status >= 300) {
            sendAckOfRefusal(call, transaction);
        }
    }

    /** After a kill the new owner of a call says what the former had not told anybody that it had said. */
    private boolean isSaidAgain(final Call call, final ClientTransaction transaction) {
        final KillTally killTally = tally.kill;
        return killTally != null && killTally.isSaidAgain(transaction.firstSentNs, name.callId(call.number));
    }

    private boolean isOtherUserAgent(final Call call) {
        return call.remoteTag.length > 0
                && !CallerName.equal(message.buffer(), message.toTagOffset(), message.toTagLength(), call.remoteTag);
    }

    // ---- requests from the other side

    private void onRequest(final InetSocketAddress from, final long nowNs) {
        final SipMethod method = message.method();
        if (method == SipMethod.ACK) {
            return;
        }
        final long number = name.numberOf(message.buffer(), message.callIdOffset(), message.callIdLength());
        final Call call = number < 0 ? null : byNumber.get(number);
        final boolean known = call != null && call.requestUri.length > 0;
        final int status = known && (method == SipMethod.BYE || method == SipMethod.OPTIONS) ? 200 : known ? 501 : 481;
        final int length = peerRequests.answer(message, status);
        if (length > 0) {
            tally.sent++;
            out.send(peerRequests.buffer(), length, from);
        }
        if (call != null && call.isOpen() && method == SipMethod.BYE) {
            fail(call, Failure.HUNG_UP);
            end(call, nowNs);
            schedule(call);
        } else if (method != SipMethod.BYE || call == null) {
            tally.note(Anomaly.UNEXPECTED_REQUEST);
        }
    }

    // ---- time

    private boolean onTimer(final TimeUnit unit, final long nowNs, final long timerId) {
        final Call call = byTimer.remove(timerId);
        if (call != null) {
            call.timerId = NO_TIMER;
            onTime(call, nowNs);
            schedule(call);
        }
        return true;
    }

    private void onTime(final Call call, final long nowNs) {
        final ClientTransaction running = call.running();
        if (running != null) {
            if (nowNs >= running.giveUpAtNs) {
                onGivenUp(call, running, nowNs);
            } else if (nowNs >= running.retransmitAtNs) {
                running.retransmitted(nowNs, timers);
                tally.retransmissions++;
                sendBytes(requests.request(call, running), hopOf(call, running));
            }
        } else if (nowNs >= call.wakeAtNs) {
            if (call.state == Call.State.ENDED) {
                byNumber.remove(call.number);
                journal.onForgotten(call.number, nowNs);
            } else if (asks(call) && (call.asked == 0 || nowNs < call.byeAtNs)) {
                ask(call, nowNs);
            } else {
                hangUp(call, nowNs);
            }
        }
    }

    private void onGivenUp(final Call call, final ClientTransaction running, final long nowNs) {
        journal.onGivenUp(call.number, running.cseq, running.method, nowNs);
        switch (call.state) {
            case CALLING -> {
                fail(call, Failure.INVITE_TIMEOUT);
                end(call, nowNs);
            }
            case PROCEEDING -> {
                // It rings for ever: give up, and tell the other side (RFC 3261 9.1 wants a provisional answer first,
                // which is there).
                fail(call, Failure.INVITE_TIMEOUT);
                final ClientTransaction cancel =
                        new ClientTransaction(SipMethod.CANCEL, call.invite.cseq, nowNs, timers);
                call.cancel = cancel;
                call.state = Call.State.CANCELLING;
                call.invite.giveUpAtNs = Long.MAX_VALUE;
                send(call, cancel, nowNs);
            }
            case ASKING -> {
                fail(call, Failure.IN_DIALOG_TIMEOUT);
                hangUp(call, nowNs);
            }
            case CLOSING -> {
                fail(call, Failure.BYE_TIMEOUT);
                end(call, nowNs);
            }
            case CANCELLING -> end(call, nowNs);
            case HOLDING, ENDED -> throw new AssertionError("no transaction runs in " + call.state);
        }
    }

    private boolean asks(final Call call) {
        return load.inDialogEvery() > 0 && call.number % load.inDialogEvery() == load.inDialogEvery() - 1;
    }

    private void ask(final Call call, final long nowNs) {
        call.cseq++;
        final ClientTransaction ask = new ClientTransaction(question(call), call.cseq, nowNs, timers);
        call.formerAsk = call.ask;
        call.ask = ask;
        call.asked++;
        call.state = Call.State.ASKING;
        send(call, ask, nowNs);
    }

    private SipMethod question(final Call call) {
        final long turn = call.number / load.inDialogEvery() + call.asked;
        if (load.inDialogGapMs() == 0) {
            return turn % 2 == 1 ? SipMethod.INVITE : SipMethod.OPTIONS;
        }
        return switch ((int) (turn % 3)) {
            case 0 -> SipMethod.OPTIONS;
            case 1 -> SipMethod.INFO;
            default -> SipMethod.INVITE;
        };
    }

    private void hangUp(final Call call, final long nowNs) {
        call.cseq++;
        final ClientTransaction bye = new ClientTransaction(SipMethod.BYE, call.cseq, nowNs, timers);
        call.bye = bye;
        call.state = Call.State.CLOSING;
        send(call, bye, nowNs);
    }

    private void fail(final Call call, final Failure failure) {
        if (!call.failed) {
            call.failed = true;
            tally.fail(failure);
            if (!call.party.isEmpty()) {
                tally.lostBy(call.party);
            }
            final KillTally killTally = tally.kill;
            if (call.wasUpAtKill && killTally != null) {
                killTally.establishedLost++;
            }
        }
    }

    private void end(final Call call, final long nowNs) {
        call.state = Call.State.ENDED;
        call.wakeAtNs = nowNs + timers.lingerNs();
        tally.open--;
        if (!call.failed) {
            tally.completed++;
        }
    }

    private void schedule(final Call call) {
        final ClientTransaction running = call.running();
        final long nextNs = running == null ? call.wakeAtNs : running.nextNs();
        if (call.timerId != NO_TIMER) {
            wheel.cancelTimer(call.timerId);
            byTimer.remove(call.timerId);
            call.timerId = NO_TIMER;
        }
        if (nextNs != Long.MAX_VALUE && byNumber.containsKey(call.number)) {
            call.timerId = wheel.scheduleTimer(nextNs);
            byTimer.put(call.timerId, call);
        }
    }

    // ---- sending

    private void send(final Call call, final ClientTransaction transaction, final long nowNs) {
        journal.onRequest(call.number, transaction.cseq, transaction.method, nowNs);
        sendBytes(requests.request(call, transaction), hopOf(call, transaction));
    }

    private void sendAckOfAnswer(final Call call, final long cseq) {
        sendBytes(requests.ackOfAnswer(call, cseq), call.hop);
    }

    private void sendAckOfRefusal(final Call call, final ClientTransaction invite) {
        final byte[] toTag = copy(message.toTagOffset(), message.toTagLength());
        sendBytes(requests.ackOfRefusal(call, invite, toTag), hopOf(call, invite));
    }

    private void sendBytes(final SipText text, final InetSocketAddress to) {
        tally.sent++;
        out.send(text.buffer(), text.length(), to);
    }

    private InetSocketAddress hopOf(final Call call, final ClientTransaction transaction) {
        return transaction.cseq == call.invite.cseq ? load.target() : call.hop;
    }

    private byte[] copy(final int offset, final int length) {
        if (length <= 0) {
            return Call.NONE;
        }
        final byte[] bytes = new byte[length];
        message.buffer().getBytes(offset, bytes);
        return bytes;
    }
}
