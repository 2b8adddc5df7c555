package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.KeyedEntry;
import org.jspecify.annotations.Nullable;

/**
 * A dialog of a session, on the called side (RFC 3261 section 12). Found by Call-ID and both tags. Pooled; called only by the owning worker.
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

    State state = State.TERMINATED;

    @Nullable
    SipSession<?> session;
    /** Highest CSeq number seen from the peer. */
    long remoteCseq;
    /** The INVITE of this dialog that has no final answer yet. */
    @Nullable
    ServerTransaction invite;

    Dialog(final TransactionLayer layer) {
        ackWait = new AckWait(layer, this);
    }

    /** Forgets everything before it goes back to its pool. */
    void close() {
        ackWait.stop();
        state = State.TERMINATED;
        session = null;
        invite = null;
        remoteCseq = 0;
        localTag.clear();
        clearKey();
    }
}
