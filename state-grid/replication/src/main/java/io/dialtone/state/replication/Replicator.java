package io.dialtone.state.replication;

import static io.dialtone.state.replication.ReplicationCounter.BATCHES_MALFORMED;
import static io.dialtone.state.replication.ReplicationCounter.BATCHES_OF_STRANGERS;
import static io.dialtone.state.replication.ReplicationCounter.ENTRIES_UNAPPLIED;
import static io.dialtone.state.replication.ReplicationCounter.ENTRY_BYTES_HELD;
import static io.dialtone.state.replication.ReplicationCounter.LEARNERS;
import static io.dialtone.state.replication.ReplicationCounter.OUTPUTS_REOPENED;
import static io.dialtone.state.replication.ReplicationCounter.RECORDS_APPENDED;
import static io.dialtone.state.replication.ReplicationCounter.RECORDS_REFUSED;
import static io.dialtone.state.replication.ReplicationCounter.SLOTS_ALONE;
import static io.dialtone.state.replication.ReplicationCounter.SLOTS_BACKED_UP;
import static io.dialtone.state.replication.ReplicationCounter.SLOTS_FENCED;
import static io.dialtone.state.replication.ReplicationCounter.SLOTS_OWNED;
import static io.dialtone.state.replication.ReplicationCounter.SLOTS_TAKEN;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.SessionReplicator;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotKeeper;
import io.dialtone.state.api.SlotMap;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the sessions of one worker on other nodes too, and those of other nodes here. Called only by the owning worker.
 *
 * <p>The registry says who holds a slot. As its owner we write every record to our own store and to the streams of all backups, and let outputs leave when all of them
 * have applied it: so whoever of them takes over knows whatever was answered. As its backup we apply, in order, and ask for the slot when its owner is silent. An owner
 * never drops a backup by itself, and a backup never takes a slot by itself: both ask, whoever is first is right, and the other is refused by everybody's next word.
 *
 * <p>Why an isolated owner is harmless: its backup has gone or refuses its epoch, so no record is applied everywhere, so no output leaves. Why a backup that takes over
 * knows enough: an output left only after it had applied the record. References: docs/architecture/state-grid.md.
 */
public final class Replicator implements SessionReplicator {
    /** A turn that took longer means that this process was paused: what it did not hear then is nobody's silence. */
    private static final long PAUSE_NS = 100_000_000L;

    private final LinkEndpoint link;
    private final SlotAuthority authority;
    private final ImageStore images;
    private final SlotKeeper keeper;
    private final ReplicationCounters counters;
    private final SlotStates slots;
    private final Replicas replicas;
    private final OutgoingStreams streams;
    private final Caretaker caretaker;
    private final @Nullable Learning[] learnings;
    /** The version of each slot's entry that was acted upon, and when its owner last changed. */
    private final long[] seenVersion;

    private final long[] ownerSinceNs;
    private final OutgoingStream.Commitment commitment = this::isReleasable;
    private final ImageView view = new ImageView();
    private final SessionRecord reopened = new SessionRecord();

    private SlotMap map;
    private boolean hasBegun;
    private boolean isRecognised;
    private long nowNs;

    public Replicator(final ReplicatorConfig config, final ReplicatorContext context) {
        link = context.link();
        authority = context.authority();
        images = context.images();
        keeper = context.keeper();
        counters = context.counters();
        map = authority.map();
        nowNs = context.nowNs();
        slots = new SlotStates(map.slots(), link.thread(), context.threads());
        streams = new OutgoingStreams(config, context, slots);
        replicas = new Replicas(config, link, images, counters, slots, this::onLaterEpoch);
        learnings = new @Nullable Learning[map.slots()];
        seenVersion = new long[map.slots()];
        ownerSinceNs = new long[map.slots()];
        Arrays.fill(seenVersion, -1);
        caretaker = new Caretaker(config, context, slots, streams, learnings, replicas, ownerSinceNs);
    }

    // ---- the engine's questions

    @Override
    public boolean isOwned(final int slot) {
        return slots.owned[slot] && !slots.quiesced[slot];
    }

    @Override
    public long epochOf(final int slot) {
        return slots.ownedEpoch[slot];
    }

    @Override
    public boolean isAlone(final int slot) {
        return map.entry(slot).backups() == 0;
    }

    @Override
    public boolean hasRoom() {
        return streams.hasRoom();
    }

    @Override
    public long append(final SessionRecord record) {
        final int slot = record.slot();
        assert slots.owned[slot] : "only its owner changes slot " + slot;
        if (!keepOwn(record)) {
            counters.increment(RECORDS_REFUSED);
            return REFUSED;
        }
        final long number = ++slots.lastNumber[slot];
        tell(record, number);
        counters.increment(RECORDS_APPENDED);
        return number;
    }

