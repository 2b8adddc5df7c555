package io.dialtone.runtime.sip;

import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.UriView;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.agrona.DirectBuffer;

/**
 * Inspects a well-formed request as a user agent server must before it works on it (RFC 3261 section 8.2.1 to 8.2.3): method, Request-URI, Require, body. Decides
 * only; the caller answers. Called only by the owning worker.
 */
final class RequestChecks {
    /** Nothing to object to. */
    static final int FINE = 0;

    private static final byte[] UNSUPPORTED = ascii("Unsupported: ");
    private static final byte[] ACCEPT_IDENTITY = ascii("Accept-Encoding: identity\r\n");
    private static final byte[] DIGEST = ascii("digest");
    private static final byte[] IDENTITY = ascii("identity");
    private static final byte[] ANY = ascii("*/*");
    private static final byte[] HANDLING_OPTIONAL = ascii("handling=optional");
    private static final byte[] LINE_END = ascii("\r\n");

    private final Set<String> extensions;
    private final Set<SipMethod> methods = EnumSet.noneOf(SipMethod.class);
    private final Set<SipMethod> proxied = EnumSet.noneOf(SipMethod.class);
    private final byte[][] contentTypes;
    private final byte[] acceptLine;
    /** True if the service takes bodies of any type, in any encoding: it passes them on. */
    private final boolean isTakingAll;

    private final IntervalRules intervals;

    private final UriView uri = new UriView();

