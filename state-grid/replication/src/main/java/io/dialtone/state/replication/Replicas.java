package io.dialtone.state.replication;

import static io.dialtone.state.replication.ReplicationCounter.BATCHES_AFTER_GAP;
import static io.dialtone.state.replication.ReplicationCounter.BATCHES_MALFORMED;
import static io.dialtone.state.replication.ReplicationCounter.BATCHES_OF_STRANGERS;
import static io.dialtone.state.replication.ReplicationCounter.BATCHES_RECEIVED;
import static io.dialtone.state.replication.ReplicationCounter.ENTRIES_BROKEN;
import static io.dialtone.state.replication.ReplicationCounter.ENTRIES_STALE;
import static io.dialtone.state.replication.ReplicationCounter.IMAGES_REFUSED;
import static io.dialtone.state.replication.ReplicationCounter.RECORDS_APPLIED;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.state.api.ImageStore;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The slots that a worker keeps for others: takes their owners' entries in order, applies them to the store, and says how far it is. Called only by the owning worker.
 *
 * <p>Each acknowledgement lists the slots whose entries were not applied, for as long as that is so: an owner that hears of a position always hears with it what was
 * left out on the way there.
 */
final class Replicas implements OutgoingStream.Riders {
    /** Where a record of a later epoch than our own takes a slot from us. */
    interface Fence {
        void onLaterEpoch(int slot, long epoch);
    }

    /** More slots than this are not left out at a time: we say nothing any more, and the owner does without us. */
    private static final int REFUSALS_MAX = 1 << 12;

    private static final int REFUSED_NOT = 0;

    private final ReplicatorConfig config;
    private final LinkEndpoint link;
    private final ImageStore images;
    private final ReplicationCounters counters;
    private final SlotStates slots;
    private final Fence fence;
    private final List<IncomingStream> streams = new ArrayList<>();
    private final Entry entry = new Entry();
    private final LinkFrame frame = new LinkFrame();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private final UnsafeBuffer ack;
    private long mapVersion;

    Replicas(
            final ReplicatorConfig config,
            final LinkEndpoint link,
            final ImageStore images,
            final ReplicationCounters counters,
            final SlotStates slots,
            final Fence fence) {
        this.config = config;
        this.link = link;
        this.images = images;
        this.counters = counters;
        this.slots = slots;
        this.fence = fence;
        final int refusals = Math.min(slots.slots(), REFUSALS_MAX);
        ack = new UnsafeBuffer(new byte[Batch.ACK_HEADER_BYTES + refusals * Batch.REFUSAL_BYTES]);
    }

    /** This map has been acted upon. */
    void onMap(final long version) {
        mapVersion = version;
    }

    /** A frame of entries from a process that the registry knows by this incarnation. */
    void onBatch(
            final LinkFrame from,
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final long knownIncarnation,
            final long nowNs) {
        counters.increment(BATCHES_RECEIVED);
        if (length < Batch.HEADER_BYTES) {
            counters.increment(BATCHES_MALFORMED);
            return;
        }
        if (from.incarnation() != knownIncarnation || Batch.receiver(buffer, offset) != link.incarnation()) {
            counters.increment(BATCHES_OF_STRANGERS);
            return;
        }
        final IncomingStream stream = streamFrom(from, nowNs);
        final long generation = Batch.generation(buffer, offset);
        if (stream.incarnation != from.incarnation() || stream.generation < generation) {
            beginStream(stream, from.incarnation(), generation);
        } else if (stream.generation > generation) {
            counters.increment(BATCHES_OF_STRANGERS);
            return;
        }
        stream.lastHeardNs = nowNs;
        stream.isAckDue = true;
        final long firstPosition = Batch.position(buffer, offset);
        stream.hasGap = firstPosition > stream.applied + 1;
        if (stream.hasGap) {
            counters.increment(BATCHES_AFTER_GAP);
            return;
        }
        apply(stream, firstPosition, buffer, offset + Batch.HEADER_BYTES, offset + length);
        stream.onCommitted(Math.min(Batch.committed(buffer, offset), stream.applied));
    }

    /** Sends the acknowledgements that are due. */
    int flush() {
        int sent = 0;
        for (int i = 0; i < streams.size(); i++) {
            final IncomingStream stream = streams.get(i);
            if (stream.isAckDue && offerAck(stream)) {
                stream.isAckDue = false;
                sent++;
            }
        }
        return sent;
    }

    /** When the thread of a member that owns the slot was last heard as such. */
    long lastHeardNs(final int member, final int thread, final long nowNs) {
        return streamOf(member, thread, nowNs).lastHeardNs;
    }

    void forgive(final long ns) {
        for (int i = 0; i < streams.size(); i++) {
            streams.get(i).lastHeardNs += ns;
        }
    }

    /**
     * The registry does not count on our replica in the newest map known here. The map may be late: what we have stays, and takes nothing more without a new snapshot.
     */
    void onUnheld(final int slot) {
        if (slots.replica[slot] != SlotStates.NO_REPLICA) {
            slots.replica[slot] = SlotStates.BROKEN;
        }
    }

