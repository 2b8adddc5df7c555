package io.dialtone.runtime.sip;

import io.dialtone.api.AffinityRule;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.SipWriter;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes answers as RFC 3261 section 8.2.6 and 12.1.1 want them. Called only by the owning worker. */
final class ReplyComposer {
    private static final byte[] CONTACT_BEGIN = ascii("Contact: <sip:");
    private static final byte[] SIPS_CONTACT_BEGIN = ascii("Contact: <sips:");
    private static final byte[] TOKEN = ascii(";" + SlotToken.URI_PARAM + "=");
    private static final byte[] CONTACT_END = ascii(">\r\n");
    private static final byte[] NO_BYTES = {};

    private final SipContext context;
    private final LocalTag.Source tags;
    /** False if sessions have another key, which tags must name. */
    private final boolean isKeyTheCallId;

    private final byte[] allow;
    private final byte[] acceptLine;
    private final IntervalRules intervals;
    private final EventRules events;
    private final SipsRules sips;
    private final SipWriter writer = new SipWriter();
    private final byte[] statelessTag = new byte[LocalTag.LENGTH];
    private final UnsafeBuffer statelessTagBuffer = new UnsafeBuffer(statelessTag);
    private final UnsafeBuffer token = new UnsafeBuffer(new byte[SlotToken.LENGTH]);
    private final UnsafeBuffer noBody = new UnsafeBuffer(NO_BYTES);

    ReplyComposer(
            final SipContext context,
            final LocalTag.Source tags,
            final byte[] allow,
            final byte[] acceptLine,
            final IntervalRules intervals,
            final EventRules events) {
        this.intervals = intervals;
        this.events = events;
        sips = new SipsRules(context.edges());
        this.context = context;
        this.allow = allow;
        this.acceptLine = acceptLine;
        this.tags = tags;
        isKeyTheCallId = context.service().affinity().kind() == AffinityRule.Kind.CALL_ID;
    }

    /** How calls are kept alive. */
    IntervalRules intervals() {
        return intervals;
    }

    /** What subscribers are told about. */
    EventRules events() {
        return events;
    }

    /** What is to be reached by TLS only. */
    SipsRules sips() {
        return sips;
    }

    /** The value of Allow. */
    byte[] allow() {
        return allow;
    }

    /** Writes an answer without body. */
    int compose(
            final MutableDirectBuffer to,
            final int offset,
            final SipMessage request,
            final ServerTransaction transaction,
            final int status,
            final AsciiWriter extra) {
        return compose(to, offset, request, transaction, status, ReasonPhrases.of(status), extra, noBody, 0);
    }

    /**
     * Writes an answer.
     *
     * @param extra further header lines
     * @return its length, or a negative when it does not fit
     */
    int compose(
            final MutableDirectBuffer to,
            final int offset,
            final SipMessage request,
            final ServerTransaction transaction,
            final int status,
            final byte[] reason,
            final AsciiWriter extra,
            final DirectBuffer body,
            final int bodyLength) {
        writer.wrap(to, offset, to.capacity() - offset);
        if (status == 100) {
            writer.response(request, status, reason);
        } else {
            ensureTag(transaction);
            writer.response(request, status, reason, transaction.localTag.buffer(), 0, transaction.localTag.length());
        }
        final SipMethod method = transaction.method;
        final boolean accepts = status >= 200 && status < 300;
        if (method == SipMethod.INVITE && status > 100 && status < 300) {
            writer.copy(request, HeaderName.RECORD_ROUTE);
            putContact(request, transaction);
        } else if (method == SipMethod.UPDATE && accepts && transaction.dialog != null) {
            putContact(request, transaction); // RFC 3311 section 5.2
        }
        final Subscription subscription = transaction.subscription;
        if (accepts && subscription != null) {
            writer.copy(request, HeaderName.RECORD_ROUTE);
            putContact(request, transaction);
            writer.header(HeaderName.EXPIRES, subscription.grantedSeconds);
        }
        if (accepts) {
            intervals.putAnswer(writer.out(), request, transaction.dialog);
        }
        final boolean tells = accepts && (method == SipMethod.INVITE || method == SipMethod.OPTIONS);
        if (tells || status == 405 || status == 501) {
            writer.header(HeaderName.ALLOW, allow);
        }
        if (tells || (accepts && subscription != null)) {
            writer.out().put(events.allowEvents());
        }
        if (accepts && method == SipMethod.OPTIONS) {
            writer.out().put(acceptLine);
        }
        if (status == 503) {
            writer.header(HeaderName.RETRY_AFTER, context.settings().retryAfterSeconds());
        }
        writer.out().put(extra.buffer(), extra.offset(), extra.length());
        return writer.finish(body, 0, bodyLength);
    }

