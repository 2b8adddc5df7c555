package io.dialtone.sip.routing;

import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SipHash;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.ViaView;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The keyed hashes a stateless proxy lives by: what it writes into Via, Record-Route and tags, it knows again and nobody else can make.
 * One per I/O thread, because it has scratch memory; all of a process hold the same keys.
 */
final class ProxyKeys {
    /** Spreads small numbers over the word before they are mixed into a hash: the golden ratio. */
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

    private static final long AFFINITY_0 = 0x6469_616c_746f_6e65L;
    private static final long AFFINITY_1 = 0x6166_6669_6e69_7479L;
    private static final int ADDRESS_BYTES = 24;

    /** The same in every process and after every restart: balancers side by side choose alike. */
    private final SipHash affinity = new SipHash(AFFINITY_0, AFFINITY_1);

    private final SipHash call;
    private final SipHash transaction;
    private final SipHash wayBack;
    private final SipHash wayBackPrevious;
    private final SipHash token;
    private final SipHash callPrevious;
    private final SipHash tokenPrevious;
    private final SipHash refusal;
    private final SipHash probe;
    private final UnsafeBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(ADDRESS_BYTES));

    ProxyKeys(final ClusterKey key) {
        this.call = key.derive("sip-lb call");
        this.callPrevious = key.derivePrevious("sip-lb call");
        this.transaction = key.derive("sip-lb transaction");
        this.wayBack = key.derive("sip-lb way back");
        this.wayBackPrevious = key.derivePrevious("sip-lb way back");
        this.token = key.derive("sip-lb token");
        this.tokenPrevious = key.derivePrevious("sip-lb token");
        this.refusal = key.derive("sip-lb refusal");
        this.probe = key.derive("sip-lb probe");
    }

    /** Hash of an affinity key, for rendezvous. */
    long affinity(final UnsafeBuffer buffer, final int offset, final int length) {
        return affinity.hash(buffer, offset, length);
    }

    /** Hash of the Call-ID, from which the following ones begin. */
    long call(final SipMessage message) {
        return call.hash(message.buffer(), message.callIdOffset(), message.callIdLength());
    }

    /**
     * Number of the transaction a request belongs to, the same for an INVITE, its retransmissions, its CANCEL and the ACK for its non-2xx
     * response (RFC 3261 section 16.11): from the received branch, or without one of RFC 3261 from what section 16.11 names. Call-ID and CSeq
     * number go in as well, so that clients that use a branch twice do no harm.
     *
     * <p>The To tag, which section 16.11 names too, is left out on purpose: an ACK for a non-2xx response has one where its INVITE had none.
     */
    long transaction(final SipMessage request, final ViaView topmostVia, final long callHash) {
        final long first = callHash ^ request.cseqNumber() * SPREAD;
        if (topmostVia.hasMagicCookie()) {
            return transaction.hash(first, request.buffer(), topmostVia.branchOffset(), topmostVia.branchLength());
        }
        final long via = transaction.hash(
                first, request.buffer(), topmostVia.valueOffset(), topmostVia.valueEnd() - topmostVia.valueOffset());
        final long fromTag = request.fromTagLength() > 0
                ? transaction.hash(via, request.buffer(), request.fromTagOffset(), request.fromTagLength())
                : via;
        return transaction.hash(fromTag, request.buffer(), request.requestUriOffset(), request.requestUriLength());
    }

    /** Check that binds a transaction's response to the listener and address its request came from. */
    long wayBack(final long transactionId, final int listener, final long high, final long low, final int port) {
        return wayBack.hash(transactionId, address(listener, high, low, port), 0, ADDRESS_BYTES);
    }

    boolean isWayBack(
            final long check,
            final long transactionId,
            final int listener,
            final long high,
            final long low,
            final int port) {
        final UnsafeBuffer address = address(listener, high, low, port);
        return wayBack.hash(transactionId, address, 0, ADDRESS_BYTES) == check
                || wayBackPrevious.hash(transactionId, address, 0, ADDRESS_BYTES) == check;
    }

    /** Check of the token that leads a dialog's requests to a backend. */
    long token(final long callHash, final int backend) {
        return token.hash(callHash ^ backend * SPREAD);
    }

    boolean isToken(final long check, final long callHash, final SipMessage request, final int backend) {
        if (token(callHash, backend) == check) {
            return true;
        }
        final long previous = callPrevious.hash(request.buffer(), request.callIdOffset(), request.callIdLength());
        return tokenPrevious.hash(previous ^ backend * SPREAD) == check;
    }

    /** What makes our tag in the refusal of a request, so that the ACK for it is known again. */
    long refusalTag(final SipMessage request, final long callHash) {
        return refusal.hash(callHash ^ request.cseqNumber() * SPREAD);
    }

    /** Check of a probe's branch. */
    long probe(final int backend, final int sequence) {
        return probe.hash((long) backend << 32 | sequence);
    }

    private UnsafeBuffer address(final int listener, final long high, final long low, final int port) {
        scratch.putLong(0, high);
        scratch.putLong(8, low);
        scratch.putInt(16, port);
        scratch.putInt(20, listener);
        return scratch;
    }
}
