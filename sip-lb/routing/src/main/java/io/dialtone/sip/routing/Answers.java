package io.dialtone.sip.routing;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.SipWriter;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Answers requests in the balancer's own name: refusals, and OPTIONS for itself. Stateless: the tag it puts into To tells the ACK for a refusal
 * when it comes. Called only by the loop's thread.
 */
final class Answers {
    static final byte[] LOOP_DETECTED = ascii("Loop Detected");
    static final byte[] TOO_MANY_HOPS = ascii("Too Many Hops");
    static final byte[] NO_BACKEND = ascii("Service Unavailable");
    static final byte[] NO_NEXT_HOP = ascii("Next Hop Not An Address");
    static final byte[] UNSUPPORTED_SCHEME = ascii("Unsupported URI Scheme");
    static final byte[] SIPS_NOT_ALLOWED = ascii("Temporarily Unavailable");
    static final byte[] BAD_EXTENSION = ascii("Bad Extension");
    static final byte[] TOO_LARGE = ascii("Message Too Large");

    private static final byte[] OK = ascii("OK");
    private static final byte[] ALLOW = ascii(
            "INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, PRACK, SUBSCRIBE, NOTIFY, PUBLISH, INFO, REFER, MESSAGE, UPDATE");
    private static final byte[] ACCEPT = ascii("application/sdp");
    private static final byte[] NOTHING = {};

    private static final byte[] TAG_MARK = ascii("dt");
    private static final int TAG_LENGTH = TAG_MARK.length + Base32.LONG_LENGTH;
    private static final long SECOND_NS = 1_000_000_000;

    private final ProxyLoop loop;
    private final byte[] tagBytes = new byte[TAG_LENGTH];
    private final UnsafeBuffer tag = new UnsafeBuffer(tagBytes);
    private final OwnAnswer answer;

    private long secondBeganNs;
    private int leftThisSecond;

    Answers(final ProxyLoop loop) {
        this.loop = loop;
        this.answer = new OwnAnswer(loop.egress);
        this.leftThisSecond = loop.config.limits().refusalsPerSecond();
        tag.putBytes(0, TAG_MARK);
    }

    /** Refuses a request, or drops it if it is an ACK or too many refusals are due. */
    void refuse(
            final SipMessage request,
            final int status,
            final byte[] reason,
            final ProxyCounter counter,
            final SipFlow from,
            final long nowNs) {
        if (begin(request, status, reason, counter, nowNs)) {
            finish(from);
        }
    }

    /** Refuses a malformed request as its defect asks, if it may be answered at all. */
    void refuseMalformed(
            final SipMessage request, final Malformation malformation, final SipFlow from, final long nowNs) {
        if (malformation.status() == Malformation.DISCARD) {
            loop.count(ProxyCounter.DROPPED_GARBAGE);
            return;
        }
        final ProxyCounter counter = malformation == Malformation.VERSION
                ? ProxyCounter.REFUSED_VERSION
                : malformation.status() == 513 ? ProxyCounter.REFUSED_TOO_LARGE : ProxyCounter.REFUSED_MALFORMED;
        if (mayAnswer(request, counter, nowNs)) {
            stampTag(request);
            answer.begin().refusal(request, malformation, tagBytes);
            finish(from);
        }
    }

    /** 503 with Retry-After (RFC 3261 section 21.5.4). */
    void refuseNoBackend(final SipMessage request, final SipFlow from, final long nowNs) {
        if (begin(request, 503, NO_BACKEND, ProxyCounter.REFUSED_NO_BACKEND, nowNs)) {
            answer.writer().header(HeaderName.RETRY_AFTER, loop.config.limits().retryAfterSeconds());
            finish(from);
        }
    }

    /** Writes the 503 that the next hop of a forwarded request would give, for its ACK to be known by; returns the length, negative if there is no room. */
    int writeUnavailable(final SipMessage forwarded, final SipWriter writer) {
        stampTag(forwarded);
        return writer.response(forwarded, 503, NO_BACKEND, tagBytes).finish();
    }

