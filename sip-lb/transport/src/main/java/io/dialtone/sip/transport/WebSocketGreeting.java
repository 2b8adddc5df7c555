package io.dialtone.sip.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.ByteProcessor;
import org.jspecify.annotations.Nullable;

/** SIP over WebSocket (RFC 7118): hands are shaken by HTTP, and then a message is a frame, or several. Called only by the loop's thread. */
final class WebSocketGreeting implements StreamGreeting {
    private static final String SUBPROTOCOL = "sip";

    /** A request for a WebSocket has no body; cookies may make it long. */
    private static final int HTTP_BYTES_MAX = 16 * 1024;

    private static final WebSocketServerProtocolConfig CONFIG = WebSocketServerProtocolConfig.newBuilder()
            .websocketPath("/")
            .checkStartsWith(true)
            .subprotocols(SUBPROTOCOL)
            .maxFramePayloadLength(DatagramSettings.MESSAGE_BYTES_DEFAULT)
            // The loop looks at the times of all connections itself.
            .handshakeTimeoutMillis(Integer.MAX_VALUE)
            .forceCloseTimeoutMillis(0)
            .dropPongFrames(true)
            .build();

    private final @Nullable TlsGreeting tls;

    /**
     * @param tls what comes before, or null
     */
    WebSocketGreeting(final @Nullable TlsGreeting tls) {
        this.tls = tls;
    }

    @Override
    public void prepare(final ChannelPipeline pipeline, final StreamConnection connection) {
        if (tls != null) {
            tls.addTls(pipeline, connection);
        }
        pipeline.addLast(
                new HttpServerCodec(),
                new HttpObjectAggregator(HTTP_BYTES_MAX),
                new WebSocketServerProtocolHandler(CONFIG),
                new WebSocketFrameAggregator(DatagramSettings.MESSAGE_BYTES_DEFAULT),
                new Unwrapper(connection),
                new HandshakeWatch(connection, true));
    }

    @Override
    public boolean shakesHands() {
        return true;
    }

    @Override
    public boolean mayConnect() {
        return false;
    }

    @Override
    public boolean comesWhole() {
        return true;
    }

    /** Text where it is text for sure: some browsers' stacks read nothing else. */
    @Override
    public Object wrap(final ByteBuf message) {
        final boolean isAscii = message.forEachByte((ByteProcessor) each -> each >= 0) < 0;
        return isAscii ? new TextWebSocketFrame(message) : new BinaryWebSocketFrame(message);
    }

    /** Frames to bytes; whoever asks for a page and not for a WebSocket is sent away by closing. */
    private static final class Unwrapper extends SimpleChannelInboundHandler<Object> {
        private final StreamConnection connection;

        Unwrapper(final StreamConnection connection) {
            super(false);
            this.connection = connection;
        }

        @Override
        protected void channelRead0(final ChannelHandlerContext context, final Object message) {
            if (message instanceof WebSocketFrame frame) {
                context.fireChannelRead(frame.content());
            } else if (message instanceof FullHttpRequest request) {
                request.release();
                connection.close(TransportCounter.STREAM_HANDSHAKE_FAILURES);
            } else {
                context.fireChannelRead(message);
            }
        }
    }
}
