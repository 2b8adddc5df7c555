package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * The INVITE client transaction of RFC 3261 section 17.1.1 with the state that RFC 6026 added. Over a stream there is no timer A, but for the one INVITE of an owner that
 * has just taken over. Pooled; called only by the owning worker.
 *
 * <p>It also keeps what the user agent core must remember for as long: whether the INVITE was withdrawn, who has accepted it, and the ACK of that.
 *
 * <pre>
 *                    | INVITE from TU: send, start timers A, B
 *                    v
 *            +---------------+  timer A: send, A = 2*A
 *            |    CALLING    |-----------+                      timer B: tell TU
 *            |               |<----------+-----------------------------------------------+
 *            +---------------+                                                           |
 *             |  |1xx  |  2xx: tell TU, start timer M                                    |
 *             |  v     +------------------------------+                                  |
 *             | +---------------+  2xx: same          |      rings too long: CANCEL,     |
 *             | |  PROCEEDING   |-------------------->|      64*T1 later: tell TU        |
 *             | |               |---------------------+--------------------------------->|
 *             | +---------------+                     |                                  |
 *             |  |300-699: ACK, tell TU, start D      |                                  |
 *             v  v                                    v                                  v
 *            +---------------+  timer D       +---------------+  timer M        +--------------+
 *            |   COMPLETED   |-------------+  |   ACCEPTED    |---------------->|  TERMINATED  |
 *            +---------------+             |  +---------------+                 +--------------+
 *             300-699: ACK                 |   2xx: tell TU                             ^
 *                                          +--------------------------------------------+
 * </pre>
 */
final class InviteClientTransaction extends ClientTransaction {
    /** The states of figure 5 and RFC 6026. */
    enum State {
        CALLING,
        PROCEEDING,
        COMPLETED,
        ACCEPTED,
        TERMINATED
    }

    private static final int FLAG_BODY = 2;
    private static final int FLAG_CANCEL_ASKED = 4;
    private static final int FLAG_CANCEL_SENT = 8;
    private static final int FLAG_ACK_DUE = 16;
    private static final int FLAG_WITHIN = 32;
    private static final int STATE_MASK = 0xF;
    /** Beside the state, for there is no bit left among the flags. */
    private static final int SIPS_FLAG = 0x10;

    private static final long NOBODY = 0;
    private static final long[] NO_HASHES = {};

    /** True if it was sent within a dialog, whether that is there still or not. */
    boolean isWithin;
    /** True if it had a body, which is taken for an offer: its 2xx can be acknowledged without asking anybody. */
    boolean hasBody;
    /** True if it is to be withdrawn. */
    boolean isCancelAsked;
    /** True if its Contact is {@code sips}, and so is the dialog that it begins. */
    boolean isSips;
    /** True while its 2xx waits for our ACK. */
    boolean isAckDue;

    private State state = State.TERMINATED;
    private boolean isCancelSent;
    /** Hash of the dialog that has accepted it first. */
    private long winner = NOBODY;
    /** Hashes of dialogs that were hung up at once. */
    private long[] losers = NO_HASHES;

    InviteClientTransaction(final ClientLayer layer) {
        super(layer);
    }

    @Override
    void onBegun() {
        state = State.CALLING;
    }

    State state() {
        return state;
    }

    @Override
    void continueFrom(final ClientTransaction failed) {
        if (failed instanceof InviteClientTransaction invite) {
            hasBody = invite.hasBody;
            isSips = invite.isSips;
            isWithin = invite.isWithin;
        }
        super.continueFrom(failed);
    }

    /** The next target has it: it is not sent again, and if this one answers after all, that is withdrawn or hung up. */
    void giveUp(final long nowNs) {
        targets.isGivenUp = true;
        isCancelAsked = true;
        dialog = null;
        stopSendingAgain();
        endIn(layer.settings().sixtyFourT1Ns(), nowNs);
        unheard();
    }

    @Override
    boolean isUnwanted() {
        return super.isUnwanted() || isCancelAsked;
    }

    @Override
    boolean isOpen() {
        return state == State.CALLING || state == State.PROCEEDING;
    }

    @Override
    boolean hasHeardNothing() {
        return state == State.CALLING;
    }

    /** A provisional answer came to an open transaction: only now may it be withdrawn (RFC 3261 section 9.1). */
    void onProvisional(final long nowNs) {
        if (state == State.CALLING) {
            state = State.PROCEEDING;
            stopSendingAgain();
            endIn(ringingMaxNs(), nowNs); // and after that what CANCEL brings is waited for
            touch();
        }
    }

    /** More than 100 came: a branch of a proxied INVITE may ring for as long again (RFC 3261 section 16.7 step 2). */
    void onRinging(final long nowNs) {
        if (context != null && state == State.PROCEEDING && !isCancelSent) {
            endIn(ringingMaxNs(), nowNs);
            touch();
        }
    }

    private long ringingMaxNs() {
        return context == null
                ? layer.settings().ringingMaxNs()
                : layer.settings().proxy().timerCNs();
    }

    boolean mayCancelNow() {
        return state == State.PROCEEDING && !isCancelSent;
    }

