package io.dialtone.state.replication;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotKeeper;

/**
 * What replication on one worker works with. Finished before the worker starts.
 *
 * @param link the corridor as the worker's thread sees it
 * @param authority the registry
 * @param images where the worker keeps what it owns and what it backs up
 * @param keeper the worker's engine
 * @param hints where this process hears of others' deaths
 * @param threads how many workers this node has
 * @param counters where replication counts
 * @param nowNs the worker's monotonic time now
 */
public record ReplicatorContext(
        LinkEndpoint link,
        SlotAuthority authority,
        ImageStore images,
        SlotKeeper keeper,
        DeathHints hints,
        int threads,
        ReplicationCounters counters,
        long nowNs) {}
