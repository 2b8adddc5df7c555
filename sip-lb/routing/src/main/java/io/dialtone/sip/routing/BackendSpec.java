package io.dialtone.sip.routing;

import io.dialtone.sip.codec.ViaTransport;
import java.util.Locale;
import java.util.Map;

/**
 * A backend as an operator writes it: {@code [TRANSPORT:]HOST[:PORT][;weight=N][;open-max=N]}. Immutable; for set-up and control, on any thread.
 *
 * @param transport how requests go to it: UDP, TCP or TLS
 * @param host a name, an IPv4 literal, or an IPv6 literal without brackets; names are looked up when the backend is added, never on the path
 * @param port its port; that of the transport when none is written
 * @param weight share of the keys against the other backends, {@link #WEIGHT_MIN} to {@link #WEIGHT_MAX}
 * @param openMax most transactions it may have open at a time; 0 for what holds for all backends
 */
public record BackendSpec(ViaTransport transport, String host, int port, int weight, int openMax) {
    /** RFC 3261 section 19.1.2, without TLS. */
    public static final int PORT_DEFAULT = 5060;

    public static final int WEIGHT_DEFAULT = 1;
    public static final int WEIGHT_MIN = 1;
    public static final int WEIGHT_MAX = 10_000;

    private static final Map<String, ViaTransport> SCHEMES =
            Map.of("sip", ViaTransport.UDP, "udp", ViaTransport.UDP, "tcp", ViaTransport.TCP, "tls", ViaTransport.TLS);
    private static final String WEIGHT = "weight=";
    private static final String OPEN_MAX = "open-max=";
    private static final String EXPECTED =
            "expected: [udp:|tcp:|tls:]HOST[:PORT][;weight=N][;open-max=N], for instance 192.0.2.10:5060;weight=2 or "
                    + "tcp:[2001:db8::10]:5060";

    public BackendSpec {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("backend: no host (" + EXPECTED + ")");
        }
        if (port < 1 || port > 0xFFFF) {
            throw new IllegalArgumentException("backend " + host + ": port " + port + " (expected: 1 to 65535)");
        }
        checkWeight(host, weight);
        if (openMax < 0 || openMax > BalancingConfig.OPEN_MAX_MOST) {
            throw new IllegalArgumentException("backend " + host + ": open-max " + openMax + " (expected: 0 to "
                    + BalancingConfig.OPEN_MAX_MOST + ")");
        }
        host = host.toLowerCase(Locale.ROOT);
    }

    /** A backend that is reached by UDP, without a limit of its own. */
    public BackendSpec(final String host, final int port, final int weight) {
        this(ViaTransport.UDP, host, port, weight, 0);
    }

    /** Reads the operator's form; says politely what is wrong with it. */
    public static BackendSpec parse(final String text) {
        final String[] parts = text.strip().split(";", -1);
        int weight = WEIGHT_DEFAULT;
        int openMax = 0;
        for (int i = 1; i < parts.length; i++) {
            final String part = parts[i].strip();
            if (part.startsWith(WEIGHT)) {
                weight = number(text, "weight", part.substring(WEIGHT.length()));
            } else if (part.startsWith(OPEN_MAX)) {
                openMax = number(text, "open-max", part.substring(OPEN_MAX.length()));
            } else {
                throw new IllegalArgumentException(
                        "backend " + text + ": unknown setting \"" + part + "\" (" + EXPECTED + ")");
            }
        }
        final String lower = parts[0].strip().toLowerCase(Locale.ROOT);
        final int end = lower.indexOf(':');
        final ViaTransport named = end < 0 ? null : SCHEMES.get(lower.substring(0, end));
        final ViaTransport transport = named == null ? ViaTransport.UDP : named;
        final String address = named == null ? lower : lower.substring(end + 1);
        final String host;
        final String port;
        if (address.startsWith("[")) {
            final int close = address.indexOf(']');
            if (close < 0 || (close + 1 < address.length() && address.charAt(close + 1) != ':')) {
                throw new IllegalArgumentException("backend " + text + ": bad IPv6 address (" + EXPECTED + ")");
            }
            host = address.substring(1, close);
            port = close + 1 < address.length() ? address.substring(close + 2) : "";
        } else if (address.indexOf(':') != address.lastIndexOf(':')) {
            throw new IllegalArgumentException(
                    "backend " + text + ": an IPv6 address stands in brackets (" + EXPECTED + ")");
        } else {
            final int colon = address.indexOf(':');
            host = colon < 0 ? address : address.substring(0, colon);
            port = colon < 0 ? "" : address.substring(colon + 1);
        }
        final boolean noPort = port.isEmpty() && !address.endsWith(":");
        return new BackendSpec(
                transport, host, noPort ? transport.defaultPort() : number(text, "port", port), weight, openMax);
    }

    public BackendSpec withWeight(final int newWeight) {
        return new BackendSpec(transport, host, port, newWeight, openMax);
    }

    BackendSpec withSettingsOf(final BackendSpec other) {
        return new BackendSpec(other.transport, host, port, other.weight, other.openMax);
    }

    /** What the backend is called in commands, counters and logs: {@code host:port}, IPv6 in brackets. */
    public String name() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    static int checkWeight(final String name, final int weight) {
        if (weight < WEIGHT_MIN || weight > WEIGHT_MAX) {
            throw new IllegalArgumentException("backend " + name + ": weight " + weight + " (expected: " + WEIGHT_MIN
                    + " to " + WEIGHT_MAX + "). To take a backend out of use, drain or remove it.");
        }
        return weight;
    }

    private static int number(final String text, final String what, final String digits) {
        try {
            return Integer.parseInt(digits.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "backend " + text + ": " + what + " \"" + digits + "\" is no number (" + EXPECTED + ")", e);
        }
    }

    @Override
    public String toString() {
        return (transport == ViaTransport.UDP ? "" : transport.scheme() + ":")
                + name()
                + (weight == WEIGHT_DEFAULT ? "" : ";weight=" + weight)
                + (openMax == 0 ? "" : ";open-max=" + openMax);
    }
}
