package io.dialtone.sip.codec;

/**
 * Looks at all that {@link SipMessage} leaves alone because forwarding does not need it: the grammar of headers and Request-URI, and which headers must be
 * there. For user agents, and for proxies that were told to be strict. One per thread; nothing in a message makes it throw or allocate.
 *
 * <p>Headers that are only shown to people, or that telephones are known to fill with words of their own (Alert-Info, Call-Info, Subject, User-Agent), are not looked
 * at: RFC 3261 section 8.2.2 wants faults ignored in what is not needed to process a request.
 *
 * <p>RFC 4475 lets an element choose in five cases. Two spaces or a space too many in the request line are refused by the parser already, because hops that read
 * such a line differently are a way around filters. A Date that is not in GMT, spaces inside angle brackets, and an unquoted display name that is no row of
 * tokens are refused here, so a proxy that does not call {@link #check} forwards them.
 */
@SuppressWarnings("EnumOrdinal") // The parser's index holds ordinals: nothing outlives the process.
public final class SipSyntax {
    private static final byte[] EXPIRES = {'e', 'x', 'p', 'i', 'r', 'e', 's'};
    private static final byte[] Q = {'q'};

    private final Grammar grammar = new Grammar();
    private final ViaView via = new ViaView();
    private final NameAddrView address = new NameAddrView();

    /** The first fault in the grammar of a message that was parsed as COMPLETE, or NONE. Which headers there are is not looked at. */
    public Malformation check(final SipMessage message) {
        if (message.malformation() != Malformation.NONE) {
            return message.malformation();
        }
        if (message.isRequest()) {
            final Malformation fault = checkRequestUri(message);
            if (fault != Malformation.NONE) {
                return fault;
            }
        }
        for (int i = 0; i < message.headerCount(); i++) {
            final Malformation fault = checkHeader(message, i);
            if (fault != Malformation.NONE) {
                return fault;
            }
        }
        return message.hasControls() ? checkControls(message) : Malformation.NONE;
    }

    /** Whether the headers are there that a proxy cannot do without: Via, From, To, Call-ID and CSeq. */
    public Malformation checkForward(final SipMessage message) {
        if (!message.has(HeaderName.VIA)) {
            return Malformation.MISSING_VIA;
        }
        if (!message.has(HeaderName.CALL_ID)) {
            return Malformation.MISSING_CALL_ID;
        }
        if (!message.has(HeaderName.FROM)) {
            return Malformation.MISSING_FROM;
        }
        if (!message.has(HeaderName.TO)) {
            return Malformation.MISSING_TO;
        }
        return message.has(HeaderName.CSEQ) ? Malformation.NONE : Malformation.MISSING_CSEQ;
    }

    /** What a user agent wants besides: none of the headers that must be single more than once. */
    public Malformation checkEndpoint(final SipMessage message) {
        final Malformation missing = checkForward(message);
        if (missing != Malformation.NONE) {
            return missing;
        }
        if (message.isRepeated(HeaderName.CALL_ID)) {
            return Malformation.REPEATED_CALL_ID;
        }
        if (message.isRepeated(HeaderName.FROM)) {
            return Malformation.REPEATED_FROM;
        }
        if (message.isRepeated(HeaderName.TO)) {
            return Malformation.REPEATED_TO;
        }
        if (message.isRepeated(HeaderName.CSEQ)) {
            return Malformation.REPEATED_CSEQ;
        }
        if (message.isRepeated(HeaderName.MAX_FORWARDS)) {
            return Malformation.REPEATED_MAX_FORWARDS;
        }
        if (message.isRepeated(HeaderName.CONTENT_LENGTH)) {
            return Malformation.REPEATED_CONTENT_LENGTH;
        }
        return message.isRepeated(HeaderName.CONTENT_TYPE) ? Malformation.REPEATED_CONTENT_TYPE : Malformation.NONE;
    }

    private Malformation checkRequestUri(final SipMessage message) {
        final int from = message.requestUriOffset();
        if (!grammar.isUri(message.bytes(), from, from + message.requestUriLength())) {
            return Malformation.REQUEST_URI;
        }
        return grammar.uriHasHeaders() ? Malformation.REQUEST_URI_HEADERS : Malformation.NONE;
    }

    private static Malformation checkControls(final SipMessage message) {
        for (int i = 0; i < message.headerCount(); i++) {
            if (!Grammar.hasControlsInEscapesOnly(
                    message.bytes(), message.headerValueOffset(i), message.headerValueEnd(i))) {
                return Malformation.CONTROL_CHARACTER;
            }
        }
        return Malformation.NONE;
    }

