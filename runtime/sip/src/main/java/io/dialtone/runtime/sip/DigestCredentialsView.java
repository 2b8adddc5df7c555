package io.dialtone.runtime.sip;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an Authorization or Proxy-Authorization of the scheme Digest (RFC 7616 section 3.4). Called only by the owning worker.
 *
 * <p>Values are kept as they stand, byte for byte (as ISO 8859-1), without the quotes around them and with the escapes in them, because that is what is hashed. What is
 * not known is skipped; what is known must stand there once.
 */
final class DigestCredentialsView {
    /** Parameters of one header; more are not credentials that anybody makes. */
    static final int PARAMS_MAX = 32;

    /** Bytes of one value. */
    static final int VALUE_BYTES_MAX = 1024;

    /** What can be read in a header. */
    enum Found {
        /** Credentials of the scheme Digest with all that a challenge with qop wants. */
        DIGEST,
        /** Another scheme. */
        OTHER_SCHEME,
        /** The scheme Digest, and something is wrong or missing. */
        MALFORMED
    }

    private static final String SCHEME = "digest";
    private static final int NONCE_COUNT_DIGITS = 8;
    private static final int BAD = -1;
    private static final DirectBuffer EMPTY = new UnsafeBuffer(0, 0);

    private @Nullable String username;
    private @Nullable String realm;
    private @Nullable String nonce;
    private @Nullable String uri;
    private @Nullable String response;
    private @Nullable String algorithm;
    private @Nullable String cnonce;
    private @Nullable String opaque;
    private @Nullable String qop;
    private @Nullable String nonceCount;
    private long nonceCountValue;

    private DirectBuffer buffer = EMPTY;
    private int limit;

    /** Reads the value of a header. Whatever stands there, it does not throw. */
    Found wrap(final DirectBuffer from, final int offset, final int length) {
        clear();
        buffer = from;
        limit = offset + length;
        int at = skipBlanks(offset);
        final int schemeEnd = skipToken(at);
        if (!isName(at, schemeEnd, SCHEME)) {
            return Found.OTHER_SCHEME;
        }
        if (schemeEnd == limit || !isBlank(buffer.getByte(schemeEnd))) {
            return Found.MALFORMED;
        }
        at = schemeEnd;
        for (int params = 0; ; params++) {
            at = skipBlanksAndCommas(at);
            if (at == limit) {
                break;
            }
            if (params == PARAMS_MAX) {
                return Found.MALFORMED;
            }
            at = readParam(at);
            if (at == BAD) {
                return Found.MALFORMED;
            }
        }
        return isComplete() ? Found.DIGEST : Found.MALFORMED;
    }

    private void clear() {
        username = null;
        realm = null;
        nonce = null;
        uri = null;
        response = null;
        algorithm = null;
        cnonce = null;
        opaque = null;
        qop = null;
        nonceCount = null;
        nonceCountValue = 0;
    }

    /** Reads {@code name = value}; returns where it ends, or {@link #BAD}. */
    private int readParam(final int from) {
        final int nameEnd = skipToken(from);
        int at = skipBlanks(nameEnd);
        if (nameEnd == from || at == limit || buffer.getByte(at) != '=') {
            return BAD;
        }
        at = skipBlanks(at + 1);
        final int begin;
        final int end;
        if (at < limit && buffer.getByte(at) == '"') {
            begin = at + 1;
            end = skipQuoted(begin);
            if (end == BAD) {
                return BAD;
            }
            at = end + 1;
        } else {
            begin = at;
            end = skipToken(at);
            if (end == begin) {
                return BAD;
            }
            at = end;
        }
        return end - begin <= VALUE_BYTES_MAX && take(from, nameEnd, begin, end) && endsHere(at) ? at : BAD;
    }

    private boolean endsHere(final int at) {
        return at == limit || buffer.getByte(at) == ',' || isBlank(buffer.getByte(at));
    }