    /** Forgets what we have of a slot; false if that is nothing. */
    boolean forget(final int slot) {
        if (slots.replica[slot] == SlotStates.NO_REPLICA && images.count(slot) == 0) {
            return false;
        }
        slots.replica[slot] = SlotStates.NO_REPLICA;
        slots.replicaFrom[slot] = null;
        slots.leftOpen.forget(slot);
        images.clear(slot);
        return true;
    }

    /** The epoch in which we have a replica of the slot is over: what is open in it is kept, whatever its owner says of it from now on. */
    void keepLeftOpen(final int slot) {
        final IncomingStream stream = slots.replicaFrom[slot];
        final boolean mayInherit =
                slots.replica[slot] == SlotStates.COMPLETE || slots.replica[slot] == SlotStates.BROKEN;
        if (stream != null && mayInherit && slots.leftOpen.begin(slot, slots.replicaEpoch[slot])) {
            stream.forEachOpen(slot, slots.replicaEpoch[slot], slots.leftOpen::keep);
        }
    }

    /** The stream of the process that sends this. What its predecessor has left open stays open with the slots that we have from it. */
    private IncomingStream streamFrom(final LinkFrame from, final long nowNs) {
        final IncomingStream known = streamOf(from.member(), from.thread(), nowNs);
        if (known.incarnation == from.incarnation() || known.incarnation == 0) {
            return known;
        }
        final IncomingStream next =
                new IncomingStream(known.member, known.thread, slots.slots(), 2 * config.ringBytes(), nowNs);
        streams.set(streams.indexOf(known), next);
        return next;
    }

    private @Nullable IncomingStream find(final int member, final int thread) {
        for (int i = 0; i < streams.size(); i++) {
            final IncomingStream stream = streams.get(i);
            if (stream.member == member && stream.thread == thread) {
                return stream;
            }
        }
        return null;
    }

    private IncomingStream streamOf(final int member, final int thread, final long nowNs) {
        final IncomingStream known = find(member, thread);
        if (known != null) {
            return known;
        }
        final IncomingStream stream = new IncomingStream(member, thread, slots.slots(), 2 * config.ringBytes(), nowNs);
        streams.add(stream);
        return stream;
    }

    /** What the former stream has told is whole only as far as its owner had heard; it does not go on. */
    private void beginStream(final IncomingStream stream, final long incarnation, final long generation) {
        final boolean isSameProcess = stream.incarnation == incarnation;
        for (int slot = 0; slot < slots.slots(); slot++) {
            if (isSameProcess && slots.replicaFrom[slot] == stream && !slots.owned[slot]) {
                keepLeftOpen(slot);
                slots.replica[slot] = SlotStates.BROKEN;
            }
        }
        stream.begin(incarnation, generation);
    }

    // ---- applying

    private void apply(
            final IncomingStream stream,
            final long firstPosition,
            final DirectBuffer buffer,
            final int begin,
            final int limit) {
        long position = firstPosition;
        for (int at = begin; at < limit; position++) {
            if (!entry.wrap(buffer, at, limit)
                    || entry.slot() < 0
                    || entry.slot() >= slots.slots()
                    || !slots.mine[entry.slot()]) {
                counters.increment(BATCHES_MALFORMED);
                return;
            }
            at += entry.length();
            if (position == stream.applied + 1) {
                final int reason = applyEntry(stream, position);
                stream.refuse(entry.slot(), reason);
                stream.applied = position;
            }
        }
    }

    private int applyEntry(final IncomingStream stream, final long position) {
        final int slot = entry.slot();
        final long epoch = entry.epoch();
        if (epoch < slots.knownEpoch[slot]) {
            counters.increment(ENTRIES_STALE);
            return Batch.REASON_STALE;
        }
        if (slots.owned[slot]) {
            if (epoch <= slots.ownedEpoch[slot]) {
                counters.increment(ENTRIES_STALE);
                return Batch.REASON_STALE;
            }
            fence.onLaterEpoch(slot, epoch);
        }
        if (epoch > slots.knownEpoch[slot]) {
            keepLeftOpen(slot);
            slots.know(slot, epoch);
        }
        if (entry.kind() == EntryKind.SNAPSHOT_BEGIN) {
            beginSnapshot(stream, slot);
            return REFUSED_NOT;
        }
        if (!isExpected(stream, slot, epoch)) {
            counters.increment(ENTRIES_BROKEN);
            slots.replica[slot] = SlotStates.BROKEN;
            return Batch.REASON_BROKEN;
        }
        if (!keep(stream, slot, position)) {
            slots.replica[slot] = SlotStates.BROKEN;
            return Batch.REASON_BROKEN;
        }
        return REFUSED_NOT;
    }

    private void beginSnapshot(final IncomingStream stream, final int slot) {
        images.clear(slot);
        slots.leftOpen.forget(slot);
        slots.replica[slot] = SlotStates.LEARNING;
        slots.replicaEpoch[slot] = entry.epoch();
        slots.replicaNumber[slot] = entry.number();
        slots.replicaVersion[slot] = entry.keyHash();
        slots.replicaFrom[slot] = stream;
    }

