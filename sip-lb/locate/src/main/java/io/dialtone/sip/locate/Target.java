package io.dialtone.sip.locate;

import io.dialtone.sip.codec.ViaTransport;

/**
 * A place to send a request to. Immutable.
 *
 * @param high first eight bytes of its IPv6 (or IPv4-mapped) address, big-endian
 * @param low last eight bytes
 */
public record Target(ViaTransport transport, long high, long low, int port) {
    /** True if the other is reached at the same address and port, whatever the transport. */
    public boolean isSameServer(final Target other) {
        return high == other.high && low == other.low && port == other.port;
    }
}
