package io.dialtone.sip.locate;

import io.dialtone.sip.codec.ViaTransport;
import java.util.function.BiPredicate;

/** By which transports, and to which family of addresses, something can be sent. Immutable. */
public record Ways(int bits) {
    private static final ViaTransport[] ALL = {ViaTransport.UDP, ViaTransport.TCP, ViaTransport.TLS};

    /** Those of which it is true, asked with a transport and whether the address is IPv4; nobody can be called by WebSocket. */
    public static Ways of(final BiPredicate<ViaTransport, Boolean> isThere) {
        int bits = 0;
        for (final ViaTransport transport : ALL) {
            bits |= isThere.test(transport, true) ? bit(transport, true) : 0;
            bits |= isThere.test(transport, false) ? bit(transport, false) : 0;
        }
        return new Ways(bits);
    }

    public boolean has(final ViaTransport transport, final boolean ipv4) {
        return (bits & bit(transport, ipv4)) != 0;
    }

    boolean has(final ViaTransport transport) {
        return has(transport, true) || has(transport, false);
    }

    private static int bit(final ViaTransport transport, final boolean ipv4) {
        return 1 << (2 * transport.code() + (ipv4 ? 0 : 1));
    }
}
