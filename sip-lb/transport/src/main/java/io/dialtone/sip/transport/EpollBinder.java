package io.dialtone.sip.transport;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.dialtone.net.Linux;
import io.dialtone.net.NativeMemory;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipListener;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes sockets by system calls. Called by the thread that starts the transport.
 *
 * <p>The first socket of a port is bound without SO_REUSEPORT and gets it afterwards: so a port that another process holds is refused even if that
 * process shares it among loops of its own, and nobody can slip in between a probe and the bind.
 */
final class EpollBinder implements SocketBinder {
    private static final System.Logger LOG = System.getLogger(EpollBinder.class.getName());

    private final SipTransportConfig config;
    private final StreamGreetings greetings;
    private boolean receiveBufferSaid;
    private boolean busyPollSaid;

    EpollBinder(final SipTransportConfig config, final StreamGreetings greetings) {
        this.config = config;
        this.greetings = greetings;
        // Loads the library that closes descriptors, before the first is opened.
        Epoll.ensureAvailability();
    }

    @Override
    public IoHandlerFactory handlers() {
        return EpollIoHandler.newFactory();
    }

    @Override
    public SipSocket bind(final SipListener listener, final int loop, final int loops, final LoopMemory memory)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment errno = Linux.errnoSegment(arena);
            final UnsafeBuffer scratch = NativeMemory.allocate(arena, NativeMemory.CACHE_LINE_BYTES);
            final SocketName name = SocketName.of(listener.local());
            final boolean stream = listener.transport() != SipFlow.TRANSPORT_UDP;
            final int fd = Linux.socket(
                    errno,
                    name.ipv6() ? Linux.AF_INET6 : Linux.AF_INET,
                    (stream ? Linux.SOCK_STREAM : Linux.SOCK_DGRAM) | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
            if (fd < 0) {
                throw new SocketException(Listeners.describe(listener) + ": no socket, " + Linux.describe(fd));
            }
            final Options options = new Options(errno, scratch, fd);
            boolean done = false;
            try {
                if (stream) {
                    // What is left of a former process's connections does not keep the port from us.
                    options.require("SO_REUSEADDR", Linux.SOL_SOCKET, Linux.SO_REUSEADDR, 1);
                    configureFamily(options, name);
                } else {
                    configure(options, name);
                }
                if (loop > 0) {
                    options.require("SO_REUSEPORT", Linux.SOL_SOCKET, Linux.SO_REUSEPORT, 1);
                }
                putName(scratch, listener.local(), name);
                final int bound = Linux.bind(errno, fd, scratch.addressOffset(), name.sockaddrBytes());
                if (bound < 0) {
                    throw Listeners.notBound(listener, bound == -Linux.EADDRINUSE, Linux.describe(bound));
                }
                if (loop == 0 && loops > 1) {
                    options.require("SO_REUSEPORT", Linux.SOL_SOCKET, Linux.SO_REUSEPORT, 1);
                }
                final InetSocketAddress local =
                        new InetSocketAddress(listener.local().getAddress(), boundPort(errno, scratch, fd));
                final SipListener resolved = Listeners.bound(listener, local);
                final SipSocket socket = stream
                        ? listen(errno, fd, resolved, memory)
                        : new EpollUdpSocket(
                                memory.arena(), fd, resolved, memory.counters(), memory.segments(), config.datagrams());
                done = true;
                return socket;
            } finally {
                if (!done) {
                    new FileDescriptor(fd).close();
                }
            }
        }
    }

    private SipSocket listen(
            final MemorySegment errno, final int fd, final SipListener listener, final LoopMemory memory)
            throws SocketException {
        final int listens = Linux.listen(errno, fd, SocketBinder.BACKLOG);
        if (listens < 0) {
            throw new SocketException(Listeners.describe(listener) + ": cannot listen, " + Linux.describe(listens));
        }
        return new StreamSocket(
                listener,
                new EpollServerSocketChannel(fd),
                EpollSocketChannel::new,
                memory,
                greetings.of(listener),
                config.streams());
    }

    private void configure(final Options options, final SocketName name) throws IOException {
        final SocketSettings settings = config.sockets();
        final int receiveBytes = settings.receiveBufferBytes();
        options.tryout(Linux.SOL_SOCKET, Linux.SO_RCVBUF, receiveBytes);
        // The kernel doubles what it is asked for, to pay for its own bookkeeping, and says the double.
        if (options.get(Linux.SOL_SOCKET, Linux.SO_RCVBUF) / 2 < receiveBytes) {
            options.tryout(Linux.SOL_SOCKET, Linux.SO_RCVBUFFORCE, receiveBytes);
        }
        final int granted = options.get(Linux.SOL_SOCKET, Linux.SO_RCVBUF) / 2;
        if (granted < receiveBytes && !receiveBufferSaid) {
            receiveBufferSaid = true;
            LOG.log(
                    WARNING,
                    "receive-buffer-bytes: asked for {0}, the kernel granted {1}; bursts beyond that are lost."
                            + " Raise it with: sysctl -w net.core.rmem_max={0}",
                    Integer.toString(receiveBytes),
                    Integer.toString(granted));
        }
        options.tryout(Linux.SOL_SOCKET, Linux.SO_SNDBUF, settings.sendBufferBytes());
        configureFamily(options, name);
        if (settings.busyPollUs() != 0
                && !options.tryout(Linux.SOL_SOCKET, Linux.SO_BUSY_POLL, settings.busyPollUs())
                && !busyPollSaid) {
            busyPollSaid = true;
            LOG.log(WARNING, "busy-poll-us: refused by the kernel, stays off. It needs CAP_NET_ADMIN.");
        }
        if (config.datagrams().gro() && !options.tryout(Linux.SOL_UDP, Linux.UDP_GRO, 1)) {
            LOG.log(INFO, "gro: this kernel has no UDP_GRO, goes on without.");
        }
    }

    private void configureFamily(final Options options, final SocketName name) throws SocketException {
        final SocketSettings settings = config.sockets();
        if (name.ipv6()) {
            options.require("IPV6_V6ONLY", Linux.IPPROTO_IPV6, Linux.IPV6_V6ONLY, 1);
        }
        if (settings.dscp() != 0) {
            // The code point is the upper six bits of the octet; the lower two are for congestion notification.
            final int octet = settings.dscp() << 2;
            if (name.ipv6()) {
                options.require("IPV6_TCLASS", Linux.IPPROTO_IPV6, Linux.IPV6_TCLASS, octet);
            } else {
                options.require("IP_TOS", Linux.IPPROTO_IP, Linux.IP_TOS, octet);
            }
        }
    }

    private static void putName(final UnsafeBuffer at, final InetSocketAddress address, final SocketName name) {
        at.setMemory(0, Linux.SOCKADDR_SLOT_BYTES, (byte) 0);
        at.putShort(Linux.SIN_FAMILY, (short) (name.ipv6() ? Linux.AF_INET6 : Linux.AF_INET));
        at.putShort(Linux.SIN_PORT, (short) address.getPort(), ByteOrder.BIG_ENDIAN);
        final InetAddress ip = address.getAddress();
        at.putBytes(ip instanceof Inet6Address ? Linux.SIN6_ADDR : Linux.SIN_ADDR, ip.getAddress());
        if (name.ipv6()) {
            at.putInt(Linux.SIN6_SCOPE, name.scopeId());
        }
    }

    private static int boundPort(final MemorySegment errno, final UnsafeBuffer scratch, final int fd)
            throws SocketException {
        final int lengthAt = Linux.SOCKADDR_SLOT_BYTES;
        scratch.putInt(lengthAt, Linux.SOCKADDR_SLOT_BYTES);
        final int answer = Linux.getsockname(errno, fd, scratch.addressOffset(), scratch.addressOffset() + lengthAt);
        if (answer < 0) {
            throw new SocketException("getsockname: " + Linux.describe(answer));
        }
        return scratch.getShort(Linux.SIN_PORT, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    /** Integer options of one descriptor. */
    private record Options(MemorySegment errno, UnsafeBuffer scratch, int fd) {
        boolean tryout(final int level, final int option, final int value) {
            return set(level, option, value) == 0;
        }

        void require(final String name, final int level, final int option, final int value) throws SocketException {
            final int answer = set(level, option, value);
            if (answer < 0) {
                throw new SocketException(name + " " + value + ": " + Linux.describe(answer));
            }
        }

        private int set(final int level, final int option, final int value) {
            scratch.putInt(0, value);
            return Linux.setsockopt(errno, fd, level, option, scratch.addressOffset(), Integer.BYTES);
        }

        int get(final int level, final int option) throws SocketException {
            scratch.putInt(0, 0);
            scratch.putInt(Integer.BYTES, Integer.BYTES);
            final int answer = Linux.getsockopt(
                    errno, fd, level, option, scratch.addressOffset(), scratch.addressOffset() + Integer.BYTES);
            if (answer < 0) {
                throw new SocketException("socket option " + option + ": " + Linux.describe(answer));
            }
            return scratch.getInt(0);
        }
    }
}
