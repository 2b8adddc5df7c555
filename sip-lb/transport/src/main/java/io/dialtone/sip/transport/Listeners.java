package io.dialtone.sip.transport;

import io.dialtone.net.BindFailure;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipListener;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** Turns configured listeners into those that routing sees. For set-up. */
final class Listeners {
    private Listeners() {}

    /** A listener before it is bound; a port of 0 stands for one to be chosen. */
    static SipListener wanted(final int index, final ListenerConfig config) throws UnknownHostException {
        final InetAddress address;
        try {
            address = InetAddress.getByName(config.host());
        } catch (UnknownHostException e) {
            final UnknownHostException polite = new UnknownHostException("listener " + config + ": no address for "
                    + config.host() + " (expected: an address of this machine, or a name for one). Maybe 127.0.0.1.");
            polite.initCause(e);
            throw polite;
        }
        final String host = config.advertisedHost();
        return new SipListener(
                index,
                config.transport().code(),
                new InetSocketAddress(address, config.port()),
                host == null ? literal(address.isAnyLocalAddress() ? outward(address) : address) : bracketed(host),
                config.advertisedPort());
    }

    /** The same listener with the address it got, and its port told to peers unless another is. */
    static SipListener bound(final SipListener wanted, final InetSocketAddress local) {
        final int port = wanted.advertisedPort() == 0 ? local.getPort() : wanted.advertisedPort();
        return new SipListener(wanted.index(), wanted.transport(), local, wanted.advertisedHost(), port);
    }

    /** A listener as an operator writes it. */
    static String describe(final SipListener listener) {
        return listener.speaks().scheme() + ":"
                + literal(listener.local().getAddress())
                + ":"
                + listener.local().getPort();
    }

    /** What to throw when a listener cannot be bound. */
    static BindException notBound(final SipListener listener, final boolean inUse, final String reason) {
        return BindFailure.of(
                describe(listener),
                listener.local().getPort(),
                listener.transport() == SipFlow.TRANSPORT_UDP,
                inUse,
                reason);
    }

    private static String bracketed(final String host) {
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    /** An address as SIP writes it: IPv6 in brackets, without a zone. */
    private static String literal(final InetAddress address) {
        final String text = address.getHostAddress();
        final int zone = text.indexOf('%');
        final String plain = zone < 0 ? text : text.substring(0, zone);
        return address instanceof Inet6Address ? "[" + plain + "]" : plain;
    }

    /** For a listener on all addresses: the first of its family that others can reach, else loopback. */
    private static InetAddress outward(final InetAddress any) throws UnknownHostException {
        final boolean ipv6 = any instanceof Inet6Address;
        final InetAddress found = firstOutward(ipv6);
        return found != null ? found : InetAddress.getByName(ipv6 ? "::1" : "127.0.0.1");
    }

    private static @Nullable InetAddress firstOutward(final boolean ipv6) {
        try {
            for (final NetworkInterface device : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (!device.isUp()) {
                    continue;
                }
                for (final InetAddress address : Collections.list(device.getInetAddresses())) {
                    if (address instanceof Inet6Address == ipv6
                            && !address.isLoopbackAddress()
                            && !address.isLinkLocalAddress()) {
                        return address;
                    }
                }
            }
        } catch (SocketException e) {
            // No list of interfaces is as good as none that reaches out.
            return null;
        }
        return null;
    }
}
