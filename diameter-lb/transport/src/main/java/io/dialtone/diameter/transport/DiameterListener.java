package io.dialtone.diameter.transport;

import io.dialtone.diameter.peer.DiameterTransport;
import io.dialtone.diameter.peer.PeerAddress;

/**
 * An address to listen on, for the operator. Immutable.
 *
 * @param transport TCP or TLS; {@link Sctp} says why not SCTP
 * @param host literal or name of a local address, without brackets; {@code 0.0.0.0} and {@code ::} mean all of a family
 * @param port 0 lets the system choose
 */
public record DiameterListener(DiameterTransport transport, String host, int port) {
    private static final String ANY_PORT = ":0";

    public DiameterListener {
        if (host.isBlank()) {
            throw new IllegalArgumentException(
                    "listener host: empty (expected: an address of this machine). Maybe 127.0.0.1.");
        }
        if (port < 0 || port > 0xFFFF) {
            throw new IllegalArgumentException(
                    "listener port: " + port + " (expected: 0 to 65535). Maybe " + transport.defaultPort() + ".");
        }
        if (transport == DiameterTransport.SCTP) {
            throw new IllegalArgumentException("listener sctp:" + host + ": " + Sctp.reason());
        }
    }

    /** Reads {@code [tcp:|tls:]HOST[:PORT]}; without a port it is 3868, and 5868 for TLS. */
    public static DiameterListener parse(final String text) {
        final String stripped = text.strip();
        if (stripped.endsWith(ANY_PORT)) {
            // Nobody can be dialled at port 0, so an address of a peer has another.
            final PeerAddress address = PeerAddress.parse(stripped.substring(0, stripped.length() - 1) + "1");
            return new DiameterListener(address.transport(), address.host(), 0);
        }
        final PeerAddress address = PeerAddress.parse(stripped);
        return new DiameterListener(address.transport(), address.host(), address.port());
    }

    @Override
    public String toString() {
        return transport.scheme() + ":" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
