package io.dialtone.sip.routing;

import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.codec.ViaView;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where a message came from or goes to: one of our listeners and a peer's address, as numbers.
 * Mutable and reused; valid until the call it was passed to returns. Not thread safe.
 */
public final class SipFlow {
    public static final int TRANSPORT_UDP = ViaTransport.UDP.code();

    private static final long MAPPED_PREFIX = 0xFFFFL << 32;

    private int listener;
    private int transport;
    private long remoteHigh;
    private long remoteLow;
    private int remotePort;

    public SipFlow set(
            final int listener,
            final int transport,
            final long remoteHigh,
            final long remoteLow,
            final int remotePort) {
        this.listener = listener;
        this.transport = transport;
        this.remoteHigh = remoteHigh;
        this.remoteLow = remoteLow;
        this.remotePort = remotePort;
        return this;
    }

    public SipFlow copyFrom(final SipFlow other) {
        return set(other.listener, other.transport, other.remoteHigh, other.remoteLow, other.remotePort);
    }

    /** Sets the peer to an IPv4 address given as its 32 bits in network order. */
    public SipFlow remoteIpv4(final int ipv4, final int port) {
        remoteHigh = 0;
        remoteLow = MAPPED_PREFIX | (ipv4 & 0xFFFF_FFFFL);
        remotePort = port;
        return this;
    }

    public SipFlow remote(final long high, final long low, final int port) {
        remoteHigh = high;
        remoteLow = low;
        remotePort = port;
        return this;
    }

    /** Index of the listener in the order of configuration. */
    public int listener() {
        return listener;
    }

    public SipFlow listener(final int index) {
        listener = index;
        return this;
    }

    /** {@link ViaTransport#code} of the listener's transport. */
    public int transport() {
        return transport;
    }

    /** True if the peer is the other end of a connection, and its port the one it connected from. */
    public boolean isStream() {
        return transport != TRANSPORT_UDP;
    }

    /** True if the way there is TLS. */
    public boolean isSecure() {
        return transport == ViaTransport.TLS.code() || transport == ViaTransport.WSS.code();
    }

    /** The port that a Via says its writer listens on: the usual one of this transport where none is written. */
    int portOf(final ViaView via) {
        if (via.port() >= 0) {
            return via.port();
        }
        final ViaTransport speaks = ViaTransport.of(transport);
        return speaks == null ? BackendSpec.PORT_DEFAULT : speaks.defaultPort();
    }

    /** First eight bytes of the peer's IPv6 (or IPv4-mapped) address, big-endian. */
    public long remoteHigh() {
        return remoteHigh;
    }

    /** Last eight bytes of the peer's IPv6 (or IPv4-mapped) address, big-endian. */
    public long remoteLow() {
        return remoteLow;
    }

    public int remotePort() {
        return remotePort;
    }

    public boolean isIpv4() {
        return remoteHigh == 0 && remoteLow >>> 32 == 0xFFFFL;
    }

    /** The 32 bits of an IPv4 peer in network order. */
    public int remoteIpv4() {
        return (int) remoteLow;
    }

    public boolean sameRemote(final SipFlow other) {
        return remoteLow == other.remoteLow && remotePort == other.remotePort && remoteHigh == other.remoteHigh;
    }

    /** The peer as the JDK sees it, for words and set-up; allocates. */
    public InetSocketAddress toSocketAddress() {
        final byte[] bytes;
        if (isIpv4()) {
            bytes = new byte[4];
            for (int i = 0; i < 4; i++) {
                bytes[i] = (byte) (remoteLow >>> (24 - 8 * i));
            }
        } else {
            bytes = new byte[16];
            for (int i = 0; i < 8; i++) {
                bytes[i] = (byte) (remoteHigh >>> (56 - 8 * i));
                bytes[8 + i] = (byte) (remoteLow >>> (56 - 8 * i));
            }
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), remotePort);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are always an address", e);
        }
    }

    /** Sets the peer from the JDK's form; for set-up. */
    public SipFlow remote(final InetSocketAddress address) {
        final byte[] bytes = address.getAddress().getAddress();
        long high = 0;
        long low = bytes.length == 4 ? 0xFFFFL : 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes.length == 16 && i < 8) {
                high = high << 8 | (bytes[i] & 0xFF);
            } else {
                low = low << 8 | (bytes[i] & 0xFF);
            }
        }
        return remote(high, low, address.getPort());
    }

    @Override
    public String toString() {
        return "listener " + listener + " peer " + toSocketAddress();
    }
}
