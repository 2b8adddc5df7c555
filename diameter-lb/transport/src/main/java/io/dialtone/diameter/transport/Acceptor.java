package io.dialtone.diameter.transport;

import io.dialtone.diameter.peer.DiameterTransport;
import io.dialtone.diameter.peer.PeerConnection;
import io.dialtone.net.BindFailure;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** One listener: takes the connections that peers make. Called only by the loop's thread. */
final class Acceptor extends ChannelInboundHandlerAdapter {
    /** Connections that may wait for us to take them. */
    private static final int BACKLOG = 1024;

    private final DiameterListener listener;
    private final ServerChannel server;
    private final Connections connections;
    private final IoEventLoop netty;
    private final boolean isTls;
    private final Opening opening;
    private boolean isAccepting = true;

    Acceptor(
            final DiameterListener listener,
            final ServerChannel server,
            final Connections connections,
            final IoEventLoop netty,
            final Door door) {
        this.listener = listener;
        this.server = server;
        this.connections = connections;
        this.netty = netty;
        isTls = listener.transport() == DiameterTransport.TLS;
        opening = new Opening() {
            @Override
            public Door.Session onOpen(final PeerConnection connection, final long nowNs) {
                return door.onAccepted(connection, nowNs);
            }

            @Override
            public void onFailed(final long nowNs) {
                // Nobody has waited for it.
            }
        };
    }

    /**
     * Binds and listens.
     *
     * @return where
     * @throws java.net.BindException if it cannot be bound; the message is for the operator
     */
    InetSocketAddress bind() throws IOException {
        final InetAddress address;
        try {
            address = InetAddress.getByName(listener.host());
        } catch (UnknownHostException e) {
            final UnknownHostException polite = new UnknownHostException("listener " + listener + ": no address for "
                    + listener.host() + " (expected: an address of this machine, or a name for one). Maybe 127.0.0.1.");
            polite.initCause(e);
            throw polite;
        }
        server.pipeline().addLast(this);
        server.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        server.config().setOption(ChannelOption.SO_REUSEADDR, true);
        final ChannelPromise registered = new DefaultChannelPromise(server, netty);
        server.unsafe().register(netty, registered);
        final ChannelFuture bound = server.bind(new InetSocketAddress(address, listener.port()));
        final Throwable cause = bound.cause();
        if (!bound.isSuccess() || !(server.localAddress() instanceof InetSocketAddress local)) {
            final String reason = String.valueOf(cause == null ? "no address" : cause.getMessage());
            throw BindFailure.of(listener.toString(), listener.port(), false, reason.contains("in use"), reason);
        }
        return local;
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
        final Channel channel = (Channel) message;
        connections.onArrival();
        if (!(channel.remoteAddress() instanceof InetSocketAddress peer)) {
            // Gone before we looked.
            channel.unsafe().closeForcibly();
            return;
        }
        final TcpConnection connection = new TcpConnection(connections, channel, opening, peer, false, isTls, "");
        if (!connections.accept(connection, channel, isTls, netty)) {
            channel.unsafe().closeForcibly();
        }
    }

    /** No descriptors are left, most likely: those who knock wait until the next sweep. */
    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        connections.count(IoCounter.ACCEPT_FAILURES);
        isAccepting = false;
        server.config().setAutoRead(false);
    }

    boolean isWaiting() {
        return !isAccepting;
    }

    void onSweep() {
        if (!isAccepting) {
            isAccepting = true;
            server.config().setAutoRead(true);
        }
    }

    void close() {
        if (server.isOpen()) {
            server.unsafe().closeForcibly();
        }
    }
}
