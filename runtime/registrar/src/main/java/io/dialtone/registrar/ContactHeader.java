package io.dialtone.registrar;

import io.dialtone.sip.codec.NameAddrView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A Contact of a REGISTER, or a value of another header of addresses. Immutable.
 *
 * @param text as it stands there
 * @param uri its URI; null for {@code *} and nothing else
 * @param params its parameters as they stand there but for those of {@link #NOT_KEPT}, each with its semicolon
 * @param q preference, 0 to 1000
 * @param expires the seconds asked for; empty if nothing is said or it cannot be understood
 * @param instance the URN of {@code +sip.instance}, or empty
 * @param regId {@code reg-id}, or 0
 */
record ContactHeader(
        String text, @Nullable SipUri uri, String params, int q, OptionalLong expires, String instance, int regId) {
    /** What the registrar writes anew each time. */
    private static final List<String> NOT_KEPT = List.of("expires", "q", "pub-gruu", "temp-gruu");

    private static final long EXPIRES_MAX = 0xFFFF_FFFFL;
    private static final int REG_ID_DIGITS_MAX = 9;

    boolean isStar() {
        return uri == null;
    }

    /** Reads all values of some header lines; empty if one of them cannot be understood, or if there are more than a limit. */
    static Optional<List<ContactHeader>> readAll(final List<String> lines, final int max) {
        final List<ContactHeader> values = new ArrayList<>();
        final NameAddrView view = new NameAddrView();
        for (final String line : lines) {
            final byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            boolean found = view.wrap(new UnsafeBuffer(bytes), 0, bytes.length);
            while (found) {
                final Optional<ContactHeader> value = read(bytes, view);
                if (value.isEmpty() || values.size() == max) {
                    return Optional.empty();
                }
                values.add(value.get());
                found = view.next();
            }
            if (view.isMalformed()) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }

    private static Optional<ContactHeader> read(final byte[] bytes, final NameAddrView view) {
        final String text = part(bytes, view.valueOffset(), view.valueEnd() - view.valueOffset());
        if (view.isStar()) {
            return Optional.of(new ContactHeader(text, null, "", Binding.Q_MAX, OptionalLong.empty(), "", 0));
        }
        final String params = part(bytes, view.paramsOffset(), view.valueEnd() - view.paramsOffset());
        return SipUri.parse(part(bytes, view.uriOffset(), view.uriLength()))
                .map(uri -> new ContactHeader(
                        text,
                        uri,
                        kept(params),
                        q(value(bytes, view, "q")),
                        seconds(value(bytes, view, "expires")),
                        instance(value(bytes, view, "+sip.instance")),
                        regId(value(bytes, view, "reg-id"))));
    }

    private static String value(final byte[] bytes, final NameAddrView view, final String name) {
        return view.findParam(name.getBytes(StandardCharsets.US_ASCII))
                ? part(bytes, view.paramValueOffset(), view.paramValueLength())
                : "";
    }

    /** Reads the value of an Expires; empty if it is none (RFC 3261 section 20.19 takes the default then). */
    static OptionalLong seconds(final String text) {
        final String digits = text.strip();
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(digits.length() > 10 ? EXPIRES_MAX : Math.min(EXPIRES_MAX, Long.parseLong(digits)));
    }

    /** What is no preference is the highest, as if nothing had been said. */
    private static int q(final String text) {
        if (text.matches("0(\\.[0-9]{0,3})?")) {
            final String digits = text.length() > 2 ? text.substring(2) : "";
            return Integer.parseInt((digits + "000").substring(0, 3));
        }
        return Binding.Q_MAX;
    }

    /** {@code "<urn:uuid:...>"} without quotes and brackets. */
    private static String instance(final String quoted) {
        return quoted.matches("\"<[^<>\"]+>\"") ? quoted.substring(2, quoted.length() - 2) : "";
    }

    private static int regId(final String text) {
        return text.matches("[0-9]{1," + REG_ID_DIGITS_MAX + "}") ? Integer.parseInt(text) : 0;
    }

    private static String kept(final String params) {
        final StringBuilder kept = new StringBuilder();
        int from = params.indexOf(';');
        while (from >= 0) {
            final int to = paramEnd(params, from + 1);
            final String param = params.substring(from + 1, to).strip();
            final int equals = param.indexOf('=');
            final String name = (equals < 0 ? param : param.substring(0, equals)).strip();
            if (!name.isEmpty() && !NOT_KEPT.contains(name.toLowerCase(Locale.ROOT))) {
                kept.append(';').append(param);
            }
            from = to < params.length() ? to : -1;
        }
        return kept.toString();
    }

    /** Where the next semicolon stands that is not in quotes. */
    private static int paramEnd(final String params, final int from) {
        boolean isQuoted = false;
        for (int i = from; i < params.length(); i++) {
            final char c = params.charAt(i);
            if (c == '"') {
                isQuoted = !isQuoted;
            } else if (c == '\\' && isQuoted) {
                i++;
            } else if (c == ';' && !isQuoted) {
                return i;
            }
        }
        return params.length();
    }

    private static String part(final byte[] bytes, final int offset, final int length) {
        return offset < 0 || length <= 0 ? "" : new String(bytes, offset, length, StandardCharsets.UTF_8);
    }
}
