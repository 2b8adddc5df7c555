package io.dialtone.benchmarks.grid;

/** A place that keeps sessions in two processes, seen from the worker that handles their events. Called only by that worker. */
interface Grid extends AutoCloseable {
    /** Begins an event: its session's state is to be had, updated by {@link Workload#update}, kept in both processes; then the event is {@link Workload#onDone done}. */
    void begin(Event event);

    /** Does what is due. Says how much was done. */
    int doWork(long nowNs);

    /** Something is to be otherwise from now on; it is when the grid {@link #isSettled is settled}. */
    default void onCommand(final String command) {
        throw new IllegalArgumentException(command);
    }

    default boolean isSettled() {
        return true;
    }

    @Override
    void close();
}
