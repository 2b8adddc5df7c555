package io.dialtone.runtime.node;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code GET /trace} is asked for.
 *
 * @param callId the Call-ID of any leg of the call
 * @param sessions numbers of its session that others have found out
 * @param cursor where to go on, for each loop; empty for the oldest
 * @param withCredentials true if Authorization and Proxy-Authorization are to be shown
 */
record TraceQuery(String callId, List<Long> sessions, List<Long> cursor, boolean withCredentials) {
    private static final int CALL_ID_CHARS_MAX = 8_192;
    private static final int HEX = 16;

    /** Reads the part of a URI behind its question mark. */
    static TraceQuery parse(final @Nullable String rawQuery) throws AdminRefusal {
        final Map<String, String> values = new HashMap<>();
        if (rawQuery != null && !rawQuery.isEmpty()) {
            for (final String pair : rawQuery.split("&", -1)) {
                final int equals = pair.indexOf('=');
                if (equals > 0) {
                    values.put(pair.substring(0, equals), decode(pair.substring(equals + 1)));
                }
            }
        }
        final String callId = values.getOrDefault("call-id", "");
        if (callId.isEmpty() || callId.length() > CALL_ID_CHARS_MAX) {
            throw new AdminRefusal(
                    AdminRefusal.BAD_REQUEST,
                    "call-id: " + callId.length() + " characters (expected: 1 to " + CALL_ID_CHARS_MAX + ")");
        }
        return new TraceQuery(
                callId,
                numbers("sessions", values, HEX),
                numbers("cursor", values, 10),
                Boolean.parseBoolean(values.get("credentials")));
    }

    private static String decode(final String text) throws AdminRefusal {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new AdminRefusal(AdminRefusal.BAD_REQUEST, text + " (expected: escapes of two hexadecimal digits)");
        }
    }

    private static List<Long> numbers(final String name, final Map<String, String> values, final int radix)
            throws AdminRefusal {
        final List<Long> numbers = new ArrayList<>();
        final String text = values.getOrDefault(name, "");
        if (!text.isEmpty()) {
            for (final String part : text.split(",", -1)) {
                try {
                    numbers.add(radix == HEX ? Long.parseUnsignedLong(part, HEX) : Long.parseLong(part));
                } catch (NumberFormatException e) {
                    throw new AdminRefusal(AdminRefusal.BAD_REQUEST, name + ": " + part + " (expected: a number)");
                }
            }
        }
        return List.copyOf(numbers);
    }
}
