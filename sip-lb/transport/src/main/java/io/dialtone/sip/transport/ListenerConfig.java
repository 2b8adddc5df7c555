package io.dialtone.sip.transport;

import io.dialtone.sip.codec.ViaTransport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An address to listen on and the name peers are told, for the operator.
 *
 * @param transport how it speaks
 * @param host literal or name of a local address, without brackets; {@code 0.0.0.0} and {@code ::} mean all of a family
 * @param port 0 lets the system choose
 * @param advertisedHost host for Via, Record-Route and Contact; null means the bound address
 * @param advertisedPort port for Via, Record-Route and Contact; 0 means the bound port
 * @param proxies whose connections begin with a header of the PROXY protocol, and nobody else's are taken; empty if there is none
 */
public record ListenerConfig(
        ViaTransport transport,
        String host,
        int port,
        @Nullable String advertisedHost,
        int advertisedPort,
        List<NetworkRange> proxies) {
    public ListenerConfig {
        if (host.isBlank()) {
            throw new IllegalArgumentException(
                    "listener host: empty (expected: an address of this machine). Maybe 127.0.0.1.");
        }
        requirePort("listener port", port);
        requirePort("advertised port", advertisedPort);
        proxies = List.copyOf(proxies);
        if (transport == ViaTransport.UDP && !proxies.isEmpty()) {
            throw new IllegalArgumentException("proxies of a listener by UDP: " + proxies + " (expected: none)");
        }
    }

    public ListenerConfig(final String host, final int port) {
        this(ViaTransport.UDP, host, port, null, 0, List.of());
    }

    /** The same for another transport. */
    public ListenerConfig speaking(final ViaTransport other) {
        return new ListenerConfig(other, host, port, advertisedHost, advertisedPort, proxies);
    }

    public ListenerConfig advertise(final String advertisedHost, final int advertisedPort) {
        return new ListenerConfig(transport, host, port, advertisedHost, advertisedPort, proxies);
    }

    /** The same behind these proxies. */
    public ListenerConfig behind(final List<NetworkRange> proxiesInFront) {
        return new ListenerConfig(transport, host, port, advertisedHost, advertisedPort, proxiesInFront);
    }

    @Override
    public String toString() {
        return transport.scheme() + ":" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static void requirePort(final String name, final int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + ": " + port + " (expected: 0 to 65535). Maybe 5060.");
        }
    }
}
