package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.placement.table.SipHash;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * What a worker works with. Finished before the worker starts.
 *
 * @param link the corridor as this worker's thread sees it
 * @param grid how its sessions are kept
 * @param nanoClock monotonic time, read once a turn
 * @param epochClock wall clock, for deadlines that other processes read or have set
 * @param tableHash keyed function for the worker's tables; its key is nobody else's business
 * @param counters where the worker counts
 */
public record WorkerContext(
        LinkEndpoint link,
        WorkerGrid grid,
        NanoClock nanoClock,
        EpochNanoClock epochClock,
        SipHash tableHash,
        CounterSet<WorkerCounter> counters) {}
