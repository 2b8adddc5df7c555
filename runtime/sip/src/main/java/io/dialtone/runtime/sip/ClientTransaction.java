package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.Deadline;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.KeyedEntry;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.locate.Destination;
import io.dialtone.state.api.SessionRecord;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the client side remembers of one request: where it went, what is to be sent again, and who wants to know how it ends. Found by method and branch. Pooled; called
 * only by the owning worker.
 */
abstract sealed class ClientTransaction extends KeyedEntry permits InviteClientTransaction, NonInviteClientTransaction {
    private static final int FLAG_HEARD = 1;
    private static final int FLAG_WITHDRAWN = 64;
    private static final int FLAG_REFRESH = 128;

    final ClientLayer layer;
    final ReplyPort port = new ReplyPort();
    /** Where it may go, if it was sent to a name. */
    final TargetList targets = new TargetList();

    SipMethod method = SipMethod.UNKNOWN;
    int slot;
    long cseq;
    /** What the handler calls the leg or the request. */
    String leg = "";
    /** True while the handler wants to know how it ends. */
    boolean isHeard;

    /** The session whose image holds this transaction; null if none does. */
    @Nullable
    SipSession<?> holder;

    /** The dialog within which it was sent; null if it was sent outside, or the dialog is over. */
    @Nullable
    Dialog dialog;

    /** The request on whose behalf it was sent, while that is there. */
    @Nullable
    ServerTransaction origin;

    /** What it is a branch of; null if it is no proxied request. */
    @Nullable
    ResponseContext context;

    /** True for a branch that nobody waits for any more, though it may answer. */
    boolean isWithdrawn;

    /** True if the platform sent it to keep its call alive. */
    boolean isRefresh;

    private final Retransmit retransmit = new Retransmit();
    private final Timeout timeout = new Timeout();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private long intervalNs;
    /** True until a new owner has sent it once more. */
    private boolean isResumed;

    private byte @Nullable [] message;
    private int messageLength;

    ClientTransaction(final ClientLayer layer) {
        this.layer = layer;
    }

    /** The request is known and on its way. */
    final void begin(final DirectBuffer request, final int offset, final int length, final long nowNs) {
        begin(request, offset, length);
        go(nowNs);
    }

    /** The request is known, and {@link Locating} sends it. */
    final void begin(final DirectBuffer request, final int offset, final int length) {
        keep(request, offset, length);
        onBegun();
    }

    /** Sends it to where its port leads. */
    final void go(final long nowNs) {
        if (!port.isStream() && !layer.settings().client().fitsDatagram(messageLength)) {
            layer.core().longRequests().fit(this, nowNs);
        }
        intervalNs = layer.settings().t1Ns();
        sendAgainIn(intervalNs, nowNs);
        endIn(patienceNs(), nowNs); // timer B, timer F
        touch();
        send();
    }

    /** How long the target may be silent. */
    private long patienceNs() {
        final long fullNs = layer.settings().sixtyFourT1Ns();
        return targets.hasNextServer()
                ? Math.min(fullNs, layer.settings().client().nextTargetAfterNs())
                : fullNs;
    }

    /** The target lives: it gets all the time there is. */
    final void onTargetLives(final long nowNs) {
        if (targets.hasNextServer()) {
            endIn(layer.settings().sixtyFourT1Ns(), nowNs);
        }
    }

    /** The same request in a new transaction, for the next target. */
    void continueFrom(final ClientTransaction failed) {
        port.copyFrom(failed.port);
        cseq = failed.cseq;
        leg = failed.leg;
        isHeard = failed.isHeard;
        isRefresh = failed.isRefresh;
        origin = failed.origin;
        dialog = failed.dialog;
        targets.continueFrom(failed.targets);
        layer.core().proxy().onMoved(failed, this);
        layer.core().notifier().onMoved(failed, this);
        layer.core().subscriber().onMoved(failed, this);
        begin(failed.message(), 0, failed.messageLength);
    }

    /** True in the first state, in which no answer has come. */
    abstract boolean hasHeardNothing();

    /** True if it is not to be sent any more. */
    boolean isUnwanted() {
        return isWithdrawn;
    }

