package io.dialtone.registrar;

import io.dialtone.sip.codec.Escapes;
import io.dialtone.sip.codec.UriView;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/** A URI that can be compared with others as RFC 3261 section 19.1.4 says. Immutable. */
final class SipUri {
    /** Parameters that must be the same or absent in both; all others must be the same where both have them. */
    private static final String[] ALWAYS_COMPARED = {"user", "ttl", "method", "maddr", "transport"};

    private final String text;
    private final UriView.Scheme scheme;
    private final String rawUser;
    private final String user;
    private final String password;
    private final String host;
    private final int port;
    private final Map<String, String> params = new TreeMap<>();
    private final Map<String, String> headers = new TreeMap<>();

    private SipUri(final String text, final byte[] bytes, final UriView view) {
        this.text = text;
        scheme = view.scheme();
        rawUser = part(bytes, view.userOffset(), view.userLength());
        user = Escapes.read(rawUser);
        password = Escapes.read(part(bytes, view.passwordOffset(), view.passwordLength()));
        host = part(bytes, view.hostOffset(), view.hostLength()).toLowerCase(Locale.ROOT);
        port = view.port();
        if (scheme != UriView.Scheme.OTHER) {
            read(part(bytes, view.paramsOffset(), view.paramsEnd() - view.paramsOffset()), ";", params);
            read(part(bytes, view.headersOffset(), view.headersLength()), "&", headers);
        }
    }

    /** Takes a URI apart; empty if it is none. */
    static Optional<SipUri> parse(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        final UriView view = new UriView();
        return view.parse(new UnsafeBuffer(bytes), 0, bytes.length)
                ? Optional.of(new SipUri(text, bytes, view))
                : Optional.empty();
    }

    boolean isSip() {
        return scheme == UriView.Scheme.SIP || scheme == UriView.Scheme.SIPS;
    }

    boolean isSips() {
        return scheme == UriView.Scheme.SIPS;
    }

    /** The same with {@code sip} for {@code sips}: as addresses of record they are one (RFC 5630 section 5.2). */
    SipUri withoutSecurity() {
        return isSips() ? parse("sip" + text.substring("sips".length())).orElse(this) : this;
    }

    boolean isTel() {
        return scheme == UriView.Scheme.TEL;
    }

    /** Without escapes; empty if there is none. */
    String user() {
        return user;
    }

    /** In lower case; empty if there is none. */
    String host() {
        return host;
    }

    /** Scheme, user, host and port: an address of record without what RFC 3261 section 10.3 step 5 takes away. */
    String bare() {
        if (isTel()) {
            return "tel:" + rawUser;
        }
        return scheme.name().toLowerCase(Locale.ROOT) + ":" + (rawUser.isEmpty() ? "" : rawUser + "@") + host
                + (port < 0 ? "" : ":" + port);
    }

    /** A parameter's value without escapes, empty if it has none; nothing if it is not there. */
    Optional<String> param(final String lowerCaseName) {
        return Optional.ofNullable(params.get(lowerCaseName));
    }

    /** True if both lead to the same place (RFC 3261 section 19.1.4). */
    boolean isSameAs(final SipUri other) {
        if (scheme == UriView.Scheme.OTHER || other.scheme == UriView.Scheme.OTHER) {
            return text.equals(other.text);
        }
        if (scheme != other.scheme
                || !user.equals(other.user)
                || !password.equals(other.password)
                || !host.equals(other.host)
                || port != other.port
                || !headers.equals(other.headers)) {
            return false;
        }
        for (final String name : ALWAYS_COMPARED) {
            if (params.containsKey(name) != other.params.containsKey(name)) {
                return false;
            }
        }
        return params.entrySet().stream()
                .allMatch(mine ->
                        mine.getValue().equalsIgnoreCase(other.params.getOrDefault(mine.getKey(), mine.getValue())));
    }

    private static void read(final String text, final String separator, final Map<String, String> into) {
        for (final String part : text.split(separator, -1)) {
            if (!part.isEmpty()) {
                final int equals = part.indexOf('=');
                final String name = equals < 0 ? part : part.substring(0, equals);
                into.put(
                        Escapes.read(name).toLowerCase(Locale.ROOT),
                        equals < 0 ? "" : Escapes.read(part.substring(equals + 1)));
            }
        }
    }

    private static String part(final byte[] bytes, final int offset, final int length) {
        return offset < 0 || length <= 0 ? "" : new String(bytes, offset, length, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return text;
    }
}
