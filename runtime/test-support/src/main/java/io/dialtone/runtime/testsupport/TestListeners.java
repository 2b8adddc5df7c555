package io.dialtone.runtime.testsupport;

import io.dialtone.runtime.sip.EdgeAddresses;
import io.dialtone.sip.codec.ViaTransport;

/** The listeners of the {@link TestEdge}: UDP, and TCP, by which it also connects. Any thread. */
final class TestListeners implements EdgeAddresses {
    /** Index of the listener that has connections. */
    static final int TCP = 1;

    private static final int[] MEMBERS = {0};

    @Override
    public byte[] hostPort(final int member, final int listener) {
        return TestEdge.HOST_PORT;
    }

    @Override
    public int[] members() {
        return MEMBERS;
    }

    @Override
    public int listener(final int member, final ViaTransport transport, final boolean ipv4) {
        if (!ipv4) {
            return -1;
        }
        return switch (transport) {
            case UDP -> 0;
            case TCP -> TCP;
            case TLS, WS, WSS -> -1;
        };
    }
}
