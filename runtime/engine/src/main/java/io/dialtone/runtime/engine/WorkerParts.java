package io.dialtone.runtime.engine;

import io.dialtone.placement.table.SipHash;

/**
 * The parts of a worker that a protocol uses. They belong to the worker and are called only by it.
 *
 * @param config the worker's limits
 * @param deadlines the worker's wheel
 * @param outbox where outputs wait for the end of the turn
 * @param sessions the worker's sessions
 * @param counters where the worker counts
 * @param tableHash keyed function for tables
 */
public record WorkerParts(
        WorkerConfig config,
        DeadlineWheel deadlines,
        Outbox outbox,
        SessionStore sessions,
        CounterSet<WorkerCounter> counters,
        SipHash tableHash) {}
