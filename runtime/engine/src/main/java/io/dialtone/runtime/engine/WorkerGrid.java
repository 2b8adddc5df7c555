package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.placement.table.SipHash;
import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.SessionReplicator;
import io.dialtone.state.api.SlotKeeper;

/**
 * How a worker's sessions are kept. Finished before the worker starts.
 *
 * @param slots how many slots the cluster has
 * @param keyHash keyed function for the keys of sessions, the same on all nodes of the cluster
 * @param images where the images of sessions lie; the worker's own
 * @param replicators makes the worker's replicator
 */
public record WorkerGrid(int slots, SipHash keyHash, ImageStore images, Replicators replicators) {

    /** Makes one replicator for one worker. */
    @FunctionalInterface
    public interface Replicators {
        SessionReplicator create(LinkEndpoint link, SlotKeeper keeper, ImageStore images);
    }

    /** Slots as the table says, and nobody to replicate to. */
    public static WorkerGrid alone(final SlotTableHolder slots, final int threads, final SipHash keyHash) {
        return new WorkerGrid(slots.table().slots(), keyHash, NoImages.INSTANCE, LoneReplicator.of(slots, threads));
    }
}
