package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.Deadline;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import org.agrona.DirectBuffer;

/**
 * The non-INVITE client transaction of RFC 3261 section 17.1.2. Over a stream there is no timer E, but for the one request of an owner that has just taken over. Pooled;
 * called only by the owning worker.
 *
 * <pre>
 *                   | request from TU: send, start timers E, F
 *                   v
 *           +---------------+  timer E: send, E = min(2*E, T2)
 *           |    TRYING     |-----------+
 *           +---------------+<----------+
 *        1xx|       |200-699: tell TU, start timer K      timer F: tell TU
 *           v       |                                         |
 *           +---------------+  timer E: send, E = T2          |
 *           |  PROCEEDING   |-----------+                     |
 *           +---------------+<----------+                     |
 *                   |200-699: tell TU, start timer K          |
 *                   v                                         v
 *           +---------------+              timer K    +--------------+
 *           |   COMPLETED   |------------------------>|  TERMINATED  |
 *           +---------------+                         +--------------+
 *            200-699: absorb
 * </pre>
 */
final class NonInviteClientTransaction extends ClientTransaction {
    /** The states of figure 6. */
    enum State {
        TRYING,
        PROCEEDING,
        COMPLETED,
        TERMINATED
    }

    private final Retransmit retransmit = new Retransmit();
    private final Timeout timeout = new Timeout();
    private State state = State.TERMINATED;
    private long intervalNs;

    NonInviteClientTransaction(final ClientLayer layer) {
        super(layer);
    }

    @Override
    void begin(final DirectBuffer request, final int offset, final int length, final long nowNs) {
        keep(request, offset, length);
        state = State.TRYING;
        intervalNs = layer.settings().t1Ns();
        if (!port.isStream()) {
            layer.deadlines().schedule(retransmit, nowNs + intervalNs);
        }
        layer.deadlines().schedule(timeout, nowNs + layer.settings().sixtyFourT1Ns());
        send();
    }

    @Override
    boolean isOpen() {
        return state == State.TRYING || state == State.PROCEEDING;
    }

    /** A provisional answer came. */
    void onProvisional() {
        if (state == State.TRYING) {
            state = State.PROCEEDING;
            touch();
        }
    }

    /** A final answer came to an open transaction. */
    void onFinal(final long nowNs) {
        assert isOpen() : state;
        state = State.COMPLETED;
        layer.deadlines().cancel(retransmit);
        layer.deadlines().schedule(timeout, nowNs + layer.settings().t4Ns()); // timer K
        letGoOfMessage();
        dialog = null;
        unheard();
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
    int flags() {
        return 0;
    }

    @Override
    long timeoutNs() {
        return timeout.dueNs();
    }

    @Override
    long nextDeadlineNs() {
        return Math.min(retransmit.dueNs(), timeout.dueNs());
    }

    @Override
    void encodeMore(final ImageWriter image) {}

    @Override
    void decodeMore(final ImageReader image) {}

    @Override
    boolean restore(final int code, final int flags, final long timeoutNs) {
        switch (code) {
            case 1 -> state = State.TRYING;
            case 2 -> state = State.PROCEEDING;
            case 3 -> state = State.COMPLETED;
            default -> {
                return false;
            }
        }
        if (isOpen() && !hasMessage()) {
            return false;
        }
        layer.deadlines().schedule(timeout, timeoutNs);
        if (isOpen()) {
            intervalNs = layer.settings().t1Ns()
                    / 2; // once at once, for nobody knows when it was last, and then as if from the beginning
            layer.deadlines().schedule(retransmit, layer.time().nowNs());
        }
        return true;
    }

    @Override
    void close() {
        layer.deadlines().cancel(retransmit);
        layer.deadlines().cancel(timeout);
        state = State.TERMINATED;
        super.close();
    }

    private void onRetransmitDue(final long nowNs) {
        layer.counters().increment(SipCounter.REQUESTS_RETRANSMITTED);
        send();
        final long t2Ns = layer.settings().t2Ns();
        intervalNs = state == State.PROCEEDING ? t2Ns : Math.min(2 * intervalNs, t2Ns);
        if (!port.isStream()) {
            layer.deadlines().schedule(retransmit, nowNs + intervalNs);
        }
    }

    private void onTimeoutDue(final long nowNs) {
        switch (state) {
            case TRYING, PROCEEDING -> {
                layer.counters().increment(SipCounter.REQUESTS_TIMED_OUT);
                layer.core().onNoAnswer(this, nowNs);
            }
            case COMPLETED -> layer.terminate(this);
            case TERMINATED -> {}
        }
    }

    /** Timer E. */
    private final class Retransmit extends Deadline {
        @Override
        protected int slot() {
            return NonInviteClientTransaction.this.slot;
        }

        @Override
        protected void onDeadline(final long nowNs) {
            onRetransmitDue(nowNs);
        }
    }

    /** Timers F and K, one after the other. */
    private final class Timeout extends Deadline {
        @Override
        protected int slot() {
            return NonInviteClientTransaction.this.slot;
        }

        @Override
        protected void onDeadline(final long nowNs) {
            onTimeoutDue(nowNs);
        }
    }
}
