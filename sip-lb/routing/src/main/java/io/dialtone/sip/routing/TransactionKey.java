package io.dialtone.sip.routing;

import io.dialtone.placement.table.SipHash;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Gives a number to a client's transaction: the same for a request, its retransmissions, its CANCEL and the ACK of its refusal
 * (RFC 3261 section 17.2.3). Immutable: any thread may call it.
 *
 * <p>Call-ID and CSeq number go in besides the branch, so that clients that use a branch twice do no harm; without the magic cookie the From tag
 * stands in for the branch, which is as near as RFC 2543 clients allow.
 */
final class TransactionKey {
    private static final long FNV_BASIS = 0xcbf2_9ce4_8422_2325L;
    private static final long FNV_PRIME = 0x0000_0100_0000_01b3L;

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

    /**
     * A number that tells the requests of a transaction apart, and senders that use the same branch: method, sent-by, and branch or Call-ID. Together with
     * {@link #of} under another key it names a request in 128 bits. The same for the request's responses.
     */
    long ofRequest(final SipMessage message, final ViaView top) {
        final SipMethod method = message.isRequest() ? message.method() : message.cseqMethod();
        return method == SipMethod.UNKNOWN ? ofUnknownMethodSlowPath(message, top) : ofRequest(method, message, top);
    }

    /** The number that the request of another method would have, an INVITE's for its CANCEL. */
    @SuppressWarnings("EnumOrdinal") // lives as long as this process; never stored nor sent
    long ofRequest(final SipMethod method, final SipMessage message, final ViaView top) {
        return ofRequest(method.ordinal(), message, top);
    }

    /** The number of a response itself: a provisional and a final one are two. */
    long ofResponse(final SipMessage response, final ViaView top) {
        return hash.hash(ofRequest(response, top) + response.statusCode());
    }

    private long ofUnknownMethodSlowPath(final SipMessage message, final ViaView top) {
        final int offset = message.isRequest() ? message.methodOffset() : message.cseqMethodOffset();
        final int length = message.isRequest() ? message.methodLength() : message.cseqMethodLength();
        return ofRequest(length > 0 ? hash.hash(message.buffer(), offset, length) : 0, message, top);
    }

    private long ofRequest(final long method, final SipMessage message, final ViaView top) {
        final long sender =
                method << Short.SIZE ^ (top.port() & 0xFFFF) ^ fold(message, top.hostOffset(), top.hostLength());
        return top.hasMagicCookie()
                ? hash.hash(sender, message.buffer(), top.branchOffset(), top.branchLength())
                : hash.hash(sender, message.buffer(), message.callIdOffset(), message.callIdLength());
    }

    /**
     * A number of a host's name, by the steps of FNV-1a over eight bytes at a time. It need not resist anybody: to profit from two hosts with one number
     * one has to know all else of another's transaction, and then one could as well claim its host.
     */
    private static long fold(final SipMessage message, final int offset, final int length) {
        final DirectBuffer buffer = message.buffer();
        final int end = offset + length;
        long number = FNV_BASIS;
        int at = offset;
        for (; end - at >= Long.BYTES; at += Long.BYTES) {
            number = (number ^ buffer.getLong(at, ByteOrder.LITTLE_ENDIAN)) * FNV_PRIME;
            number ^= number >>> 32;
        }
        if (at < end) {
            // Reads back into the first line or the header's name, which the shift takes off again.
            final int before = Long.BYTES - (end - at);
            number ^= buffer.getLong(at - before, ByteOrder.LITTLE_ENDIAN) >>> (before * Byte.SIZE);
            number *= FNV_PRIME;
        }
        return number;
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