    /** CANCEL has left: if no final answer comes, the INVITE is given up in the end (RFC 3261 section 9.1). */
    void onCancelSent(final long nowNs) {
        isCancelSent = true;
        endIn(layer.settings().sixtyFourT1Ns(), nowNs);
        touch();
    }

    /** A refusal came to an open transaction: what is sent again from now on is its ACK. */
    void onRefused(final DirectBuffer ack, final int offset, final int length, final long nowNs) {
        assert isOpen() : state;
        end(State.COMPLETED, nowNs); // timer D
        keep(ack, offset, length);
        dialog = null;
        unheard();
        send();
    }

    /** A 2xx came to an open transaction. */
    void onAccepted(final long nowNs) {
        assert isOpen() : state;
        end(State.ACCEPTED, nowNs); // timer M
        letGoOfMessage();
        touch();
    }

    /** This dialog is the one; its 2xx wants an ACK. */
    void won(final long dialogHash) {
        winner = dialogHash;
        isAckDue = true;
    }

    boolean isWonBy(final long dialogHash) {
        return winner != NOBODY && winner == dialogHash;
    }

    /** Remembers a dialog that is hung up; false if it was remembered already. */
    boolean lost(final long dialogHash) {
        for (final long loser : losers) {
            if (loser == dialogHash) {
                return false;
            }
        }
        losers = Arrays.copyOf(losers, losers.length + 1);
        losers[losers.length - 1] = dialogHash;
        touch();
        return true;
    }

    /** The ACK of the 2xx: to be sent now, and again whenever the 2xx comes again. */
    void acknowledge(final DirectBuffer ack, final int offset, final int length) {
        assert state == State.ACCEPTED : state;
        isAckDue = false;
        keep(ack, offset, length);
    }

    private void end(final State finalState, final long nowNs) {
        state = finalState;
        stopSendingAgain();
        endIn(layer.settings().sixtyFourT1Ns(), nowNs);
    }

    @Override
    int stateCode() {
        final int code = switch (state) {
            case TERMINATED -> 0;
            case CALLING -> 1;
            case PROCEEDING -> 2;
            case COMPLETED -> 3;
            case ACCEPTED -> 4;
        };
        return isSips ? code | SIPS_FLAG : code;
    }

    @Override
    int flags() {
        return (hasBody ? FLAG_BODY : 0)
                | (isCancelAsked ? FLAG_CANCEL_ASKED : 0)
                | (isCancelSent ? FLAG_CANCEL_SENT : 0)
                | (isAckDue ? FLAG_ACK_DUE : 0)
                | (isWithin ? FLAG_WITHIN : 0);
    }

    /** Writes: hash of the winner (64), or 0 · losers (16), a hash of each (64). */
    @Override
    void encodeMore(final ImageWriter image) {
        image.putLong(winner).putShort(losers.length);
        for (final long loser : losers) {
            image.putLong(loser);
        }
    }

    @Override
    void decodeMore(final ImageReader image) {
        winner = image.readLong();
        final int count = image.readCount();
        losers = count == 0 ? NO_HASHES : new long[count];
        for (int i = 0; i < count; i++) {
            losers[i] = image.readLong();
        }
    }

    @Override
    boolean restore(final int code, final int flags) {
        switch (code & STATE_MASK) {
            case 1 -> state = State.CALLING;
            case 2 -> state = State.PROCEEDING;
            case 3 -> state = State.COMPLETED;
            case 4 -> state = State.ACCEPTED;
            default -> {
                return false;
            }
        }
        isSips = (code & SIPS_FLAG) != 0;
        hasBody = (flags & FLAG_BODY) != 0;
        isCancelAsked = (flags & FLAG_CANCEL_ASKED) != 0;
        isCancelSent = (flags & FLAG_CANCEL_SENT) != 0;
        isAckDue = (flags & FLAG_ACK_DUE) != 0;
        isWithin = (flags & FLAG_WITHIN) != 0;
        return true;
    }

    @Override
    void close() {
        state = State.TERMINATED;
        hasBody = false;
        isCancelAsked = false;
        isCancelSent = false;
        isAckDue = false;
        isWithin = false;
        isSips = false;
        winner = NOBODY;
        losers = NO_HASHES;
        super.close();
    }

    @Override
    boolean isSentAgain() {
        return state == State.CALLING;
    }

    @Override
    long nextIntervalNs(final long intervalNs) {
        return 2 * intervalNs;
    }

    @Override
    void onTimeoutDue(final long nowNs) {
        switch (state) {
            case CALLING -> {
                layer.counters().increment(SipCounter.REQUESTS_TIMED_OUT);
                layer.core().onNoAnswer(this, nowNs);
            }
            case PROCEEDING -> {
                if (isCancelSent) {
                    layer.core().onNoAnswer(this, nowNs);
                } else {
                    layer.core().onRingsTooLong(this, nowNs);
                }
            }
            case ACCEPTED -> {
                if (isAckDue) {
                    layer.core().onAckNotGiven(this, nowNs);
                }
                layer.terminate(this);
            }
            case COMPLETED -> layer.terminate(this);
            case TERMINATED -> {}
        }
    }
}
