package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.KeyedEntry;
import io.dialtone.runtime.engine.ReplyPort;
import org.jspecify.annotations.Nullable;

/**
 * A dialog on the called side (RFC 3261 section 12). Found by Call-ID and both tags. Pooled; called only by the owning worker.
 *
 * <p>It belongs to a session until that ends. A call that was answered and not yet acknowledged outlives its session, because it must not be hung up before its ACK
 * (RFC 3261 section 15).
 */
final class Dialog extends KeyedEntry {
    /** RFC 3261 section 12: early from a provisional answer on, confirmed by a 2xx. */
    enum State {
        EARLY,
        CONFIRMED,
        TERMINATED
    }

    final LocalTag localTag = new LocalTag();
    final AckWait ackWait;
    final RemoteParty peer;
    /** The door its INVITE came in by. */
    final ReplyPort port = new ReplyPort();

    State state = State.TERMINATED;
    int slot;
    /** Highest CSeq number seen from the peer. */
    long remoteCseq;
    /** Null when the session has ended before the dialog. */
    @Nullable
    SipSession<?> session;
    /** The INVITE of this dialog that has no final answer yet. */
    @Nullable
    ServerTransaction invite;

    Dialog(final TransactionLayer layer) {
        ackWait = new AckWait(layer, this);
        peer = new RemoteParty(layer.bytes());
    }

    void open(final ServerTransaction firstInvite, final SipSession<?> itsSession) {
        state = State.EARLY;
        slot = firstInvite.slot;
        remoteCseq = firstInvite.cseq;
        session = itsSession;
        invite = firstInvite;
        localTag.copyFrom(firstInvite.localTag);
        port.copyFrom(firstInvite.port).forgetArrival();
    }

    /** Forgets everything before it goes back to its pool. */
    void close() {
        ackWait.stop();
        peer.close();
        state = State.TERMINATED;
        session = null;
        invite = null;
        remoteCseq = 0;
        localTag.clear();
        clearKey();
    }
}
