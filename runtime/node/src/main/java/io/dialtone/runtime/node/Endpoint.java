package io.dialtone.runtime.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * A host and a port as somebody wrote them down. Immutable, for any thread.
 *
 * @param host a name, an IPv4 literal, or an IPv6 literal without its brackets
 */
record Endpoint(String host, int port) {
    private static final String EXPECTED = "HOST:PORT, for instance 127.0.0.1:5060 or [::1]:5060";

    static Endpoint parse(final String text) throws WrongValueException {
        final int colon = text.lastIndexOf(':');
        if (colon <= 0 || colon == text.length() - 1) {
            throw new WrongValueException(EXPECTED);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new WrongValueException(EXPECTED + "; an IPv6 address needs its brackets");
        }
        if (host.isBlank() || host.chars().anyMatch(c -> c <= ' ' || c == '/' || c == ';' || c == '@')) {
            throw new WrongValueException(EXPECTED);
        }
        final int port;
        try {
            port = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw new WrongValueException(EXPECTED);
        }
        if (port < 0 || port > 65_535) {
            throw new WrongValueException(EXPECTED + "; a port is a number from 0 to 65535");
        }
        return new Endpoint(host, port);
    }

    static Endpoint of(final InetSocketAddress address) {
        return new Endpoint(address.getAddress().getHostAddress(), address.getPort());
    }

    /** The same as an address, if the host is a literal. */
    InetSocketAddress toAddress() {
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }

    /** Asks the resolver; for start-up and control threads only. */
    InetSocketAddress resolve() throws WrongValueException {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new WrongValueException("a host that can be resolved; nobody knows '" + host + "'");
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
