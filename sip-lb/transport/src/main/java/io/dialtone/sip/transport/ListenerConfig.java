package io.dialtone.sip.transport;

import org.jspecify.annotations.Nullable;

/**
 * An address to listen on and the name peers are told, for the operator.
 *
 * @param host literal or name of a local address, without brackets; {@code 0.0.0.0} and {@code ::} mean all of a family
 * @param port 0 lets the system choose
 * @param advertisedHost host for Via, Record-Route and Contact; null means the bound address
 * @param advertisedPort port for Via, Record-Route and Contact; 0 means the bound port
 */
public record ListenerConfig(
        String host, int port, @Nullable String advertisedHost, int advertisedPort) {
    private static final String SCHEME = "udp:";

    public ListenerConfig {
        if (host.isBlank()) {
            throw new IllegalArgumentException(
                    "listener host: empty (expected: an address of this machine). Maybe 127.0.0.1.");
        }
        requirePort("listener port", port);
        requirePort("advertised port", advertisedPort);
    }

    public ListenerConfig(final String host, final int port) {
        this(host, port, null, 0);
    }

    public ListenerConfig advertise(final String advertisedHost, final int advertisedPort) {
        return new ListenerConfig(host, port, advertisedHost, advertisedPort);
    }

    /** Reads {@code udp:HOST:PORT}, {@code HOST:PORT} or {@code udp:[IPv6]:PORT}. */
    public static ListenerConfig parse(final String text) {
        final String place = text.startsWith(SCHEME) ? text.substring(SCHEME.length()) : text;
        final int colon = place.lastIndexOf(':');
        final String host = colon < 0 ? "" : place.substring(0, colon);
        final boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.isEmpty() || (!bracketed && host.indexOf(':') >= 0)) {
            throw new IllegalArgumentException(
                    "listener: " + text
                            + " (expected: udp:HOST:PORT, an IPv6 host in brackets). Maybe udp:127.0.0.1:5060 or udp:[::1]:5060.");
        }
        final int port;
        try {
            port = Integer.parseInt(place.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "listener port: " + place.substring(colon + 1) + " (expected: 0 to 65535). Maybe 5060.", e);
        }
        return new ListenerConfig(bracketed ? host.substring(1, host.length() - 1) : host, port);
    }

    @Override
    public String toString() {
        return SCHEME + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static void requirePort(final String name, final int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + ": " + port + " (expected: 0 to 65535). Maybe 5060.");
        }
    }
}
