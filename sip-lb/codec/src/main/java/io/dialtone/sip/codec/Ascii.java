package io.dialtone.sip.codec;

import org.agrona.DirectBuffer;

/** Character classes of RFC 3261 section 25.1 and the small scans that all views share. Stateless; reads only within the limits it is given. */
final class Ascii {
    /** {@code token}. */
    static final int TOKEN = 1;
    /** {@code word}, of which a Call-ID is made. */
    static final int WORD = 1 << 1;
    /** {@code user} without escapes, and the hash that telephones dial. */
    static final int USER = 1 << 2;
    /** {@code password} without escapes. */
    static final int PASSWORD = 1 << 3;
    /** {@code paramchar} without escapes. */
    static final int PARAM = 1 << 4;
    /** {@code hnv-unreserved / unreserved}, of which headers of a URI are made. */
    static final int URI_HEADER = 1 << 5;
    /** Host names and IPv4 addresses; the underscore is no part of the grammar but of many networks. */
    static final int HOST = 1 << 6;
    /** {@code uric} without escapes. */
    static final int URIC = 1 << 7;
    /** What a URI scheme is made of. */
    static final int SCHEME = 1 << 8;
    /** A parameter's value without quotes: {@code token / host}. */
    static final int VALUE = 1 << 9;
    /** LWS: inside a header's value, CR and LF stand only in folds. */
    static final int BLANK = 1 << 10;
    /** What ends a parameter's value for a tolerant reader. */
    static final int DELIMITER = 1 << 11;

    static final int ALPHA = 1 << 12;
    static final int DIGIT = 1 << 13;
    static final int HEX = 1 << 14;

    private static final short[] CLASSES = new short[256];

    static {
        for (int c = 'a'; c <= 'z'; c++) {
            classify(c, TOKEN | WORD | USER | PASSWORD | PARAM | URI_HEADER | HOST | URIC | SCHEME | VALUE | ALPHA);
            classify(
                    c - 32, TOKEN | WORD | USER | PASSWORD | PARAM | URI_HEADER | HOST | URIC | SCHEME | VALUE | ALPHA);
        }
        for (int c = '0'; c <= '9'; c++) {
            classify(
                    c,
                    TOKEN | WORD | USER | PASSWORD | PARAM | URI_HEADER | HOST | URIC | SCHEME | VALUE | DIGIT | HEX);
        }
        classify("abcdefABCDEF", HEX);
        classify("-.!%*_+`'~", TOKEN | WORD | VALUE);
        classify("()<>:\\\"/[]?{}", WORD);
        classify("-_.!~*'()", USER | PASSWORD | PARAM | URI_HEADER | URIC);
        classify("&=+$,;?/#", USER);
        classify("&=+$,", PASSWORD);
        classify("[]/:&+$", PARAM);
        classify("[]/?:+$", URI_HEADER);
        classify("-._", HOST);
        classify(";/?:@&=+$,", URIC);
        classify("+-.", SCHEME);
        classify("[]:", VALUE);
        classify(" \t\r\n", BLANK);
        for (int c = 0; c <= ' '; c++) {
            classify(c, DELIMITER);
        }
        classify(";,<>\"", DELIMITER);
        classify(0x7F, DELIMITER);
    }

    private Ascii() {}

    private static void classify(final int c, final int classes) {
        CLASSES[c] |= (short) classes;
    }

    private static void classify(final String characters, final int classes) {
        for (int i = 0; i < characters.length(); i++) {
            classify(characters.charAt(i), classes);
        }
    }

    static boolean is(final byte c, final int classes) {
        return (CLASSES[c & 0xFF] & classes) != 0;
    }

    /** Whether two buffers show the same bytes at the same places, so that one need not be wrapped on the other again. */
    @SuppressWarnings("ReferenceEquality") // The question is whether it is the same array.
    static boolean isSameMemory(final DirectBuffer one, final DirectBuffer other) {
        return one.addressOffset() == other.addressOffset()
                && one.capacity() == other.capacity()
                && one.byteArray() == other.byteArray();
    }

