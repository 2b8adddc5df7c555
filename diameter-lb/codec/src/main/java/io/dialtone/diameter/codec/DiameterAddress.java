package io.dialtone.diameter.codec;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.agrona.DirectBuffer;

/** The Address of AVPs: two bytes of address family, then the address (RFC 6733 section 4.3.1). For capabilities and tools; allocates. */
public final class DiameterAddress {
    static final int FAMILY_IPV4 = 1;
    static final int FAMILY_IPV6 = 2;
    static final int FAMILY_BYTES = 2;

    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    private DiameterAddress() {}

    /** The address in a value; empty if it is none, or neither IPv4 nor IPv6. */
    public static Optional<InetAddress> read(final DirectBuffer buffer, final int offset, final int length) {
        if (length < FAMILY_BYTES) {
            return Optional.empty();
        }
        final int family = buffer.getShort(offset, DiameterMessage.NETWORK);
        final int bytes = length - FAMILY_BYTES;
        if (!(family == FAMILY_IPV4 && bytes == IPV4_BYTES) && !(family == FAMILY_IPV6 && bytes == IPV6_BYTES)) {
            return Optional.empty();
        }
        final byte[] address = new byte[bytes];
        buffer.getBytes(offset + FAMILY_BYTES, address);
        try {
            return Optional.of(InetAddress.getByAddress(address));
        } catch (UnknownHostException e) {
            throw new AssertionError("its length was checked", e);
        }
    }
}
