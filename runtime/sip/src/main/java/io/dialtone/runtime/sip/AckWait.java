package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.Deadline;
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