    /** Writes the answer that a malformed request deserves, or says with a negative that there is no way back. */
    int composeRefusal(
            final MutableDirectBuffer to, final SipMessage request, final Malformation malformation, final int slot) {
        LocalTag.write(context.tokens(), slot, statelessUnique(request), statelessTagBuffer);
        return writer.wrap(to, 0, to.capacity())
                .refusal(request, malformation, statelessTag)
                .finish();
    }

    /** Writes an answer to a request that is not remembered, with further header lines. */
    int composeStateless(
            final MutableDirectBuffer to,
            final SipMessage request,
            final int slot,
            final int status,
            final AsciiWriter extra) {
        LocalTag.write(context.tokens(), slot, statelessUnique(request), statelessTagBuffer);
        writer.wrap(to, 0, to.capacity())
                .response(request, status, ReasonPhrases.of(status), statelessTag)
                .out()
                .put(extra.buffer(), extra.offset(), extra.length());
        return writer.finish();
    }

    /** Writes a 503 for a request that cannot be remembered. */
    int composeOverloaded(final MutableDirectBuffer to, final SipMessage request, final int slot) {
        LocalTag.write(context.tokens(), slot, statelessUnique(request), statelessTagBuffer);
        return writer.wrap(to, 0, to.capacity())
                .response(request, 503, ReasonPhrases.of(503), statelessTag)
                .header(HeaderName.RETRY_AFTER, context.settings().retryAfterSeconds())
                .finish();
    }

    /** The same for the same request: an answer that nobody remembers must keep its tag (RFC 3261 section 8.2.7). */
    private long statelessUnique(final SipMessage request) {
        final int callId = request.callIdOffset();
        return callId < 0
                ? context.tagHash().hash(request.cseqNumber())
                : context.tagHash().hash(request.cseqNumber(), request.buffer(), callId, request.callIdLength());
    }

    /** Gives a transaction the tag that all its answers carry. */
    void ensureTag(final ServerTransaction transaction) {
        if (transaction.localTag.isSet()) {
            return;
        }
        final SipSession<?> session = transaction.session;
        if (session != null && (!isKeyTheCallId || transaction.callerNumber > 1)) {
            transaction.localTag.set(context.tokens(), transaction.slot, session.keyHash(), tags.next());
        } else {
            transaction.localTag.set(context.tokens(), transaction.slot, tags.next());
        }
    }

    private void putContact(final SipMessage request, final ServerTransaction transaction) {
        final Dialog dialog = transaction.dialog;
        final boolean isSips = dialog == null ? sips.isAskedBy(request) : dialog.isSips;
        putContact(writer.out(), transaction.port, transaction.slot, isSips);
    }

    /** Where requests of the dialog go: an edge, and through it to this slot; by TLS only if it is to be {@code sips}. */
    void putContact(final AsciiWriter out, final ReplyPort door, final int slot, final boolean isSips) {
        context.tokens().write(slot, token, 0);
        final int listener = isSips ? sips.listenerOf(door) : door.listener();
        out.put(isSips ? SIPS_CONTACT_BEGIN : CONTACT_BEGIN)
                .put(context.edges().hostPort(door.member(), listener))
                .put(isSips ? Transports.sipsUriParam(door) : Transports.uriParam(door))
                .put(context.uriParam())
                .put(TOKEN)
                .put(token, 0, SlotToken.LENGTH)
                .put(CONTACT_END);
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
