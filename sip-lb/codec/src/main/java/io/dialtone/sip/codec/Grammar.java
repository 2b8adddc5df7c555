package io.dialtone.sip.codec;

import java.nio.charset.StandardCharsets;

/**
 * RFC 3261 section 25.1 to the letter, for values that have no view of their own, and for URIs. Holds scratch state: one per thread. Ranges are half open; CR
 * and LF inside them stand in folds.
 *
 * <p>Where networks and letter disagree, networks win in four places: host names may hold underscores and end in a label that begins with a digit, users may
 * hold the {@code #} of service codes unescaped, and a local number of a tel URI may lack its context.
 */
final class Grammar {
    private static final long DELTA_SECONDS_MAX = 0xFFFF_FFFFL;
    private static final int DATE_BYTES = 29;
    private static final byte[] DAYS = bytes("montuewedthufrisatsun");
    private static final byte[] MONTHS = bytes("janfebmaraprmayjunjulaugsepoctnovdec");
    private static final byte[] GMT = bytes("gmt");

    private final ParamScanner param = new ParamScanner();
    private final IpLiteral literal = new IpLiteral();
    private final UriView uri = new UriView();

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    // Words

    /** {@code word [ "@" word ]} */
    static boolean isCallId(final Bytes bytes, final int from, final int to) {
        final int first = Ascii.skip(bytes, from, to, Ascii.WORD);
        if (first == from) {
            return false;
        }
        if (first == to) {
            return true;
        }
        return bytes.getByte(first) == '@' && first + 1 < to && Ascii.skip(bytes, first + 1, to, Ascii.WORD) == to;
    }

    static boolean isToken(final Bytes bytes, final int from, final int to) {
        return from < to && Ascii.skip(bytes, from, to, Ascii.TOKEN) == to;
    }

    /** {@code delta-seconds} that fit into 32 bits. */
    static boolean isSeconds(final Bytes bytes, final int from, final int to) {
        final long seconds = Ascii.number(bytes, from, to, DELTA_SECONDS_MAX);
        return seconds >= 0 && seconds <= DELTA_SECONDS_MAX;
    }

    /** {@code qvalue} */
    static boolean isQ(final Bytes bytes, final int from, final int to) {
        if (from >= to || to - from > 5) {
            return false;
        }
        final byte whole = bytes.getByte(from);
        if (whole != '0' && whole != '1') {
            return false;
        }
        if (to - from > 1 && bytes.getByte(from + 1) != '.') {
            return false;
        }
        for (int i = from + 2; i < to; i++) {
            final byte c = bytes.getByte(i);
            if (c < '0' || c > (whole == '1' ? '0' : '9')) {
                return false;
            }
        }
        return true;
    }

    /** {@code SIP-date}: {@code Sat, 13 Nov 2010 23:29:00 GMT} */
    static boolean isDate(final Bytes bytes, final int from, final int to) {
        return to - from == DATE_BYTES
                && oneOf(bytes, from, DAYS) >= 0
                && bytes.getByte(from + 3) == ','
                && bytes.getByte(from + 4) == ' '
                && within(bytes, from + 5, 2, 1, 31)
                && bytes.getByte(from + 7) == ' '
                && oneOf(bytes, from + 8, MONTHS) >= 0
                && bytes.getByte(from + 11) == ' '
                && within(bytes, from + 12, 4, 0, 9999)
                && bytes.getByte(from + 16) == ' '
                && within(bytes, from + 17, 2, 0, 23)
                && bytes.getByte(from + 19) == ':'
                && within(bytes, from + 20, 2, 0, 59)
                && bytes.getByte(from + 22) == ':'
                && within(bytes, from + 23, 2, 0, 60)
                && bytes.getByte(from + 25) == ' '
                && oneOf(bytes, from + 26, GMT) >= 0;
    }

    private static boolean within(
            final Bytes bytes, final int from, final int digits, final int least, final int most) {
        final long number = Ascii.number(bytes, from, from + digits, most);
        return number >= least && number <= most;
    }