    @Override
    public boolean mayLeave(final int slot, final long number) {
        if (!slots.owned[slot] || !isAppliedByAll(slot, number) || streams.isAloneWithoutLease(slot)) {
            return false;
        }
        slots.releasedNumber[slot] = Math.max(slots.releasedNumber[slot], number);
        return true;
    }

    // ---- turns

    @Override
    public int doWork(final long now) {
        final long elapsed = now - nowNs;
        nowNs = now;
        final long pausedNs = elapsed > PAUSE_NS ? elapsed : 0;
        streams.onTurn(now, pausedNs);
        replicas.forgive(pausedNs);
        int work = 0;
        final SlotMap newest = authority.map();
        if (!hasBegun || newest.version() > map.version()) {
            hasBegun = true;
            onMap(newest);
            work++;
        }
        return work + caretaker.doWork(map, isRecognised, now);
    }

    @Override
    public int flush(final long now) {
        int sent = caretaker.tellLearners(now);
        long unapplied = 0;
        long held = 0;
        for (int i = 0; i < streams.all().size(); i++) {
            final OutgoingStream stream = streams.all().get(i);
            stream.advanceCommitted(commitment);
            unapplied += stream.lastPosition() - stream.appliedPosition();
            held += stream.bytesHeld();
            if (stream.isUsed()) {
                sent += stream.flush(now, replicas);
            }
        }
        counters.set(ENTRIES_UNAPPLIED, unapplied);
        counters.set(ENTRY_BYTES_HELD, held);
        return sent + replicas.flush();
    }

    @Override
    public void onFrame(
            final LinkFrame frame, final DirectBuffer buffer, final int payloadOffset, final int payloadLength) {
        final int member = frame.member();
        if (frame.type() == LinkFrame.TYPE_REPLICATION) {
            final long known = isRecognised ? map.incarnationOf(member) : 0;
            final int acknowledged = frame.isAcknowledging() ? Math.min(Batch.ACK_HEADER_BYTES, payloadLength) : 0;
            if (acknowledged > 0) {
                onAck(frame, buffer, payloadOffset, acknowledged);
            }
            replicas.onBatch(frame, buffer, payloadOffset + acknowledged, payloadLength - acknowledged, known, nowNs);
        } else {
            onAck(frame, buffer, payloadOffset, payloadLength);
        }
    }

    private void onAck(final LinkFrame frame, final DirectBuffer buffer, final int offset, final int length) {
        if (length < Batch.ACK_HEADER_BYTES) {
            counters.increment(BATCHES_MALFORMED);
            return;
        }
        final OutgoingStream stream = streams.find(frame.member(), frame.thread());
        if (stream == null
                || stream.incarnation() != frame.incarnation()
                || stream.generation() != Batch.generation(buffer, offset)
                || Batch.receiver(buffer, offset) != link.incarnation()) {
            counters.increment(BATCHES_OF_STRANGERS);
            return;
        }
        final int refusals = buffer.getInt(offset + Batch.REFUSALS_OFFSET);
        if (refusals < 0 || refusals > (length - Batch.ACK_HEADER_BYTES) / Batch.REFUSAL_BYTES) {
            counters.increment(BATCHES_MALFORMED);
            return;
        }
        final boolean hasGap = (buffer.getInt(offset + Batch.FLAGS_OFFSET) & Batch.FLAG_GAP) != 0;
        stream.onPeersMap(buffer.getLong(offset + Batch.MAP_VERSION_OFFSET));
        stream.onApplied(Batch.position(buffer, offset), Batch.committed(buffer, offset), hasGap, nowNs);
        for (int i = 0; i < refusals; i++) {
            final int at = offset + Batch.ACK_HEADER_BYTES + i * Batch.REFUSAL_BYTES;
            onRefusal(
                    stream,
                    buffer.getInt(at),
                    buffer.getInt(at + 4),
                    buffer.getLong(at + 8),
                    Batch.position(buffer, offset));
        }
    }

    private void onRefusal(
            final OutgoingStream stream, final int slot, final int reason, final long epoch, final long position) {
        if (slot < 0 || slot >= slots.slots()) {
            counters.increment(BATCHES_MALFORMED);
        } else if (reason == Batch.REASON_BROKEN) {
            final Learning learning = learnings[slot];
            final boolean isOldWord = learning != null
                    && learning.stream == stream
                    && learning.isListening()
                    && position < learning.beginPosition;
            if (!isOldWord) {
                stream.markBroken(slot);
            }
        } else if (slots.owned[slot] && epoch > slots.ownedEpoch[slot]) {
            onLaterEpoch(slot, epoch);
        }
    }

    // ---- the registry's word