    /** Goes into the first state. */
    abstract void onBegun();

    /** True while there is no final answer. */
    abstract boolean isOpen();

    /** The handler has been told how it ended, or does not want to know. */
    final void unheard() {
        isHeard = false;
        origin = null;
        touch();
    }

    /** Something of it has changed that the next owner must know. */
    final void touch() {
        if (holder != null) {
            layer.touch(holder);
        }
    }

    // ---- image

    /**
     * Writes what another owner must know to go on.
     *
     * <pre>
     *  key: length (32), the method's number (8) and the branch · state (8), and 16 if it is an INVITE with a sips Contact · flags (8): 1 is heard, 64 withdrawn, 128 a refresh, others the kind's own · door, as ReplyPort writes it · CSeq (32)
     *  end of its longest timer, ns since 1970 (64) · leg: length (16), characters (16 each) · place of its dialog among dialogs and orphans (16), or -1
     *  place of the transaction it was sent for (16), or -1 · what is to be sent again: length (32) or -1, bytes · where it may go, as TargetList writes it
     *  what the kind adds
     * </pre>
     */
    final void encode(final ImageWriter image) {
        image.putBytes(keyBytes(), keyLength())
                .putByte(stateCode())
                .putByte((isHeard ? FLAG_HEARD : 0)
                        | (isWithdrawn ? FLAG_WITHDRAWN : 0)
                        | (isRefresh ? FLAG_REFRESH : 0)
                        | flags());
        port.encode(image);
        image.putInt((int) cseq)
                .putLong(layer.time().toWallNs(timeout.dueNs()))
                .putText(leg)
                .putShort(holder == null ? -1 : holder.placeOf(dialog))
                .putShort(origin == null ? -1 : origin.place);
        PooledBytes.encode(message, messageLength, image);
        targets.encode(image);
        encodeMore(image);
    }

    /** Reads what comes after the key, which {@link ClientLayer} reads. */
    final void decode(final SipSession<?> itsHolder, final ImageReader image) {
        holder = itsHolder;
        slot = itsHolder.slot();
        final int state = image.readByte();
        final int flags = image.readByte();
        isHeard = (flags & FLAG_HEARD) != 0;
        isWithdrawn = (flags & FLAG_WITHDRAWN) != 0;
        isRefresh = (flags & FLAG_REFRESH) != 0;
        port.decode(image);
        cseq = image.readInt() & 0xFFFF_FFFFL;
        final long timeoutNs = layer.time().toMonotonicNs(image.readLong());
        leg = image.readText();
        dialog = itsHolder.dialogAt(image.readShort(), image);
        origin = itsHolder.transactionAt(image.readShort(), image);
        final int length = image.readLength(PooledBytes.BYTES_MAX);
        if (length > 0) {
            message = PooledBytes.decode(image, length, layer.bytes());
            messageLength = length;
        }
        targets.decode(image);
        decodeMore(image);
        if (!image.isIntact()) {
            return;
        }
        if (timeoutNs == SessionRecord.NO_DEADLINE
                || !restore(state, flags)
                || (isOpen() && !hasMessage())
                || (hasMessage() && !layer.isRequest(message()))) {
            image.refuse();
            return;
        }
        layer.deadlines().schedule(timeout, timeoutNs);
        final Destination sought = targets.sought();
        if (sought != null) {
            layer.locating().sendAgain(this, sought);
        } else if (isSentAgain() && !targets.isGivenUp) {
            intervalNs = layer.settings().t1Ns()
                    / 2; // once at once, for nobody knows when it was last, and then as if from the beginning
            isResumed = true;
            layer.deadlines().schedule(retransmit, layer.time().nowNs());
        }
    }

    /** The state as images name it; a number, once given, never means another. */
    abstract int stateCode();

    /** Further flags, from 2 on. */
    abstract int flags();

    /** Writes what only this kind has. */
    abstract void encodeMore(ImageWriter image);

    /** Reads what {@link #encodeMore} wrote. */
    abstract void decodeMore(ImageReader image);

    /** Goes into a state; its timers follow: short ones anew, the longest where it was. False if there is no such state. */
    abstract boolean restore(int code, int flags);

    // ---- timers

