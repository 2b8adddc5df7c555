package io.dialtone.sip.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/** Tells a connection that hands are shaken, or cannot be. Called only by the loop's thread. */
final class HandshakeWatch extends ChannelInboundHandlerAdapter {
    private final StreamConnection connection;
    private final boolean isWebSocket;

    /**
     * @param isWebSocket true if there is more to come after TLS
     */
    HandshakeWatch(final StreamConnection connection, final boolean isWebSocket) {
        this.connection = connection;
        this.isWebSocket = isWebSocket;
    }

    @Override
    public void userEventTriggered(final ChannelHandlerContext context, final Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls) {
            if (!tls.isSuccess()) {
                connection.close(TransportCounter.STREAM_HANDSHAKE_FAILURES);
            } else if (!isWebSocket) {
                connection.onOpen();
            }
        } else if (event instanceof HandshakeComplete webSocket) {
            if (webSocket.selectedSubprotocol() == null) {
                connection.close(TransportCounter.STREAM_HANDSHAKE_FAILURES);
            } else {
                connection.onOpen();
            }
        }
    }
}
