package io.dialtone.sip.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;

/** Hands are shaken by TLS; what is around that may be more (WebSocket). Called only by the loop's thread. */
class TlsGreeting implements StreamGreeting {
    private final TlsContexts contexts;

    TlsGreeting(final TlsContexts contexts) {
        this.contexts = contexts;
    }

    @Override
    public void prepare(final ChannelPipeline pipeline, final StreamConnection connection) {
        addTls(pipeline, connection);
        pipeline.addLast(new HandshakeWatch(connection, false));
    }

    final void addTls(final ChannelPipeline pipeline, final StreamConnection connection) {
        pipeline.addLast(
                connection.isOurs()
                        ? untimed(contexts.client()
                                .newHandler(
                                        pipeline.channel().alloc(),
                                        connection.host(),
                                        connection.port(),
                                        contexts.shakers()))
                        : new ByHostName(contexts));
    }

    /** The loop looks at the times of all connections itself. */
    private static SslHandler untimed(final SslHandler handler) {
        handler.setHandshakeTimeoutMillis(0);
        handler.setCloseNotifyFlushTimeoutMillis(0);
        return handler;
    }

    @Override
    public boolean shakesHands() {
        return true;
    }

    @Override
    public boolean mayConnect() {
        return true;
    }

    @Override
    public boolean comesWhole() {
        return false;
    }

    @Override
    public Object wrap(final ByteBuf message) {
        return message;
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