    private Malformation checkHeader(final SipMessage message, final int i) {
        final Bytes bytes = message.bytes();
        final int from = message.headerValueOffset(i);
        final int to = message.headerValueEnd(i);
        return switch (message.headerName(i)) {
            case VIA ->
                message.firstHeader(HeaderName.VIA) == i
                        ? either(isVias(message), Malformation.VIA)
                        : Malformation.NONE;
            case FROM -> either(isAddress(message, i, false, false), Malformation.FROM);
            case TO -> either(isAddress(message, i, false, false), Malformation.TO);
            case CONTACT -> either(isContacts(message, i), Malformation.CONTACT);
            case ROUTE -> either(isAddress(message, i, true, true), Malformation.ROUTE);
            case RECORD_ROUTE -> either(isAddress(message, i, true, true), Malformation.RECORD_ROUTE);
            case PATH, SERVICE_ROUTE -> either(isAddress(message, i, true, true), Malformation.ADDRESS);
            case REPLY_TO, REFER_TO, REFERRED_BY -> either(isAddress(message, i, false, false), Malformation.ADDRESS);
            case P_ASSERTED_IDENTITY, P_PREFERRED_IDENTITY ->
                either(isAddress(message, i, false, true), Malformation.ADDRESS);
            case CALL_ID -> either(Grammar.isCallId(bytes, from, to), Malformation.CALL_ID);
            case IN_REPLY_TO -> either(Grammar.isCallIdList(bytes, from, to), Malformation.TOKEN_LIST);
            case REPLACES, JOIN -> either(grammar.isCallIdWithParams(bytes, from, to), Malformation.TOKEN_LIST);
            case DATE -> either(Grammar.isDate(bytes, from, to), Malformation.DATE);
            case EXPIRES, MIN_EXPIRES -> either(Grammar.isSeconds(bytes, from, to), Malformation.EXPIRES);
            case SESSION_EXPIRES, MIN_SE -> either(grammar.isSecondsWithParams(bytes, from, to), Malformation.EXPIRES);
            case RSEQ -> either(Grammar.isSeconds(bytes, from, to), Malformation.NUMBER);
            case RACK -> either(Grammar.isRack(bytes, from, to), Malformation.NUMBER);
            case RETRY_AFTER -> either(grammar.isRetryAfter(bytes, from, to), Malformation.NUMBER);
            case TIMESTAMP -> either(Grammar.isTimestamp(bytes, from, to), Malformation.NUMBER);
            case MIME_VERSION -> either(Grammar.isMimeVersion(bytes, from, to), Malformation.NUMBER);
            case CONTENT_TYPE ->
                either(grammar.isTokens(bytes, from, to, true, true, true, false), Malformation.CONTENT_TYPE);
            case ACCEPT ->
                either(
                        from == to || grammar.isTokens(bytes, from, to, true, true, false, true),
                        Malformation.TOKEN_LIST);
            case ACCEPT_ENCODING, ACCEPT_LANGUAGE ->
                either(
                        from == to || grammar.isTokens(bytes, from, to, false, true, false, true),
                        Malformation.TOKEN_LIST);
            case SUPPORTED, ALLOW ->
                either(
                        from == to || grammar.isTokens(bytes, from, to, false, false, false, true),
                        Malformation.TOKEN_LIST);
            case REQUIRE, PROXY_REQUIRE, UNSUPPORTED, CONTENT_ENCODING, CONTENT_LANGUAGE, ALLOW_EVENTS ->
                either(grammar.isTokens(bytes, from, to, false, false, false, true), Malformation.TOKEN_LIST);
            case EVENT, SUBSCRIPTION_STATE, CONTENT_DISPOSITION ->
                either(grammar.isTokens(bytes, from, to, false, true, false, false), Malformation.TOKEN_LIST);
            case SIP_ETAG, SIP_IF_MATCH -> either(Grammar.isToken(bytes, from, to), Malformation.TOKEN_LIST);
            case REASON -> either(grammar.isTokens(bytes, from, to, false, true, false, true), Malformation.TOKEN_LIST);
            case AUTHORIZATION, PROXY_AUTHORIZATION, WWW_AUTHENTICATE, PROXY_AUTHENTICATE ->
                either(Grammar.isCredentials(bytes, from, to), Malformation.CREDENTIALS);
            case AUTHENTICATION_INFO -> either(Grammar.isAuthParams(bytes, from, to), Malformation.CREDENTIALS);
            case WARNING -> either(Grammar.isWarnings(bytes, from, to), Malformation.WARNING);
            default -> Malformation.NONE;
        };
    }

    private static Malformation either(final boolean good, final Malformation fault) {
        return good ? Malformation.NONE : fault;
    }

    /** All values of all Via headers, in one go. */
    private boolean isVias(final SipMessage message) {
        boolean more = via.wrap(message);
        while (more) {
            if (!grammar.isVia(message.bytes(), via)) {
                return false;
            }
            more = via.next();
        }
        return !via.isMalformed();
    }

    private boolean isAddress(final SipMessage message, final int i, final boolean brackets, final boolean list) {
        boolean more = address.wrap(message, i);
        while (more) {
            if (!grammar.isAddress(message.bytes(), address) || (brackets && !address.isBracketed())) {
                return false;
            }
            if (!list) {
                return address.nextValueOffset() < 0;
            }
            more = address.next();
        }
        return !address.isMalformed();
    }

    private boolean isContacts(final SipMessage message, final int i) {
        boolean more = address.wrap(message, i);
        if (more && address.isStar()) {
            return address.valueEnd() == message.headerValueEnd(i) && address.valueEnd() == address.paramsOffset();
        }
        while (more) {
            if (!grammar.isAddress(message.bytes(), address) || !isContactParams(message.bytes())) {
                return false;
            }
            more = address.next();
        }
        return !address.isMalformed();
    }

    private boolean isContactParams(final Bytes bytes) {
        if (address.findParam(Q)
                && !Grammar.isQ(
                        bytes, address.paramValueOffset(), address.paramValueOffset() + address.paramValueLength())) {
            return false;
        }
        return !address.findParam(EXPIRES)
                || Grammar.isSeconds(
                        bytes, address.paramValueOffset(), address.paramValueOffset() + address.paramValueLength());
    }
}
