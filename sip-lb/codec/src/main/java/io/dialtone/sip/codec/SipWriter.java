package io.dialtone.sip.codec;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes messages of our own from the first byte: answers to a request, and requests. Called only by the thread that owns it.
 *
 * <p>An answer repeats what the request said as RFC 3261 section 8.2.6 wants it, but never bytes that would make our own message malformed: folds become
 * single spaces, and what cannot be understood is left out or given a stand-in.
 *
 * <pre>
 *   writer.wrap(buffer, 0, 4096).response(request, 486, BUSY_HERE, toTag, 0, 8).header(HeaderName.RETRY_AFTER, thirty);
 *   final int length = writer.finish();
 * </pre>
 */
public final class SipWriter {
    /** The message did not fit. */
    public static final int TOO_BIG = -1;
    /** The request has no Via that an answer could follow. */
    public static final int NO_WAY_BACK = -2;

    private static final byte[] VERSION = bytes("SIP/2.0");
    private static final byte[] SEPARATOR = bytes(": ");
    private static final byte[] TAG = bytes(";tag=");
    private static final byte[] STAND_IN_ADDRESS = bytes("<sip:unknown@unknown.invalid>");
    private static final byte[] STAND_IN_CALL_ID = bytes("unknown");
    private static final byte[] NO_BYTES = {};

    private final AsciiWriter out = new AsciiWriter();
    private final Grammar grammar = new Grammar();
    private final ViaView via = new ViaView();
    private final NameAddrView address = new NameAddrView();
    private final UnsafeBuffer nothing = new UnsafeBuffer(NO_BYTES);
    private int failure;

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Names the bytes to write to and begins anew. */
    public SipWriter wrap(final MutableDirectBuffer buffer, final int offset, final int capacity) {
        out.wrap(buffer, offset, capacity);
        failure = 0;
        return this;
    }

    /** The bytes written so far, and where parts of header values are put together between {@link #begin} and {@link #end}. */
    public AsciiWriter out() {
        return out;
    }

    // Answers

    /** Begins an answer with the To tag of the request, or none. */
    public SipWriter response(final SipMessage request, final int status, final byte[] reason) {
        return response(request, status, reason, nothing, 0, 0);
    }

    /** Begins an answer whose To gets this tag unless the request's had one. */
    public SipWriter response(final SipMessage request, final int status, final byte[] reason, final byte[] toTag) {
        startResponse(status, reason);
        final boolean tagged = copyFixed(request);
        if (tagged && toTag.length > 0) {
            out.put(TAG).put(toTag);
        }
        return finishFixed(request, status);
    }

    /** Begins an answer whose To gets this tag, unless its length is 0 or the request's had one. */
    public SipWriter response(
            final SipMessage request,
            final int status,
            final byte[] reason,
            final DirectBuffer toTag,
            final int toTagOffset,
            final int toTagLength) {
        startResponse(status, reason);
        final boolean tagged = copyFixed(request);
        if (tagged && toTagLength > 0) {
            out.put(TAG).put(toTag, toTagOffset, toTagLength);
        }
        return finishFixed(request, status);
    }

    /** Begins the answer that a malformed request deserves. */
    public SipWriter refusal(final SipMessage request, final Malformation malformation, final byte[] toTag) {
        return response(request, malformation.status(), malformation.reasonBytes(), toTag);
    }

    private void startResponse(final int status, final byte[] reason) {
        out.put(VERSION).put(' ').putNumber(status).put(' ').put(reason).putLineEnd();
    }

    /** Via, From, and To without its end; returns whether To wants a tag. */
    private boolean copyFixed(final SipMessage request) {
        copyVias(request);
        copyAddress(request, HeaderName.FROM);
        end();
        return copyAddress(request, HeaderName.TO);
    }

    private SipWriter finishFixed(final SipMessage request, final int status) {
        end();
        copyCallId(request);
        copyCSeq(request);
        if (status == 100) {
            copyTimestamp(request);
        }
        return this;
    }

    private void copyVias(final SipMessage request) {
        boolean any = false;
        boolean more = via.wrap(request);
        while (more || via.isMalformed()) {
            final int good = grammar.repeatableEnd(request.bytes(), via);
            if (good >= 0) {
                begin(HeaderName.VIA);
                putUnfolded(request, via.valueOffset(), good);
                end();
                any = true;
            }
            if (!more) {
                break;
            }
            more = via.next();
        }
        if (!any) {
            failure = NO_WAY_BACK;
        }
    }

