package io.dialtone.sip.routing;

import java.net.InetSocketAddress;

/**
 * A bound socket of ours and the name peers know it by.
 *
 * @param index place in the order of configuration
 * @param transport {@link SipFlow#TRANSPORT_UDP}
 * @param local the bound address
 * @param advertisedHost host for Via, Record-Route and Contact: a name, an IPv4 literal or an IPv6 literal in brackets
 * @param advertisedPort port for Via, Record-Route and Contact
 */
public record SipListener(
        int index, int transport, InetSocketAddress local, String advertisedHost, int advertisedPort) {}
