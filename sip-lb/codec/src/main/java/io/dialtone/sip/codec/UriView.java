package io.dialtone.sip.codec;

import org.agrona.DirectBuffer;

/**
 * A URI's parts where they lie: sip, sips and tel taken apart, every other scheme kept whole. One per thread; valid as long as the bytes it was parsed from.
 *
 * <p>Parsing looks for the parts only; {@link SipSyntax} says whether each byte may stand in its part.
 */
public final class UriView {
    /** Schemes that are taken apart. */
    public enum Scheme {
        SIP,
        SIPS,
        TEL,
        OTHER
    }

    private static final byte[] LR = {'l', 'r'};
    private static final byte[] SIP = {'s', 'i', 'p'};
    private static final byte[] SIPS = {'s', 'i', 'p', 's'};
    private static final int LOWER_CASE = 0x20;
    private static final int METHOD_LENGTH_MAX = 64;
    private static final byte[] SIPS_COLON = {'s', 'i', 'p', 's', ':'};
    private static final byte[] TEL = {'t', 'e', 'l'};
    private static final byte DEL = 0x7F;
    private static final int PORT_MAX = 65_535;

    private final Bytes own = new Bytes();
    private Bytes bytes = own;
    private Scheme scheme = Scheme.OTHER;
    private int offset;
    private int end;
    private int schemeLength;
    private int userOffset;
    private int userLength;
    private int passwordOffset;
    private int passwordLength;
    private int hostOffset;
    private int hostLength;
    private int port;
    private int portOffset;
    private int portLength;
    private int paramsOffset;
    private int paramsEnd;
    private int headersOffset;
    private int paramValueOffset;
    private int paramValueLength;

    public UriView() {
        clear(0, 0);
    }

    /** Takes a URI apart. False if it has no scheme, or no host where its scheme wants one; the parts are void then. */
    public boolean parse(final DirectBuffer from, final int fromOffset, final int length) {
        if (length <= 0) {
            clear(0, 0);
            return false;
        }
        own.wrap(from, fromOffset, length);
        return parse(own, fromOffset, length);
    }

    boolean parse(final Bytes from, final int fromOffset, final int length) {
        bytes = from;
        clear(fromOffset, fromOffset + length);
        final int colon = Ascii.skip(bytes, offset, end, Ascii.SCHEME);
        schemeLength = colon - offset;
        if (schemeLength == 0
                || !Ascii.isAt(bytes, colon, end, ':')
                || !Ascii.is(bytes.getByte(offset), Ascii.ALPHA)
                || hasBlanksOrBrackets(colon + 1)) {
            return refuse();
        }
        if (Ascii.equalsLower(bytes, offset, schemeLength, SIP)) {
            scheme = Scheme.SIP;
            return parseSip(colon + 1) || refuse();
        }
        if (Ascii.equalsLower(bytes, offset, schemeLength, SIPS)) {
            scheme = Scheme.SIPS;
            return parseSip(colon + 1) || refuse();
        }
        if (Ascii.equalsLower(bytes, offset, schemeLength, TEL)) {
            scheme = Scheme.TEL;
            return parseTel(colon + 1) || refuse();
        }
        return colon + 1 < end || refuse();
    }

    /** True for {@code sip} and {@code sips}. */
    public boolean isSip() {
        return scheme == Scheme.SIP || scheme == Scheme.SIPS;
    }

    /** Whether what stands here is a {@code sips} URI, if it is a URI at all; looks at its scheme only. */
    public static boolean isSips(final DirectBuffer buffer, final int offset, final int length) {
        if (offset < 0 || length <= SIPS_COLON.length) {
            return false;
        }
        for (int i = 0; i < SIPS_COLON.length; i++) {
            if ((buffer.getByte(offset + i) | LOWER_CASE) != (SIPS_COLON[i] | LOWER_CASE)) {
                return false;
            }
        }
        return true;
    }

    /** Whether an unparsed message is a request with a {@code sips} Request-URI. */
    public static boolean isSipsRequest(final DirectBuffer message, final int offset, final int length) {
        final int end = offset + Math.min(length, METHOD_LENGTH_MAX);
        for (int at = offset; at < end; at++) {
            if (message.getByte(at) == ' ') {
                return isSips(message, at + 1, offset + length - at - 1);
            }
        }
        return false;
    }

    private boolean refuse() {
        clear(offset, end);
        return false;
    }

    private boolean hasBlanksOrBrackets(final int from) {
        int at = from;
        while (at <= end - 8) {
            final long word = Swar.load(bytes, at);
            if ((Swar.blanks(word) | Swar.angles(word) | Swar.equal(word, (byte) '"') | Swar.equal(word, DEL)) != 0) {
                return true;
            }
            at += 8;
        }
        while (at < end) {
            final byte c = bytes.getByte(at);
            if ((c >= 0 && c <= ' ') || c == '<' || c == '>' || c == '"' || c == DEL) {
                return true;
            }
            at++;
        }
        return false;
    }

    private void clear(final int from, final int to) {
        offset = from;
        end = to;
        scheme = Scheme.OTHER;
        schemeLength = 0;
        userOffset = -1;
        userLength = 0;
        passwordOffset = -1;
        passwordLength = 0;
        hostOffset = -1;
        hostLength = 0;
        port = -1;
        portOffset = -1;
        portLength = 0;
        paramsOffset = to;
        paramsEnd = to;
        headersOffset = -1;
        paramValueOffset = -1;
        paramValueLength = 0;
    }

