package io.dialtone.state.api;

import org.agrona.DirectBuffer;

/** The engine as replication sees it: it is told when slots come and go. Called only by the owning worker, within {@link SessionReplicator#doWork}. */
public interface SlotKeeper {
    /** The slot is owned here from now on; its sessions are those whose images the store holds. */
    void onOwned(int slot, long epoch, long nowNs);

    /**
     * Outputs of a record whose fate the former owner's death has left open, in the order of their records, right after {@link #onOwned}. They may leave when {@code
     * number} may. They may have left before: peers know a repetition.
     */
    void onOpenOutputs(int slot, long number, DirectBuffer outputs, int offset, int length);

    /**
     * The slot is not owned here any more. Sessions in working memory and outputs that have not left are void: nothing of it may be seen outside.
     */
    void onDisowned(int slot);
}
