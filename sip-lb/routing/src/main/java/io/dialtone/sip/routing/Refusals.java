package io.dialtone.sip.routing;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Answers requests without keeping any state, for proxy and edge mode alike: the To tag is computed from the request, so that a
 * retransmission gets the same answer and its ACK is known for ours. One per I/O thread.
 *
 * <p>At most {@code perSecondMax} answers leave in a second: what comes beyond is dropped, because whoever floods us must not make us flood others.
 */
final class Refusals {
    private static final int TAG_CHARACTERS = 16;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private static final long SECOND_NS = 1_000_000_000L;

    /** What became of a request. */
    enum Outcome {
        SENT,
        /** An ACK is never answered. */
        ACK,
        /** Too many answers in this second. */
        OVER_LIMIT,
        /** No Via that an answer could follow, no room for it, or the transport did not take it. */
        NO_WAY_BACK
    }

    private final TransactionKey tagKey;
    private final int perSecondMax;
    private final OwnAnswer answer;
    private final UnsafeBuffer tag = new UnsafeBuffer(new byte[TAG_CHARACTERS]);
    private long secondEndsNs;
    private int leftInSecond;

    /**
     * @param tagKey the same in all loops and edges that may see a retransmission or an ACK
     */
    Refusals(final SipEgress egress, final TransactionKey tagKey, final int perSecondMax, final long nowNs) {
        answer = new OwnAnswer(egress);
        this.tagKey = tagKey;
        this.perSecondMax = perSecondMax;
        secondEndsNs = nowNs + SECOND_NS;
        leftInSecond = perSecondMax;
    }

    /** Answers a request that could not be parsed, if it deserves an answer. */
    Outcome refuseMalformed(
            final SipMessage request, final Malformation malformation, final SipFlow from, final long nowNs) {
        if (!mayAnswer(request, nowNs)) {
            return request.method() == SipMethod.ACK ? Outcome.ACK : Outcome.OVER_LIMIT;
        }
        writeTag(request);
        answer.begin().refusal(request, malformation, tag.byteArray());
        return send(from);
    }

    /** Answers a request with a status of our own and, if {@code retryAfterSeconds} is not 0, with Retry-After. */
    Outcome refuse(
            final SipMessage request,
            final SipFlow from,
            final int status,
            final byte[] reason,
            final int retryAfterSeconds,
            final long nowNs) {
        if (!mayAnswer(request, nowNs)) {
            return request.method() == SipMethod.ACK ? Outcome.ACK : Outcome.OVER_LIMIT;
        }
        writeTag(request);
        answer.begin().response(request, status, reason, tag.byteArray());
        if (retryAfterSeconds > 0) {
            answer.writer().header(HeaderName.RETRY_AFTER, retryAfterSeconds);
        }
        return send(from);
    }

    /** Whether an ACK confirms an answer of ours, and nobody else waits for it. */
    boolean isAckOfOurs(final SipMessage ack) {
        if (ack.toTagLength() != TAG_CHARACTERS) {
            return false;
        }
        writeTag(ack);
        for (int i = 0; i < TAG_CHARACTERS; i++) {
            if (ack.buffer().getByte(ack.toTagOffset() + i) != tag.getByte(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean mayAnswer(final SipMessage request, final long nowNs) {
        if (request.method() == SipMethod.ACK) {
            return false;
        }
        if (nowNs - secondEndsNs >= 0) {
            secondEndsNs = nowNs + SECOND_NS;
            leftInSecond = perSecondMax;
        }
        return leftInSecond-- > 0;
    }

    private Outcome send(final SipFlow from) {
        return answer.send(from) == OwnAnswer.Outcome.SENT ? Outcome.SENT : Outcome.NO_WAY_BACK;
    }

    private void writeTag(final SipMessage request) {
        long number = tagKey.ofCallAndSequence(request);
        for (int i = 0; i < TAG_CHARACTERS; i++) {
            tag.putByte(i, HEX[(int) (number & 15)]);
            number >>>= 4;
        }
    }
}
