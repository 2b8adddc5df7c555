package io.dialtone.sip.transport;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipListener;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;

/** Makes sockets by the JDK's channels. Called by the thread that starts the transport. */
final class NioBinder implements SocketBinder {
    private static final System.Logger LOG = System.getLogger(NioBinder.class.getName());

    private final SipTransportConfig config;
    private final StreamGreetings greetings;
    private boolean receiveBufferSaid;

    NioBinder(final SipTransportConfig config, final StreamGreetings greetings) {
        this.config = config;
        this.greetings = greetings;
        if (config.sockets().busyPollUs() != 0) {
            LOG.log(INFO, "busy-poll-us: not with nio, stays off.");
        }
        if (config.datagrams().gro() || config.datagrams().gso()) {
            LOG.log(INFO, "gro, gso: not with nio, stay off.");
        }
    }

    @Override
    public IoHandlerFactory handlers() {
        return NioIoHandler.newFactory();
    }

    @Override
    public SipSocket bind(final SipListener listener, final int loop, final int loops, final LoopMemory memory)
            throws IOException {
        if (listener.transport() != SipFlow.TRANSPORT_UDP) {
            return bindStream(listener, loop, loops, memory);
        }
        final SocketName name = SocketName.of(listener.local());
        final DatagramChannel channel =
                DatagramChannel.open(name.ipv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        boolean done = false;
        try {
            configure(channel);
            if (loop > 0) {
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            try {
                channel.bind(listener.local());
            } catch (BindException e) {
                final String reason = String.valueOf(e.getMessage());
                throw Listeners.notBound(listener, reason.contains("in use"), reason);
            }
            if (loop == 0 && loops > 1) {
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            final int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            final SipListener resolved = Listeners.bound(
                    listener, new InetSocketAddress(listener.local().getAddress(), port));
            final SipSocket socket =
                    new NioUdpSocket(memory.arena(), channel, resolved, memory.counters(), config.datagrams());
            done = true;
            return socket;
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    private SipSocket bindStream(final SipListener listener, final int loop, final int loops, final LoopMemory memory)
            throws IOException {
        final ServerSocketChannel channel = ServerSocketChannel.open(
                SocketName.of(listener.local()).ipv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        boolean done = false;
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            if (loop > 0) {
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            try {
                channel.bind(listener.local(), BACKLOG);
            } catch (BindException e) {
                final String reason = String.valueOf(e.getMessage());
                throw Listeners.notBound(listener, reason.contains("in use"), reason);
            }
            if (loop == 0 && loops > 1) {
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            final int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            final SipListener resolved = Listeners.bound(
                    listener, new InetSocketAddress(listener.local().getAddress(), port));
            channel.configureBlocking(false);
            final SipSocket socket = new StreamSocket(
                    resolved,
                    new NioServerSocketChannel(channel),
                    NioSocketChannel::new,
                    memory,
                    greetings.of(listener),
                    config.streams());
            done = true;
            return socket;
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    private void configure(final DatagramChannel channel) throws IOException {
        final SocketSettings settings = config.sockets();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, settings.receiveBufferBytes());
        final int granted = channel.getOption(StandardSocketOptions.SO_RCVBUF);
        if (granted < settings.receiveBufferBytes() && !receiveBufferSaid) {
            receiveBufferSaid = true;
            LOG.log(
                    WARNING,
                    "receive-buffer-bytes: asked for {0}, the system granted {1}; bursts beyond that are lost.",
                    Integer.toString(settings.receiveBufferBytes()),
                    Integer.toString(granted));
        }
        channel.setOption(StandardSocketOptions.SO_SNDBUF, settings.sendBufferBytes());
        if (settings.dscp() != 0) {
            channel.setOption(StandardSocketOptions.IP_TOS, settings.dscp() << 2);
        }
    }
}
