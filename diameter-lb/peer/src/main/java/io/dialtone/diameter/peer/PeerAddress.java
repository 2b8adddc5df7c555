package io.dialtone.diameter.peer;

import java.util.Locale;

/**
 * Where a peer is dialled. Immutable; for set-up and control.
 *
 * @param transport by what
 * @param host a name, an IPv4 literal, or an IPv6 literal without brackets; the transport looks names up
 * @param port its port
 */
public record PeerAddress(DiameterTransport transport, String host, int port) {
    private static final String EXPECTED =
            "expected: [tcp:|tls:|sctp:]HOST[:PORT], for instance tcp:192.0.2.10:3868 or tls:[2001:db8::10]";

    public PeerAddress {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("peer address: no host (" + EXPECTED + ")");
        }
        if (port < 1 || port > 0xFFFF) {
            throw new IllegalArgumentException("peer address " + host + ": port " + port + " (expected: 1 to 65535)");
        }
    }

    /** Reads the operator's form; says politely what is wrong with it. */
    public static PeerAddress parse(final String text) {
        final String stripped = text.strip();
        final int colon = stripped.indexOf(':');
        DiameterTransport transport = DiameterTransport.TCP;
        String address = stripped;
        for (final DiameterTransport each : DiameterTransport.values()) {
            if (colon > 0
                    && stripped.substring(0, colon).toLowerCase(Locale.ROOT).equals(each.scheme())) {
                transport = each;
                address = stripped.substring(colon + 1);
            }
        }
        if (address.startsWith("[")) {
            final int close = address.indexOf(']');
            if (close < 0 || (close + 1 < address.length() && address.charAt(close + 1) != ':')) {
                throw new IllegalArgumentException("peer address " + text + ": bad IPv6 address (" + EXPECTED + ")");
            }
            final String port = close + 1 < address.length() ? address.substring(close + 2) : "";
            return new PeerAddress(transport, address.substring(1, close), port(text, port, transport));
        }
        final int last = address.lastIndexOf(':');
        if (address.indexOf(':') != last) {
            throw new IllegalArgumentException(
                    "peer address " + text + ": an IPv6 address stands in brackets (" + EXPECTED + ")");
        }
        return last < 0
                ? new PeerAddress(transport, address, transport.defaultPort())
                : new PeerAddress(
                        transport, address.substring(0, last), port(text, address.substring(last + 1), transport));
    }

    private static int port(final String text, final String port, final DiameterTransport transport) {
        if (port.isEmpty()) {
            return transport.defaultPort();
        }
        try {
            return Integer.parseInt(port);
        } catch (final NumberFormatException _) {
            throw new IllegalArgumentException(
                    "peer address " + text + ": port \"" + port + "\" is no number (" + EXPECTED + ")");
        }
    }

    @Override
    public String toString() {
        return transport.scheme() + ":" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
