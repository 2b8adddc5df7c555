package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.Deadline;
import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import org.jspecify.annotations.Nullable;

/**
 * Sends a 2xx to an INVITE again and again until its ACK comes, as the user agent core must (RFC 3261 section 13.3.1.4): after T1, then twice as long each time up to
 * T2, for 64*T1 in all. Called only by the owning worker.
 */
final class AckWait extends Deadline {
    private final TransactionLayer layer;
    private final Dialog dialog;
    private @Nullable InviteServerTransaction accepted;
    private boolean waiting;
    private long cseq;
    private long intervalNs;
    private long giveUpNs;

    AckWait(final TransactionLayer layer, final Dialog dialog) {
        this.layer = layer;
        this.dialog = dialog;
    }

    void start(final InviteServerTransaction invite, final long inviteCseq, final long nowNs) {
        accepted = invite;
        invite.ackWait = this;
        waiting = true;
        cseq = inviteCseq;
        intervalNs = layer.settings().t1Ns();
        giveUpNs = nowNs + layer.settings().sixtyFourT1Ns();
        layer.deadlines().schedule(this, nowNs + intervalNs);
        dialog.touch();
    }

    TransactionLayer layer() {
        return layer;
    }

    /** Writes: 1 if it waits (8), and then CSeq of the INVITE (32) · end of waiting, ns since 1970 (64) · place of its transaction (16), or -1. */
    void encode(final ImageWriter image) {
        image.putByte(waiting ? 1 : 0);
        if (waiting) {
            image.putInt((int) cseq)
                    .putLong(layer.time().toWallNs(giveUpNs))
                    .putShort(accepted == null ? -1 : accepted.place);
        }
    }

    /** Reads what {@link #encode} wrote; sends the 2xx once at once, because nobody knows when it was sent last, and then as if from the beginning. */
    void decode(final SipSession<?> holder, final ImageReader image) {
        if (image.readByte() == 0) {
            return;
        }
        waiting = true;
        cseq = image.readInt() & 0xFFFF_FFFFL;
        giveUpNs = layer.time().toMonotonicNs(image.readLong());
        if (holder.transactionAt(image.readShort(), image) instanceof InviteServerTransaction invite) {
            accepted = invite;
            invite.ackWait = this;
        }
        intervalNs = layer.settings().t1Ns() / 2;
        layer.deadlines().schedule(this, layer.time().nowNs());
    }

    boolean isWaiting() {
        return waiting;
    }

    boolean isFor(final long ackCseq) {
        return waiting && cseq == ackCseq;
    }

    void stop() {
        layer.deadlines().cancel(this);
        waiting = false;
        if (accepted != null) {
            accepted.ackWait = null;
            accepted.letGoOfResponse();
            accepted = null;
        }
        dialog.touch();
    }

    /** Timer L ended the transaction while we wait: there is nothing to send any more, only to give up. */
    void onTransactionGone() {
        accepted = null;
    }

    @Override
    protected int slot() {
        return dialog.slot;
    }

    @Override
    protected void onDeadline(final long nowNs) {
        if (nowNs >= giveUpNs) {
            stop();
            layer.core().onAckMissing(dialog, nowNs);
            return;
        }
        if (accepted != null) {
            layer.counters().increment(SipCounter.ANSWERS_RETRANSMITTED);
            accepted.resend();
        }
        intervalNs = Math.min(2 * intervalNs, layer.settings().t2Ns());
        layer.deadlines().schedule(this, Math.min(nowNs + intervalNs, giveUpNs));
    }
}
