package io.dialtone.diameter.transport;

import static java.lang.System.Logger.Level.ERROR;

import io.dialtone.net.IoKind;
import io.dialtone.net.Linux;
import io.dialtone.net.LoopCounters;
import io.dialtone.net.RestPolicy;
import io.dialtone.net.TlsContexts;
import io.dialtone.net.WaitMode;
import io.netty.channel.Channel;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The duty cycle of the I/O thread: wait, read, the peers' turn, the agent's turn, flush, rest.
 * Driven by its own thread; {@link #stop}, {@link #submit}, {@link #wakeUp} and the counters are for any thread.
 *
 * <p>Netty's loop is driven by hand, so that a message is routed on the thread that read it and leaves on it, in the same turn, together with all others for the same peer.
 */
final class DiameterLoop implements Agent {
    /** What a loop is furnished with, before it starts. */
    interface Furnishing {
        Rooms furnish(Dialler dialler, long nowNs);
    }

    /** What stands on the connections. */
    record Rooms(Door door, Turn turn) {}

    private static final System.Logger LOG = System.getLogger(DiameterLoop.class.getName());

    /** Netty runs whatever was handed to its loop, in each turn; little is. */
    private static final long NO_TASK_LIMIT = 0;

    private static final int COMMANDS_MAX = 4096;

    /** Commands run in one turn. */
    private static final int COMMANDS_A_TURN = 64;

    private static final long TIMER_SLACK_NS = 1_000;
    private static final int ID_BITS_OF_A_LOOP = 48;

    private final int index;
    private final DiameterIoConfig config;
    private final LoopCounters<IoCounter> counters = new LoopCounters<>(IoCounter.class);
    private final TurnClock clock = new TurnClock();
    private final ManyToOneConcurrentArrayQueue<Runnable> commands = new ManyToOneConcurrentArrayQueue<>(COMMANDS_MAX);
    private final Thread thread;
    private final ManualIoEventLoop netty;
    private final Supplier<? extends ServerChannel> servers;
    private final Connections connections;
    private final NameLookup names;
    private final Dialler dialler;
    private final RestPolicy rest;
    private final Rooms rooms;
    private final List<Acceptor> acceptors = new ArrayList<>();
    private final CountDownLatch started = new CountDownLatch(1);

    private volatile boolean stopping;
    private volatile boolean wakeUpAsked;
    private volatile @Nullable Throwable failure;
    private volatile List<InetSocketAddress> bound = List.of();

    private long restNs = RestPolicy.NO_REST;

    DiameterLoop(
            final int index,
            final IoKind io,
            final DiameterIoConfig config,
            final @Nullable TlsContexts tls,
            final Furnishing furnishing) {
        this.index = index;
        this.config = config;
        final boolean isEpoll = io == IoKind.EPOLL;
        thread = new FastThreadLocalThread(this::run, roleName());
        thread.setDaemon(true);
        netty = new ManualIoEventLoop(thread, isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory()) {
            @Override
            protected boolean canBlock() {
                // Asked once more after the handler has said that it will sleep: a wake-up that came before that word
                // wrote to no eventfd.
                return !wakeUpAsked && !stopping;
            }
        };
        servers = isEpoll ? EpollServerSocketChannel::new : NioServerSocketChannel::new;
        final Supplier<? extends Channel> connector = isEpoll ? EpollSocketChannel::new : NioSocketChannel::new;
        connections = new Connections(
                config.connections(), config.limits(), counters, clock, tls, (long) index << ID_BITS_OF_A_LOOP);
        names = new NameLookup(this::submit);
        rest = new RestPolicy(config.waiting(), false, clock.nowNs());
        dialler = new Dialler(connections, connector, netty, names);
        rooms = furnishing.furnish(dialler, clock.nowNs());
    }

    // ---- for any thread

    @Override
    public String roleName() {
        return "diameter-io-" + index;
    }

    LoopCounters<IoCounter> counters() {
        return counters;
    }

    Thread thread() {
        return thread;
    }

    /** Where it listens; in the order of the configuration. */
    List<InetSocketAddress> bound() {
        return bound;
    }

    void start() {
        thread.start();
    }

    /** Waits until it listens; rethrows what kept it from that. */
    void awaitStarted() throws InterruptedException, IOException {
        started.await();
        final Throwable cause = failure;
        if (cause instanceof IOException refused) {
            throw refused;
        }
        if (cause != null) {
            throw new IllegalStateException(roleName() + " could not start", cause);
        }
    }

    /** Has something done by the loop's thread in its next turn; false if too much waits, or the loop has ended. */
    boolean submit(final Runnable command) {
        if (stopping || !commands.offer(command)) {
            return false;
        }
        wakeUp();
        return true;
    }

    /** Ends a rest in the kernel. */
    void wakeUp() {
        wakeUpAsked = true;
        netty.wakeup();
    }

    void stop() {
        stopping = true;
        wakeUp();
    }

    // ---- the thread

    private void run() {
        try {
            prepare();
            started.countDown();
            while (!stopping) {
                doWork();
            }
        } catch (IOException refused) {
            failure = refused;
        } catch (Throwable t) {
            // Not a message's fault, those are caught where they are handed on: the loop itself is broken, and its
            // listeners must not look alive.
            failure = t;
            LOG.log(ERROR, roleName() + ": the loop is broken and ends; its connections are closed", t);
        } finally {
            onClose();
            started.countDown();
        }
    }

    private void listen() throws IOException {
        final List<InetSocketAddress> places = new ArrayList<>();
        for (final DiameterListener each : config.listeners()) {
            final Acceptor acceptor = new Acceptor(each, servers.get(), connections, netty, rooms.door());
            acceptors.add(acceptor);
            places.add(acceptor.bind());
        }
        bound = List.copyOf(places);
    }

    private void prepare() throws IOException {
        if (Linux.isHere() && config.waiting().mode() == WaitMode.POLL) {
            // Rests of 50 us would last 100 with the usual slack of 50.
            try (Arena arena = Arena.ofConfined()) {
                Linux.prctl(Linux.errnoSegment(arena), Linux.PR_SET_TIMERSLACK, TIMER_SLACK_NS);
            }
        }
        listen();
        dialler.start();
    }

    @Override
    public int doWork() {
        clock.begin();
        if (restNs == RestPolicy.NO_REST) {
            netty.runNow(NO_TASK_LIMIT);
        } else {
            counters.increment(IoCounter.RESTS);
            netty.run(restNs, NO_TASK_LIMIT);
        }
        if (wakeUpAsked) {
            wakeUpAsked = false;
        }
        final long nowNs = clock.nowNs();
        final int work = runCommands() + workPeers(nowNs) + workAgent(nowNs);
        if (connections.sweep(nowNs)) {
            for (int i = 0; i < acceptors.size(); i++) {
                acceptors.get(i).onSweep();
            }
        }
        connections.flushAll();
        counters.increment(IoCounter.TURNS);
        final int received = connections.takeReceived();
        restNs = rest.afterTurn(nowNs, received, work, nextDeadlineNs());
        return received + work;
    }

    private int runCommands() {
        int count = 0;
        while (count < COMMANDS_A_TURN) {
            final Runnable command = commands.poll();
            if (command == null) {
                break;
            }
            count++;
            try {
                command.run();
            } catch (Exception | AssertionError | LinkageError e) {
                connections.onFailure(e);
            }
        }
        return count;
    }

    private int workPeers(final long nowNs) {
        try {
            return rooms.door().doWork(nowNs);
        } catch (Exception | AssertionError | LinkageError e) {
            connections.onFailure(e);
            return 0;
        }
    }

    private int workAgent(final long nowNs) {
        try {
            return rooms.turn().doWork(nowNs);
        } catch (Exception | AssertionError | LinkageError e) {
            connections.onFailure(e);
            return 0;
        }
    }

    private long nextDeadlineNs() {
        return earlier(
                earlier(rooms.door().nextDeadlineNs(), rooms.turn().nextDeadlineNs()),
                connections.nextDeadlineNs(isAcceptorWaiting()));
    }

    /** Whether a listener takes nobody until the next sweep. */
    private boolean isAcceptorWaiting() {
        for (int i = 0; i < acceptors.size(); i++) {
            if (acceptors.get(i).isWaiting()) {
                return true;
            }
        }
        return false;
    }

    /** A monotonic clock may pass zero; only MAX_VALUE is not a time. */
    private static long earlier(final long a, final long b) {
        if (a == Long.MAX_VALUE) {
            return b;
        }
        return b == Long.MAX_VALUE || a - b < 0 ? a : b;
    }

    @Override
    public void onClose() {
        connections.flushAll();
        for (final Acceptor acceptor : acceptors) {
            acceptor.close();
        }
        connections.closeAll();
        names.close();
        final Future<?> ended = netty.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
        while (!ended.isDone()) {
            netty.runNow(NO_TASK_LIMIT);
        }
    }
}
