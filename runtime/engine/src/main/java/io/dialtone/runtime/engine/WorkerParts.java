package io.dialtone.runtime.engine;

import io.dialtone.placement.table.SipHash;

/**
 * The parts of a worker that a protocol uses. They belong to the worker and are called only by it.
 *
 * @param config the worker's limits
 * @param time the turn's time
 * @param deadlines the worker's wheel
 * @param outbox where outputs wait for the record of their event
 * @param sessions the worker's sessions
 * @param dormant those of them that lie in the store of images only
 * @param journal is told which sessions an event has changed
 * @param counters where the worker counts
 * @param tableHash keyed function for tables
 * @param mailbox how other threads reach the worker
 */
public record WorkerParts(
        WorkerConfig config,
        TurnTime time,
        DeadlineWheel deadlines,
        Outbox outbox,
        SessionStore sessions,
        DormantSessions dormant,
        EventJournal journal,
        CounterSet<WorkerCounter> counters,
        SipHash tableHash,
        SessionWorkerProxy mailbox) {}
