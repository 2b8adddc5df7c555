package io.dialtone.diameter.codec;

/** What a parser says of the bytes it was shown. */
public enum ParseResult {
    /** One whole message was read. */
    COMPLETE,
    /** Only the beginning of a message is there: read more and ask again. */
    NEEDS_MORE,
    /** The bytes are no Diameter message; {@code DiameterMessage.malformation()} says why and what to answer. */
    MALFORMED
}