    static int lower(final byte c) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }

    /** First byte from {@code at} on that is in none of the classes. */
    static int skip(final Bytes bytes, final int at, final int limit, final int classes) {
        int i = at;
        while (i < limit && is(bytes.getByte(i), classes)) {
            i++;
        }
        return i;
    }

    /** First byte from {@code at} on that is in one of the classes. */
    static int find(final Bytes bytes, final int at, final int limit, final int classes) {
        int i = at;
        while (i < limit && !is(bytes.getByte(i), classes)) {
            i++;
        }
        return i;
    }

    static int skipBlanks(final Bytes bytes, final int at, final int limit) {
        int i = at;
        while (i < limit && is(bytes.getByte(i), BLANK)) {
            i++;
        }
        return i;
    }

    /** End of {@code from..to} without trailing white space. */
    static int trimEnd(final Bytes bytes, final int from, final int to) {
        int end = to;
        while (end > from && is(bytes.getByte(end - 1), BLANK)) {
            end--;
        }
        return end;
    }

    static boolean isAt(final Bytes bytes, final int at, final int limit, final char c) {
        return at < limit && bytes.getByte(at) == c;
    }

    /**
     * The byte after the quoted string that begins at {@code at}, or -1 if it does not end. A backslash takes the next byte with it.
     */
    static int skipQuoted(final Bytes bytes, final int at, final int limit) {
        int i = at + 1;
        while (i < limit) {
            final byte c = bytes.getByte(i);
            if (c == '"') {
                return i + 1;
            }
            i += c == '\\' ? 2 : 1;
        }
        return -1;
    }

    /**
     * Whether {@code from..to}, between its quotes, is what RFC 3261 allows there: no control characters but HTAB and folds, and none but CR and LF and
     * bytes above 0x7F refused behind a backslash.
     */
    static boolean isQuotedText(final Bytes bytes, final int from, final int to) {
        for (int i = from; i < to; i++) {
            final byte c = bytes.getByte(i);
            if (c == '\\') {
                i++;
                if (i >= to) {
                    return false;
                }
                final byte escaped = bytes.getByte(i);
                if (escaped < 0 || escaped == '\r' || escaped == '\n') {
                    return false;
                }
            } else if ((c >= 0 && c < ' ' && c != '\t' && c != '\r' && c != '\n') || c == 0x7F) {
                return false;
            }
        }
        return true;
    }

    /** The byte after the comment in parentheses that begins at {@code at}, nested ones included, or -1. */
    static int skipComment(final Bytes bytes, final int at, final int limit) {
        int depth = 0;
        int i = at;
        while (i < limit) {
            final byte c = bytes.getByte(i);
            i += c == '\\' ? 2 : 1;
            if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    /** Whether {@code length} bytes are this name, given in lower case; {@code other} may be in any. */
    static boolean equalsLower(final Bytes bytes, final int offset, final int length, final byte[] lower) {
        if (length != lower.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lower(bytes.getByte(offset + i)) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    static boolean equal(
            final Bytes left, final int leftOffset, final Bytes right, final int rightOffset, final int length) {
        for (int i = 0; i < length; i++) {
            if (left.getByte(leftOffset + i) != right.getByte(rightOffset + i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The number that all of {@code from..to} spells, saturated at {@code max + 1}; -1 if a byte is no digit or there is none.
     */
    static long number(final Bytes bytes, final int from, final int to, final long max) {
        if (from >= to) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            final int digit = bytes.getByte(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = Math.min(value * 10 + digit, max + 1);
        }
        return value;
    }

    /** Whether {@code from..to} holds only these classes, and escapes where {@code escapes} says so. */
    static boolean isAll(final Bytes bytes, final int from, final int to, final int classes, final boolean escapes) {
        int i = from;
        while (i < to) {
            final byte c = bytes.getByte(i);
            if (is(c, classes)) {
                i++;
            } else if (escapes
                    && c == '%'
                    && i + 2 < to
                    && is(bytes.getByte(i + 1), HEX)
                    && is(bytes.getByte(i + 2), HEX)) {
                i += 3;
            } else {
                return false;
            }
        }
        return true;
    }
}
