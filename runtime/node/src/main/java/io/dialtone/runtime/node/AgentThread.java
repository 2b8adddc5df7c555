package io.dialtone.runtime.node;

import java.util.function.Consumer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/** A thread that turns an agent until the process ends. Started and closed by the main thread. */
final class AgentThread implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(AgentThread.class.getName());
    /** A few looks, then a rest: yielding to others in between doubled what a worker cost at 20,000 events a second, and no answer came sooner for it. */
    private static final long SPINS = 10;

    private static final long YIELDS = 0;
    /** The shortest rest of whoever has no setting for it. */
    private static final long PARK_MIN_NS = 1_000;

    private final AgentRunner runner;
    private final Thread thread;

    private AgentThread(final AgentRunner runner, final Thread thread) {
        this.runner = runner;
        this.thread = thread;
    }

    static AgentThread start(final Agent agent, final long parkMaxNs, final Consumer<Throwable> onFailure) {
        return start(agent, PARK_MIN_NS, parkMaxNs, onFailure);
    }

    /**
     * Starts the thread.
     *
     * @param parkMinNs shortest rest when there is nothing to do; each that follows is twice as long
     * @param parkMaxNs longest rest when there is nothing to do; 0 for none at all
     * @param onFailure told what an agent threw: an agent of ours that throws is broken, and so is its process
     */
    static AgentThread start(
            final Agent agent, final long parkMinNs, final long parkMaxNs, final Consumer<Throwable> onFailure) {
        return start(agent, rest(parkMinNs, parkMaxNs), onFailure);
    }

    /** As above; rests end when somebody rings, if there is a bell and the shortest rest is not set to be longer. */
    static AgentThread start(
            final Agent agent,
            final @Nullable WorkerSeat seat,
            final long parkMinNs,
            final long parkMaxNs,
            final Consumer<Throwable> onFailure) {
        return start(
                agent,
                seat != null && parkMaxNs > 0 && parkMinNs <= PARK_MIN_NS
                        ? new BellRest(seat, parkMinNs, parkMaxNs)
                        : rest(parkMinNs, parkMaxNs),
                onFailure);
    }

    private static IdleStrategy rest(final long parkMinNs, final long parkMaxNs) {
        return parkMaxNs == 0
                ? BusySpinIdleStrategy.INSTANCE
                : new BackoffIdleStrategy(SPINS, YIELDS, Math.min(parkMinNs, parkMaxNs), parkMaxNs);
    }

    private static AgentThread start(final Agent agent, final IdleStrategy idle, final Consumer<Throwable> onFailure) {
        final AgentRunner runner = new AgentRunner(
                idle,
                failure -> {
                    LOGGER.log(System.Logger.Level.ERROR, agent.roleName() + " has failed", failure);
                    onFailure.accept(failure);
                },
                null,
                agent);
        final Thread thread = AgentRunner.startOnThread(
                runner, Thread.ofPlatform().name(agent.roleName()).daemon().factory());
        return new AgentThread(runner, thread);
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    @Override
    public void close() {
        runner.close();
    }
}