    private static int oneOf(final Bytes bytes, final int from, final byte[] triples) {
        for (int i = 0; i < triples.length; i += 3) {
            if (Ascii.lower(bytes.getByte(from)) == triples[i]
                    && Ascii.lower(bytes.getByte(from + 1)) == triples[i + 1]
                    && Ascii.lower(bytes.getByte(from + 2)) == triples[i + 2]) {
                return i;
            }
        }
        return -1;
    }

    /** {@code 1*DIGIT [ "." *DIGIT ] [ LWS *DIGIT [ "." *DIGIT ] ]} */
    static boolean isTimestamp(final Bytes bytes, final int from, final int to) {
        int at = Ascii.skip(bytes, from, to, Ascii.DIGIT);
        if (at == from) {
            return false;
        }
        if (Ascii.isAt(bytes, at, to, '.')) {
            at = Ascii.skip(bytes, at + 1, to, Ascii.DIGIT);
        }
        if (at == to) {
            return true;
        }
        final int delay = Ascii.skipBlanks(bytes, at, to);
        if (delay == at) {
            return false;
        }
        at = Ascii.skip(bytes, delay, to, Ascii.DIGIT);
        if (Ascii.isAt(bytes, at, to, '.')) {
            at = Ascii.skip(bytes, at + 1, to, Ascii.DIGIT);
        }
        return at == to;
    }

    /** {@code 1*DIGIT "." 1*DIGIT} */
    static boolean isMimeVersion(final Bytes bytes, final int from, final int to) {
        final int dot = Ascii.skip(bytes, from, to, Ascii.DIGIT);
        return dot > from
                && Ascii.isAt(bytes, dot, to, '.')
                && dot + 1 < to
                && Ascii.skip(bytes, dot + 1, to, Ascii.DIGIT) == to;
    }

    /** {@code response-num LWS CSeq-num LWS Method} */
    static boolean isRack(final Bytes bytes, final int from, final int to) {
        final int first = Ascii.skip(bytes, from, to, Ascii.DIGIT);
        final int second = Ascii.skipBlanks(bytes, first, to);
        final int secondEnd = Ascii.skip(bytes, second, to, Ascii.DIGIT);
        final int method = Ascii.skipBlanks(bytes, secondEnd, to);
        return isSeconds(bytes, from, first)
                && second > first
                && isSeconds(bytes, second, secondEnd)
                && method > secondEnd
                && isToken(bytes, method, to);
    }

    /** {@code delta-seconds [ comment ] *( SEMI param )} */
    boolean isRetryAfter(final Bytes bytes, final int from, final int to) {
        int at = Ascii.skip(bytes, from, to, Ascii.DIGIT);
        if (!isSeconds(bytes, from, at)) {
            return false;
        }
        at = Ascii.skipBlanks(bytes, at, to);
        if (Ascii.isAt(bytes, at, to, '(')) {
            at = Ascii.skipComment(bytes, at, to);
            if (at < 0) {
                return false;
            }
            at = Ascii.skipBlanks(bytes, at, to);
        }
        return readParams(bytes, at, to, false) == to;
    }

    /** {@code delta-seconds *( SEMI param )} */
    boolean isSecondsWithParams(final Bytes bytes, final int from, final int to) {
        final int at = Ascii.skip(bytes, from, to, Ascii.DIGIT);
        return isSeconds(bytes, from, at) && readParams(bytes, Ascii.skipBlanks(bytes, at, to), to, false) == to;
    }

    /** {@code callid *( SEMI param )} */
    boolean isCallIdWithParams(final Bytes bytes, final int from, final int to) {
        int at = from;
        while (at < to && bytes.getByte(at) != ';' && !Ascii.is(bytes.getByte(at), Ascii.BLANK)) {
            at++;
        }
        return isCallId(bytes, from, at) && readParams(bytes, Ascii.skipBlanks(bytes, at, to), to, false) == to;
    }

