package io.dialtone.sip.routing;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipEditor;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.SipWriter;
import io.dialtone.sip.codec.ViaView;
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

    private static final int BYTES_MAX = 65_535;
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

    private final SipEgress egress;
    private final TransactionKey tagKey;
    private final int perSecondMax;
    private final SipWriter writer = new SipWriter();
    private final SipEditor editor = new SipEditor();
    private final ViaView via = new ViaView();
    private final WayBack wayBack = new WayBack();
    private final SipMessage answer = new SipMessage(SipLimits.defaults());
    private final UnsafeBuffer answerBuffer =
            new UnsafeBuffer(new byte[SipIngress.HEADROOM_BYTES + BYTES_MAX + SipIngress.TAILROOM_BYTES]);
    private final SipFlow to = new SipFlow();
    private final UnsafeBuffer tag = new UnsafeBuffer(new byte[TAG_CHARACTERS]);
    private long secondEndsNs;
    private int leftInSecond;

    /**
     * @param tagKey the same in all loops and edges that may see a retransmission or an ACK
     */
    Refusals(final SipEgress egress, final TransactionKey tagKey, final int perSecondMax, final long nowNs) {
        this.egress = egress;
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
        begin(request);
        writer.refusal(request, malformation, tag.byteArray());
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
        begin(request);
        writer.response(request, status, reason, tag.byteArray());
        if (retryAfterSeconds > 0) {
            writer.header(HeaderName.RETRY_AFTER, retryAfterSeconds);
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

    private void begin(final SipMessage request) {
        writeTag(request);
        writer.wrap(answerBuffer, SipIngress.HEADROOM_BYTES, BYTES_MAX);
    }

    /** Stamps the answer's Via and not the request's: what was malformed stays as it is, and what is answered is always well formed. */
    private Outcome send(final SipFlow from) {
        final int length = writer.finish();
        if (length < 0
                || answer.parseDatagram(answerBuffer, SipIngress.HEADROOM_BYTES, length) != ParseResult.COMPLETE
                || !via.wrap(answer)) {
            return Outcome.NO_WAY_BACK;
        }
        editor.begin(answer);
        final int port = wayBack.stamp(editor, answerBuffer, via, from);
        final int stamped = editor.apply(answerBuffer, SipIngress.HEADROOM_BYTES, SipIngress.TAILROOM_BYTES);
        to.copyFrom(from).remote(from.remoteHigh(), from.remoteLow(), port);
        return port != 0 && stamped > 0 && egress.sendCopy(answerBuffer, editor.offset(), stamped, to)
                ? Outcome.SENT
                : Outcome.NO_WAY_BACK;
    }

    private void writeTag(final SipMessage request) {
        long number = tagKey.ofCallAndSequence(request);
        for (int i = 0; i < TAG_CHARACTERS; i++) {
            tag.putByte(i, HEX[(int) (number & 15)]);
            number >>>= 4;
        }
    }
}
