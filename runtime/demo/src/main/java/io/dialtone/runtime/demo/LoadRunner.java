package io.dialtone.runtime.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of a {@link CallLoad} from one UDP socket, on the calling thread, until all have ended. One instance per run; {@link #stop} may be
 * called by any thread.
 */
public final class LoadRunner {
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;
    private static final int DATAGRAM_BYTES_MAX = 65_535;
    /** Datagrams taken in one turn before the clock is read again. */
    private static final int RECEIVES_PER_TURN = 64;
    /** Below this a select, which counts in whole milliseconds, would wake too late for the next call. */
    private static final long SELECT_NS_MIN = 2_000_000L;

    /** Short enough to notice {@link #stop}. */
    private static final long IDLE_MS_MAX = 100;

    private static final long NAP_NS = 50_000L;
    /** After the last call has ended: time for doubled answers to show up. */
    private static final long AFTERGLOW_NS = 200_000_000L;

    private final CallLoad load;
    private final Consumer<String> progressLines;
    private final @Nullable KillPlan killPlan;
    private final CallJournal journal;
    private volatile @Nullable NodeKill kill;
    private volatile boolean stopped;
    private volatile boolean abandoned;

    /**
     * @param progressLines takes a line for people once a second, on the running thread
     */
    public LoadRunner(final CallLoad load, final Consumer<String> progressLines) {
        this(load, progressLines, null, CallJournal.NONE);
    }

    /**
     * @param killPlan when to kill a node in mid-run, or null
     */
    public LoadRunner(final CallLoad load, final Consumer<String> progressLines, final @Nullable KillPlan killPlan) {
        this(load, progressLines, killPlan, CallJournal.NONE);
    }

    /**
     * @param journal is told each request and answer
     */
    public LoadRunner(final CallLoad load, final Consumer<String> progressLines, final CallJournal journal) {
        this(load, progressLines, null, journal);
    }

    private LoadRunner(
            final CallLoad load,
            final Consumer<String> progressLines,
            final @Nullable KillPlan killPlan,
            final CallJournal journal) {
        this.load = load;
        this.progressLines = progressLines;
        this.killPlan = killPlan;
        this.journal = journal;
    }

    /** Starts no more calls and lets the open ones end; a second call gives those up. */
    public void stop() {
        if (stopped) {
            abandoned = true;
        }
        stopped = true;
    }

    /** Runs all calls. Returns when the last has ended: at the latest about a minute after the last one started, if nobody answers. */
    public CallReport run() throws IOException {
        try (DatagramChannel channel = open(load.target());
                Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            final InetSocketAddress local = (InetSocketAddress) Objects.requireNonNull(channel.getLocalAddress());
            final long startNs = System.nanoTime();
            final CallGenerator generator = new CallGenerator(
                    load,
                    local,
                    ThreadLocalRandom.current().nextLong(),
                    (message, length, to) -> send(channel, message, length, to),
                    journal,
                    startNs);
            drive(generator, channel, selector, startNs);
            return new CallReport(load, generator.tally(), System.nanoTime() - startNs);
        }
    }

    private void drive(
            final CallGenerator generator, final DatagramChannel channel, final Selector selector, final long startNs)
            throws IOException {
        final ByteBuffer inbound = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX);
        final UnsafeBuffer inboundView = new UnsafeBuffer(inbound);
        final Progress progress = new Progress(progressLines, startNs);
        long doneAtNs = Long.MAX_VALUE;
        KillPlan nextKill = killPlan;
        boolean isKillNoted = false;
        while (true) {
            final long nowNs = System.nanoTime();
            if (nextKill != null && nowNs - startNs >= nextKill.afterNs()) {
                begin(nextKill);
                nextKill = null;
            }
            final NodeKill done = kill;
            if (done != null && !isKillNoted) {
                isKillNoted = true;
                generator.onKill(done);
                progressLines.accept("        kill -9 " + done.node());
            }
            if (stopped) {
                generator.stopStarting();
            }
            if (abandoned) {
                generator.abandon(nowNs);
            }
            int work = generator.doWork(nowNs);
            work += receive(generator, channel, inbound, inboundView);
            progress.onTurn(generator.tally(), nowNs);
            if (!generator.isDone()) {
                doneAtNs = Long.MAX_VALUE;
            } else if (doneAtNs == Long.MAX_VALUE) {
                doneAtNs = nowNs + AFTERGLOW_NS;
            } else if (nowNs >= doneAtNs) {
                return;
            }
            if (work == 0) {
                rest(selector, generator.nextDueNs() - System.nanoTime(), generator.hasTimers());
            }
        }
    }

    /** On a thread of its own: the caller does not stop calling meanwhile. */
    private void begin(final KillPlan plan) {
        Thread.ofVirtual().name("killer").start(() -> kill = plan.killer().kill());
    }

    private static int receive(
            final CallGenerator generator,
            final DatagramChannel channel,
            final ByteBuffer inbound,
            final UnsafeBuffer inboundView)
            throws IOException {
        int received = 0;
        while (received < RECEIVES_PER_TURN) {
            inbound.clear();
            final InetSocketAddress from;
            try {
                from = (InetSocketAddress) channel.receive(inbound);
            } catch (PortUnreachableException unreachable) {
                break; // the timers will say so
            }
            if (from == null) {
                break;
            }
            generator.onDatagram(inboundView, 0, inbound.position(), from, System.nanoTime());
            received++;
        }
        return received;
    }

    private static void rest(final Selector selector, final long untilDueNs, final boolean timersRun)
            throws IOException {
        if (untilDueNs <= 0) {
            return;
        }
        if (untilDueNs >= SELECT_NS_MIN) {
            selector.select(ignored -> {}, timersRun ? 1 : Math.min(untilDueNs / 1_000_000L - 1, IDLE_MS_MAX));
        } else {
            LockSupport.parkNanos(Math.min(NAP_NS, untilDueNs));
        }
    }

    private static void send(
            final DatagramChannel channel, final UnsafeBuffer message, final int length, final InetSocketAddress to) {
        final ByteBuffer bytes = Objects.requireNonNull(message.byteBuffer());
        bytes.limit(length).position(0);
        try {
            channel.send(bytes, to);
        } catch (IOException lost) {
            // As good as lost on the way: retransmission or the give-up timer deals with it, and counts it.
            return;
        }
    }

    private static DatagramChannel open(final InetSocketAddress target) throws IOException {
        final DatagramChannel channel = DatagramChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
            channel.bind(new InetSocketAddress(localAddressTowards(target), 0));
            channel.configureBlocking(false);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** The address that our packets to the target carry, to be named in Via and Contact. */
    private static InetAddress localAddressTowards(final InetSocketAddress target) throws IOException {
        try (DatagramChannel probe = DatagramChannel.open()) {
            probe.connect(target);
            return ((InetSocketAddress) Objects.requireNonNull(probe.getLocalAddress())).getAddress();
        }
    }
}
