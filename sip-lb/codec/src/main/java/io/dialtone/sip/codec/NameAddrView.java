package io.dialtone.sip.codec;

import org.agrona.DirectBuffer;

/**
 * The addresses in From, To, Contact, Route, Record-Route and their like, one after the other: display name, URI, parameters. One per thread; valid as
 * long as the bytes it is wrapped on.
 */
public final class NameAddrView {
    private static final byte[] TAG = {'t', 'a', 'g'};
    private static final byte DEL = 0x7F;
    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

    private final ParamScanner param = new ParamScanner();
    private final Bytes own = new Bytes();
    private Bytes bytes = own;
    private int limit;
    private int nextValue = -1;

    private boolean wellFormed;
    private boolean strict;
    private boolean star;
    private boolean bracketed;
    private int valueOffset;
    private int valueEnd;
    private int displayOffset;
    private int displayLength;
    private int uriOffset;
    private int uriLength;
    private int addressEnd;
    private int tagOffset;
    private int tagLength;
    private int tags;
    private int paramValueOffset;
    private int paramValueLength;

    public NameAddrView() {
        clear(0);
    }

    /** Reads the first address of a header. False if there is none that can be understood. */
    public boolean wrap(final SipMessage message, final int headerIndex) {
        bytes = message.bytes();
        limit = message.headerValueEnd(headerIndex);
        return read(message.headerValueOffset(headerIndex));
    }

    /** Reads the first address of a range. False if there is none that can be understood. */
    public boolean wrap(final DirectBuffer from, final int offset, final int length) {
        own.wrap(from, Math.max(0, offset), Math.max(0, length));
        bytes = own;
        limit = offset + length;
        return read(offset);
    }

    /** Reads the next address of the same header. False if there is none or it cannot be understood; {@link #isMalformed()} tells. */
    public boolean next() {
        if (nextValue < 0) {
            return false;
        }
        return read(nextValue);
    }

    private void clear(final int at) {
        wellFormed = false;
        strict = true;
        star = false;
        bracketed = false;
        valueOffset = at;
        valueEnd = at;
        displayOffset = -1;
        displayLength = 0;
        uriOffset = -1;
        uriLength = 0;
        addressEnd = -1;
        tagOffset = -1;
        tagLength = 0;
        tags = 0;
        nextValue = -1;
        paramValueOffset = -1;
        paramValueLength = 0;
    }

    private boolean read(final int from) {
        final int start = Ascii.skipBlanks(bytes, from, limit);
        clear(start);
        if (start == limit) {
            return false;
        }
        final int after = readAddress(start);
        if (after < 0) {
            return false;
        }
        addressEnd = after;
        valueEnd = after;
        int at = Ascii.skipBlanks(bytes, after, limit);
        while (at < limit && bytes.getByte(at) == ';') {
            at = param.read(bytes, at, limit);
            if (at < 0) {
                return false;
            }
            takeParam();
        }
        if (at < limit) {
            if (bytes.getByte(at) != ',') {
                return false;
            }
            nextValue = at + 1;
        }
        wellFormed = true;
        return true;
    }

    private void takeParam() {
        strict &= param.strict;
        valueEnd = param.valueOffset >= 0 ? param.valueOffset + param.valueLength : param.nameOffset + param.nameLength;
        if (param.nameLength == 3 && Ascii.equalsLower(bytes, param.nameOffset, 3, TAG)) {
            tags++;
            strict &= tags == 1
                    && param.valueLength > 0
                    && Ascii.isAll(bytes, param.valueOffset, param.valueOffset + param.valueLength, Ascii.TOKEN, false);
            if (tags == 1) {
                tagOffset = param.valueOffset;
                tagLength = param.valueLength;
            }
        }
    }

    /** Display name and URI; returns where they end, or -1. */
    private int readAddress(final int start) {
        final byte c = bytes.getByte(start);
        if (c == '"') {
            final int end = Ascii.skipQuoted(bytes, start, limit);
            if (end < 0) {
                return -1;
            }
            strict &= Ascii.isQuotedText(bytes, start + 1, end - 1);
            displayOffset = start;
            displayLength = end - start;
            final int open = Ascii.skipBlanks(bytes, end, limit);
            return Ascii.isAt(bytes, open, limit, '<') ? readBracketed(open) : -1;
        }
        if (c == '<') {
            return readBracketed(start);
        }
        int at = start;
        while (at < limit) {
            final byte b = bytes.getByte(at);
            if (b == '<') {
                displayOffset = start;
                displayLength = Ascii.trimEnd(bytes, start, at) - start;
                strict &= Ascii.isAll(bytes, start, at, Ascii.TOKEN | Ascii.BLANK, false);
                return readBracketed(at);
            }
            if (b == ';' || b == ',' || b == '"') {
                break;
            }
            at++;
        }
        return readBare(start, Ascii.trimEnd(bytes, start, at));
    }

