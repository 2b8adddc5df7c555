package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.Deadline;
import io.dialtone.state.api.SessionRecord;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The INVITE server transaction of RFC 3261 section 17.2.1 with the state that RFC 6026 added. Pooled; called only by the owning worker.
 *
 * <pre>
 *                                   | INVITE: pass to TU; 100 if TU is silent for 200 ms
 *              INVITE: send 1xx     v
 *                   +-------+---------------+   2xx from TU: send       +----------+ INVITE: absorb
 *                   |       |  PROCEEDING   |--------------------------->|          |-------+
 *                   +------>|               |   start timer L            | ACCEPTED |       |
 *                           +---------------+                            |          |<------+ ACK: pass to TU
 *                                   | 300-699 from TU: send              +----------+         2xx from TU: send
 *                                   | start timers G, H                       |
 *              INVITE, timer G:     v                                         | timer L
 *              send answer  +---------------+                                 |
 *                   +-------|   COMPLETED   |--------------+                  |
 *                   +------>|               |   timer H:   |                  |
 *                           +---------------+   tell TU    |                  |
 *                                   | ACK                  |                  |
 *                                   | start timer I        |                  |
 *                                   v                      |                  |
 *                           +---------------+              |                  |
 *            INVITE, ACK:   |   CONFIRMED   |              v                  v
 *            absorb         +---------------+  timer I   +----------------------+
 *                                   |------------------->|      TERMINATED      |
 *                                                        +----------------------+
 * </pre>
 */
final class InviteServerTransaction extends ServerTransaction {
    /** The states of figure 7 and RFC 6026. */
    enum State {
        PROCEEDING,
        ACCEPTED,
        COMPLETED,
        CONFIRMED,
        TERMINATED
    }

    private final Retransmit retransmit = new Retransmit();
    private final Timeout timeout = new Timeout();
    private State state = State.TERMINATED;
    private long intervalNs;
    /** Who sends the 2xx again until its ACK comes. */
    @Nullable
    AckWait ackWait;

    InviteServerTransaction(final TransactionLayer layer) {
        super(layer);
    }

    void begin() {
        state = State.PROCEEDING;
    }

    State state() {
        return state;
    }

    @Override
    int stateCode() {
        return switch (state) {
            case TERMINATED -> 0;
            case PROCEEDING -> 1;
            case ACCEPTED -> 2;
            case COMPLETED -> 3;
            case CONFIRMED -> 4;
        };
    }

    @Override
    long timeoutNs() {
        return timeout.dueNs();
    }

    @Override
    long nextDeadlineNs() {
        return Math.min(timeout.dueNs(), retransmit.dueNs());
    }

    @Override
    boolean restore(final int code, final long timeoutNs) {
        switch (code) {
            case 1 -> state = State.PROCEEDING;
            case 2 -> state = State.ACCEPTED;
            case 3 -> state = State.COMPLETED;
            case 4 -> state = State.CONFIRMED;
            default -> {
                return false;
            }
        }
        if (timeoutNs != SessionRecord.NO_DEADLINE) {
            layer.deadlines().schedule(timeout, timeoutNs);
        }
        if (state == State.COMPLETED || (state == State.PROCEEDING && status == 0)) {
            intervalNs = layer.settings().t1Ns()
                    / 2; // once at once, for nobody knows when it was last, and then as if from the beginning
            layer.deadlines().schedule(retransmit, layer.time().nowNs());
        }
        return true;
    }

    @Override
    void onRetransmission(final long nowNs) {
        switch (state) {
            case PROCEEDING, COMPLETED -> resend();
            case ACCEPTED, CONFIRMED, TERMINATED -> {} // absorbed; 2xx are sent again by the user agent core
        }
    }

    /** An ACK with this transaction's branch: true if it is for the transaction user, which it is after a 2xx. */
    boolean onAck(final long nowNs) {
        return switch (state) {
            case ACCEPTED -> true;
            case COMPLETED -> {
                onAckInCompleted(nowNs);
                yield false;
            }
            case PROCEEDING, CONFIRMED, TERMINATED -> false;
        };
    }