    static boolean isCallIdList(final Bytes bytes, final int from, final int to) {
        int at = from;
        while (true) {
            int end = at;
            while (end < to && bytes.getByte(end) != ',' && !Ascii.is(bytes.getByte(end), Ascii.BLANK)) {
                end++;
            }
            if (!isCallId(bytes, at, end)) {
                return false;
            }
            end = Ascii.skipBlanks(bytes, end, to);
            if (end == to) {
                return true;
            }
            if (bytes.getByte(end) != ',') {
                return false;
            }
            at = Ascii.skipBlanks(bytes, end + 1, to);
        }
    }

    // Lists

    /**
     * {@code token *( SEMI param )}, or {@code token SLASH token *( SEMI param )}, once or in a list.
     *
     * @param slash whether each element is of two tokens
     * @param params whether parameters may follow an element
     * @param values whether each parameter must have a value
     * @param list whether there may be more than one
     */
    boolean isTokens(
            final Bytes bytes,
            final int from,
            final int to,
            final boolean slash,
            final boolean params,
            final boolean values,
            final boolean list) {
        int at = from;
        while (true) {
            int end = Ascii.skip(bytes, at, to, Ascii.TOKEN);
            if (end == at) {
                return false;
            }
            end = Ascii.skipBlanks(bytes, end, to);
            if (slash) {
                if (!Ascii.isAt(bytes, end, to, '/')) {
                    return false;
                }
                at = Ascii.skipBlanks(bytes, end + 1, to);
                end = Ascii.skip(bytes, at, to, Ascii.TOKEN);
                if (end == at) {
                    return false;
                }
                end = Ascii.skipBlanks(bytes, end, to);
            }
            if (params) {
                end = readParams(bytes, end, to, values);
            }
            if (end == to) {
                return true;
            }
            if (end < 0 || !list || bytes.getByte(end) != ',') {
                return false;
            }
            at = Ascii.skipBlanks(bytes, end + 1, to);
        }
    }

    /** Reads {@code *( SEMI param )}; returns where it ends, -1 if it is none. */
    private int readParams(final Bytes bytes, final int from, final int to, final boolean values) {
        int at = from;
        while (Ascii.isAt(bytes, at, to, ';')) {
            at = param.read(bytes, at, to);
            if (at < 0 || !param.strict || (values && param.valueOffset < 0)) {
                return -1;
            }
        }
        return at;
    }

    /** {@code auth-scheme LWS auth-param *( COMMA auth-param )}, or one base64 token after the scheme. */
    static boolean isCredentials(final Bytes bytes, final int from, final int to) {
        final int schemeEnd = Ascii.skip(bytes, from, to, Ascii.TOKEN);
        final int at = Ascii.skipBlanks(bytes, schemeEnd, to);
        if (schemeEnd == from || at == schemeEnd || at == to) {
            return false;
        }
        return isAuthParams(bytes, at, to) || isBase64(bytes, at, to);
    }

    private static boolean isBase64(final Bytes bytes, final int from, final int to) {
        int at = from;
        while (at < to && (Ascii.is(bytes.getByte(at), Ascii.TOKEN) || bytes.getByte(at) == '/')) {
            at++;
        }
        final int text = at;
        while (Ascii.isAt(bytes, at, to, '=')) {
            at++;
        }
        return text > from && at == to;
    }

    /** {@code token EQUAL ( token / quoted-string )} in a list. */
    static boolean isAuthParams(final Bytes bytes, final int from, final int to) {
        int at = from;
        while (true) {
            int end = Ascii.skip(bytes, at, to, Ascii.TOKEN);
            if (end == at) {
                return false;
            }
            end = Ascii.skipBlanks(bytes, end, to);
            if (!Ascii.isAt(bytes, end, to, '=')) {
                return false;
            }
            at = Ascii.skipBlanks(bytes, end + 1, to);
            if (Ascii.isAt(bytes, at, to, '"')) {
                end = Ascii.skipQuoted(bytes, at, to);
                if (end < 0 || !Ascii.isQuotedText(bytes, at + 1, end - 1)) {
                    return false;
                }
            } else {
                end = Ascii.skip(bytes, at, to, Ascii.TOKEN);
                if (end == at) {
                    return false;
                }
            }
            end = Ascii.skipBlanks(bytes, end, to);
            if (end == to) {
                return true;
            }
            if (bytes.getByte(end) != ',') {
                return false;
            }
            at = Ascii.skipBlanks(bytes, end + 1, to);
        }
    }