    RequestChecks(
            final Set<io.dialtone.api.SipMethod> methods,
            final Set<io.dialtone.api.SipMethod> proxied,
            final Set<String> contentTypes,
            final Set<String> extensions,
            final IntervalRules intervals) {
        this.intervals = intervals;
        this.extensions =
                extensions.stream().map(tag -> tag.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        for (final io.dialtone.api.SipMethod method : methods) {
            this.methods.add(SipMethod.valueOf(method.name()));
        }
        for (final io.dialtone.api.SipMethod method : proxied) {
            this.proxied.add(SipMethod.valueOf(method.name()));
        }
        this.contentTypes = contentTypes.stream()
                .map(type -> ascii(type.toLowerCase(Locale.ROOT)))
                .toArray(byte[][]::new);
        isTakingAll = contentTypes.contains("*/*");
        acceptLine = ascii(
                "Accept: " + String.join(", ", contentTypes.stream().sorted().toList()) + "\r\n");
    }

    /** The Accept line of this service. */
    byte[] acceptLine() {
        return acceptLine;
    }

    /**
     * Says what to answer instead of showing the request to the handler.
     *
     * @param extra gets the header lines that go with the answer
     * @return the status, or {@link #FINE}
     */
    int check(final SipMessage request, final AsciiWriter extra) {
        final SipMethod method = request.method();
        if (!methods.contains(method)) {
            return method == SipMethod.UNKNOWN ? 501 : 405; // the composer adds Allow to both
        }
        if (!uri.parse(request.buffer(), request.requestUriOffset(), request.requestUriLength())
                || uri.scheme() == UriView.Scheme.OTHER) {
            return 416;
        }
        if (method == SipMethod.REGISTER && hasForeignCredentials(request)) {
            return 401;
        }
        if (request.firstHeader(HeaderName.REQUIRE) >= 0) {
            if (listUnknown(request, HeaderName.REQUIRE, extra)) {
                return 420;
            }
            extra.clear();
        }
        if (intervals.refuses(request, extra)) {
            return 422;
        }
        if (method == SipMethod.INVITE && !acceptsOurs(request)) {
            return 406;
        }
        return method == SipMethod.BYE ? FINE : checkBody(request, extra);
    }

    /** True if a request requires options that the service does not understand; they are then listed. */
    boolean requiresUnknown(final SipMessage request, final AsciiWriter extra) {
        return request.firstHeader(HeaderName.REQUIRE) >= 0 && listUnknown(request, HeaderName.REQUIRE, extra);
    }

    /** True for a method whose requests the handler is shown. */
    boolean takes(final SipMethod method) {
        return methods.contains(method) || proxied.contains(method);
    }

    /** True for a method whose requests are passed on. */
    boolean isProxied(final SipMethod method) {
        return proxied.contains(method);
    }

    /**
     * Says what to answer instead of passing a request on (RFC 3261 section 16.3), loops aside.
     *
     * @param extra gets the header lines that go with the answer
     * @return the status, or {@link #FINE}
     */
    int checkForward(final SipMessage request, final AsciiWriter extra) {
        if (request.toTagLength() <= 0
                && (!uri.parse(request.buffer(), request.requestUriOffset(), request.requestUriLength())
                        || uri.scheme() == UriView.Scheme.OTHER)) {
            return 416;
        }
        if (request.maxForwards() == 0) {
            return 483;
        }
        if (request.firstHeader(HeaderName.PROXY_REQUIRE) >= 0) {
            if (listUnknown(request, HeaderName.PROXY_REQUIRE, extra)) {
                return 420;
            }
            extra.clear();
        }
        return FINE;
    }

    /** Credentials of a scheme that nobody here can verify count as none (RFC 4475 section 3.3.7), and who brings some is asked for better ones. */
    private boolean hasForeignCredentials(final SipMessage request) {
        final int index = request.firstHeader(HeaderName.AUTHORIZATION);
        return index >= 0
                && !startsWith(
                        request.buffer(), request.headerValueOffset(index), request.headerValueLength(index), DIGEST);
    }

    /** Lists the options that are required and that the service does not understand; false if there are none. */
    private boolean listUnknown(final SipMessage request, final HeaderName name, final AsciiWriter extra) {
        extra.put(UNSUPPORTED);
        boolean isFirst = true;
        for (int i = request.firstHeader(name); i >= 0; i = request.nextHeader(i)) {
            final String tags = request.buffer()
                    .getStringWithoutLengthAscii(request.headerValueOffset(i), request.headerValueLength(i));
            for (final String part : tags.split(",", -1)) {
                final String tag = part.strip();
                if (!tag.isEmpty() && !extensions.contains(tag.toLowerCase(Locale.ROOT))) {
                    extra.put(isFirst ? "" : ", ").put(tag);
                    isFirst = false;
                }
            }
        }
        extra.put(LINE_END);
        return !isFirst;
    }

    /** Without Accept a caller takes session descriptions (RFC 3261 section 20.1). */
    private boolean acceptsOurs(final SipMessage request) {
        int index = request.firstHeader(HeaderName.ACCEPT);
        if (index < 0 || isTakingAll) {
            return true;
        }
        for (; index >= 0; index = request.nextHeader(index)) {
            final int offset = request.headerValueOffset(index);
            final int end = offset + request.headerValueLength(index);
            int from = offset;
            while (from < end) {
                int to = from;
                while (to < end && request.buffer().getByte(to) != ',') {
                    to++;
                }
                if (rangeTakesOurs(request.buffer(), from, to)) {
                    return true;
                }
                from = to + 1;
            }
        }
        return false;
    }

    private boolean rangeTakesOurs(final DirectBuffer buffer, final int from, final int to) {
        int begin = from;
        while (begin < to && buffer.getByte(begin) <= ' ') {
            begin++;
        }
        if (startsWith(buffer, begin, to - begin, ANY)) {
            return true;
        }
        for (final byte[] type : contentTypes) {
            if (isType(buffer, begin, to - begin, type) || isWholeFamily(buffer, begin, to - begin, type)) {
                return true;
            }
        }
        return false;
    }

    private int checkBody(final SipMessage request, final AsciiWriter extra) {
        if (request.bodyLength() == 0 || isTakingAll || isOptional(request)) {
            return FINE;
        }
        final int encoding = request.firstHeader(HeaderName.CONTENT_ENCODING);
        if (encoding >= 0
                && !startsWith(
                        request.buffer(),
                        request.headerValueOffset(encoding),
                        request.headerValueLength(encoding),
                        IDENTITY)) {
            extra.put(ACCEPT_IDENTITY);
            return 415;
        }
        final int index = request.firstHeader(HeaderName.CONTENT_TYPE);
        if (index >= 0) {
            for (final byte[] type : contentTypes) {
                if (isType(
                        request.buffer(), request.headerValueOffset(index), request.headerValueLength(index), type)) {
                    return FINE;
                }
            }
        }
        extra.put(acceptLine);
        return 415;
    }

    private static boolean isOptional(final SipMessage request) {
        final int index = request.firstHeader(HeaderName.CONTENT_DISPOSITION);
        if (index < 0) {
            return false;
        }
        final int offset = request.headerValueOffset(index);
        final int last = offset + request.headerValueLength(index) - HANDLING_OPTIONAL.length;
        for (int at = offset; at <= last; at++) {
            if (startsWith(request.buffer(), at, HANDLING_OPTIONAL.length, HANDLING_OPTIONAL)) {
                return true;
            }
        }
        return false;
    }

    /** The type stands there, with or without parameters. */
    private static boolean isType(final DirectBuffer buffer, final int offset, final int length, final byte[] type) {
        if (!startsWith(buffer, offset, length, type)) {
            return false;
        }
        if (length == type.length) {
            return true;
        }
        final byte next = buffer.getByte(offset + type.length);
        return next == ';' || next <= ' ';
    }

    /** {@code application/*} stands there and the type is one of application. */
    private static boolean isWholeFamily(
            final DirectBuffer buffer, final int offset, final int length, final byte[] type) {
        for (int i = 0; i < length; i++) {
            final byte b = buffer.getByte(offset + i);
            if (b == '*') {
                return i > 0 && type[i - 1] == '/';
            }
            if (i >= type.length || lower(b) != type[i]) {
                return false;
            }
        }
        return false;
    }

    private static boolean startsWith(
            final DirectBuffer buffer, final int offset, final int length, final byte[] lowerCase) {
        if (length < lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            if (lower(buffer.getByte(offset + i)) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    static byte lower(final byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
