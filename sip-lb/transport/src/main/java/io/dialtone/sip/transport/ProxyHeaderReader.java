package io.dialtone.sip.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * The first handler of a connection that a proxy makes for somebody: until it has said for whom, the other handlers do not hear that there is a connection. Called only by the loop's thread.
 */
final class ProxyHeaderReader extends ByteToMessageDecoder {
    private final ProxyHeader header;
    private final StreamConnection connection;

    /**
     * @param header shared by all connections of the loop's listener
     */
    ProxyHeaderReader(final ProxyHeader header, final StreamConnection connection) {
        this.header = header;
        this.connection = connection;
    }

    @Override
    public void channelActive(final ChannelHandlerContext context) {
        // Not yet.
    }

    @Override
    protected void decode(final ChannelHandlerContext context, final ByteBuf bytes, final List<Object> out) {
        switch (header.read(bytes)) {
            case NEEDS_MORE -> {}
            case MALFORMED -> {
                bytes.skipBytes(bytes.readableBytes());
                connection.close(TransportCounter.STREAM_CLOSED_PROXY_HEADER);
            }
            case COMPLETE -> {
                bytes.skipBytes(header.length());
                if (header.hasPeer() && !connection.onPeerTold(header.high(), header.low(), header.port())) {
                    bytes.skipBytes(bytes.readableBytes());
                    return;
                }
                context.fireChannelActive();
                context.pipeline().remove(this); // which passes on what came behind the header
            }
        }
    }
}
