package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkFrame;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.SessionReplicator;
import io.dialtone.state.api.SlotKeeper;
import org.agrona.DirectBuffer;

/**
 * Replication to nobody: slots are owned as a table says, no images are made, and whatever is appended may leave. For clusters whose table is given by hand, and for
 * tests. Called only by the owning worker.
 */
public final class LoneReplicator implements SessionReplicator {
    private final SlotTableHolder holder;
    private final SlotKeeper keeper;
    private final int member;
    private final int thread;
    private final int threads;
    private final long[] numbers;
    private SlotTable table;

    /**
     * Made when its worker is.
     *
     * @param holder who owns what
     * @param keeper is told when a slot is taken away, or given
     * @param member number of this node
     * @param thread number of this worker
     * @param threads how many workers this node has
     */
    LoneReplicator(
            final SlotTableHolder holder,
            final SlotKeeper keeper,
            final int member,
            final int thread,
            final int threads) {
        this.holder = holder;
        this.keeper = keeper;
        this.member = member;
        this.thread = thread;
        this.threads = threads;
        table = holder.table();
        numbers = new long[table.slots()];
    }

    /** For the workers of a node that has this many. */
    public static WorkerGrid.Replicators of(final SlotTableHolder holder, final int threads) {
        return (link, keeper, images) -> new LoneReplicator(holder, keeper, link.member(), link.thread(), threads);
    }

    @Override
    public boolean isOwned(final int slot) {
        return isOwned(table, slot);
    }

    @Override
    public long epochOf(final int slot) {
        return table.epochOf(slot);
    }

    @Override
    public boolean isAlone(final int slot) {
        return true;
    }

    @Override
    public boolean keepsImages() {
        return false;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public long append(final SessionRecord record) {
        return ++numbers[record.slot()];
    }

    @Override
    public boolean mayLeave(final int slot, final long number) {
        return true;
    }

    @Override
    public void onFrame(
            final LinkFrame frame, final DirectBuffer buffer, final int payloadOffset, final int payloadLength) {
        // nobody replicates to a node that knows no registry
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a new table is a new object
    public int doWork(final long nowNs) {
        final SlotTable newest = holder.table();
        if (newest == table) {
            return 0;
        }
        final SlotTable older = table;
        table = newest;
        for (int slot = 0; slot < newest.slots(); slot++) {
            final boolean was = isOwned(older, slot);
            final boolean is = isOwned(newest, slot);
            if (was && (!is || newest.epochOf(slot) != older.epochOf(slot))) {
                keeper.onDisowned(slot);
            }
            if (is && (!was || newest.epochOf(slot) != older.epochOf(slot))) {
                keeper.onOwned(slot, newest.epochOf(slot), nowNs);
            }
        }
        return 1;
    }

    @Override
    public int flush(final long nowNs) {
        return 0;
    }

    private boolean isOwned(final SlotTable of, final int slot) {
        return of.ownerOf(slot) == member && SlotTable.threadOf(slot, threads) == thread;
    }
}
