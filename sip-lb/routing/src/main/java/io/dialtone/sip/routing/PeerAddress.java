package io.dialtone.sip.routing;

import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.codec.ViaTransport;
import org.agrona.DirectBuffer;

/**
 * An address read from a header, and whether anything may be sent there. One per I/O thread; valid until the next reading.
 * Names are not looked up: that would block the path.
 */
final class PeerAddress {
    private static final byte[] MADDR = {'m', 'a', 'd', 'd', 'r'};
    private static final int PORT_MAX = 0xFFFF;

    private final IpLiteral literal = new IpLiteral();
    private long high;
    private long low;
    private int port;

    /** Reads a host and port (-1 is 5060). False if the host is a name. */
    boolean read(final DirectBuffer buffer, final int hostOffset, final int hostLength, final int hostPort) {
        if (!literal.parse(buffer, hostOffset, hostLength)) {
            return false;
        }
        high = literal.high();
        low = literal.low();
        port = hostPort < 0 ? BackendSpec.PORT_DEFAULT : hostPort;
        return true;
    }

    /** Reads where a request for this URI goes: its maddr if it has one, else its host. False if that is a name, or no SIP URI. */
    boolean read(final DirectBuffer buffer, final UriView uri) {
        if (uri.hostLength() <= 0) {
            return false;
        }
        final int uriPort = uri.port() < 0 ? defaultPort(buffer, uri) : uri.port();
        if (uri.findParam(MADDR) && uri.paramValueLength() > 0) {
            return read(buffer, uri.paramValueOffset(), uri.paramValueLength(), uriPort);
        }
        return read(buffer, uri.hostOffset(), uri.hostLength(), uriPort);
    }

    private static int defaultPort(final DirectBuffer buffer, final UriView uri) {
        final ViaTransport transport = ViaTransport.ofUri(buffer, uri);
        return transport == null ? BackendSpec.PORT_DEFAULT : transport.defaultPort();
    }

    void set(final long newHigh, final long newLow, final int newPort) {
        high = newHigh;
        low = newLow;
        port = newPort;
    }

    /** Whether it is one host's address: no broadcast, no multicast, not "any", and a port. */
    boolean isSendable() {
        if (port < 1 || port > PORT_MAX) {
            return false;
        }
        if (isIpv4()) {
            final int first = (int) low >>> 24;
            return first != 0 && first < 224;
        }
        return high >>> 56 != 0xFF && (high | low) != 0;
    }

    boolean isIpv4() {
        return IpLiteral.isIpv4(high, low);
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }

    int port() {
        return port;
    }
}
