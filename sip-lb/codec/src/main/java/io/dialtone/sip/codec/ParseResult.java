package io.dialtone.sip.codec;

/** What a parser says of the bytes it was shown. */
public enum ParseResult {
    /** One whole message was read. */
    COMPLETE,
    /** A stream holds only the beginning of a message: read more and ask again. Never said of a datagram. */
    NEEDS_MORE,
    /** The bytes are no SIP message; {@code SipMessage.malformation()} says why and what to answer. */
    MALFORMED
}