    @Override
    void respond(
            final int answerStatus, final DirectBuffer message, final int offset, final int length, final long nowNs) {
        switch (state) {
            case PROCEEDING -> respondInProceeding(answerStatus, message, offset, length, nowNs);
            case ACCEPTED, COMPLETED, CONFIRMED, TERMINATED -> {
                assert false : "one final answer for each request";
            }
        }
    }

    @Override
    void onLeftPending(final long nowNs) {
        if (status == 0 && !retransmit.isScheduled()) {
            layer.deadlines().schedule(retransmit, nowNs + layer.settings().tryingAfterNs());
        }
        if (!timeout.isScheduled()) {
            layer.deadlines().schedule(timeout, nowNs + layer.settings().ringingMaxNs());
            touch();
        }
    }

    /** How long it may ring is for its branches to say (timer C). */
    @Override
    void onProxied(final long nowNs) {
        if (status == 0 && state == State.PROCEEDING && !retransmit.isScheduled()) {
            layer.deadlines().schedule(retransmit, nowNs + layer.settings().tryingAfterNs());
        }
        touch();
    }

    @Override
    void close() {
        layer.deadlines().cancel(retransmit);
        layer.deadlines().cancel(timeout);
        state = State.TERMINATED;
        if (ackWait != null) {
            ackWait.onTransactionGone();
            ackWait = null;
        }
        super.close();
    }

    private void respondInProceeding(
            final int answerStatus, final DirectBuffer message, final int offset, final int length, final long nowNs) {
        layer.deadlines().cancel(retransmit);
        keepAndSend(answerStatus, message, offset, length);
        if (answerStatus < 200) {
            return;
        }
        if (answerStatus < 300) {
            state = State.ACCEPTED;
        } else {
            state = State.COMPLETED;
            intervalNs = layer.settings().t1Ns();
            if (!port.isStream()) {
                layer.deadlines().schedule(retransmit, nowNs + intervalNs); // timer G
            }
        }
        layer.deadlines().schedule(timeout, nowNs + layer.settings().sixtyFourT1Ns()); // timer L, timer H
    }

    private void onAckInCompleted(final long nowNs) {
        state = State.CONFIRMED;
        touch();
        layer.deadlines().cancel(retransmit);
        letGoOfResponse();
        layer.deadlines().schedule(timeout, nowNs + layer.settings().t4Ns()); // timer I
    }

    private void onRetransmitDue(final long nowNs) {
        switch (state) {
            case PROCEEDING -> layer.core().answers().respond(this, 100, nowNs);
            case COMPLETED -> {
                layer.counters().increment(SipCounter.ANSWERS_RETRANSMITTED);
                resend();
                intervalNs = Math.min(2 * intervalNs, layer.settings().t2Ns());
                if (!port.isStream()) {
                    layer.deadlines().schedule(retransmit, nowNs + intervalNs);
                }
            }
            case ACCEPTED, CONFIRMED, TERMINATED -> {}
        }
    }

    private void onTimeoutDue(final long nowNs) {
        switch (state) {
            case PROCEEDING -> layer.core().onRingingTooLong(this, nowNs);
            case COMPLETED -> {
                layer.counters().increment(SipCounter.REFUSALS_NOT_ACKED);
                layer.terminate(this);
            }
            case ACCEPTED, CONFIRMED -> layer.terminate(this);
            case TERMINATED -> {}
        }
    }

    /** Timer G; in PROCEEDING the 200 ms after which a 100 is due. */
    private final class Retransmit extends Deadline {
        @Override
        protected int slot() {
            return InviteServerTransaction.this.slot;
        }

        @Override
        protected void onDeadline(final long nowNs) {
            onRetransmitDue(nowNs);
        }
    }

    /** Timers H, I and L, one after the other; in PROCEEDING the longest time of ringing. */
    private final class Timeout extends Deadline {
        @Override
        protected int slot() {
            return InviteServerTransaction.this.slot;
        }

        @Override
        protected void onDeadline(final long nowNs) {
            onTimeoutDue(nowNs);
        }
    }
}
