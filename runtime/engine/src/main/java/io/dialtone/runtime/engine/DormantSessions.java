package io.dialtone.runtime.engine;

import io.dialtone.state.api.SlotKeeper;
import org.agrona.DirectBuffer;

/** The slots of a worker as they come and go. Called only by the owning worker. */
final class DormantSessions implements SlotKeeper {
    private final Outbox outbox;
    private long epoch;

    DormantSessions(final Outbox outbox) {
        this.outbox = outbox;
    }

    @Override
    public void onOwned(final int slot, final long ownedEpoch, final long nowNs) {
        epoch = ownedEpoch;
    }

    @Override
    public void onOpenOutputs(
            final int slot, final long number, final DirectBuffer outputs, final int offset, final int length) {
        outbox.addOpen(slot, epoch, number, outputs, offset, length);
    }

    @Override
    public void onDisowned(final int slot) {
        outbox.drop(slot);
    }
}
