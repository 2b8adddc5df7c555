package io.dialtone.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a REFER points to (RFC 3515 section 2.1).
 *
 * @param uri whom to ask, without the headers and the method that stood in it
 * @param method what to ask; INVITE if it was not said
 * @param replaces the call that the INVITE is to replace there (RFC 3891)
 */
public record ReferTo(String uri, String method, Optional<DialogName> replaces) {
    private static final int HEX = 16;

    /** Reads a header's value; empty if it is no address, or has a Replaces that names no call. */
    public static Optional<ReferTo> parse(final String value) {
        final String whole = uriOf(value.strip());
        final int question = whole.indexOf('?');
        final String bare = question < 0 ? whole : whole.substring(0, question);
        final String scheme = bare.substring(0, Math.max(0, bare.indexOf(':'))).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("sip") || scheme.equals("sips") || scheme.equals("tel"))
                || bare.length() == scheme.length() + 1
                || bare.chars().anyMatch(c -> c <= ' ' || c == '<' || c == '>' || c == '"')) {
            return Optional.empty();
        }
        Optional<DialogName> replaces = Optional.empty();
        for (final String header :
                question < 0 ? new String[0] : whole.substring(question + 1).split("&", -1)) {
            final String[] pair = header.split("=", 2);
            if (pair.length == 2 && pair[0].equalsIgnoreCase("Replaces")) {
                if (replaces.isPresent()) {
                    return Optional.empty();
                }
                replaces = DialogName.parse(unescape(pair[1]));
                if (replaces.isEmpty()) {
                    return Optional.empty();
                }
            }
        }
        String method = "INVITE";
        final StringBuilder uri = new StringBuilder();
        for (final String part : bare.split(";", -1)) {
            if (part.toLowerCase(Locale.ROOT).startsWith("method=")) {
                method = part.substring("method=".length()).toUpperCase(Locale.ROOT);
            } else {
                uri.append(uri.isEmpty() ? "" : ";").append(part);
            }
        }
        return Optional.of(new ReferTo(uri.toString(), method, replaces));
    }

    /** The value of Refer-To. */
    public String header() {
        return "<" + uri
                + (method.equals("INVITE") ? "" : ";method=" + method)
                + replaces.map(name -> "?Replaces=" + escape(name.header())).orElse("")
                + ">";
    }

    /** In brackets, behind a name that may be quoted; or else all before the header's parameters. */
    private static String uriOf(final String value) {
        int at = 0;
        if (value.startsWith("\"")) {
            for (at = 1; at < value.length() && value.charAt(at) != '"'; at++) {
                if (value.charAt(at) == '\\') {
                    at++;
                }
            }
        }
        final int begin = value.indexOf('<', Math.min(at, value.length()));
        if (begin < 0) {
            return value.split(";", 2)[0].strip();
        }
        final int end = value.indexOf('>', begin);
        return end < 0 ? "" : value.substring(begin + 1, end);
    }

    private static String unescape(final String text) {
        final byte[] in = text.getBytes(StandardCharsets.UTF_8);
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < in.length; i++) {
            final int high = in[i] == '%' && i + 2 < in.length ? Character.digit(in[i + 1], HEX) : -1;
            final int low = high < 0 ? -1 : Character.digit(in[i + 2], HEX);
            out.write(low < 0 ? in[i] : high << 4 | low);
            i += low < 0 ? 0 : 2;
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String escape(final String text) {
        final StringBuilder out = new StringBuilder();
        for (final byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (Character.isLetterOrDigit(b) || "-_.!~*'()[]/:+$".indexOf(b) >= 0) {
                out.append((char) b);
            } else {
                out.append(String.format(Locale.ROOT, "%%%02X", b & 0xFF));
            }
        }
        return out.toString();
    }
}
