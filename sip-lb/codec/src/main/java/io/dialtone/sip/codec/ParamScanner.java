package io.dialtone.sip.codec;

/** One {@code ;name=value} after another, with white space wherever RFC 3261 allows it, for the views of header values. Not thread safe. */
final class ParamScanner {
    int nameOffset;
    int nameLength;
    /** -1 if there is no value. A quoted string is with its quotes. */
    int valueOffset;

    int valueLength;
    /** Whether the value is what the grammar allows; a tolerant reader takes it anyway. */
    boolean strict;

    /**
     * Reads the parameter whose semicolon is at {@code at}.
     *
     * @return where the next separator stands, or the limit; -1 if there is no parameter after the semicolon
     */
    int read(final Bytes bytes, final int at, final int limit) {
        nameOffset = Ascii.skipBlanks(bytes, at + 1, limit);
        int i = Ascii.skip(bytes, nameOffset, limit, Ascii.TOKEN);
        nameLength = i - nameOffset;
        valueOffset = -1;
        valueLength = 0;
        strict = true;
        if (nameLength == 0) {
            return -1;
        }
        if (i == limit || bytes.getByte(i) == ';') {
            return i;
        }
        i = Ascii.skipBlanks(bytes, i, limit);
        if (!Ascii.isAt(bytes, i, limit, '=')) {
            return i;
        }
        i = Ascii.skipBlanks(bytes, i + 1, limit);
        valueOffset = i;
        if (Ascii.isAt(bytes, i, limit, '"')) {
            i = Ascii.skipQuoted(bytes, i, limit);
            if (i < 0) {
                return -1;
            }
            strict = Ascii.isQuotedText(bytes, valueOffset + 1, i - 1);
        } else {
            i = Ascii.skip(bytes, i, limit, Ascii.VALUE);
            if (i < limit && !Ascii.is(bytes.getByte(i), Ascii.DELIMITER)) {
                strict = false;
                i = Ascii.find(bytes, i, limit, Ascii.DELIMITER);
            }
            if (i == valueOffset) {
                return -1;
            }
        }
        valueLength = i - valueOffset;
        return Ascii.skipBlanks(bytes, i, limit);
    }
}
