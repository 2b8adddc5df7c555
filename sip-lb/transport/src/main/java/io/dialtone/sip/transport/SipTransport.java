package io.dialtone.sip.transport;

import static java.lang.System.Logger.Level.WARNING;

import io.dialtone.net.IoKind;
import io.dialtone.sip.routing.SipListener;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * The listeners' sockets, and the threads that read them, route and write.
 * Any thread may call it; what it starts runs on its own threads, {@code sip-io-0} and so on.
 */
public final class SipTransport implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SipTransport.class.getName());

    /** How long closing waits for a loop's last turn. */
    private static final long CLOSE_MS_MAX = 5_000;

    private final IoKind io;
    private final List<IoLoop> loops;
    private final List<SipListener> listeners;
    private final List<Arena> arenas;
    private final StreamGreetings greetings;
    private boolean closed;

    private SipTransport(
            final IoKind io,
            final List<IoLoop> loops,
            final List<SipListener> listeners,
            final List<Arena> arenas,
            final StreamGreetings greetings) {
        this.io = io;
        this.loops = List.copyOf(loops);
        this.listeners = List.copyOf(listeners);
        this.arenas = List.copyOf(arenas);
        this.greetings = greetings;
    }

    /**
     * Binds all listeners, makes an ingress for each loop, and starts the loops.
     *
     * @throws java.net.BindException if a listener cannot be bound; the message is for the operator
     * @throws IOException if a socket is refused otherwise; nothing stays open
     */
    public static SipTransport start(final SipTransportConfig wanted, final SipIngressFactory ingresses)
            throws IOException {
        final SipTransportConfig config = wanted.withinFileLimit();
        final IoKind io = config.io().choose("SIP");
        final StreamGreetings greetings = StreamGreetings.open(config);
        final SocketBinder binder =
                io == IoKind.EPOLL ? new EpollBinder(config, greetings) : new NioBinder(config, greetings);
        final List<SipSocket> opened = new ArrayList<>();
        final List<Arena> arenas = new ArrayList<>();
        final List<IoLoop> loops = new ArrayList<>();
        boolean done = false;
        try {
            List<SipListener> listeners = new ArrayList<>();
            for (int i = 0; i < config.listeners().size(); i++) {
                listeners.add(Listeners.wanted(i, config.listeners().get(i)));
            }
            for (int loop = 0; loop < config.loops(); loop++) {
                final LoopMemory memory = LoopMemory.create(config.datagrams(), config.hasStreams());
                arenas.add(memory.arena());
                final SipSocket[] sockets = new SipSocket[listeners.size()];
                for (int i = 0; i < sockets.length; i++) {
                    sockets[i] = binder.bind(listeners.get(i), loop, config.loops(), memory);
                    opened.add(sockets[i]);
                }
                final LoopEgress egress = new LoopEgress(memory, sockets);
                loops.add(new IoLoop(
                        loop,
                        memory,
                        binder.handlers(),
                        sockets,
                        egress,
                        ingresses.create(loop, egress),
                        config.waiting()));
                listeners = boundListeners(sockets);
            }
            final SipTransport transport = new SipTransport(io, loops, listeners, arenas, greetings);
            done = true;
            transport.startLoops();
            return transport;
        } finally {
            if (!done) {
                opened.forEach(SipSocket::close);
                arenas.forEach(Arena::close);
                greetings.close();
            }
        }
    }

    /** Which way of I/O was chosen: never {@link IoKind#AUTO}. */
    public IoKind io() {
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
        for (final IoLoop loop : loops) {
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
        loops.forEach(IoLoop::wakeUp);
    }

    /** Sends what is queued, ends the loops and closes the sockets; idempotent. Not to be called by a loop's thread. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        greetings.close();
        loops.forEach(IoLoop::stop);
        boolean interrupted = false;
        boolean allEnded = true;
        for (final IoLoop loop : loops) {
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
            LOG.log(WARNING, "A SIP loop has not ended within {0} ms and is left behind.", CLOSE_MS_MAX);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void startLoops() {
        loops.forEach(IoLoop::start);
        boolean allStarted = false;
        try {
            for (final IoLoop loop : loops) {
                loop.awaitStarted();
            }
            allStarted = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the SIP loops start", e);
        } finally {
            if (!allStarted) {
                close();
            }
        }
    }

    private static List<SipListener> boundListeners(final SipSocket[] sockets) {
        final List<SipListener> bound = new ArrayList<>();
        for (final SipSocket socket : sockets) {
            bound.add(socket.listener());
        }
        return bound;
    }
}
