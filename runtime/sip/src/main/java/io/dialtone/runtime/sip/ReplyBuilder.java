package io.dialtone.runtime.sip;

import io.dialtone.api.SipReply;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMethod;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** The answer a handler is making; one for each worker, used again and again. Called only by the owning worker, within a handler method. */
final class ReplyBuilder implements SipReply {
    private static final int EXTRA_BYTES_MAX = 1 << 15;
    private static final byte[] NO_BYTES = {};

    /** What the platform writes itself. */
    private static final Set<HeaderName> PLATFORMS_OWN = EnumSet.of(
            HeaderName.VIA,
            HeaderName.FROM,
            HeaderName.TO,
            HeaderName.CALL_ID,
            HeaderName.CSEQ,
            HeaderName.CONTENT_LENGTH,
            HeaderName.CONTENT_TYPE,
            HeaderName.RECORD_ROUTE,
            HeaderName.ROUTE,
            HeaderName.ALLOW);

    private static final Set<HeaderName> PLATFORMS_OWN_IN_A_CALL = with(PLATFORMS_OWN, HeaderName.CONTACT);

    private static final Set<HeaderName> PLATFORMS_OWN_TO_SUBSCRIBE = with(PLATFORMS_OWN_IN_A_CALL, HeaderName.EXPIRES);

    private final Answers answers;
    private final Set<HeaderName> platformsOwn;
    private final Set<HeaderName> platformsOwnInACall;
    private final AsciiWriter extra = new AsciiWriter(EXTRA_BYTES_MAX);
    private final UnsafeBuffer body = new UnsafeBuffer(NO_BYTES);
    private @Nullable ServerTransaction transaction;
    private int status;
    private byte[] reason = NO_BYTES;
    private byte[] contentType = NO_BYTES;

    ReplyBuilder(final Answers answers, final IntervalRules intervals) {
        this.answers = answers;
        platformsOwn = intervals.headersAnd(PLATFORMS_OWN);
        platformsOwnInACall = intervals.headersAnd(PLATFORMS_OWN_IN_A_CALL);
    }

    ReplyBuilder begin(final ServerTransaction answered, final int answerStatus) {
        if (transaction != null) {
            throw new IllegalStateException("reply(" + status + ") was begun but not sent");
        }
        if (answerStatus <= 100 || answerStatus > 699) {
            throw new IllegalArgumentException("status: " + answerStatus + " (expected: 101 to 699)");
        }
        if (answered.hasFinal() || answered.hasStagedFinal) {
            throw new IllegalStateException(answered.method() + " has its final answer already");
        }
        if (answered.method == SipMethod.CANCEL) {
            throw new IllegalStateException("CANCEL is answered by the platform");
        }
        transaction = answered;
        status = answerStatus;
        reason = ReasonPhrases.of(answerStatus);
        extra.clear();
        contentType = NO_BYTES;
        body.wrap(NO_BYTES);
        return this;
    }

    boolean isOpen() {
        return transaction != null;
    }

    int status() {
        return status;
    }

    void abandon() {
        transaction = null;
    }

    @Override
    public SipReply reason(final String phrase) {
        open();
        reason = utf8("reason", phrase);
        return this;
    }

    @Override
    public SipReply header(final String name, final String value) {
        final ServerTransaction answered = open();
        final Set<HeaderName> own = makesDialog(answered)
                ? answered.subscription == null ? platformsOwnInACall : PLATFORMS_OWN_TO_SUBSCRIBE
                : platformsOwn;
        putHeader(extra, own, name, value);
        return this;
    }

    @Override
    public SipReply contact(final String uri) {
        return header("Contact", "<" + uri + ">");
    }

    @Override
    public SipReply body(final String type, final String text) {
        return body(type, text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public SipReply body(final String type, final byte[] bytes) {
        open();
        contentType = utf8("content type", type);
        body.wrap(bytes);
        return this;
    }

    @Override
    public void send() {
        final ServerTransaction answered = open();
        if (contentType.length > 0) {
            putLine(extra, utf8("name", "Content-Type"), contentType);
        }
        if (extra.isOverflown()) {
            throw new IllegalStateException("reply(" + status + "): headers longer than " + EXTRA_BYTES_MAX + " bytes");
        }
        transaction = null;
        answers.stage(answered, status, reason, extra, body);
    }

    private ServerTransaction open() {
        final ServerTransaction current = transaction;
        if (current == null) {
            throw new IllegalStateException("the reply was sent already, or its handler method has returned");
        }
        return current;
    }

    private boolean makesDialog(final ServerTransaction answered) {
        return (answered.method == SipMethod.INVITE
                        || answered.method == SipMethod.UPDATE
                        || answered.subscription != null)
                && status < 300;
    }

    private static Set<HeaderName> with(final Set<HeaderName> others, final HeaderName another) {
        final Set<HeaderName> all = EnumSet.of(another);
        all.addAll(others);
        return all;
    }

    /** Adds a header line that a handler has given, unless the header is none of its business. */
    static void putHeader(
            final AsciiWriter lines, final Set<HeaderName> platformsOwn, final String name, final String value) {
        final byte[] nameBytes = token(name);
        if (platformsOwn.contains(HeaderName.of(new UnsafeBuffer(nameBytes), 0, nameBytes.length))) {
            throw new IllegalArgumentException(name + " is the platform's business");
        }
        putLine(lines, nameBytes, utf8(name, value));
    }

    static void putLine(final AsciiWriter lines, final byte[] name, final byte[] value) {
        lines.put(name).put(':').put(' ').put(value).putLineEnd();
    }

    private static byte[] token(final String name) {
        final byte[] bytes = utf8("header", name);
        if (bytes.length == 0) {
            throw new IllegalArgumentException("header: a name without letters");
        }
        for (final byte b : bytes) {
            if (!Character.isLetterOrDigit(b) && "-.!%*_+`'~".indexOf(b) < 0) {
                throw new IllegalArgumentException("header: " + name + " is no token");
            }
        }
        return bytes;
    }

    static byte[] utf8(final String what, final String text) {
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 127) {
                throw new IllegalArgumentException(what + ": a line break or control character at " + i);
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
