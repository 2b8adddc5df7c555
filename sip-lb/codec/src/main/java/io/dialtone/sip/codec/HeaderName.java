package io.dialtone.sip.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Headers that have a name here, recognised in long and compact form whatever their case; every other is {@link #OTHER} and its bytes are in the
 * message. The first sixty-four may be asked for in bit masks.
 */
@SuppressWarnings("EnumOrdinal") // The parser's index holds ordinals: nothing outlives the process.
public enum HeaderName {
    VIA("Via", 'v'),
    ROUTE("Route"),
    RECORD_ROUTE("Record-Route"),
    FROM("From", 'f'),
    TO("To", 't'),
    CALL_ID("Call-ID", 'i'),
    CSEQ("CSeq"),
    CONTACT("Contact", 'm'),
    MAX_FORWARDS("Max-Forwards"),
    CONTENT_LENGTH("Content-Length", 'l'),
    CONTENT_TYPE("Content-Type", 'c'),
    REQUIRE("Require"),
    PROXY_REQUIRE("Proxy-Require"),
    SUPPORTED("Supported", 'k'),
    UNSUPPORTED("Unsupported"),
    ALLOW("Allow"),
    EXPIRES("Expires"),
    MIN_EXPIRES("Min-Expires"),
    DATE("Date"),
    TIMESTAMP("Timestamp"),
    RETRY_AFTER("Retry-After"),
    ACCEPT("Accept"),
    ACCEPT_ENCODING("Accept-Encoding"),
    ACCEPT_LANGUAGE("Accept-Language"),
    AUTHORIZATION("Authorization"),
    PROXY_AUTHORIZATION("Proxy-Authorization"),
    WWW_AUTHENTICATE("WWW-Authenticate"),
    PROXY_AUTHENTICATE("Proxy-Authenticate"),
    AUTHENTICATION_INFO("Authentication-Info"),
    CONTENT_ENCODING("Content-Encoding", 'e'),
    CONTENT_DISPOSITION("Content-Disposition"),
    CONTENT_LANGUAGE("Content-Language"),
    MIME_VERSION("MIME-Version"),
    REPLY_TO("Reply-To"),
    WARNING("Warning"),
    EVENT("Event", 'o'),
    ALLOW_EVENTS("Allow-Events", 'u'),
    SUBSCRIPTION_STATE("Subscription-State"),
    REFER_TO("Refer-To", 'r'),
    REFERRED_BY("Referred-By", 'b'),
    REPLACES("Replaces"),
    SESSION_EXPIRES("Session-Expires", 'x'),
    MIN_SE("Min-SE"),
    RACK("RAck"),
    RSEQ("RSeq"),
    PATH("Path"),
    SERVICE_ROUTE("Service-Route"),
    P_ASSERTED_IDENTITY("P-Asserted-Identity"),
    P_PREFERRED_IDENTITY("P-Preferred-Identity"),
    SUBJECT("Subject", 's'),
    USER_AGENT("User-Agent"),
    SERVER("Server"),
    ORGANIZATION("Organization"),
    PRIORITY("Priority"),
    IN_REPLY_TO("In-Reply-To"),
    CALL_INFO("Call-Info"),
    ALERT_INFO("Alert-Info"),
    ERROR_INFO("Error-Info"),
    REASON("Reason"),
    PRIVACY("Privacy"),
    SIP_ETAG("SIP-ETag"),
    SIP_IF_MATCH("SIP-If-Match"),
    JOIN("Join"),
    SESSION_ID("Session-ID"),
    ACCEPT_CONTACT("Accept-Contact", 'a'),
    REJECT_CONTACT("Reject-Contact", 'j'),
    REQUEST_DISPOSITION("Request-Disposition", 'd'),
    IDENTITY("Identity", 'y'),
    IDENTITY_INFO("Identity-Info", 'n'),
    HISTORY_INFO("History-Info"),
    DIVERSION("Diversion"),
    GEOLOCATION("Geolocation"),
    RESOURCE_PRIORITY("Resource-Priority"),
    SECURITY_CLIENT("Security-Client"),
    SECURITY_VERIFY("Security-Verify"),
    P_ACCESS_NETWORK_INFO("P-Access-Network-Info"),
    P_CHARGING_VECTOR("P-Charging-Vector"),
    P_VISITED_NETWORK_ID("P-Visited-Network-ID"),
    OTHER("");

    private static final HeaderName[] BY_ORDINAL = values();
    static final int COUNT = BY_ORDINAL.length;
    static final int OTHER_ORDINAL = COUNT - 1;

    private final char compact;

    @SuppressWarnings("ImmutableEnumChecker") // Never written after construction, never handed out.
    private final byte[] name;

    HeaderName(final String name) {
        this(name, '\0');
    }

    HeaderName(final String name, final char compact) {
        this.name = name.getBytes(StandardCharsets.US_ASCII);
        this.compact = compact;
    }

    /** Length of the long form in bytes. */
    public int length() {
        return name.length;
    }

    /** Writes the long form as RFCs print it; returns its length. */
    public int copyTo(final MutableDirectBuffer buffer, final int offset) {
        buffer.putBytes(offset, name);
        return name.length;
    }

    /** The header whose long or compact name stands there, whatever its case. */
    public static HeaderName of(final DirectBuffer buffer, final int offset, final int length) {
        if (length <= 0) {
            return OTHER;
        }
        final long first = Swar.word(buffer, offset, Math.min(8, length));
        final long last = length > 8 ? Swar.word(buffer, offset + length - 8, 8) : 0;
        final int candidate = Lookup.candidate(first, last, length);
        if (length > 16 && candidate != OTHER_ORDINAL) {
            final byte[] name = BY_ORDINAL[candidate].name;
            for (int i = 8; i < length - 8; i++) {
                if (Ascii.lower(buffer.getByte(offset + i)) != Ascii.lower(name[i])) {
                    return OTHER;
                }
            }
        }
        return BY_ORDINAL[candidate];
    }

    boolean isLower(final byte[] lowerCaseName) {
        if (lowerCaseName.length != name.length) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (Ascii.lower(name[i]) != lowerCaseName[i]) {
                return false;
            }
        }
        return true;
    }

    /** As {@link #ordinalOf}, where it is not known whether eight bytes may be read. */
    static int ordinalOf(final Bytes bytes, final int offset, final int length) {
        if (length >= 8) {
            return ordinalOf(bytes, offset, length, Swar.load(bytes, offset));
        }
        return length == 0 ? OTHER_ORDINAL : Lookup.candidate(Swar.word(bytes, offset, length), 0, length);
    }

    static HeaderName ofOrdinal(final int ordinal) {
        return BY_ORDINAL[ordinal];
    }

    /** As {@link #of}, where the caller has loaded the first eight bytes. */
    static int ordinalOf(final Bytes bytes, final int offset, final int length, final long firstEight) {
        if (length < 8) {
            return Lookup.candidate(firstEight & Swar.lowBytes(length), 0, length);
        }
        final long last = length > 8 ? Swar.load(bytes, offset + length - 8) : 0;
        final int candidate = Lookup.candidate(firstEight, last, length);
        return length > 16 && candidate != OTHER_ORDINAL ? middle(bytes, offset, length, candidate) : candidate;
    }

    private static int middle(final Bytes bytes, final int offset, final int length, final int candidate) {
        final byte[] name = BY_ORDINAL[candidate].name;
        for (int i = 8; i < length - 8; i++) {
            if (Ascii.lower(bytes.getByte(offset + i)) != Ascii.lower(name[i])) {
                return OTHER_ORDINAL;
            }
        }
        return candidate;
    }

    /**
     * A hash table without collisions, found when the class is loaded. The key is the first and last eight bytes with the bit of upper case set, and the
     * length. A dash and a CR differ in that same bit, so the final comparison sets it in letters only.
     */
    private static final class Lookup {
        private static final int SLOTS = 1024;
        private static final long LOWER = 0x2020_2020_2020_2020L;
        private static final byte[] TABLE = new byte[SLOTS];
        private static final byte[] COMPACT = new byte[32];
        private static final byte[] LENGTHS = new byte[COUNT];
        private static final long[] WORDS = new long[4 * COUNT];
        private static final long MULTIPLIER = fill();

        private Lookup() {}

        static int candidate(final long first, final long last, final int length) {
            if (length == 1) {
                return (first & 0xC0) == 0x40 ? COMPACT[(int) first & 0x1F] : OTHER_ORDINAL;
            }
            final int ordinal = TABLE[slot(MULTIPLIER, first, last, length)];
            final int at = 4 * ordinal;
            return LENGTHS[ordinal] == length
                            && (first | WORDS[at + 1]) == WORDS[at]
                            && (last | WORDS[at + 3]) == WORDS[at + 2]
                    ? ordinal
                    : OTHER_ORDINAL;
        }

        private static int slot(final long multiplier, final long first, final long last, final int length) {
            final long key = (first | LOWER) + Long.rotateLeft(last | LOWER, 21) + length;
            return (int) ((key * multiplier) >>> 54);
        }

        private static long fill() {
            Arrays.fill(COMPACT, (byte) OTHER_ORDINAL);
            for (final HeaderName header : BY_ORDINAL) {
                final byte[] lower = new String(header.name, StandardCharsets.US_ASCII)
                        .toLowerCase(Locale.ROOT)
                        .getBytes(StandardCharsets.US_ASCII);
                final int at = 4 * header.ordinal();
                final int length = lower.length;
                LENGTHS[header.ordinal()] = (byte) length;
                WORDS[at] = Swar.word(lower, 0, Math.min(8, length));
                WORDS[at + 1] = letters(WORDS[at]);
                WORDS[at + 2] = length > 8 ? Swar.word(lower, length - 8, 8) : 0;
                WORDS[at + 3] = letters(WORDS[at + 2]);
                if (header.compact != 0) {
                    COMPACT[header.compact & 0x1F] = (byte) header.ordinal();
                }
            }
            long multiplier = 0x9E37_79B9_7F4A_7C15L;
            while (!place(multiplier)) {
                multiplier = multiplier * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            }
            return multiplier;
        }

        private static boolean place(final long multiplier) {
            Arrays.fill(TABLE, (byte) OTHER_ORDINAL);
            for (int ordinal = 0; ordinal < OTHER_ORDINAL; ordinal++) {
                final int slot = slot(multiplier, WORDS[4 * ordinal], WORDS[4 * ordinal + 2], LENGTHS[ordinal]);
                if (TABLE[slot] != OTHER_ORDINAL) {
                    return false;
                }
                TABLE[slot] = (byte) ordinal;
            }
            return true;
        }

        private static long letters(final long lower) {
            long mask = 0;
            for (int shift = 0; shift < 64; shift += 8) {
                final int c = (int) (lower >>> shift) & 0xFF;
                if (c >= 'a' && c <= 'z') {
                    mask |= 0x20L << shift;
                }
            }
            return mask;
        }
    }
}
