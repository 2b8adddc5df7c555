package io.dialtone.runtime.testsupport;

import io.dialtone.runtime.sip.EdgeAddresses;
import io.dialtone.sip.codec.ViaTransport;
import java.nio.charset.StandardCharsets;

/** The listeners of the {@link TestEdge}: UDP, TCP, by which it also connects, and TLS if that is wanted. Any thread. */
final class TestListeners implements EdgeAddresses {
    /** Index of the listener that has connections. */
    static final int TCP = 1;

    /** Index of the listener that has connections by TLS. */
    static final int TLS = 2;

    private static final byte[] TLS_HOST_PORT = "192.0.2.200:5061".getBytes(StandardCharsets.US_ASCII);

    private static final int[] MEMBERS = {0};

    private final boolean hasTls;

    TestListeners(final boolean hasTls) {
        this.hasTls = hasTls;
    }

    @Override
    public byte[] hostPort(final int member, final int listener) {
        return listener == TLS ? TLS_HOST_PORT : TestEdge.HOST_PORT;
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
            case TLS -> hasTls ? TLS : -1;
            case WS, WSS -> -1;
        };
    }
}
