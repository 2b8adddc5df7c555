package io.dialtone.runtime.engine;

/** Something another thread asks of a worker. */
@FunctionalInterface
public interface WorkerCommand {
    /** Runs on the worker, between messages. Short. */
    void onWorker(SessionWorker worker);
}