    private int readBracketed(final int open) {
        bracketed = true;
        int close = open + 1;
        while (close <= limit - 8) {
            // Eight at a time as long as nothing ends the URI, or makes it odd.
            final long word = Swar.load(bytes, close);
            if ((Swar.blanks(word) | Swar.angles(word) | Swar.equal(word, (byte) '"') | Swar.equal(word, DEL)) != 0) {
                break;
            }
            strict &= (word & NOT_ASCII) == 0;
            close += 8;
        }
        while (close < limit && bytes.getByte(close) != '>') {
            final byte c = bytes.getByte(close);
            if (c == '<' || c == '"') {
                return -1;
            }
            strict &= c > ' ' && c != DEL;
            close++;
        }
        if (close == limit) {
            return -1;
        }
        uriOffset = Ascii.skipBlanks(bytes, open + 1, close);
        uriLength = Ascii.trimEnd(bytes, uriOffset, close) - uriOffset;
        return uriLength > 0 ? close + 1 : -1;
    }

    /** An addr-spec without brackets: what follows a semicolon belongs to the header (RFC 3261 section 20.10). */
    private int readBare(final int start, final int end) {
        if (end == start) {
            return -1;
        }
        if (end == start + 1 && bytes.getByte(start) == '*') {
            star = true;
            return end;
        }
        boolean colon = false;
        for (int i = start; i < end; i++) {
            final byte c = bytes.getByte(i);
            if ((c >= 0 && c <= ' ') || c == '>' || c == 0x7F) {
                return -1;
            }
            colon |= c == ':';
            strict &= c != '?';
        }
        if (!colon) {
            return -1;
        }
        uriOffset = start;
        uriLength = end - start;
        return end;
    }

    /** Whether the last step met a value that cannot be understood. */
    public boolean isMalformed() {
        return !wellFormed;
    }

    /** Whether the value keeps to the letter of the grammar, its URI aside; a view reads some that do not. */
    boolean isStrict() {
        return wellFormed && strict;
    }

    /** Whether the value is the {@code *} of a Contact. */
    public boolean isStar() {
        return star;
    }

    /** Whether the URI stands in angle brackets. */
    public boolean isBracketed() {
        return bracketed;
    }

    public int valueOffset() {
        return valueOffset;
    }

    /** End of the value with its parameters. */
    public int valueEnd() {
        return valueEnd;
    }

    /** Where the text after this value's comma begins; -1 if the value is the last of its line. */
    public int nextValueOffset() {
        return nextValue;
    }

    /** Display name as it stands there, quotes included; -1 if there is none. */
    public int displayNameOffset() {
        return displayOffset;
    }

    public int displayNameLength() {
        return displayLength;
    }

    /** The URI without brackets. */
    public int uriOffset() {
        return uriOffset;
    }

    public int uriLength() {
        return uriLength;
    }

    /** Where the parameters of the header begin, or would. */
    public int paramsOffset() {
        return addressEnd;
    }

    public int tagOffset() {
        return tagOffset;
    }

    public int tagLength() {
        return tagLength;
    }

    /** Looks for a parameter of the header, its name given in lower case. Its value, if it has one, is at {@link #paramValueOffset()}. */
    public boolean findParam(final byte[] lowerCaseName) {
        paramValueOffset = -1;
        paramValueLength = 0;
        if (!wellFormed) {
            return false;
        }
        int at = Ascii.skipBlanks(bytes, addressEnd, valueEnd);
        while (at < valueEnd && bytes.getByte(at) == ';') {
            at = param.read(bytes, at, valueEnd);
            if (at < 0) {
                return false;
            }
            if (Ascii.equalsLower(bytes, param.nameOffset, param.nameLength, lowerCaseName)) {
                paramValueOffset = param.valueOffset;
                paramValueLength = param.valueLength;
                return true;
            }
        }
        return false;
    }

    /** Value of the parameter last found, a quoted string with its quotes; -1 if it has none. */
    public int paramValueOffset() {
        return paramValueOffset;
    }

    public int paramValueLength() {
        return paramValueLength;
    }
}