    /** From or To, without line end; returns whether it is without tag. */
    private boolean copyAddress(final SipMessage request, final HeaderName name) {
        begin(name);
        final int i = request.firstHeader(name);
        if (i >= 0 && address.wrap(request, i) && grammar.isAddress(request.bytes(), address)) {
            putUnfolded(request, address.valueOffset(), address.valueEnd());
            return address.tagOffset() < 0;
        }
        out.put(STAND_IN_ADDRESS);
        return true;
    }

    private void copyCallId(final SipMessage request) {
        begin(HeaderName.CALL_ID);
        final int offset = request.callIdOffset();
        final int length = request.callIdLength();
        if (offset >= 0 && Grammar.isCallId(request.bytes(), offset, offset + length)) {
            out.put(request.buffer(), offset, length);
        } else {
            out.put(STAND_IN_CALL_ID);
        }
        end();
    }

    private void copyCSeq(final SipMessage request) {
        begin(HeaderName.CSEQ);
        out.putNumber(Math.max(0, request.cseqNumber())).put(' ');
        if (request.cseqMethodOffset() >= 0) {
            out.put(request.buffer(), request.cseqMethodOffset(), request.cseqMethodLength());
        } else {
            out.put(request.buffer(), request.methodOffset(), request.methodLength());
        }
        end();
    }

    private void copyTimestamp(final SipMessage request) {
        final int i = request.firstHeader(HeaderName.TIMESTAMP);
        if (i >= 0 && Grammar.isTimestamp(request.bytes(), request.headerValueOffset(i), request.headerValueEnd(i))) {
            begin(HeaderName.TIMESTAMP);
            putUnfolded(request, request.headerValueOffset(i), request.headerValueEnd(i));
            end();
        }
    }

    private void putUnfolded(final SipMessage from, final int begin, final int to) {
        int at = begin;
        while (at < to) {
            final int fold = Swar.findControl(from.bytes(), at, to);
            out.put(from.buffer(), at, fold - at);
            at = fold;
            if (at < to) {
                final byte c = from.bytes().getByte(at);
                if (c == '\r' || c == '\n') {
                    at = Ascii.skipBlanks(from.bytes(), at, to);
                    out.put(' ');
                } else {
                    out.put(from.buffer(), at, 1);
                    at++;
                }
            }
        }
    }

    // Requests

    /** Begins a request. */
    public SipWriter request(final SipMethod method, final byte[] requestUri) {
        out.put(method).put(' ').put(requestUri).put(' ').put(VERSION).putLineEnd();
        return this;
    }

    /** Begins a request. */
    public SipWriter request(
            final SipMethod method, final DirectBuffer requestUri, final int uriOffset, final int uriLength) {
        out.put(method)
                .put(' ')
                .put(requestUri, uriOffset, uriLength)
                .put(' ')
                .put(VERSION)
                .putLineEnd();
        return this;
    }

    // Headers

    /** Begins a header whose value goes to {@link #out()}. */
    public AsciiWriter begin(final HeaderName name) {
        return out.put(name).put(SEPARATOR);
    }

    /** Ends the header begun last. */
    public SipWriter end() {
        out.putLineEnd();
        return this;
    }

    public SipWriter header(final HeaderName name, final byte[] value) {
        begin(name).put(value);
        return end();
    }

    public SipWriter header(final byte[] name, final byte[] value) {
        out.put(name).put(SEPARATOR).put(value);
        return end();
    }

    public SipWriter header(final HeaderName name, final DirectBuffer value, final int offset, final int length) {
        begin(name).put(value, offset, length);
        return end();
    }

    public SipWriter header(final HeaderName name, final long value) {
        begin(name).putNumber(value);
        return end();
    }

    /**
     * Repeats all headers of that name without their folds: Record-Route in an answer that makes a dialog, for instance. They are not looked at: that is for
     * messages that {@link SipSyntax} has passed.
     */
    public SipWriter copy(final SipMessage from, final HeaderName name) {
        for (int i = from.firstHeader(name); i >= 0; i = from.nextHeader(i)) {
            begin(name);
            putUnfolded(from, from.headerValueOffset(i), from.headerValueEnd(i));
            end();
        }
        return this;
    }

    // End

    /** Ends a message without body; returns its length, TOO_BIG or NO_WAY_BACK. */
    public int finish() {
        return finish(nothing, 0, 0);
    }

    /** Ends a message with this body; returns its length, TOO_BIG or NO_WAY_BACK. The caller has written Content-Type. */
    public int finish(final DirectBuffer body, final int bodyOffset, final int bodyLength) {
        header(HeaderName.CONTENT_LENGTH, bodyLength);
        out.putLineEnd();
        out.put(body, bodyOffset, bodyLength);
        if (failure != 0) {
            return failure;
        }
        return out.isOverflown() ? TOO_BIG : out.length();
    }
}
