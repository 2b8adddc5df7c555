package io.dialtone.sip.trace;

import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Numbers by which messages find their transaction (RFC 3261 section 17): branch, method, Call-ID and CSeq, and whether a peer or we have asked. A number is at the same time that of the span. Read from a
 * message and valid as long as it. For one thread.
 */
final class TransactionNames {
    private static final UnsafeBuffer INVITE = name(SipMethod.INVITE);
    private static final long BY_PEER = 1;
    private static final long BY_US = 2;
    private static final long ACCEPTED = 3;

    private final ViaView via = new ViaView();
    private SipMessage message;
    private int branchOffset;
    private int branchLength;
    private int previousOffset;
    private int previousLength;
    private boolean hasPrevious;

    TransactionNames(final SipMessage message) {
        this.message = message;
    }

    private static UnsafeBuffer name(final SipMethod method) {
        final UnsafeBuffer name = new UnsafeBuffer(new byte[method.length()]);
        method.copyTo(name, 0);
        return name;
    }

    /** False if it says too little to be of any transaction. */
    boolean wrap(final SipMessage of) {
        message = of;
        if (of.callIdLength() <= 0 || of.cseqNumber() < 0 || (!of.isRequest() && of.statusCode() < 0)) {
            return false;
        }
        if (!via.wrap(of)) {
            return false;
        }
        branchOffset = via.branchOffset();
        branchLength = via.branchLength();
        hasPrevious = via.next();
        previousOffset = via.branchOffset();
        previousLength = via.branchLength();
        return true;
    }

    /** The transaction that the message is of. */
    long transaction(final boolean isServer) {
        return transaction(
                isServer,
                message.buffer(),
                message.cseqMethodOffset(),
                message.cseqMethodLength(),
                branchOffset,
                branchLength);
    }

    /** The INVITE that an ACK or CANCEL with this branch is of. */
    long invite(final boolean isServer) {
        return transaction(isServer, INVITE, 0, INVITE.capacity(), branchOffset, branchLength);
    }

    /** Whether somebody has sent the request to whoever sends it now. */
    boolean hasPrevious() {
        return hasPrevious;
    }

    /** The transaction in which whoever sends this request was sent it, by the second Via. */
    long previous() {
        return transaction(
                true,
                message.buffer(),
                message.cseqMethodOffset(),
                message.cseqMethodLength(),
                previousOffset,
                previousLength);
    }

    /** The INVITE that was accepted, and that an ACK with a branch of its own is of. */
    long accepted(final boolean isServer) {
        return SpanIds.number(SpanIds.add(
                SpanIds.add(SpanIds.add(SpanIds.BEGIN, ACCEPTED + (isServer ? BY_PEER : BY_US)), callId()),
                message.cseqNumber()));
    }

    /** The call that the message is of, on one leg. */
    long callId() {
        return SpanIds.number(
                SpanIds.add(SpanIds.BEGIN, message.buffer(), message.callIdOffset(), message.callIdLength()));
    }

    /** The request, whoever has it: what stays the same when it is passed on. */
    long request() {
        final long from = SpanIds.add(
                SpanIds.add(callId(), message.cseqNumber()),
                message.buffer(),
                message.cseqMethodOffset(),
                message.cseqMethodLength());
        return SpanIds.number(SpanIds.add(from, message.buffer(), message.fromTagOffset(), message.fromTagLength()));
    }

    /** The dialog that the message names by its tags, whichever side has sent it; 0 if it names none. */
    long dialog() {
        if (message.fromTagLength() <= 0 || message.toTagLength() <= 0) {
            return 0;
        }
        return SpanIds.number(tag(message.fromTagOffset(), message.fromTagLength())
                + tag(message.toTagOffset(), message.toTagLength()));
    }

    private long tag(final int offset, final int length) {
        return SpanIds.number(SpanIds.add(SpanIds.BEGIN, message.buffer(), offset, length));
    }

    private long transaction(
            final boolean isServer,
            final UnsafeBuffer methodBuffer,
            final int methodOffset,
            final int methodLength,
            final int branch,
            final int length) {
        long hash = SpanIds.add(SpanIds.add(SpanIds.BEGIN, isServer ? BY_PEER : BY_US), callId());
        hash = SpanIds.add(hash, methodBuffer, methodOffset, methodLength);
        hash = SpanIds.add(hash, message.cseqNumber());
        // Who knows no branch is told from others by the tag (RFC 2543).
        hash = length > 0
                ? SpanIds.add(hash, message.buffer(), branch, length)
                : SpanIds.add(hash, message.buffer(), message.fromTagOffset(), message.fromTagLength());
        return SpanIds.number(hash);
    }
}
