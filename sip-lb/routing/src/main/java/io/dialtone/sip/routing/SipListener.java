package io.dialtone.sip.routing;

import static java.util.Objects.requireNonNull;

import io.dialtone.sip.codec.ViaTransport;
import java.net.InetSocketAddress;

/**
 * A bound socket of ours and the name peers know it by.
 *
 * @param index place in the order of configuration
 * @param transport {@link ViaTransport#code} of what it speaks
 * @param local the bound address
 * @param advertisedHost host for Via, Record-Route and Contact: a name, an IPv4 literal or an IPv6 literal in brackets
 * @param advertisedPort port for Via, Record-Route and Contact
 */
public record SipListener(
        int index, int transport, InetSocketAddress local, String advertisedHost, int advertisedPort) {
    public SipListener {
        if (ViaTransport.of(transport) == null) {
            throw new IllegalArgumentException("transport: " + transport + " (expected: a code of ViaTransport)");
        }
    }

    /** What it speaks. */
    public ViaTransport speaks() {
        return requireNonNull(ViaTransport.of(transport));
    }
}
