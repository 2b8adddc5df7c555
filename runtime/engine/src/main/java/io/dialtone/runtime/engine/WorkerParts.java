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
 * @param keyHash keyed function for the keys of the sessions of the service that this is for, the same on all nodes, and another for each service
 * @param service the place in the worker's chain of the service that this is for; the first, or only, one is 1
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
        SessionWorkerProxy mailbox,
        SipHash keyHash,
        int service) {

    /** The same for another service of the worker's chain, which has its own hashes of keys: what the one writes, the others do not take for theirs. */
    public WorkerParts ofService(final int place) {
        final SipHash itsHash =
                place == 1 ? keyHash : new SipHash(keyHash.hash(2L * place), keyHash.hash(2L * place + 1));
        return new WorkerParts(
                config, time, deadlines, outbox, sessions, dormant, journal, counters, tableHash, mailbox, itsHash,
                place);
    }
}
