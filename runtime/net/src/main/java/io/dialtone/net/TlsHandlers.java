package io.dialtone.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;

/** What shakes hands by TLS on a connection. It knows no times: whoever adds it looks at those of all connections. Called only by the loop's thread. */
public final class TlsHandlers {
    private TlsHandlers() {}

    /** For a peer that has connected to us. */
    public static ChannelHandler ofServer(final TlsContexts contexts) {
        return new ByHostName(contexts);
    }

    /** For whom we connect to; its certificate must be for this host, unless the settings say otherwise. */
    public static ChannelHandler ofClient(
            final TlsContexts contexts, final ByteBufAllocator allocator, final String host, final int port) {
        return untimed(contexts.client().newHandler(allocator, host, port, contexts.shakers()));
    }

    private static SslHandler untimed(final SslHandler handler) {
        handler.setHandshakeTimeoutMillis(0);
        handler.setCloseNotifyFlushTimeoutMillis(0);
        return handler;
    }

    /** Chooses what to show by the host that the peer names (RFC 6066 section 3). */
    private static final class ByHostName extends SniHandler {
        private final TlsContexts contexts;

        ByHostName(final TlsContexts contexts) {
            super(contexts::server, 0L);
            this.contexts = contexts;
        }

        @Override
        protected SslHandler newSslHandler(final SslContext context, final ByteBufAllocator allocator) {
            return untimed(context.newHandler(allocator, contexts.shakers()));
        }
    }
}
