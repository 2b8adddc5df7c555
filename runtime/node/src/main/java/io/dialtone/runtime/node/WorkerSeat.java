package io.dialtone.runtime.node;

import io.dialtone.api.link.LinkBell;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.concurrent.Agent;

/*
 *  SEAT: whoever sits may turn the worker, nobody else
 *
 *   OWNER  ──── rests (BellRest) ────▶  FREE  ──── a loop has handed something over ────▶  GUEST
 *     ▲                                  │ ▲                                                 │
 *     └───── rung, or rested enough ─────┘ └──── nothing left to do, and bell listens ───────┘
 */
/**
 * Who turns a worker: its own thread, or a loop of the same process while that thread rests. Waking a thread costs more than what it then does with one message; so a loop that has handed over
 * one or two does it itself. The change of hands orders memory: to the worker it is as if it were one thread.
 */
final class WorkerSeat {
    private static final int FREE = 0;
    private static final int OWNER = 1;
    private static final int GUEST = 2;

    /** A guest's turn that takes so long has a handler that computes or waits: it is none for a loop, which others wait for. */
    static final long GUEST_TURN_NS_MAX = TimeUnit.MILLISECONDS.toNanos(2);

    /** How long a worker is then left to its own thread. */
    static final long UNWELCOME_NS = TimeUnit.SECONDS.toNanos(10);

    private static final long TAKEN_REST_NS = 20_000;

    private final Agent worker;
    private final LinkBell bell;
    private final Consumer<Throwable> onFailure;
    private final AtomicInteger state = new AtomicInteger(OWNER);
    private volatile long unwelcomeUntilNs = System.nanoTime() - UNWELCOME_NS;

    /**
     * A worker's, taken by its own thread.
     *
     * @param onFailure told what the worker threw while a guest turned it
     */
    WorkerSeat(final Agent worker, final LinkBell bell, final Consumer<Throwable> onFailure) {
        this.worker = worker;
        this.bell = bell;
        this.onFailure = onFailure;
    }

    LinkBell bell() {
        return bell;
    }

    /** Called by the worker's thread, whose bell listens: others may turn it now. */
    void leave() {
        state.setRelease(FREE);
    }

    /** Called by the worker's thread: takes the seat, and waits for a guest that is still at it. */
    void takeBack() {
        while (!state.compareAndSet(FREE, OWNER)) {
            LockSupport.parkNanos(TAKEN_REST_NS);
        }
    }

    /** Called by any loop. True if the worker's thread rests; then {@link #turn} may be called until {@link #getUp}. */
    boolean take(final long nowNs) {
        if (nowNs - unwelcomeUntilNs < 0 || state.getAcquire() != FREE || !state.compareAndSet(FREE, GUEST)) {
            return false;
        }
        bell.ignore(); // nobody need wake its thread for what is done here
        return true;
    }

    /** Called by whoever took the seat. */
    int turn() {
        try {
            return worker.doWork();
        } catch (Throwable t) {
            onFailure.accept(t);
            return 0;
        }
    }

    /** Called by whoever took the seat, when there is nothing left to do. */
    void getUp() {
        bell.listen();
        turn(); // what came before the bell listened
        state.setRelease(FREE);
    }

    /** Called by whoever took the seat: it took too long. */
    void tooLong(final long nowNs) {
        unwelcomeUntilNs = nowNs + UNWELCOME_NS;
    }
}
