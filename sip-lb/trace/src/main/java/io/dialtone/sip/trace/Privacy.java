package io.dialtone.sip.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What of a message is shown: values of Authorization and Proxy-Authorization are masked unless asked for, bodies can be left out. Works on lines, not on a parsed message, so that what
 * cannot be parsed is masked too. Immutable, for any thread.
 *
 * <p>Masked characters become {@code *}, one each, so that lengths stay as they were. Of Digest credentials (RFC 3261 section 22.4) names of parameters stay; of others, where a token may be the
 * secret itself, nothing but the scheme.
 */
public enum Privacy {
    /** Credentials masked, bodies shown. */
    MASKED(true, true),
    /** Credentials masked, no bodies. */
    MASKED_WITHOUT_BODIES(true, false),
    /** All as it was. */
    OPEN(false, true),
    /** Credentials shown, no bodies. */
    OPEN_WITHOUT_BODIES(false, false);

    private static final byte MASK = '*';
    private static final String[] SECRET = {"authorization", "proxy-authorization"};
    private static final byte[] DIGEST = "digest".getBytes(StandardCharsets.US_ASCII);

    private final boolean masksCredentials;
    private final boolean showsBodies;

    Privacy(final boolean masksCredentials, final boolean showsBodies) {
        this.masksCredentials = masksCredentials;
        this.showsBodies = showsBodies;
    }

    public static Privacy of(final boolean showsCredentials, final boolean showsBodies) {
        if (showsCredentials) {
            return showsBodies ? OPEN : OPEN_WITHOUT_BODIES;
        }
        return showsBodies ? MASKED : MASKED_WITHOUT_BODIES;
    }

    /** The message as it may be shown; its bytes are changed in place. */
    public byte[] apply(final byte[] message) {
        if (masksCredentials) {
            mask(message);
        }
        return showsBodies ? message : Arrays.copyOf(message, endOfHeaders(message));
    }

    /** Behind the empty line, or the end if there is none. */
    private static int endOfHeaders(final byte[] message) {
        for (int line = 0; line < message.length; line = nextLine(message, line)) {
            if (message[line] == '\n') {
                return line + 1;
            }
            if (message[line] == '\r' && line + 1 < message.length && message[line + 1] == '\n') {
                return line + 2;
            }
        }
        return message.length;
    }

    private static void mask(final byte[] message) {
        int line = nextLine(message, 0);
        while (line < message.length) {
            final int value = secretValue(message, line);
            int end = nextLine(message, line);
            if (value >= 0) {
                while (end < message.length && isBlank(message[end])) {
                    end = nextLine(message, end);
                }
                maskValue(message, value, end);
            }
            line = end;
        }
    }

    /** Where the value of a header with credentials begins that stands in this line, or -1. */
    private static int secretValue(final byte[] message, final int line) {
        for (final String name : SECRET) {
            int at = line + name.length();
            if (startsWith(message, line, name.getBytes(StandardCharsets.US_ASCII))) {
                while (at < message.length && isBlank(message[at])) {
                    at++;
                }
                if (at < message.length && message[at] == ':') {
                    return at + 1;
                }
            }
        }
        return -1;
    }

    private static boolean startsWith(final byte[] message, final int at, final byte[] lowerCase) {
        if (message.length - at < lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            if (lower(message[at + i]) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    private static void maskValue(final byte[] message, final int from, final int end) {
        int at = from;
        while (at < end && isSpace(message[at])) {
            at++;
        }
        final boolean isDigest =
                startsWith(message, at, DIGEST) && at + DIGEST.length < end && isSpace(message[at + DIGEST.length]);
        while (at < end && !isSpace(message[at])) {
            at++;
        }
        if (!isDigest) {
            maskAll(message, at, end);
            return;
        }
        while (at < end) {
            final int name = at;
            while (at < end && message[at] != '=' && message[at] != ',' && message[at] != '"') {
                at++;
            }
            if (at == end || message[at] != '=') {
                maskAll(message, name, at); // no name, as nothing is said of it
            }
            at = maskParameter(message, at, end);
        }
    }

    /** Masks up to the next comma that is not within quotes; returns what is behind it. */
    private static int maskParameter(final byte[] message, final int from, final int end) {
        boolean quoted = false;
        for (int at = from; at < end; at++) {
            final byte c = message[at];
            if (quoted && c == '\\' && at + 1 < end) {
                maskAll(message, at, at + 2);
                at++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                return at + 1;
            } else if (at > from || c != '=') {
                maskAll(message, at, at + 1);
            }
        }
        return end;
    }

    private static void maskAll(final byte[] message, final int from, final int end) {
        for (int at = from; at < end; at++) {
            if (!isSpace(message[at])) {
                message[at] = MASK;
            }
        }
    }

    /** Behind the next line feed. */
    private static int nextLine(final byte[] message, final int from) {
        int at = from;
        while (at < message.length && message[at] != '\n') {
            at++;
        }
        return Math.min(at + 1, message.length);
    }

    private static boolean isBlank(final byte c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isSpace(final byte c) {
        return isBlank(c) || c == '\r' || c == '\n';
    }

    private static int lower(final byte c) {
        return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    }
}
