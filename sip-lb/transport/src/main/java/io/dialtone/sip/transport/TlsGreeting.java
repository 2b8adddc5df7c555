package io.dialtone.sip.transport;

import io.dialtone.net.TlsContexts;
import io.dialtone.net.TlsHandlers;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;

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
                        ? TlsHandlers.ofClient(
                                contexts, pipeline.channel().alloc(), connection.host(), connection.port())
                        : TlsHandlers.ofServer(contexts));
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
}
