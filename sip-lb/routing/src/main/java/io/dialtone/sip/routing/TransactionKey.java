package io.dialtone.sip.routing;

import io.dialtone.placement.table.SipHash;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.ViaView;

/**
 * Gives a number to a client's transaction: the same for a request, its retransmissions, its CANCEL and the ACK of its refusal
 * (RFC 3261 section 17.2.3). Immutable: any thread may call it.
 *
 * <p>Call-ID and CSeq number go in besides the branch, so that clients that use a branch twice do no harm; without the magic cookie the From tag
 * stands in for the branch, which is as near as RFC 2543 clients allow.
 */
final class TransactionKey {
    private final SipHash hash;

    TransactionKey(final SipHash hash) {
        this.hash = hash;
    }

    /**
     * The number of a request's transaction.
     *
     * @param top on the request's topmost Via
     */
    long of(final SipMessage request, final ViaView top) {
        if (!top.hasMagicCookie()) {
            return ofCallAndSequence(request);
        }
        final long call =
                hash.hash(request.cseqNumber(), request.buffer(), request.callIdOffset(), request.callIdLength());
        return hash.hash(call, request.buffer(), top.branchOffset(), top.branchLength());
    }

    /** A number bound to Call-ID, From tag and CSeq number, for requests that may lack any of them. */
    long ofCallAndSequence(final SipMessage request) {
        long key = request.cseqNumber();
        if (request.fromTagLength() > 0) {
            key = hash.hash(key, request.buffer(), request.fromTagOffset(), request.fromTagLength());
        }
        if (request.callIdLength() > 0) {
            key = hash.hash(key, request.buffer(), request.callIdOffset(), request.callIdLength());
        }
        return key;
    }
}