    /** {@code 3DIGIT SP warn-agent SP quoted-string} in a list. */
    static boolean isWarnings(final Bytes bytes, final int from, final int to) {
        int at = from;
        while (true) {
            final int code = Ascii.skip(bytes, at, to, Ascii.DIGIT);
            if (code - at != 3) {
                return false;
            }
            final int agent = Ascii.skipBlanks(bytes, code, to);
            final int agentEnd = Ascii.skip(bytes, agent, to, Ascii.VALUE);
            final int text = Ascii.skipBlanks(bytes, agentEnd, to);
            if (agent == code || agentEnd == agent || text == agentEnd || !Ascii.isAt(bytes, text, to, '"')) {
                return false;
            }
            int end = Ascii.skipQuoted(bytes, text, to);
            if (end < 0 || !Ascii.isQuotedText(bytes, text + 1, end - 1)) {
                return false;
            }
            end = Ascii.skipBlanks(bytes, end, to);
            if (end == to) {
                return true;
            }
            if (bytes.getByte(end) != ',') {
                return false;
            }
            at = Ascii.skipBlanks(bytes, end + 1, to);
        }
    }

    /** Whether control characters stand only behind a backslash in a quoted string. */
    static boolean hasControlsInEscapesOnly(final Bytes bytes, final int from, final int to) {
        boolean quoted = false;
        for (int i = from; i < to; i++) {
            final byte c = bytes.getByte(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c >= 0 && c < ' ' && c != '\t' && c != '\r' && c != '\n') {
                return false;
            }
        }
        return true;
    }

    // Hosts and URIs

    /** {@code hostname / IPv4address / IPv6reference} */
    boolean isHost(final Bytes bytes, final int from, final int to) {
        if (from >= to) {
            return false;
        }
        if (bytes.getByte(from) == '[') {
            return literal.parse(bytes, from, to - from);
        }
        boolean numeric = true;
        int label = from;
        for (int i = from; i < to; i++) {
            final byte c = bytes.getByte(i);
            if (c == '.') {
                if (i == label || bytes.getByte(i - 1) == '-') {
                    return false;
                }
                label = i + 1;
            } else if (!Ascii.is(c, Ascii.HOST) || (c == '-' && i == label)) {
                return false;
            } else {
                numeric &= c >= '0' && c <= '9';
            }
        }
        if (bytes.getByte(to - 1) == '-' || (label == to && to - from == 1)) {
            return false;
        }
        return !numeric || label == from || literal.parse(bytes, from, to - from);
    }

    boolean isUri(final Bytes bytes, final int from, final int to) {
        if (!uri.parse(bytes, from, to - from)) {
            return false;
        }
        return switch (uri.scheme()) {
            case SIP, SIPS -> isSipUri();
            case TEL -> isTelUri();
            case OTHER -> Ascii.isAll(uri.bytes(), from + uri.schemeLength() + 1, to, Ascii.URIC | Ascii.PARAM, true);
        };
    }

    /** The Via value a view stands on. RFC 3261 wants IPv6 in received without brackets, RFC 5118 found that many write them: both pass. */
    boolean isVia(final Bytes bytes, final ViaView via) {
        return via.isStrict() && isHost(bytes, via.hostOffset(), via.hostEnd()) && areAddresses(bytes, via);
    }

    /** A Via's maddr and received, if it has them. */
    private boolean areAddresses(final Bytes bytes, final ViaView via) {
        return (via.maddrOffset() < 0 || isHost(bytes, via.maddrOffset(), via.maddrOffset() + via.maddrLength()))
                && (via.receivedOffset() < 0 || literal.parse(bytes, via.receivedOffset(), via.receivedLength()));
    }

