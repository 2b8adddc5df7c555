package io.dialtone.state.replication;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import org.agrona.DirectBuffer;

/** A store that lies, for mutations. Used by the simulator's one thread. */
final class MutatedImages implements ImageStore {
    private final HeapImages images;
    private final Simulator sim;
    private final SimulatedWorker worker;

    private MutatedImages(final HeapImages images, final Simulator sim, final SimulatedWorker worker) {
        this.images = images;
        this.sim = sim;
        this.worker = worker;
    }

    /** The store itself, unless the world's mutation is about stores. */
    static ImageStore of(final HeapImages images, final Simulator sim, final SimulatedWorker worker) {
        return sim.mutation == Mutation.BACKUP_LOSES_IMAGES || sim.mutation == Mutation.SNAPSHOT_SKIPS_SESSIONS
                ? new MutatedImages(images, sim, worker)
                : images;
    }

    @Override
    public int put(
            final int slot,
            final long keyHash,
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final DirectBuffer image,
            final int imageOffset,
            final int imageLength,
            final long deadlineNs) {
        if (sim.mutation == Mutation.BACKUP_LOSES_IMAGES && !worker.isActing(slot) && sim.dice.chance(0.2)) {
            return KEPT;
        }
        return images.put(slot, keyHash, key, keyOffset, keyLength, image, imageOffset, imageLength, deadlineNs);
    }

    @Override
    public boolean find(
            final int slot,
            final long keyHash,
            final DirectBuffer key,
            final int keyOffset,
            final int keyLength,
            final ImageView view) {
        return images.find(slot, keyHash, key, keyOffset, keyLength, view);
    }

    @Override
    public boolean remove(
            final int slot, final long keyHash, final DirectBuffer key, final int keyOffset, final int keyLength) {
        return images.remove(slot, keyHash, key, keyOffset, keyLength);
    }

    @Override
    public void clear(final int slot) {
        images.clear(slot);
    }

    @Override
    public int count(final int slot) {
        return images.count(slot);
    }

    @Override
    public int count() {
        return images.count();
    }

    @Override
    public long bytesFree() {
        return images.bytesFree();
    }

    @Override
    public long bytesMax() {
        return images.bytesMax();
    }

    @Override
    public long next(final int slot, final long cursor, final ImageView view) {
        final long next = images.next(slot, cursor, view);
        return next != END && sim.mutation == Mutation.SNAPSHOT_SKIPS_SESSIONS && sim.dice.chance(0.2)
                ? next(slot, next, view)
                : next;
    }
}
