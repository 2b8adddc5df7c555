package io.dialtone.sip.transport;

import io.dialtone.sip.codec.ViaTransport;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** How hands are shaken by each transport. Made and closed by the thread that starts the transport; asked by that thread only. */
final class StreamGreetings implements AutoCloseable {
    private final @Nullable TlsContexts contexts;

    private StreamGreetings(final @Nullable TlsContexts contexts) {
        this.contexts = contexts;
    }

    /**
     * Reads certificates if a listener needs them.
     *
     * @throws IOException if they cannot be read
     */
    static StreamGreetings open(final SipTransportConfig config) throws IOException {
        if (!config.isSecure()) {
            return new StreamGreetings(null);
        }
        if (config.tls() == null) {
            throw new IOException("a listener by tls: or wss: needs a certificate and its key");
        }
        return new StreamGreetings(TlsContexts.open(config.tls()));
    }

    StreamGreeting of(final ViaTransport transport) {
        return switch (transport) {
            case TCP -> StreamGreeting.NONE;
            case TLS -> tls();
            case WS -> new WebSocketGreeting(null);
            case WSS -> new WebSocketGreeting(tls());
            case UDP -> throw new IllegalArgumentException("datagrams have no connections");
        };
    }

    private TlsGreeting tls() {
        if (contexts == null) {
            throw new IllegalStateException("no certificates were read");
        }
        return new TlsGreeting(contexts);
    }

    @Override
    public void close() {
        if (contexts != null) {
            contexts.close();
        }
    }
}