    /** True if the entry continues what we have of its slot. */
    private boolean isExpected(final IncomingStream stream, final int slot, final long epoch) {
        final byte state = slots.replica[slot];
        if (entry.kind() == EntryKind.EPOCH_BEGIN) {
            return state == SlotStates.COMPLETE && epoch > slots.replicaEpoch[slot] && isBehind(slot);
        }
        return (state == SlotStates.LEARNING || state == SlotStates.COMPLETE)
                && epoch == slots.replicaEpoch[slot]
                && slots.replicaFrom[slot] == stream
                && (!EntryKind.isRecord(entry.kind()) || entry.number() == slots.replicaNumber[slot] + 1);
    }

    /**
     * True if all that we have of the slot the new owner had too when it began. It tells us what we may lack, but it does not know what it lacks itself: what the former
     * owner told us alone has not been, and a replica in which it has been cannot be mended.
     */
    private boolean isBehind(final int slot) {
        return entry.keyHash() == slots.replicaEpoch[slot] && entry.number() >= slots.replicaNumber[slot];
    }

    private void beginEpoch(final IncomingStream stream, final int slot) {
        slots.replicaEpoch[slot] = entry.epoch();
        slots.replicaNumber[slot] = 0;
        slots.replicaFrom[slot] = stream;
        slots.leftOpen.onEpochBegun(slot, entry.deadlineNs());
    }

    private boolean keep(final IncomingStream stream, final int slot, final long position) {
        final byte kind = entry.kind();
        if (kind == EntryKind.SNAPSHOT_END) {
            slots.replica[slot] = SlotStates.COMPLETE;
            return true;
        }
        if (kind == EntryKind.EPOCH_BEGIN) {
            beginEpoch(stream, slot);
            return true;
        }
        if ((kind == EntryKind.IMAGE || kind == EntryKind.SNAPSHOT_IMAGE) && !putImage(slot)) {
            counters.increment(IMAGES_REFUSED);
            return false;
        }
        if (kind == EntryKind.ENDED) {
            images.remove(slot, entry.keyHash(), entry.buffer(), entry.keyOffset(), entry.keyLength());
        }
        if (EntryKind.isRecord(kind)) {
            if (!stream.keepOpen(entry, position)) {
                return false;
            }
            slots.replicaNumber[slot] = entry.number();
            slots.leftOpen.onTold(slot, entry.number());
            counters.increment(RECORDS_APPLIED);
        }
        return true;
    }

    private boolean putImage(final int slot) {
        return images.put(
                        slot,
                        entry.keyHash(),
                        entry.buffer(),
                        entry.keyOffset(),
                        entry.keyLength(),
                        entry.buffer(),
                        entry.imageOffset(),
                        entry.imageLength(),
                        entry.deadlineNs())
                == ImageStore.KEPT;
    }

    // ---- acknowledging

    private boolean offerAck(final IncomingStream stream) {
        final int refusals = stream.refusals();
        if (refusals > REFUSALS_MAX) {
            return false;
        }
        writeAck(stream, ack, 0);
        writeRefusals(stream);
        frame.wrapNew(header, 0, LinkFrame.TYPE_REPLICATION_ACK)
                .incarnation(link.incarnation())
                .member(link.member())
                .thread(link.thread());
        return link.publication(stream.member, stream.thread)
                        .offer(
                                header,
                                0,
                                LinkFrame.HEADER_BYTES,
                                ack,
                                0,
                                Batch.ACK_HEADER_BYTES + refusals * Batch.REFUSAL_BYTES)
                > 0;
    }

    private void writeAck(final IncomingStream stream, final MutableDirectBuffer buffer, final int offset) {
        Batch.write(buffer, offset, stream.generation, stream.incarnation, stream.applied, stream.committed);
        buffer.putInt(offset + Batch.FLAGS_OFFSET, stream.hasGap ? Batch.FLAG_GAP : 0);
        buffer.putInt(offset + Batch.REFUSALS_OFFSET, stream.refusals());
        buffer.putLong(offset + Batch.MAP_VERSION_OFFSET, mapVersion);
    }

    private void writeRefusals(final IncomingStream stream) {
        int at = Batch.ACK_HEADER_BYTES;
        final int end = at + stream.refusals() * Batch.REFUSAL_BYTES;
        for (int slot = 0; at < end; slot++) {
            if (stream.refusalOf(slot) != REFUSED_NOT) {
                ack.putInt(at, slot);
                ack.putInt(at + 4, stream.refusalOf(slot));
                ack.putLong(at + 8, slots.knownEpoch[slot]);
                at += Batch.REFUSAL_BYTES;
            }
        }
    }

    // ---- acknowledgements that ride on batches of our own

    @Override
    public int write(final int member, final int thread, final MutableDirectBuffer buffer, final int offset) {
        final IncomingStream stream = find(member, thread);
        if (stream == null || !stream.isAckDue || stream.refusals() > 0) {
            return 0;
        }
        writeAck(stream, buffer, offset);
        return Batch.ACK_HEADER_BYTES;
    }

    @Override
    public void onSent(final int member, final int thread) {
        final IncomingStream stream = find(member, thread);
        if (stream != null) {
            stream.isAckDue = false;
        }
    }
}
