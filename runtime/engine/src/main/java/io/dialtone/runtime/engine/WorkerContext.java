package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.placement.table.SipHash;
import io.dialtone.placement.table.SlotTableHolder;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * What a worker works with. Finished before the worker starts.
 *
 * @param link the corridor as this worker's thread sees it
 * @param slots who owns what, published by the control thread
 * @param threads how many workers this node has; {@code SlotTable.threadOf} says which of them a slot belongs to
 * @param nanoClock monotonic time, read once a turn
 * @param epochClock wall clock, for the deadlines that edges set
 * @param tableHash keyed function for the worker's tables; its key is nobody else's business
 * @param counters where the worker counts
 */
public record WorkerContext(
        LinkEndpoint link,
        SlotTableHolder slots,
        int threads,
        NanoClock nanoClock,
        EpochNanoClock epochClock,
        SipHash tableHash,
        CounterSet<WorkerCounter> counters) {}
