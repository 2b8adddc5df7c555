package io.dialtone.api;

import java.util.Locale;

/**
 * What names the home of a session: requests with the same key reach the same worker and share one session, or reach the same backend.
 *
 * @param kind where the key is found
 * @param header lower-case name of the header for {@link Kind#HEADER}, else empty
 */
public record AffinityRule(Kind kind, String header) {
    /** The place of the key in a request. */
    public enum Kind {
        /** The whole Call-ID; also what every other rule falls back to when a request lacks what it names. */
        CALL_ID,
        /** Value of the first header field of a name. */
        HEADER,
        /** User part of the From URI. */
        FROM_USER,
        /** User part of the To URI. */
        TO_USER,
        /** User part of the Request-URI. */
        REQUEST_URI_USER,
        /**
         * User and host of the address of record that a request is about: of a REGISTER the one in To, of all others the Request-URI (RFC 3261 section 10.3, 16.5). So
         * one session holds all that is known of a subscriber.
         */
        ADDRESS_OF_RECORD
    }

    /** One session for each call. */
    public static final AffinityRule CALL_ID = new AffinityRule(Kind.CALL_ID, "");

    private static final String HEADER_PREFIX = "header:";

    public AffinityRule {
        if ((kind == Kind.HEADER) == header.isEmpty()) {
            throw new IllegalArgumentException(
                    "affinity: a header's name goes with 'header:' and only there. Maybe header:X-Session?");
        }
        header = header.toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a rule as operators write it: {@code call-id}, {@code header:NAME}, {@code from-user}, {@code to-user}, {@code request-uri-user} or {@code
     * address-of-record}.
     *
     * @throws IllegalArgumentException with a sentence for the operator
     */
    public static AffinityRule parse(final String text) {
        final String lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.startsWith(HEADER_PREFIX)) {
            final String name = lower.substring(HEADER_PREFIX.length()).strip();
            if (!name.isEmpty() && name.chars().allMatch(c -> c > ' ' && c < 0x7F && c != ':')) {
                return new AffinityRule(Kind.HEADER, name);
            }
        }
        return switch (lower) {
            case "call-id" -> CALL_ID;
            case "from-user" -> new AffinityRule(Kind.FROM_USER, "");
            case "to-user" -> new AffinityRule(Kind.TO_USER, "");
            case "request-uri-user" -> new AffinityRule(Kind.REQUEST_URI_USER, "");
            case "address-of-record" -> new AffinityRule(Kind.ADDRESS_OF_RECORD, "");
            default ->
                throw new IllegalArgumentException(
                        "affinity: \"" + text
                                + "\" (expected: call-id, from-user, to-user, request-uri-user, address-of-record or header:NAME). Maybe call-id, the default.");
        };
    }

    /** The rule as it stands in YAML. */
    @Override
    public String toString() {
        return kind == Kind.HEADER
                ? HEADER_PREFIX + header
                : kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
