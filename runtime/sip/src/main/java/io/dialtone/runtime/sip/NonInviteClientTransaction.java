package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.Deadline;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.KeyedEntry;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.state.api.SessionRecord;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The non-INVITE client transaction of RFC 3261 section 17.1.2; found by its branch. Over a stream there is no timer E, but for the one request of an owner that has just taken over. Pooled; called only by the owning worker.
 *
 * <pre>
 *                   | request from TU: send, start timers E, F
 *                   v
 *           +---------------+  timer E: send, E = min(2*E, T2)
 *           |    TRYING     |-----------+
 *           +---------------+<----------+
 *        1xx|       |200-699, timer F
 *           v       |
 *           +---------------+  timer E: send, E = T2
 *           |  PROCEEDING   |-----------+
 *           +---------------+<----------+
 *                   |200-699, timer F
 *                   v
 *           +---------------+
 *           |  TERMINATED   |  a final answer that comes again finds nothing, and is counted as stray: no need of timer K
 *           +---------------+
 * </pre>
 */
final class NonInviteClientTransaction extends KeyedEntry {
    /** The states of figure 6, without COMPLETED. */
    enum State {
        TRYING,
        PROCEEDING,
        TERMINATED
    }

    private static final int TRYING_CODE = 1;
    private static final int PROCEEDING_CODE = 2;

    final ReplyPort port = new ReplyPort();
    int slot;
    /** The session whose image holds this transaction; null if none does. */
    @Nullable
    SipSession<?> holder;

    private final ClientLayer layer;
    private final TimerE timerE = new TimerE();
    private final TimerF timerF = new TimerF();
    private State state = State.TERMINATED;
    private long intervalNs;
    private byte @Nullable [] request;
    private int requestLength;

    NonInviteClientTransaction(final ClientLayer layer) {
        this.layer = layer;
    }

    void begin(final DirectBuffer message, final int length, final long nowNs) {
        final byte[] bytes = layer.bytes().acquire(length);
        message.getBytes(0, bytes, 0, length);
        request = bytes;
        requestLength = length;
        state = State.TRYING;
        intervalNs = layer.settings().t1Ns();
        if (!port.isStream()) {
            layer.deadlines().schedule(timerE, nowNs + intervalNs);
        }
        layer.deadlines().schedule(timerF, nowNs + layer.settings().sixtyFourT1Ns());
        layer.send(this, bytes, length);
    }

    /**
     * Writes what another owner must know to go on asking.
     *
     * <pre>
     *  key: length (32), bytes · state (8): 1 trying, 2 proceeding · door, as ReplyPort writes it · end of timer F, ns since 1970 (64) · request: length (32), bytes
     * </pre>
     */
    void encode(final ImageWriter image) {
        image.putBytes(keyBytes(), keyLength()).putByte(state == State.PROCEEDING ? PROCEEDING_CODE : TRYING_CODE);
        port.encode(image);
        image.putLong(layer.time().toWallNs(timerF.dueNs()));
        PooledBytes.encode(request, requestLength, image);
    }

    /** Reads what comes after the key, which {@link ClientLayer} reads; asks once at once, because nobody knows when it was asked last. */
    void decode(final SipSession<?> itsHolder, final ImageReader image) {
        holder = itsHolder;
        slot = itsHolder.slot();
        state = image.readByte() == PROCEEDING_CODE ? State.PROCEEDING : State.TRYING;
        port.decode(image);
        final long timeoutNs = layer.time().toMonotonicNs(image.readLong());
        final int length = image.readLength(PooledBytes.BYTES_MAX);
        if (length <= 0 || timeoutNs == SessionRecord.NO_DEADLINE) {
            image.refuse();
            return;
        }
        request = PooledBytes.decode(image, length, layer.bytes());
        requestLength = length;
        intervalNs = layer.settings().t1Ns() / 2;
        layer.deadlines().schedule(timerE, layer.time().nowNs());
        layer.deadlines().schedule(timerF, timeoutNs);
    }

    long nextDeadlineNs() {
        return Math.min(timerE.dueNs(), timerF.dueNs());
    }

    void onResponse(final int status) {
        if (status >= 200) {
            layer.terminate(this);
        } else if (state == State.TRYING) {
            state = State.PROCEEDING;
            layer.touch(this);
        }
    }

    /** Forgets everything before it goes back to its pool. */
    void close() {
        layer.deadlines().cancel(timerE);
        layer.deadlines().cancel(timerF);
        state = State.TERMINATED;
        if (request != null) {
            layer.bytes().release(request);
            request = null;
        }
        holder = null;
        clearKey();
    }

    private void onTimerE(final long nowNs) {
        if (request != null) {
            layer.counters().increment(SipCounter.REQUESTS_RETRANSMITTED);
            layer.send(this, request, requestLength);
            final long t2Ns = layer.settings().t2Ns();
            intervalNs = state == State.PROCEEDING ? t2Ns : Math.min(2 * intervalNs, t2Ns);
            if (!port.isStream()) {
                layer.deadlines().schedule(timerE, nowNs + intervalNs);
            }
        }
    }

    private final class TimerE extends Deadline {
        @Override
        protected int slot() {
            return NonInviteClientTransaction.this.slot;
        }

        @Override
        protected void onDeadline(final long nowNs) {
            onTimerE(nowNs);
        }
    }

    private final class TimerF extends Deadline {
        @Override
        protected int slot() {
            return NonInviteClientTransaction.this.slot;
        }

        @Override
        protected void onDeadline(final long nowNs) {
            layer.counters().increment(SipCounter.REQUESTS_TIMED_OUT);
            layer.terminate(NonInviteClientTransaction.this);
        }
    }
}