    /** True in a state in which the request is sent again and again, if it goes by datagrams. */
    abstract boolean isSentAgain();

    /** How long to wait after it was sent again, having waited so long before. */
    abstract long nextIntervalNs(long intervalNs);

    /** The timer that ends the state, or the wait, is over. */
    abstract void onTimeoutDue(long nowNs);

    /** The next of its timers. */
    final long nextDeadlineNs() {
        return Math.min(retransmit.dueNs(), timeout.dueNs());
    }

    /** The timer that ends the state, or the wait, runs anew. */
    final void endIn(final long ns, final long nowNs) {
        layer.deadlines().schedule(timeout, nowNs + ns);
    }

    /** Nothing is sent again any more. */
    final void stopSendingAgain() {
        layer.deadlines().cancel(retransmit);
    }

    private void sendAgainIn(final long ns, final long nowNs) {
        if (!port.isStream() || isResumed) {
            layer.deadlines().schedule(retransmit, nowNs + ns);
        } else if (port.registration() != 0) {
            layer.deadlines()
                    .schedule(retransmit, nowNs + Math.max(ns, layer.settings().t2Ns() / 4));
        }
    }

    private void onRetransmitDue(final long nowNs) {
        if (layer.isHeld(slot)) {
            // Maybe the request itself has not left yet: it would arrive twice at once, and nothing is gained.
            sendAgainIn(intervalNs, nowNs);
            return;
        }
        if (port.isStream() && !isResumed) {
            seek();
        } else {
            layer.counters().increment(SipCounter.REQUESTS_RETRANSMITTED);
            send();
        }
        isResumed = false;
        intervalNs = nextIntervalNs(intervalNs);
        sendAgainIn(intervalNs, nowNs);
    }

    /** Timers A and E. */
    private final class Retransmit extends Deadline {
        @Override
        protected int slot() {
            return ClientTransaction.this.slot;
        }

        @Override
        protected void onDeadline(final long nowNs) {
            onRetransmitDue(nowNs);
        }
    }

    /** Timers B, D and M, or F and K, one after the other. */
    private final class Timeout extends Deadline {
        @Override
        protected int slot() {
            return ClientTransaction.this.slot;
        }

        @Override
        protected void onDeadline(final long nowNs) {
            if (targets.isSought()) {
                layer.locating().onDue(ClientTransaction.this, nowNs);
            } else {
                onTimeoutDue(nowNs);
            }
        }
    }

    // ---- bytes

    /** What is to be sent again from now on. */
    final void keep(final DirectBuffer buffer, final int offset, final int length) {
        byte[] bytes = message;
        if (bytes == null || bytes.length < length) {
            letGoOfMessage();
            bytes = layer.bytes().acquire(length);
            message = bytes;
        }
        buffer.getBytes(offset, bytes, 0, length);
        messageLength = length;
        touch();
    }

    final boolean hasMessage() {
        return message != null;
    }

    /** What is sent again; valid while it is kept. */
    final DirectBuffer message() {
        view.wrap(message == null ? layer.noBytes() : message, 0, messageLength);
        return view;
    }

    final void send() {
        if (port.registration() != 0 && !layer.reaches(port)) {
            seek();
        } else if (message != null) {
            layer.send(slot, port, message(), 0, messageLength);
        }
    }

    /** The connection is gone, or has brought no answer: whoever has registered by it may have another one. */
    final void seek() {
        if (message != null) {
            layer.counters().increment(SipCounter.REQUESTS_SOUGHT);
            layer.seek(slot, port, message(), messageLength);
        }
    }

    final void letGoOfMessage() {
        if (message != null) {
            layer.bytes().release(message);
            message = null;
            messageLength = 0;
        }
    }

    /** Forgets everything before it goes back to its pool. */
    void close() {
        layer.deadlines().cancel(retransmit);
        layer.deadlines().cancel(timeout);
        letGoOfMessage();
        targets.clear();
        clearKey();
        method = SipMethod.UNKNOWN;
        leg = "";
        isHeard = false;
        isWithdrawn = false;
        isRefresh = false;
        isResumed = false;
        context = null;
        holder = null;
        dialog = null;
        origin = null;
        cseq = 0;
    }
}
