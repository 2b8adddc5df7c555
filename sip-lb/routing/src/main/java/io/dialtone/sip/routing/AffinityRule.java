package io.dialtone.sip.routing;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Which bytes of a request name its home: every request with the same bytes goes to the same backend or slot.
 * Immutable; read by any thread.
 */
public final class AffinityRule {
    /** The parts of a request that a rule may name. */
    public enum Kind {
        /** The whole Call-ID; also what every other rule falls back to when a request lacks what it names. */
        CALL_ID("call-id"),
        /** User part of the From URI. */
        FROM_USER("from-user"),
        /** User part of the To URI. */
        TO_USER("to-user"),
        /** User part of the Request-URI. */
        REQUEST_URI_USER("request-uri-user"),
        /** Value of the first header field of a name. */
        HEADER("header");

        private final String text;

        Kind(final String text) {
            this.text = text;
        }
    }

    public static final AffinityRule CALL_ID = new AffinityRule(Kind.CALL_ID, "");

    private final Kind kind;
    private final String header;
    private final byte[] headerBytes;

    private AffinityRule(final Kind kind, final String header) {
        this.kind = kind;
        this.header = header;
        this.headerBytes = header.getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads {@code call-id}, {@code from-user}, {@code to-user}, {@code request-uri-user} or {@code header:NAME}. */
    public static AffinityRule parse(final String text) {
        final String lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.startsWith("header:") && lower.length() > "header:".length()) {
            final String name = lower.substring("header:".length()).strip();
            if (name.chars().allMatch(c -> c > ' ' && c < 0x7F && c != ':')) {
                return new AffinityRule(Kind.HEADER, name);
            }
        }
        for (final Kind kind : Kind.values()) {
            if (kind != Kind.HEADER && kind.text.equals(lower)) {
                return new AffinityRule(kind, "");
            }
        }
        throw new IllegalArgumentException(
                "affinity: \"" + text
                        + "\" (expected: call-id, from-user, to-user, request-uri-user or header:NAME). Maybe call-id, the default.");
    }

    public Kind kind() {
        return kind;
    }

    /** The header's name in lower case; empty for the other kinds. */
    public String header() {
        return header;
    }

    /** The header's name in lower-case ASCII, shared and not to be changed. */
    @SuppressWarnings("MixedMutability") // read on the path: no copy
    byte[] headerBytes() {
        return headerBytes;
    }

    @Override
    public String toString() {
        return kind == Kind.HEADER ? kind.text + ":" + header : kind.text;
    }
}
