package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;

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

    private State state = State.TERMINATED;

    NonInviteClientTransaction(final ClientLayer layer) {
        super(layer);
    }

    @Override
    void onBegun() {
        state = State.TRYING;
    }

    @Override
    boolean isOpen() {
        return state == State.TRYING || state == State.PROCEEDING;
    }

    @Override
    boolean hasHeardNothing() {
        return state == State.TRYING;
    }

    /** A provisional answer came. */
    void onProvisional(final long nowNs) {
        if (state == State.TRYING) {
            state = State.PROCEEDING;
            onTargetLives(nowNs);
            touch();
        }
    }

    /** A final answer came to an open transaction. */
    void onFinal(final long nowNs) {
        assert isOpen() : state;
        state = State.COMPLETED;
        stopSendingAgain();
        endIn(layer.settings().t4Ns(), nowNs); // timer K
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
    void encodeMore(final ImageWriter image) {}

    @Override
    void decodeMore(final ImageReader image) {}

    @Override
    boolean restore(final int code, final int flags) {
        switch (code) {
            case 1 -> state = State.TRYING;
            case 2 -> state = State.PROCEEDING;
            case 3 -> state = State.COMPLETED;
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    void close() {
        state = State.TERMINATED;
        super.close();
    }

    @Override
    boolean isSentAgain() {
        return isOpen();
    }

    @Override
    long nextIntervalNs(final long intervalNs) {
        final long t2Ns = layer.settings().t2Ns();
        return state == State.PROCEEDING ? t2Ns : Math.min(2 * intervalNs, t2Ns);
    }

    @Override
    void onTimeoutDue(final long nowNs) {
        switch (state) {
            case TRYING, PROCEEDING -> {
                layer.counters().increment(SipCounter.REQUESTS_TIMED_OUT);
                layer.core().onNoAnswer(this, nowNs);
            }
            case COMPLETED -> layer.terminate(this);
            case TERMINATED -> {}
        }
    }
}
