package io.dialtone.sip.routing;

import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.codec.ViaTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.agrona.DirectBuffer;

/**
 * Knows whether a host and port in a Via, Route or Request-URI mean this balancer: what its listeners advertise and are bound to, and the
 * operator's aliases. One per I/O thread.
 */
final class OwnNames {
    private static final int ANY_PORT = -1;

    private final byte[][] sentByHosts;
    private final int[] sentByPorts;
    private final String[] sentByUriParams;
    private final byte[][] hosts;
    private final int[] ports;
    private final long[] addresses;
    private final IpLiteral literal = new IpLiteral();

    OwnNames(final SipEgress egress, final List<String> aliases) {
        final List<Name> sentBy = new ArrayList<>();
        final List<Name> names = new ArrayList<>();
        this.sentByUriParams = new String[egress.listeners()];
        final List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < egress.listeners(); i++) {
            final SipListener listener = egress.listener(i);
            final Name advertised = new Name(listener.advertisedHost(), listener.advertisedPort());
            sentBy.add(advertised);
            sentByUriParams[i] = listener.speaks().uriParam();
            names.add(advertised);
            addBound(listener, names, numbers);
        }
        for (final String alias : aliases) {
            names.add(aliasOf(alias));
        }
        this.sentByHosts = sentBy.stream().map(Name::bytes).toArray(byte[][]::new);
        this.sentByPorts = sentBy.stream().mapToInt(Name::port).toArray();
        this.hosts = names.stream().map(Name::bytes).toArray(byte[][]::new);
        this.ports = names.stream().mapToInt(Name::port).toArray();
        this.addresses = numbers.stream().mapToLong(Long::longValue).toArray();
    }

    /** Whether a Via with this sent-by was put there by us. */
    boolean isSentBy(final DirectBuffer buffer, final int hostOffset, final int hostLength, final int port) {
        final int actual = port < 0 ? BackendSpec.PORT_DEFAULT : port;
        for (int i = 0; i < sentByPorts.length; i++) {
            if (isListener(i, buffer, hostOffset, hostLength, actual)) {
                return true;
            }
        }
        return false;
    }

    /** The listener that a URI of ours means, or -1: what it advertises, and how it speaks. */
    int listenerOf(final DirectBuffer buffer, final UriView uri) {
        final int actual = portOf(uri);
        for (int i = 0; i < sentByPorts.length; i++) {
            if (isListener(i, buffer, uri.hostOffset(), uri.hostLength(), actual)
                    && sentByUriParams[i].equals(uriParam(buffer, uri))) {
                return i;
            }
        }
        return -1;
    }

    /** The port that a URI means (RFC 3261 section 19.1.2). */
    static int portOf(final UriView uri) {
        if (uri.port() >= 0) {
            return uri.port();
        }
        return uri.scheme() == UriView.Scheme.SIPS ? ViaTransport.TLS.defaultPort() : BackendSpec.PORT_DEFAULT;
    }

    private static String uriParam(final DirectBuffer buffer, final UriView uri) {
        final ViaTransport transport = ViaTransport.ofUri(buffer, uri);
        return transport == null ? "" : transport.uriParam();
    }

    private boolean isListener(
            final int index, final DirectBuffer buffer, final int hostOffset, final int hostLength, final int port) {
        return sentByPorts[index] == port && equalsLower(buffer, hostOffset, hostLength, sentByHosts[index]);
    }

    /** Whether a URI with this host and port means us. */
    boolean isOurs(final DirectBuffer buffer, final int hostOffset, final int hostLength, final int port) {
        final int actual = port < 0 ? BackendSpec.PORT_DEFAULT : port;
        for (int i = 0; i < ports.length; i++) {
            if ((ports[i] == actual || ports[i] == ANY_PORT) && equalsLower(buffer, hostOffset, hostLength, hosts[i])) {
                return true;
            }
        }
        // An IPv6 address can be written in many ways.
        return hostLength > 0
                && buffer.getByte(hostOffset) == '['
                && literal.parse(buffer, hostOffset, hostLength)
                && isOurs(literal.high(), literal.low(), actual);
    }

    /** Whether one of our sockets is bound to this address. */
    boolean isOurs(final long high, final long low, final int port) {
        for (int i = 0; i < addresses.length; i += 3) {
            if (addresses[i + 1] == low && addresses[i + 2] == port && addresses[i] == high) {
                return true;
            }
        }
        return false;
    }

    private static void addBound(final SipListener listener, final List<Name> names, final List<Long> numbers) {
        for (final InetAddress address : addressesOf(listener.local().getAddress())) {
            final SipFlow flow = new SipFlow()
                    .remote(new InetSocketAddress(address, listener.local().getPort()));
            numbers.add(flow.remoteHigh());
            numbers.add(flow.remoteLow());
            numbers.add((long) flow.remotePort());
            if (flow.isIpv4()) {
                names.add(new Name(address.getHostAddress(), flow.remotePort()));
            }
        }
    }

    private static List<InetAddress> addressesOf(final InetAddress bound) {
        if (!bound.isAnyLocalAddress()) {
            return List.of(bound);
        }
        final List<InetAddress> all = new ArrayList<>();
        try {
            for (final NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                all.addAll(Collections.list(each.getInetAddresses()));
            }
        } catch (SocketException e) {
            throw new IllegalStateException("the addresses of this machine cannot be listed", e);
        }
        return all;
    }

    private static Name aliasOf(final String alias) {
        final int colon = alias.lastIndexOf(':');
        final boolean hasPort = colon > 0 && colon > alias.lastIndexOf(']');
        if (!hasPort) {
            return new Name(alias, ANY_PORT);
        }
        try {
            return new Name(alias.substring(0, colon), Integer.parseInt(alias.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("alias: \"" + alias + "\" (expected: HOST or HOST:PORT)", e);
        }
    }

    private static boolean equalsLower(
            final DirectBuffer buffer, final int offset, final int length, final byte[] lower) {
        if (length != lower.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            final byte c = buffer.getByte(offset + i);
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    /** A host in lower case and a port. */
    private record Name(String host, int port) {
        private byte[] bytes() {
            return host.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
        }
    }
}
