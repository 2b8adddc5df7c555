package io.dialtone.sip.transport;

import io.dialtone.net.Linux;
import io.dialtone.sip.routing.SipFlow;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * What a bound socket's address says about peers it can reach.
 *
 * @param scopeId interface of a link-local address, for peers that have one as well; 0 is none
 */
record SocketName(boolean ipv6, int scopeId) {
    private static final long LINK_LOCAL_MASK = 0xFFC0L << 48;
    private static final long LINK_LOCAL_PREFIX = 0xFE80L << 48;

    static SocketName of(final InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address inet6
                ? new SocketName(true, inet6.getScopeId())
                : new SocketName(false, 0);
    }

    boolean reaches(final SipFlow peer) {
        return peer.isIpv4() != ipv6;
    }

    int sockaddrBytes() {
        return ipv6 ? Linux.SOCKADDR_IN6_BYTES : Linux.SOCKADDR_IN_BYTES;
    }

    static boolean isLinkLocal(final long addressHigh) {
        return (addressHigh & LINK_LOCAL_MASK) == LINK_LOCAL_PREFIX;
    }
}