    private void onMap(final SlotMap newest) {
        map = newest;
        isRecognised = newest.incarnationOf(link.member()) == link.incarnation();
        for (int slot = 0; slot < slots.slots(); slot++) {
            if (slots.owned[slot] && newest.entry(slot).epoch() > slots.ownedEpoch[slot]) {
                keepHeld(slot); // before streams to processes that are no more are begun anew
            }
        }
        streams.onMap(newest);
        for (int slot = 0; slot < slots.slots(); slot++) {
            if (slots.mine[slot]) {
                onEntry(slot, newest.entry(slot));
                slots.noteVoid(slot, newest.entry(slot).epoch(), newest.version());
            }
        }
        replicas.onMap(newest.version());
        streams.noteUses();
        caretaker.noteLearners();
        count();
    }

    private void onEntry(final int slot, final SlotEntry entry) {
        if (!isRecognised) {
            // Nothing in this map is about us; a slot that we hold we have by a map that is older, or by a mistake.
            if (slots.owned[slot] && entry.epoch() > slots.ownedEpoch[slot]) {
                disown(slot, entry);
            }
            return;
        }
        if (entry.version() == seenVersion[slot] || entry.epoch() < slots.knownEpoch[slot]) {
            return;
        }
        seenVersion[slot] = entry.version();
        final boolean isNewEpoch = entry.epoch() > slots.knownEpoch[slot];
        if (isNewEpoch) {
            replicas.keepLeftOpen(slot);
        }
        slots.know(slot, entry.epoch());
        if (isNewEpoch || ownerSinceNs[slot] == 0) {
            ownerSinceNs[slot] = nowNs;
        }
        if (entry.owner() == link.member()) {
            if (slots.owned[slot] && slots.ownedEpoch[slot] < entry.epoch()) {
                // Somebody else has owned it meanwhile, and we have not heard of it.
                counters.increment(SLOTS_FENCED);
                becomeReplica(slot);
            }
            if (!slots.owned[slot]) {
                own(slot, entry);
            }
            caretaker.onOwnEntry(slot, entry, streams.to(entry.learner(), slot));
        } else {
            if (slots.owned[slot]) {
                disown(slot, entry);
            }
            if (!entry.isHeldBy(link.member()) && entry.version() >= slots.replicaVersion[slot]) {
                replicas.onUnheld(slot);
            }
        }
    }

    private void own(final int slot, final SlotEntry entry) {
        replicas.keepLeftOpen(slot);
        final long formerEpoch = slots.replicaEpoch[slot];
        final byte replica = slots.replica[slot];
        final boolean isOfThisLife = formerEpoch >= entry.begunEpoch();
        final boolean hasReplica = isOfThisLife && (replica == SlotStates.COMPLETE || replica == SlotStates.BROKEN);
        if (!hasReplica) {
            images.clear(slot);
            slots.leftOpen.forget(slot);
        }
        final List<OpenSession> open = slots.leftOpen.sessionsOf(slot);
        slots.leftOpen.forget(slot);
        slots.owned[slot] = true;
        slots.quiesced[slot] = false;
        slots.ownedEpoch[slot] = entry.epoch();
        slots.lastNumber[slot] = 0;
        slots.releasedNumber[slot] = 0;
        slots.replica[slot] = SlotStates.NO_REPLICA;
        slots.replicaFrom[slot] = null;
        for (int i = 0; i < entry.backups(); i++) {
            final OutgoingStream stream = streams.to(entry.backup(i), slot);
            if (stream != null) {
                stream.assumeApplied(slot, entry.epoch(), 0);
                stream.appendEpochBegin(slot, entry.epoch(), slots.replicaNumber[slot], formerEpoch, open.size());
            }
        }
        counters.increment(SLOTS_TAKEN);
        keeper.onOwned(slot, entry.epoch(), nowNs);
        for (final OpenSession session : open) {
            reopen(slot, session);
        }
    }

    /**
     * What the former owner has recorded of a session, and not all backups may have, nor may its outputs have left: it becomes a record of ours, with the session as it is now.
     */
    private void reopen(final int slot, final OpenSession open) {
        final long number = ++slots.lastNumber[slot];
        final DirectBuffer key = open.key();
        reopened.session(slot, open.keyHash(), key, 0, key.capacity());
        if (key.capacity() > 0) {
            if (images.find(slot, open.keyHash(), key, 0, key.capacity(), view)) {
                reopened.image(view.image(), 0, view.image().capacity(), view.deadlineNs());
            } else {
                reopened.ended();
            }
        }
        tell(reopened.outputs(open.outputs(), 0, open.outputsLength()), number);
        if (open.outputsLength() > 0) {
            counters.add(OUTPUTS_REOPENED, open.count());
            keeper.onOpenOutputs(slot, number, open.outputs(), 0, open.outputsLength());
        }
    }

