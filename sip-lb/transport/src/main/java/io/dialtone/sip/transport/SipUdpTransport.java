package io.dialtone.sip.transport;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.dialtone.sip.routing.SipListener;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * SIP over UDP: the listeners' sockets, and the threads that read them, route and write.
 * Any thread may call it; what it starts runs on its own threads, {@code sip-io-0} and so on.
 */
public final class SipUdpTransport implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SipUdpTransport.class.getName());

    /** How long closing waits for a loop's last turn. */
    private static final long CLOSE_MS_MAX = 5_000;

    private final UdpIo io;
    private final List<UdpLoop> loops;
    private final List<SipListener> listeners;
    private final List<Arena> arenas;
    private boolean closed;

    private SipUdpTransport(
            final UdpIo io, final List<UdpLoop> loops, final List<SipListener> listeners, final List<Arena> arenas) {
        this.io = io;
        this.loops = List.copyOf(loops);
        this.listeners = List.copyOf(listeners);
        this.arenas = List.copyOf(arenas);
    }

    /**
     * Binds all listeners, makes an ingress for each loop, and starts the loops.
     *
     * @throws java.net.BindException if a listener cannot be bound; the message is for the operator
     * @throws IOException if a socket is refused otherwise; nothing stays open
     */
    public static SipUdpTransport start(final UdpTransportConfig config, final SipIngressFactory ingresses)
            throws IOException {
        final UdpIo io = chooseIo(config.io());
        final UdpBinder binder = io == UdpIo.EPOLL ? new EpollUdpBinder(config) : new NioUdpBinder(config);
        final List<UdpSocket> opened = new ArrayList<>();
        final List<Arena> arenas = new ArrayList<>();
        final List<UdpLoop> loops = new ArrayList<>();
        boolean done = false;
        try {
            List<SipListener> listeners = new ArrayList<>();
            for (int i = 0; i < config.listeners().size(); i++) {
                listeners.add(Listeners.wanted(i, config.listeners().get(i)));
            }
            for (int loop = 0; loop < config.loops(); loop++) {
                final LoopMemory memory = LoopMemory.create(config.datagrams());
                arenas.add(memory.arena());
                final UdpSocket[] sockets = new UdpSocket[listeners.size()];
                for (int i = 0; i < sockets.length; i++) {
                    sockets[i] = binder.bind(listeners.get(i), loop, config.loops(), memory);
                    opened.add(sockets[i]);
                }
                final LoopEgress egress = new LoopEgress(memory, sockets);
                loops.add(new UdpLoop(
                        loop,
                        memory,
                        binder.handlers(),
                        sockets,
                        egress,
                        ingresses.create(loop, egress),
                        config.waiting()));
                listeners = boundListeners(sockets);
            }
            final SipUdpTransport transport = new SipUdpTransport(io, loops, listeners, arenas);
            done = true;
            transport.startLoops();
            return transport;
        } finally {
            if (!done) {
                opened.forEach(UdpSocket::close);
                arenas.forEach(Arena::close);
            }
        }
    }

    /** Which way of I/O was chosen: never {@link UdpIo#AUTO}. */
    public UdpIo io() {
        return io;
    }

    /** The listeners with the ports they got. */
    public List<SipListener> listeners() {
        return listeners;
    }

    public int loops() {
        return loops.size();
    }

    /** The counter's sum over all loops. */
    public long count(final TransportCounter counter) {
        long sum = 0;
        for (final UdpLoop loop : loops) {
            sum += loop.counters().get(counter);
        }
        return sum;
    }

    public long count(final int loop, final TransportCounter counter) {
        return loops.get(loop).counters().get(counter);
    }

    /** True while every loop runs; false after a close, or after a loop broke. */
    public boolean isAlive() {
        return loops.stream().allMatch(loop -> loop.thread().isAlive());
    }

    /** Ends the loops' rests, so that each ingress gets a turn at once; for a control thread that has changed something. */
    public void wakeUp() {
        loops.forEach(UdpLoop::wakeUp);
    }

    /** Sends what is queued, ends the loops and closes the sockets; idempotent. Not to be called by a loop's thread. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        loops.forEach(UdpLoop::stop);
        boolean interrupted = false;
        boolean allEnded = true;
        for (final UdpLoop loop : loops) {
            try {
                loop.thread().join(CLOSE_MS_MAX);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            allEnded &= !loop.thread().isAlive();
        }
        if (allEnded) {
            arenas.forEach(Arena::close);
        } else {
            // A loop that hangs in its ingress may still touch its memory: rather leak it than crash.
            LOG.log(WARNING, "A SIP/UDP loop has not ended within {0} ms and is left behind.", CLOSE_MS_MAX);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void startLoops() {
        loops.forEach(UdpLoop::start);
        boolean allStarted = false;
        try {
            for (final UdpLoop loop : loops) {
                loop.awaitStarted();
            }
            allStarted = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the SIP/UDP loops start", e);
        } finally {
            if (!allStarted) {
                close();
            }
        }
    }

    private static List<SipListener> boundListeners(final UdpSocket[] sockets) {
        final List<SipListener> bound = new ArrayList<>();
        for (final UdpSocket socket : sockets) {
            bound.add(socket.listener());
        }
        return bound;
    }

    private static UdpIo chooseIo(final UdpIo wanted) {
        if (wanted == UdpIo.NIO) {
            return UdpIo.NIO;
        }
        if (Linux.isHere() && Epoll.isAvailable()) {
            return UdpIo.EPOLL;
        }
        LOG.log(
                wanted == UdpIo.EPOLL ? WARNING : INFO,
                "SIP/UDP goes by nio: epoll does not work here ({0}).",
                Linux.isHere() ? String.valueOf(Epoll.unavailabilityCause()) : "not 64-bit Linux");
        return UdpIo.NIO;
    }
}
