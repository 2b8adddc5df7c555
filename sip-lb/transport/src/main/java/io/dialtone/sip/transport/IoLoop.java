package io.dialtone.sip.transport;

import io.dialtone.api.link.LinkBell;
import io.dialtone.net.BellHandle;
import io.dialtone.net.Linux;
import io.dialtone.net.LoopCounters;
import io.dialtone.net.RestPolicy;
import io.dialtone.net.WaitMode;
import io.dialtone.net.WaitSettings;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.lang.foreign.Arena;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The duty cycle of one I/O thread: wait, read, route, the ingress's own turn, flush.
 * Driven by its own thread; {@link #stop}, {@link #wakeUp} and the counters are for any thread.
 *
 * <p>Netty's loop is driven by hand, so that a message is routed on the thread that read it and leaves on it, in the same turn.
 */
final class IoLoop implements Agent, Delivery {
    /** Netty runs whatever was handed to its loop, in each turn; nothing is, but for set-up and channels' own errands. */
    private static final long NO_TASK_LIMIT = 0;

    private static final long SAMPLE_INTERVAL_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long TIMER_SLACK_NS = 1_000;

    private final int index;
    private final Arena arena;
    private final LoopCounters<TransportCounter> counters;
    private final FailureLog failures;
    private final SipSocket[] sockets;
    private final LoopEgress egress;
    private final CopyMemory segmentMemory;
    private final SipIngress ingress;
    private final WaitSettings waiting;
    private final boolean onLinux;
    private final RestPolicy rest;
    /** What tells of frames while the loop waits in the kernel. */
    private final @Nullable LinkBell bell;

    private final Thread thread;
    private final ManualIoEventLoop netty;
    private final CountDownLatch started = new CountDownLatch(1);

    private volatile boolean stopping;
    private volatile boolean wakeUpAsked;
    private volatile @Nullable Throwable failure;

    private long restNs = RestPolicy.NO_REST;
    private long nowNs = System.nanoTime();
    private boolean clockRead;
    private int received;
    private long turn;
    private long nextSampleNs = nowNs + SAMPLE_INTERVAL_NS;

    IoLoop(
            final int index,
            final LoopMemory memory,
            final IoHandlerFactory handlers,
            final SipSocket[] sockets,
            final LoopEgress egress,
            final SipIngress ingress,
            final WaitSettings waiting) {
        this.index = index;
        this.arena = memory.arena();
        this.counters = memory.counters();
        this.segmentMemory = memory.segments();
        this.sockets = sockets;
        this.egress = egress;
        this.ingress = ingress;
        this.waiting = waiting;
        failures = new FailureLog(roleName(), counters);
        onLinux = Linux.isHere();
        thread = new FastThreadLocalThread(this::run, roleName());
        thread.setDaemon(true);
        netty = new ManualIoEventLoop(thread, handlers) {
            @Override
            protected boolean canBlock() {
                // Asked once more after the handler has said that it will sleep: a wake-up that came before that word
                // wrote to no eventfd.
                return !wakeUpAsked && !stopping;
            }
        };
        bell = netty.isCompatible(BellHandle.class) ? ingress.bell() : null;
        rest = new RestPolicy(waiting, bell != null && bell.isRungByAll(), nowNs);
    }

    // ---- for any thread

    @Override
    public String roleName() {
        return "sip-io-" + index;
    }

    LoopCounters<TransportCounter> counters() {
        return counters;
    }

    Thread thread() {
        return thread;
    }

    void start() {
        thread.start();
    }

    /** Waits until the loop's sockets are read from; rethrows what kept it from that. */
    void awaitStarted() throws InterruptedException {
        started.await();
        final Throwable cause = failure;
        if (cause != null) {
            throw new IllegalStateException(roleName() + " could not start", cause);
        }
    }

    /** Ends a rest in the kernel, so that the ingress gets a turn. */
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
            onStart();
            started.countDown();
            while (!stopping) {
                doWork();
            }
        } catch (Throwable t) {
            // Not a message's fault, those are caught below: the loop itself is broken, and its sockets must not look
            // alive.
            failure = t;
            failures.onLoopBroken(t);
        } finally {
            onClose();
            started.countDown();
        }
    }

    @Override
    public void onStart() {
        if (onLinux && waiting.mode() == WaitMode.POLL) {
            // Rests of 50 us would last 100 with the usual slack of 50.
            Linux.prctl(Linux.errnoSegment(arena), Linux.PR_SET_TIMERSLACK, TIMER_SLACK_NS);
        }
        for (final SipSocket socket : sockets) {
            try {
                socket.register(netty, this);
            } catch (Exception e) {
                throw new IllegalStateException("Cannot watch " + Listeners.describe(socket.listener()), e);
            }
        }
        if (bell != null) {
            try {
                new BellHandle(bell).register(netty);
            } catch (Exception e) {
                throw new IllegalStateException("Cannot watch the link's bell", e);
            }
        }
    }

    @Override
    public int doWork() {
        turn++;
        clockRead = false;
        received = 0;
        if (restNs == RestPolicy.NO_REST) {
            netty.runNow(NO_TASK_LIMIT);
        } else {
            counters.increment(TransportCounter.RESTS);
            netty.run(restNs, NO_TASK_LIMIT);
            if (bell != null) {
                bell.ignore();
            }
        }
        if (wakeUpAsked) {
            wakeUpAsked = false;
        }
        readClock();
        final int work = workIngress();
        for (final SipSocket socket : sockets) {
            socket.onTurn(nowNs);
        }
        egress.flushAll();
        segmentMemory.clear();
        counters.increment(TransportCounter.TURNS);
        restNs = rest.afterTurn(nowNs, received, work, nextDeadlineNs());
        if (bell != null && restNs != RestPolicy.NO_REST) {
            listen(bell);
        }
        if (nowNs - nextSampleNs >= 0) {
            nextSampleNs = nowNs + SAMPLE_INTERVAL_NS;
            sample();
        }
        return received + work;
    }

    @Override
    public void onClose() {
        egress.flushAll();
        sample();
        final Future<?> ended = netty.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
        while (!ended.isDone()) {
            netty.runNow(NO_TASK_LIMIT);
        }
        for (final SipSocket socket : sockets) {
            socket.close();
        }
    }

    /** Peers ring from now on; what they have sent before is found by one more look. */
    private void listen(final LinkBell itsBell) {
        itsBell.listen();
        if (workIngress() > 0) {
            itsBell.ignore();
            egress.flushAll();
            segmentMemory.clear();
            restNs = RestPolicy.NO_REST;
        }
    }

    private int workIngress() {
        try {
            return ingress.doWork(nowNs);
        } catch (Exception | AssertionError | LinkageError e) {
            failures.onIngressFailure(e);
            return 0;
        }
    }

    private long nextDeadlineNs() {
        long next = ingress.nextDeadlineNs();
        for (final SipSocket socket : sockets) {
            final long ofSocket = socket.nextDeadlineNs();
            if (ofSocket != Long.MAX_VALUE && (next == Long.MAX_VALUE || ofSocket - next < 0)) {
                next = ofSocket;
            }
        }
        return next;
    }

    private void readClock() {
        if (!clockRead) {
            clockRead = true;
            nowNs = System.nanoTime();
        }
    }

    private void sample() {
        for (final SipSocket socket : sockets) {
            socket.sample();
        }
    }

    // ---- from the sockets

    @Override
    public void onBatch(final int datagrams) {
        readClock();
        received += datagrams;
    }

    @Override
    public void onMessage(final UnsafeBuffer buffer, final int offset, final int length, final SipFlow from) {
        try {
            ingress.onMessage(buffer, offset, length, from, nowNs);
        } catch (Exception | AssertionError | LinkageError e) {
            // An ingress never throws for what came from the wire; if it does, one message is lost and the calls in
            // progress go on.
            failures.onIngressFailure(e);
        }
    }

    @Override
    public void onUnreadable(
            final UnsafeBuffer buffer,
            final int offset,
            final int length,
            final SipFlow from,
            final Malformation malformation) {
        try {
            ingress.onUnreadable(buffer, offset, length, malformation, from, nowNs);
        } catch (Exception | AssertionError | LinkageError e) {
            failures.onIngressFailure(e);
        }
    }

    @Override
    public void onUnsent(final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to) {
        try {
            ingress.onUnsent(buffer, offset, length, to, nowNs);
        } catch (Exception | AssertionError | LinkageError e) {
            failures.onIngressFailure(e);
        }
    }

    @Override
    public void onDisconnected(final SipFlow peer) {
        try {
            ingress.onDisconnected(peer, nowNs);
        } catch (Exception | AssertionError | LinkageError e) {
            failures.onIngressFailure(e);
        }
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public long turn() {
        return turn;
    }

    @Override
    public void flushAll() {
        egress.flushAll();
    }
}