    /**
     * Somebody owns the slot in a later epoch: what has not left yet is void. If that owner counts on us as its backup, because we have moved the slot to it, then it goes on
     * where we ended; if not, it tells us the slot from the beginning, or nothing.
     */
    private void onLaterEpoch(final int slot, final long epoch) {
        slots.know(slot, epoch);
        counters.increment(SLOTS_FENCED);
        becomeReplica(slot);
    }

    private void disown(final int slot, final SlotEntry entry) {
        if (isRecognised && entry.isBackup(link.member())) {
            becomeReplica(slot);
            slots.replicaVersion[slot] = entry.version();
        } else {
            counters.increment(SLOTS_FENCED);
            disown(slot);
            images.clear(slot);
            slots.leftOpen.forget(slot);
        }
    }

    private void becomeReplica(final int slot) {
        keepHeld(slot);
        disown(slot);
        slots.replica[slot] = SlotStates.COMPLETE;
        slots.replicaEpoch[slot] = slots.ownedEpoch[slot];
        slots.replicaNumber[slot] = slots.lastNumber[slot];
        slots.replicaFrom[slot] = null;
    }

    /**
     * A slot that we have offered to another may be ours again before its new owner has said anything. Its sessions are here as they are now; so must be what waits to leave.
     */
    private void keepHeld(final int slot) {
        final long epoch = slots.ownedEpoch[slot];
        if (slots.offeredEpoch[slot] != epoch || !slots.leftOpen.begin(slot, epoch)) {
            return;
        }
        // A stream may have begun to be told the slot later than another, or have overflown earlier.
        long next = slots.releasedNumber[slot] + 1;
        while (next <= slots.lastNumber[slot]) {
            next = keepHeldFrom(slot, epoch, next);
        }
    }

    /** Keeps what the stream holds that holds the earliest record from this number on. Returns the number after the last one kept. */
    private long keepHeldFrom(final int slot, final long epoch, final long number) {
        OutgoingStream earliest = null;
        long first = slots.lastNumber[slot] + 1;
        for (final OutgoingStream stream : streams.all()) {
            final long held = stream.firstHeld(slot, epoch, number);
            if (held < first) {
                first = held;
                earliest = stream;
            }
        }
        return earliest == null ? first : earliest.forEachHeld(slot, epoch, first, slots.leftOpen::keep) + 1;
    }

    private void disown(final int slot) {
        slots.owned[slot] = false;
        slots.voidVersion[slot] = SlotStates.VOID_UNKNOWN;
        slots.quiesced[slot] = false;
        learnings[slot] = null;
        keeper.onDisowned(slot);
    }

    // ---- streams

    private void tell(final SessionRecord record, final long number) {
        final int slot = record.slot();
        streams.tellBackups(record, number);
        final Learning learning = learnings[slot];
        if (learning != null && learning.isListening()) {
            learning.stream.append(record, slots.ownedEpoch[slot], number);
        }
    }

    private boolean isAppliedByAll(final int slot, final long number) {
        final Learning learning = learnings[slot];
        return streams.haveBackupsApplied(slot, number)
                && (learning == null
                        || !learning.isGating()
                        || learning.stream.hasApplied(slot, slots.ownedEpoch[slot], number));
    }

    /**
     * For entries that wait in a stream. What is not ours any more waits only until its receiver knows that too: before, it may be about to take over, and must go on
     * counting as open what we could not let go. What is held for want of a lease waits too: the one who learns from us may have been made a backup, and may soon be
     * the only one who knows that it is open.
     */
    private boolean isReleasable(final OutgoingStream stream, final int slot, final long epoch, final long number) {
        if (!slots.owned[slot] || slots.ownedEpoch[slot] != epoch) {
            return stream.peersMapVersion() >= slots.voidVersion[slot];
        }
        return isAppliedByAll(slot, number) && !streams.isAloneWithoutLease(slot);
    }

    private boolean keepOwn(final SessionRecord record) {
        switch (record.kind()) {
            case IMAGE -> {
                return images.put(
                                record.slot(),
                                record.keyHash(),
                                record.key(),
                                0,
                                record.key().capacity(),
                                record.image(),
                                0,
                                record.image().capacity(),
                                record.deadlineNs())
                        == ImageStore.KEPT;
            }
            case ENDED ->
                images.remove(
                        record.slot(),
                        record.keyHash(),
                        record.key(),
                        0,
                        record.key().capacity());
            case UNCHANGED -> {}
        }
        return true;
    }

    private void count() {
        int owned = 0;
        int alone = 0;
        for (int slot = 0; slot < slots.slots(); slot++) {
            if (slots.owned[slot]) {
                owned++;
                alone += map.entry(slot).backups() == 0 ? 1 : 0;
            }
        }
        counters.set(SLOTS_OWNED, owned);
        counters.set(SLOTS_ALONE, alone);
        counters.set(LEARNERS, caretaker.learners());
        counters.set(SLOTS_BACKED_UP, slots.count(SlotStates.COMPLETE));
    }
}