    /** How far the Via value a view stands on can be repeated in an answer though it may be malformed; -1 if not at all. */
    int repeatableEnd(final Bytes bytes, final ViaView via) {
        if (via.goodEnd() < 0 || !isHost(bytes, via.hostOffset(), via.hostEnd())) {
            return -1;
        }
        if (!areAddresses(bytes, via)) {
            return via.sentByEnd();
        }
        return via.isStrict() ? via.valueEnd() : via.goodEnd();
    }

    /** The address a view stands on: name, URI and parameters; not the star of a Contact. */
    boolean isAddress(final Bytes bytes, final NameAddrView address) {
        return address.isStrict()
                && !address.isStar()
                && isUri(bytes, address.uriOffset(), address.uriOffset() + address.uriLength());
    }

    /** Whether the URI {@link #isUri} looked at last carries headers. */
    boolean uriHasHeaders() {
        return uri.headersOffset() >= 0;
    }

    private boolean isSipUri() {
        final Bytes bytes = uri.bytes();
        final int user = uri.userOffset();
        final int password = uri.passwordOffset();
        return (user < 0 || Ascii.isAll(bytes, user, user + uri.userLength(), Ascii.USER, true))
                && (password < 0 || Ascii.isAll(bytes, password, password + uri.passwordLength(), Ascii.PASSWORD, true))
                && isHost(bytes, uri.hostOffset(), uri.hostOffset() + uri.hostLength())
                && isUriParams(bytes)
                && isUriHeaders(bytes);
    }

    private boolean isTelUri() {
        final Bytes bytes = uri.bytes();
        final int from = uri.userOffset();
        final int to = from + uri.userLength();
        int digits = 0;
        for (int i = from; i < to; i++) {
            final byte c = bytes.getByte(i);
            if (Ascii.is(c, Ascii.HEX) || c == '*' || c == '#') {
                digits++;
            } else if (!(c == '+' && i == from) && c != '-' && c != '.' && c != '(' && c != ')') {
                return false;
            }
        }
        return digits > 0 && uri.headersOffset() < 0 && isUriParams(bytes);
    }

    /** {@code *( ";" pname [ "=" pvalue ] )} */
    private boolean isUriParams(final Bytes bytes) {
        int at = uri.paramsOffset();
        final int to = uri.paramsEnd();
        while (at < to) {
            final int name = at + 1;
            int equals = -1;
            at = name;
            while (at < to && bytes.getByte(at) != ';') {
                if (equals < 0 && bytes.getByte(at) == '=') {
                    equals = at;
                }
                at++;
            }
            final int nameEnd = equals < 0 ? at : equals;
            if (nameEnd == name || !Ascii.isAll(bytes, name, nameEnd, Ascii.PARAM | Ascii.TOKEN, true)) {
                return false;
            }
            if (equals >= 0
                    && (equals + 1 == at || !Ascii.isAll(bytes, equals + 1, at, Ascii.PARAM | Ascii.TOKEN, true))) {
                return false;
            }
        }
        return true;
    }

    /** {@code "?" hname "=" hvalue *( "&" hname "=" hvalue )} */
    private boolean isUriHeaders(final Bytes bytes) {
        if (uri.headersOffset() < 0) {
            return true;
        }
        final int to = uri.headersOffset() + uri.headersLength();
        int at = uri.headersOffset();
        while (true) {
            int equals = -1;
            final int name = at;
            while (at < to && bytes.getByte(at) != '&') {
                if (equals < 0 && bytes.getByte(at) == '=') {
                    equals = at;
                }
                at++;
            }
            if (equals <= name
                    || !Ascii.isAll(bytes, name, equals, Ascii.URI_HEADER, true)
                    || !Ascii.isAll(bytes, equals + 1, at, Ascii.URI_HEADER, true)) {
                return false;
            }
            if (at == to) {
                return true;
            }
            at++;
        }
    }
}
