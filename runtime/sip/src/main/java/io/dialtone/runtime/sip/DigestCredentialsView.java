package io.dialtone.runtime.sip;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

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

    /** What is known, as it is called in the header. */
    private enum Param {
        USERNAME("username"),
        REALM("realm"),
        NONCE("nonce"),
        URI("uri"),
        RESPONSE("response"),
        ALGORITHM("algorithm"),
        CNONCE("cnonce"),
        OPAQUE("opaque"),
        QOP("qop"),
        NONCE_COUNT("nc");

        /** What a challenge with qop wants. */
        static final Set<Param> WANTED = EnumSet.complementOf(EnumSet.of(ALGORITHM, OPAQUE));

        private final String lowerCase;

        Param(final String lowerCase) {
            this.lowerCase = lowerCase;
        }
    }

    private static final Param[] PARAMS = Param.values();
    private static final String SCHEME = "digest";
    private static final int NONCE_COUNT_DIGITS = 8;
    private static final int BAD = -1;
    private static final DirectBuffer EMPTY = new UnsafeBuffer(0, 0);

    private final Map<Param, String> values = new EnumMap<>(Param.class);
    private long nonceCountValue;

    private DirectBuffer buffer = EMPTY;
    private int limit;

    /** Reads the value of a header. Whatever stands there, it does not throw. */
    Found wrap(final DirectBuffer from, final int offset, final int length) {
        values.clear();
        nonceCountValue = 0;
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
        for (final Param param : PARAMS) {
            if (isName(nameBegin, nameEnd, param.lowerCase)) {
                return values.put(param, text(begin, end)) == null;
            }
        }
        return true;
    }

    private boolean isComplete() {
        if (!values.keySet().containsAll(Param.WANTED)) {
            return false;
        }
        final String nonceCount = nonceCountText();
        if (nonceCount.length() != NONCE_COUNT_DIGITS) {
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
        final String raw = given(Param.USERNAME);
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
        return given(Param.REALM);
    }

    String nonce() {
        return given(Param.NONCE);
    }

    String uri() {
        return given(Param.URI);
    }

    String response() {
        return given(Param.RESPONSE);
    }

    /** MD5 if none is named (RFC 7616 section 3.3). */
    String algorithm() {
        return values.getOrDefault(Param.ALGORITHM, "MD5");
    }

    String cnonce() {
        return given(Param.CNONCE);
    }

    /** Empty if there is none. */
    String opaque() {
        return values.getOrDefault(Param.OPAQUE, "");
    }

    String qop() {
        return given(Param.QOP);
    }

    /** The count's digits as they stand. */
    String nonceCountText() {
        return given(Param.NONCE_COUNT);
    }

    /** How often the client has used the nonce, this time included. */
    long nonceCount() {
        return nonceCountValue;
    }

    private String given(final Param param) {
        final String value = values.get(param);
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
