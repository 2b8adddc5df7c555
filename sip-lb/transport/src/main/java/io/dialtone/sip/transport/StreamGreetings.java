package io.dialtone.sip.transport;

import io.dialtone.net.ServerCheck;
import io.dialtone.net.TlsContexts;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.routing.SipListener;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How hands are shaken by each transport. Made and closed by the thread that starts the transport; asked by that thread only. */
final class StreamGreetings implements AutoCloseable {
    private final List<ListenerConfig> listeners;
    private final @Nullable TlsContexts contexts;

    private StreamGreetings(final List<ListenerConfig> listeners, final @Nullable TlsContexts contexts) {
        this.listeners = listeners;
        this.contexts = contexts;
    }

    /**
     * Reads certificates if a listener needs them.
     *
     * @throws IOException if they cannot be read
     */
    static StreamGreetings open(final SipTransportConfig config) throws IOException {
        if (!config.isSecure()) {
            return new StreamGreetings(config.listeners(), null);
        }
        if (config.tls() == null) {
            throw new IOException("a listener by tls: or wss: needs a certificate and its key");
        }
        return new StreamGreetings(config.listeners(), TlsContexts.open(config.tls(), ServerCheck.ADDRESS_OR_NAME));
    }

    StreamGreeting of(final SipListener listener) {
        final List<NetworkRange> proxies = listeners.get(listener.index()).proxies();
        final StreamGreeting greeting = of(listener.speaks());
        return proxies.isEmpty() ? greeting : new ProxiedGreeting(proxies, greeting);
    }

    private StreamGreeting of(final ViaTransport transport) {
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