    /** Keeps a value; false if it was there before. */
    private boolean take(final int nameBegin, final int nameEnd, final int begin, final int end) {
        if (isName(nameBegin, nameEnd, "username")) {
            final boolean first = username == null;
            username = text(begin, end);
            return first;
        }
        if (isName(nameBegin, nameEnd, "realm")) {
            final boolean first = realm == null;
            realm = text(begin, end);
            return first;
        }
        if (isName(nameBegin, nameEnd, "nonce")) {
            final boolean first = nonce == null;
            nonce = text(begin, end);
            return first;
        }
        if (isName(nameBegin, nameEnd, "uri")) {
            final boolean first = uri == null;
            uri = text(begin, end);
            return first;
        }
        if (isName(nameBegin, nameEnd, "response")) {
            final boolean first = response == null;
            response = text(begin, end);
            return first;
        }
        if (isName(nameBegin, nameEnd, "algorithm")) {
            final boolean first = algorithm == null;
            algorithm = text(begin, end);
            return first;
        }
        if (isName(nameBegin, nameEnd, "cnonce")) {
            final boolean first = cnonce == null;
            cnonce = text(begin, end);
            return first;
        }
        if (isName(nameBegin, nameEnd, "opaque")) {
            final boolean first = opaque == null;
            opaque = text(begin, end);
            return first;
        }
        if (isName(nameBegin, nameEnd, "qop")) {
            final boolean first = qop == null;
            qop = text(begin, end);
            return first;
        }
        if (isName(nameBegin, nameEnd, "nc")) {
            final boolean first = nonceCount == null;
            nonceCount = text(begin, end);
            return first;
        }
        return true;
    }

    private boolean isComplete() {
        if (username == null
                || realm == null
                || nonce == null
                || uri == null
                || response == null
                || cnonce == null
                || qop == null
                || nonceCount == null
                || nonceCount.length() != NONCE_COUNT_DIGITS) {
            return false;
        }
        for (int i = 0; i < NONCE_COUNT_DIGITS; i++) {
            final int digit = Character.digit(nonceCount.charAt(i), 16);
            if (digit < 0) {
                return false;
            }
            nonceCountValue = nonceCountValue << 4 | digit;
        }
        return nonceCountValue > 0;
    }

    // ---- what stood there; only after DIGEST

    /** The user's name as text: UTF-8, escapes read. */
    String user() {
        final String raw = given(username);
        final StringBuilder plain = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            if (raw.charAt(i) == '\\' && i + 1 < raw.length()) {
                i++;
            }
            plain.append(raw.charAt(i));
        }
        return new String(plain.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    String realm() {
        return given(realm);
    }

    String nonce() {
        return given(nonce);
    }

    String uri() {
        return given(uri);
    }

    String response() {
        return given(response);
    }

    /** MD5 if none is named (RFC 7616 section 3.3). */
    String algorithm() {
        return algorithm == null ? "MD5" : algorithm;
    }

    String cnonce() {
        return given(cnonce);
    }

    /** Empty if there is none. */
    String opaque() {
        return opaque == null ? "" : opaque;
    }

    String qop() {
        return given(qop);
    }

    /** The count's digits as they stand. */
    String nonceCountText() {
        return given(nonceCount);
    }

    /** How often the client has used the nonce, this time included. */
    long nonceCount() {
        return nonceCountValue;
    }

    private static String given(final @Nullable String value) {
        if (value == null) {
            throw new IllegalStateException("asked only for what is complete");
        }
        return value;
    }

    // ---- bytes

    private String text(final int begin, final int end) {
        final byte[] bytes = new byte[end - begin];
        buffer.getBytes(begin, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private int skipQuoted(final int from) {
        for (int at = from; at < limit; at++) {
            final byte b = buffer.getByte(at);
            if (b == '"') {
                return at;
            }
            if (b == '\\') {
                at++;
            }
        }
        return BAD;
    }

    private int skipToken(final int from) {
        int at = from;
        while (at < limit && isToken(buffer.getByte(at))) {
            at++;
        }
        return at;
    }

    private int skipBlanks(final int from) {
        int at = from;
        while (at < limit && isBlank(buffer.getByte(at))) {
            at++;
        }
        return at;
    }

    private int skipBlanksAndCommas(final int from) {
        int at = from;
        while (at < limit && (isBlank(buffer.getByte(at)) || buffer.getByte(at) == ',')) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(final byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }

    private static boolean isToken(final byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || (b > ' ' && b < 0x7F && "-.!%*_+`'~".indexOf(b) >= 0);
    }

    private boolean isName(final int begin, final int end, final String lowerCase) {
        if (end - begin != lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            final byte b = buffer.getByte(begin + i);
            if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
