package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.Deadline;
import io.dialtone.state.api.SessionRecord;
import org.agrona.DirectBuffer;

/**
 * The non-INVITE server transaction of RFC 3261 section 17.2.2, as RFC 4320 has it: no 100 Trying of its own accord, no 408. Pooled; called only by the owning worker.
 *
 * <pre>
 *                       | request: pass to TU
 *                       v
 *               +---------------+
 *               |    TRYING     |  request: absorb
 *               +---------------+
 *       1xx from TU: |     | 200-699 from TU: send, start timer J
 *       send         v     |
 *               +---------------+
 *               |  PROCEEDING   |  request: send 1xx
 *               +---------------+
 *                       | 200-699 from TU: send, start timer J
 *                       v
 *               +---------------+            +--------------+
 *               |   COMPLETED   |  timer J   |  TERMINATED  |
 *               | request: send |----------->|              |
 *               +---------------+            +--------------+
 * </pre>
 */
final class NonInviteServerTransaction extends ServerTransaction {
    /** The states of figure 8. */
    enum State {
        TRYING,
        PROCEEDING,
        COMPLETED,
        TERMINATED
    }

    private final Timeout timeout = new Timeout();
    private State state = State.TERMINATED;

    NonInviteServerTransaction(final TransactionLayer layer) {
        super(layer);
    }

    void begin() {
        state = State.TRYING;
    }

    @Override
    int stateCode() {
        return switch (state) {
            case TERMINATED -> 0;
            case TRYING -> 1;
            case PROCEEDING -> 2;
            case COMPLETED -> 3;
        };
    }

    @Override
    long timeoutNs() {
        return timeout.dueNs();
    }

    @Override
    long nextDeadlineNs() {
        return timeout.dueNs();
    }

    @Override
    boolean restore(final int code, final long timeoutNs) {
        switch (code) {
            case 1 -> state = State.TRYING;
            case 2 -> state = State.PROCEEDING;
            case 3 -> state = State.COMPLETED;
            default -> {
                return false;
            }
        }
        if (timeoutNs != SessionRecord.NO_DEADLINE) {
            layer.deadlines().schedule(timeout, timeoutNs);
        }
        return true;
    }

    @Override
    void onRetransmission(final long nowNs) {
        switch (state) {
            case TRYING, TERMINATED -> {}
            case PROCEEDING, COMPLETED -> resend();
        }
    }

    @Override
    void respond(
            final int answerStatus, final DirectBuffer message, final int offset, final int length, final long nowNs) {
        switch (state) {
            case TRYING, PROCEEDING -> {
                keepAndSend(answerStatus, message, offset, length);
                state = answerStatus < 200 ? State.PROCEEDING : State.COMPLETED;
                if (state == State.COMPLETED) {
                    // Timer J. A stream repeats nothing, but an edge does when the answer and its node are lost on the
                    // way.
                    final long restNs = port.isStream()
                            ? layer.settings().t4Ns()
                            : layer.settings().sixtyFourT1Ns();
                    layer.deadlines().schedule(timeout, nowNs + restNs);
                }
            }
            case COMPLETED, TERMINATED -> {
                assert false : "one final answer for each request";
            }
        }
    }

    /** The client gives up after timer F, so a later answer is of no use. */
    @Override
    void onLeftPending(final long nowNs) {
        if (!timeout.isScheduled()) {
            layer.deadlines().schedule(timeout, nowNs + layer.settings().sixtyFourT1Ns());
            touch();
        }
    }

    @Override
    void onProxied(final long nowNs) {
        if (!hasFinal()) {
            onLeftPending(nowNs);
        }
    }

    @Override
    void close() {
        layer.deadlines().cancel(timeout);
        state = State.TERMINATED;
        super.close();
    }

    private void onTimeoutDue(final long nowNs) {
        if (state != State.COMPLETED) {
            layer.core().onNeverAnswered(this, nowNs);
        }
        layer.terminate(this);
    }

    /** Timer J; before that the client's timer F. */
    private final class Timeout extends Deadline {
        @Override
        protected int slot() {
            return NonInviteServerTransaction.this.slot;
        }

        @Override
        protected void onDeadline(final long nowNs) {
            onTimeoutDue(nowNs);
        }
    }
}
