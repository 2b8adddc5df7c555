package io.dialtone.sip.locate;

import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.codec.ViaTransport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where requests for a domain go without a question to DNS: {@code DOMAIN=URI[;priority=N][;weight=N]}, several of which may be of one domain. A domain that begins with
 * {@code *.} stands for all names that end so, and {@code *} for all names; the longest one counts. Immutable; any thread.
 */
public final class StaticRoutes {
    /** What a route looks like, in words. */
    public static final String EXPECTED =
            "DOMAIN=URI[;priority=N][;weight=N], for instance example.com=sip:192.0.2.1:5060;transport=tcp;priority=1"
                    + " or *.example.net=sip:proxy.example.net";

    private static final String PRIORITY = "priority=";
    private static final String WEIGHT = "weight=";
    private static final String TRANSPORT = "transport=";
    private static final int NUMBER_MAX = 0xFFFF;

    /**
     * Leads from a domain to a server.
     *
     * @param domain as it was written, in lower case
     * @param to where requests go; a name is looked up in DNS, not here
     * @param priority lower ones are tried first
     * @param weight share among those with the same priority
     */
    public record Route(String domain, Destination to, int priority, int weight) {
        /** Reads the operator's form; says politely what is wrong with it. */
        public static Route parse(final String text) {
            final int equals = text.indexOf('=');
            final String domain =
                    Question.plain(equals < 0 ? "" : text.substring(0, equals).strip());
            final String name = domain.startsWith("*.") ? domain.substring(2) : domain;
            if (!domain.equals("*") && !Question.isName(name)) {
                throw wrong(text);
            }
            int priority = 0;
            int weight = 1;
            final StringBuilder uri = new StringBuilder();
            for (final String part : text.substring(equals + 1).strip().split(";", -1)) {
                if (part.startsWith(PRIORITY)) {
                    priority = number(text, part.substring(PRIORITY.length()));
                } else if (part.startsWith(WEIGHT)) {
                    weight = number(text, part.substring(WEIGHT.length()));
                } else {
                    uri.append(uri.isEmpty() ? "" : ";").append(part);
                }
            }
            return new Route(domain, destination(text, uri.toString()), priority, weight);
        }

        /** What becomes of a request for this: its own port and transport do not count any more, but that it must be safe does. */
        Destination towards(final Destination asked) {
            return new Destination(to.host(), to.port(), to.transport(), to.isSecure() || asked.isSecure());
        }

        private static Destination destination(final String text, final String uriText) {
            final byte[] bytes = uriText.getBytes(StandardCharsets.UTF_8);
            final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
            final UriView uri = new UriView();
            if (!uri.parse(buffer, 0, bytes.length) || uri.hostLength() <= 0 || !uri.isSip()) {
                throw wrong(text);
            }
            final boolean isSecure = uri.scheme() == UriView.Scheme.SIPS;
            final ViaTransport transport = uriText.contains(TRANSPORT) ? ViaTransport.ofUri(buffer, uri) : null;
            if (uriText.contains(TRANSPORT) && (transport == null || transport.isWebSocket())) {
                throw wrong(text);
            }
            return new Destination(
                    buffer.getStringWithoutLengthUtf8(uri.hostOffset(), uri.hostLength()),
                    Math.max(0, uri.port()),
                    transport,
                    isSecure);
        }

        private static int number(final String text, final String digits) {
            try {
                final int number = Integer.parseInt(digits.strip());
                if (number >= 0 && number <= NUMBER_MAX) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw wrong(text);
        }

        private static IllegalArgumentException wrong(final String text) {
            return new IllegalArgumentException("route: \"" + text + "\" (expected: " + EXPECTED + ")");
        }
    }

    private final Map<String, List<Route>> byDomain = new LinkedHashMap<>();

    private StaticRoutes(final List<Route> routes) {
        for (final Route route : routes) {
            byDomain.computeIfAbsent(route.domain(), any -> new ArrayList<>()).add(route);
        }
    }

    public static StaticRoutes of(final List<Route> routes) {
        return new StaticRoutes(routes);
    }

    public static StaticRoutes none() {
        return new StaticRoutes(List.of());
    }

    /** Those of a host; none if DNS is to be asked. */
    List<Route> of(final String host) {
        if (byDomain.isEmpty()) {
            return List.of();
        }
        @Nullable List<Route> found = byDomain.get(host);
        for (int dot = host.indexOf('.'); found == null && dot >= 0; dot = host.indexOf('.', dot + 1)) {
            found = byDomain.get("*" + host.substring(dot));
        }
        if (found == null) {
            found = byDomain.get("*");
        }
        return found == null ? List.of() : found;
    }
}