    /** The same when backends are in use, but have as much open as they may. */
    void refuseAtLimit(final SipMessage request, final SipFlow from, final long nowNs) {
        if (begin(request, 503, NO_BACKEND, ProxyCounter.REFUSED_AT_LIMIT, nowNs)) {
            answer.writer().header(HeaderName.RETRY_AFTER, loop.config.limits().retryAfterSeconds());
            finish(from);
        }
    }

    /** 480 with a Warning, where what is to be reached by TLS only cannot be (RFC 5630 section 5.3). */
    void refuseSips(final SipMessage request, final SipFlow from, final long nowNs) {
        if (begin(request, 480, SIPS_NOT_ALLOWED, ProxyCounter.REFUSED_SIPS, nowNs)) {
            answer.writer().header(HeaderName.WARNING, loop.sipsWarnings[from.listener()]);
            finish(from);
        }
    }

    /** 420 with what we do not know, word for word (RFC 3261 section 16.3 step 5). */
    void refuseExtension(final SipMessage request, final SipFlow from, final long nowNs) {
        if (begin(request, 420, BAD_EXTENSION, ProxyCounter.REFUSED_EXTENSION, nowNs)) {
            for (int i = request.firstHeader(HeaderName.PROXY_REQUIRE); i >= 0; i = request.nextHeader(i)) {
                answer.writer()
                        .header(
                                HeaderName.UNSUPPORTED,
                                request.buffer(),
                                request.headerValueOffset(i),
                                request.headerValueLength(i));
            }
            finish(from);
        }
    }

    /** 200 for an OPTIONS that asks the balancer itself (RFC 3261 section 11.2). */
    void answerOptions(final SipMessage request, final SipFlow from, final long nowNs) {
        if (begin(request, 200, OK, ProxyCounter.ANSWERED_OPTIONS, nowNs)) {
            answer.writer()
                    .header(HeaderName.ALLOW, ALLOW)
                    .header(HeaderName.ACCEPT, ACCEPT)
                    .header(HeaderName.SUPPORTED, NOTHING);
            finish(from);
        }
    }

    /** Whether the To tag is one that a refusal of ours gave: the ACK is for us. */
    boolean isOurTag(final SipMessage request, final long callHash) {
        if (request.toTagLength() != TAG_LENGTH) {
            return false;
        }
        final int offset = request.toTagOffset();
        Base32.write(loop.keys.refusalTag(request, callHash), tag, TAG_MARK.length, Base32.LONG_LENGTH);
        for (int i = 0; i < TAG_LENGTH; i++) {
            if (request.buffer().getByte(offset + i) != tag.getByte(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean begin(
            final SipMessage request,
            final int status,
            final byte[] reason,
            final ProxyCounter counter,
            final long nowNs) {
        if (!mayAnswer(request, counter, nowNs)) {
            return false;
        }
        stampTag(request);
        answer.begin().response(request, status, reason, tagBytes);
        return true;
    }

    private boolean mayAnswer(final SipMessage request, final ProxyCounter counter, final long nowNs) {
        if (request.method() == SipMethod.ACK) {
            loop.count(ProxyCounter.DROPPED_ACK);
            return false;
        }
        if (nowNs - secondBeganNs >= SECOND_NS || nowNs < secondBeganNs) {
            secondBeganNs = nowNs;
            leftThisSecond = loop.config.limits().refusalsPerSecond();
        }
        if (leftThisSecond == 0) {
            loop.count(ProxyCounter.DROPPED_REFUSAL_LIMIT);
            return false;
        }
        leftThisSecond--;
        loop.count(counter);
        return true;
    }

    private void stampTag(final SipMessage request) {
        final long callHash = request.callIdOffset() < 0 ? 0 : loop.keys.call(request);
        Base32.write(loop.keys.refusalTag(request, callHash), tag, TAG_MARK.length, Base32.LONG_LENGTH);
    }

    private void finish(final SipFlow from) {
        switch (answer.send(from)) {
            case SENT -> {}
            case NO_WAY_BACK -> loop.count(ProxyCounter.DROPPED_GARBAGE);
            case DROPPED_BY_EGRESS -> loop.count(ProxyCounter.DROPPED_BY_EGRESS);
        }
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