    private boolean parseSip(final int from) {
        int at = Swar.find(bytes, from, end, (byte) '@');
        if (at < end) {
            userOffset = from;
            int colon = from;
            while (colon < at && bytes.getByte(colon) != ':') {
                colon++;
            }
            userLength = colon - from;
            if (colon < at) {
                passwordOffset = colon + 1;
                passwordLength = at - passwordOffset;
            }
            if (userLength == 0) {
                return false;
            }
            at++;
        } else {
            at = from;
        }
        at = parseHostPort(at);
        return at >= 0 && parseTail(at);
    }

    private int parseHostPort(final int from) {
        hostOffset = from;
        int at = from;
        if (Ascii.isAt(bytes, at, end, '[')) {
            while (at < end && bytes.getByte(at) != ']') {
                at++;
            }
            if (at == end) {
                return -1;
            }
            at++;
        } else {
            at = Ascii.skip(bytes, at, end, Ascii.HOST);
        }
        hostLength = at - from;
        if (hostLength == 0) {
            return -1;
        }
        if (Ascii.isAt(bytes, at, end, ':')) {
            portOffset = at + 1;
            at = Ascii.skip(bytes, portOffset, end, Ascii.DIGIT);
            portLength = at - portOffset;
            final long number = Ascii.number(bytes, portOffset, at, PORT_MAX);
            if (number < 0 || number > PORT_MAX) {
                return -1;
            }
            port = (int) number;
        }
        return at;
    }

    private boolean parseTel(final int from) {
        int at = from;
        while (at < end && bytes.getByte(at) != ';') {
            at++;
        }
        userOffset = from;
        userLength = at - from;
        return userLength > 0 && parseTail(at);
    }

    /** Parameters and headers. */
    private boolean parseTail(final int from) {
        paramsOffset = from;
        final int at = Swar.find(bytes, from, end, (byte) '?');
        paramsEnd = at;
        if (at < end) {
            headersOffset = at + 1;
        }
        return from == at || bytes.getByte(from) == ';';
    }

    public Scheme scheme() {
        return scheme;
    }

    public int offset() {
        return offset;
    }

    public int length() {
        return end - offset;
    }

    public int schemeLength() {
        return schemeLength;
    }

    /** User part of sip and sips, number of tel; -1 if there is none. */
    public int userOffset() {
        return userOffset;
    }

    public int userLength() {
        return userLength;
    }

    public int passwordOffset() {
        return passwordOffset;
    }

    public int passwordLength() {
        return passwordLength;
    }

    /** Host, an IPv6 address with its brackets; -1 if there is none. */
    public int hostOffset() {
        return hostOffset;
    }

    public int hostLength() {
        return hostLength;
    }

    /** Port, or -1. */
    public int port() {
        return port;
    }

    public int portOffset() {
        return portOffset;
    }

    public int portLength() {
        return portLength;
    }

    /** Where the first parameter's semicolon stands, or would. */
    public int paramsOffset() {
        return paramsOffset;
    }

    public int paramsEnd() {
        return paramsEnd;
    }

    /** First byte behind the question mark, or -1. */
    public int headersOffset() {
        return headersOffset;
    }

    public int headersLength() {
        return headersOffset < 0 ? 0 : end - headersOffset;
    }

    /** Whether the URI is of a router that keeps Route as RFC 3261 wants it. */
    public boolean isLooseRouter() {
        return findParam(LR);
    }

    public boolean hasParam(final byte[] lowerCaseName) {
        return findParam(lowerCaseName);
    }

    /** Looks for a parameter, its name given in lower case; escapes in names are read. Its value, if it has one, is at {@link #paramValueOffset()}. */
    public boolean findParam(final byte[] lowerCaseName) {
        paramValueOffset = -1;
        paramValueLength = 0;
        int at = paramsOffset;
        while (at < paramsEnd) {
            final int name = at + 1;
            at = name;
            int equals = -1;
            while (at < paramsEnd && bytes.getByte(at) != ';') {
                if (equals < 0 && bytes.getByte(at) == '=') {
                    equals = at;
                }
                at++;
            }
            if (isName(name, equals < 0 ? at : equals, lowerCaseName)) {
                if (equals >= 0) {
                    paramValueOffset = equals + 1;
                    paramValueLength = at - paramValueOffset;
                }
                return true;
            }
        }
        return false;
    }

    private boolean isName(final int from, final int to, final byte[] lowerCaseName) {
        int at = from;
        for (final byte wanted : lowerCaseName) {
            if (at >= to) {
                return false;
            }
            byte c = bytes.getByte(at);
            if (c == '%'
                    && at + 2 < to
                    && Ascii.is(bytes.getByte(at + 1), Ascii.HEX)
                    && Ascii.is(bytes.getByte(at + 2), Ascii.HEX)) {
                c = (byte) ((hex(bytes.getByte(at + 1)) << 4) | hex(bytes.getByte(at + 2)));
                at += 2;
            }
            if (Ascii.lower(c) != wanted) {
                return false;
            }
            at++;
        }
        return at == to;
    }

    private static int hex(final byte c) {
        return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    }

    /** Value of the parameter last found, escapes as they stand; -1 if it has none. */
    public int paramValueOffset() {
        return paramValueOffset;
    }

    public int paramValueLength() {
        return paramValueLength;
    }

    Bytes bytes() {
        return bytes;
    }
}
