package io.dialtone.state.replication;

import static io.dialtone.state.replication.ReplicationCounter.BATCHES_SENT;
import static io.dialtone.state.replication.ReplicationCounter.RESENDS;
import static io.dialtone.state.replication.ReplicationCounter.RINGS_OVERFLOWN;
import static io.dialtone.state.replication.ReplicationCounter.STREAMS_RESET;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkPublication;
import io.dialtone.state.api.ImageView;
import io.dialtone.state.api.SessionRecord;
import java.util.Arrays;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * All that one worker tells a worker of another node, in one order: entries are kept until the peer has applied them and their outputs may leave, and are sent again
 * from the first that is missing. Called only by the owning worker.
 *
 * <p>A stream is known by both processes' incarnations and its generation. A new generation begins at position 1, and with it every slot is told from the beginning.
 */
final class OutgoingStream {
    private static final long COMMIT_NEWS_NS = 10_000_000L;
    private static final UnsafeBuffer NOTHING = new UnsafeBuffer(0, 0);

    final int member;
    final int thread;

    private final LinkEndpoint link;
    private final ReplicatorConfig config;
    private final ReplicationCounters counters;
    private final EntryRing ring;
    private final Entry entry = new Entry();
    private final LinkFrame frame = new LinkFrame();
    private final UnsafeBuffer header =
            new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES + Batch.ACK_HEADER_BYTES + Batch.HEADER_BYTES]);
    /** The number of each slot's last record that the peer has applied, and its epoch. */
    private final long[] appliedNumbers;

    private final long[] appliedEpochs;
    private final boolean[] broken;

    private long incarnation;
    private long generation;
    private boolean overflown;
    private boolean used;
    private boolean waitedFor;
    private long nextPosition;
    private long sentPosition;
    private long sentAt;
    private long appliedPosition;
    private long appliedAt;
    private long releasablePosition;
    private long releasableAt;
    private long committedPosition;
    private long committedSeen;
    private long peersMapVersion;
    private long lastHeardNs;
    private long lastProgressNs;
    private long lastSentNs;
    private long lastResendNs;

    OutgoingStream(
            final int member,
            final int thread,
            final int slots,
            final LinkEndpoint link,
            final ReplicatorConfig config,
            final ReplicationCounters counters,
            final long incarnation,
            final long nowNs) {
        this.member = member;
        this.thread = thread;
        this.link = link;
        this.config = config;
        this.counters = counters;
        this.incarnation = incarnation;
        ring = new EntryRing(config.ringBytes());
        appliedNumbers = new long[slots];
        appliedEpochs = new long[slots];
        broken = new boolean[slots];
        begin(nowNs);
        lastSentNs = nowNs - config.beatIntervalNs();
    }

    /** Begins anew towards the same or another process; whatever it was told is void. */
    void reset(final long newIncarnation, final long nowNs) {
        incarnation = newIncarnation;
        counters.increment(STREAMS_RESET);
        begin(nowNs);
    }

    private void begin(final long nowNs) {
        generation++;
        overflown = false;
        ring.clear();
        nextPosition = 1;
        sentPosition = 1;
        sentAt = 0;
        appliedPosition = 0;
        appliedAt = 0;
        releasablePosition = 0;
        releasableAt = 0;
        committedPosition = 0;
        committedSeen = 0;
        peersMapVersion = 0;
        Arrays.fill(appliedNumbers, 0);
        Arrays.fill(appliedEpochs, 0);
        Arrays.fill(broken, false);
        lastHeardNs = nowNs;
        lastProgressNs = nowNs;
        lastResendNs = nowNs - config.resendIntervalNs();
    }

    long incarnation() {
        return incarnation;
    }

    long generation() {
        return generation;
    }

    /** Up to where the peer knows that outputs may have left. */
    long committedSeen() {
        return committedSeen;
    }

    boolean isUsed() {
        return used;
    }

    /**
     * Says whether slots of ours are told to this peer, and whether it is a backup of any. When it begins to be used, its silence counts from now.
     */
    void use(final boolean isUsed, final boolean isBackup, final long nowNs) {
        if (isUsed && !used) {
            lastHeardNs = nowNs;
            lastProgressNs = nowNs;
        }
        used = isUsed;
        waitedFor = isBackup;
    }

    /** The peer goes by this map or a newer one. */
    void onPeersMap(final long version) {
        peersMapVersion = Math.max(peersMapVersion, version);
    }

    long peersMapVersion() {
        return peersMapVersion;
    }

    long lastPosition() {
        return nextPosition - 1;
    }

    long appliedPosition() {
        return appliedPosition;
    }

    /** What is kept here until the peer has applied it and its outputs may leave. */
    long bytesHeld() {
        return ring.capacity() - (long) ring.free();
    }

    boolean isOverflown() {
        return overflown;
    }

    /** Room for a turn's records; a peer that no output waits for never asks for any. */
    boolean hasRoom() {
        return overflown || !waitedFor || ring.free() >= config.roomBytes();
    }

    /** Room for a snapshot, which gives way to records. */
    boolean hasSnapshotRoom() {
        return !overflown
                && ring.free() >= ring.capacity() / 2
                && ring.tail() - appliedAt < config.snapshotBytesUnappliedMax();
    }

    long lastHeardNs() {
        return lastHeardNs;
    }

    /** True if something is unapplied and has been for longer than this. */
    boolean isStalled(final long nowNs, final long max) {
        return appliedPosition < nextPosition - 1 && nowNs - lastProgressNs > max;
    }

    /** This process was paused: what it did not hear then is nobody's silence. */
    void forgive(final long ns) {
        lastHeardNs += ns;
        lastProgressNs += ns;
    }

    // ---- entries

    /** Appends a record. When the ring is full, here and below, the peer is given up instead. */
    void append(final SessionRecord record, final long epoch, final long number) {
        final byte kind = EntryKind.of(record.kind());
        if (begin(
                kind,
                record.key().capacity(),
                record.image().capacity(),
                record.outputs().capacity())) {
            entry.of(record.slot(), epoch, number)
                    .keyHash(record.keyHash())
                    .contents(record.key(), record.image(), record.outputs(), record.deadlineNs());
        }
    }

    /** A new owner goes on after this record of the epoch in which it was a backup itself; so many that were open follow as its own. */
    void appendEpochBegin(
            final int slot, final long epoch, final long formerNumber, final long formerEpoch, final long open) {
        if (begin(EntryKind.EPOCH_BEGIN, 0, 0, 0)) {
            entry.of(slot, epoch, formerNumber).keyHash(formerEpoch).deadlineNs(open);
        }
    }

    void appendSnapshotBegin(final int slot, final long epoch, final long number, final long entryVersion) {
        if (begin(EntryKind.SNAPSHOT_BEGIN, 0, 0, 0)) {
            entry.of(slot, epoch, number).keyHash(entryVersion);
        }
    }

    void appendSnapshotImage(final int slot, final long epoch, final long number, final ImageView image) {
        if (begin(
                EntryKind.SNAPSHOT_IMAGE, image.key().capacity(), image.image().capacity(), 0)) {
            entry.of(slot, epoch, number)
                    .keyHash(image.keyHash())
                    .contents(image.key(), image.image(), NOTHING, image.deadlineNs());
        }
    }

    void appendSnapshotEnd(final int slot, final long epoch, final long number) {
        if (begin(EntryKind.SNAPSHOT_END, 0, 0, 0)) {
            entry.of(slot, epoch, number);
        }
    }

    private boolean begin(final byte kind, final int keyLength, final int imageLength, final int outputsLength) {
        if (overflown) {
            return false;
        }
        if (!ring.append(entry, Entry.bytes(keyLength, imageLength, outputsLength), kind)) {
            overflown = true;
            counters.increment(RINGS_OVERFLOWN);
            return false;
        }
        if (appliedPosition == nextPosition - 1) {
            lastProgressNs = Math.max(lastProgressNs, lastHeardNs);
        }
        nextPosition++;
        return true;
    }

    /** The number of the slot's first record of an epoch, from this one on, that may not have left; the highest number there is if there is none. */
    long firstHeld(final int slot, final long epoch, final long number) {
        for (long at = ring.skipPad(ring.head()); at != ring.tail(); at = ring.skipPad(ring.after(at))) {
            if (isRecord(at, slot, epoch, number)) {
                return entry.number();
            }
        }
        return Long.MAX_VALUE;
    }

    /** Shows the slot's records of an epoch from this number on that may not have left, in the order they were made. Returns the last one's number. */
    long forEachHeld(final int slot, final long epoch, final long number, final IncomingStream.OpenRecords consumer) {
        long last = number;
        for (long at = ring.skipPad(ring.head()); at != ring.tail(); at = ring.skipPad(ring.after(at))) {
            if (isRecord(at, slot, epoch, number)) {
                last = entry.number();
                consumer.onOpen(entry);
            }
        }
        return last;
    }

    private boolean isRecord(final long at, final int slot, final long epoch, final long number) {
        entry.wrapOwn(ring.memory(), ring.indexOf(at));
        return EntryKind.isRecord(entry.kind())
                && entry.slot() == slot
                && entry.epoch() == epoch
                && entry.number() >= number;
    }

    /** True if the peer has applied the slot's record of this number and epoch, and all before it. */
    boolean hasApplied(final int slot, final long epoch, final long number) {
        return !broken[slot] && !overflown && appliedEpochs[slot] == epoch && appliedNumbers[slot] >= number;
    }

    /** What the peer knows of a slot without records yet: a replica that was complete stays so in a new epoch. */
    void assumeApplied(final int slot, final long epoch, final long number) {
        appliedEpochs[slot] = epoch;
        appliedNumbers[slot] = number;
        broken[slot] = false;
    }

    long appliedNumber(final int slot, final long epoch) {
        return appliedEpochs[slot] == epoch && !broken[slot] ? appliedNumbers[slot] : -1;
    }

    boolean isBroken(final int slot) {
        return broken[slot] || overflown;
    }

    void clearBroken(final int slot) {
        broken[slot] = false;
    }

    void markBroken(final int slot) {
        broken[slot] = true;
    }

    // ---- what the peer says

    /** The peer has applied everything up to a position. */
    void onApplied(final long position, final long peerCommitted, final boolean hasGap, final long nowNs) {
        lastHeardNs = nowNs;
        if (position > appliedPosition && position < nextPosition) {
            lastProgressNs = nowNs;
            while (appliedPosition < position) {
                appliedAt = ring.skipPad(appliedAt);
                entry.wrapOwn(ring.memory(), ring.indexOf(appliedAt));
                noteApplied();
                appliedAt = ring.after(appliedAt);
                appliedPosition++;
            }
            if (sentPosition <= appliedPosition) {
                sentPosition = appliedPosition + 1;
                sentAt = appliedAt;
            }
        }
        committedSeen = Math.max(committedSeen, Math.min(peerCommitted, committedPosition));
        if (hasGap && position == appliedPosition && nowNs - lastResendNs >= config.resendIntervalNs()) {
            lastResendNs = nowNs;
            sentPosition = appliedPosition + 1;
            sentAt = appliedAt;
            counters.increment(RESENDS);
        }
    }

    private void noteApplied() {
        final byte kind = entry.kind();
        if (EntryKind.isRecord(kind) || kind == EntryKind.SNAPSHOT_BEGIN) {
            final int slot = entry.slot();
            if (kind == EntryKind.SNAPSHOT_BEGIN) {
                broken[slot] = false;
            }
            if (entry.epoch() >= appliedEpochs[slot]) {
                appliedEpochs[slot] = entry.epoch();
                appliedNumbers[slot] = entry.number();
            }
        }
    }

    // ---- sending

    /** Which records may leave, as the owner of their slots sees it. */
    interface Commitment {
        boolean isReleasable(OutgoingStream stream, int slot, long epoch, long number);
    }

    /**
     * Forgets entries that the peer has applied and whose outputs have left. Those that may leave now have left when this is called in the next turn, and not before: what a
     * peer is told here it does not send when we die.
     */
    void advanceCommitted(final Commitment commitment) {
        while (committedPosition < releasablePosition) {
            ring.release(ring.after(ring.skipPad(ring.head())));
            committedPosition++;
        }
        while (releasablePosition < appliedPosition) {
            final long at = ring.skipPad(releasableAt);
            entry.wrapOwn(ring.memory(), ring.indexOf(at));
            if (EntryKind.isRecord(entry.kind())
                    && !commitment.isReleasable(this, entry.slot(), entry.epoch(), entry.number())) {
                return;
            }
            releasableAt = ring.after(at);
            releasablePosition++;
        }
    }

    /** What this worker has to acknowledge to the same peer: it goes with a batch, if one goes anyway. */
    interface Riders {
        /** Writes what is due, without refusals, and returns its length; 0 if nothing is. */
        int write(int member, int thread, MutableDirectBuffer buffer, int offset);

        /** What was written last has left. */
        void onSent(int member, int thread);
    }

    /** Sends what was not sent yet, or a beat when that is due. */
    int flush(final long nowNs, final Riders riders) {
        int sent = 0;
        while (sentPosition < nextPosition) {
            sentAt = ring.skipPad(sentAt);
            final int index = ring.indexOf(sentAt);
            long end = sentAt;
            long position = sentPosition;
            while (position < nextPosition && end < ring.tail()) {
                final int at = ring.indexOf(end);
                final boolean wraps = at < index;
                final boolean isTooMuch =
                        end > sentAt && end - sentAt + Entry.lengthAt(ring.memory(), at) > config.batchBytesMax();
                if (wraps || isTooMuch || Entry.kindAt(ring.memory(), at) == EntryKind.PAD) {
                    break;
                }
                end = ring.after(end);
                position++;
            }
            if (!offer(index, (int) (end - sentAt), riders)) {
                return sent;
            }
            sentAt = end;
            sentPosition = position;
            lastSentNs = nowNs;
            sent++;
        }
        if (nowNs - lastSentNs >= config.beatIntervalNs() || (sent == 0 && isCommitNews(nowNs))) {
            if (offer(0, 0, riders)) {
                lastSentNs = nowNs;
                sent++;
            }
        }
        return sent;
    }

    /** The peer should soon know what is committed, but not by a frame of its own for each record. */
    private boolean isCommitNews(final long nowNs) {
        return committedSeen < committedPosition && nowNs - lastSentNs >= COMMIT_NEWS_NS;
    }

    private boolean offer(final int index, final int length, final Riders riders) {
        final int acknowledged = riders.write(member, thread, header, LinkFrame.HEADER_BYTES);
        final int at = LinkFrame.HEADER_BYTES + acknowledged;
        frame.wrapNew(header, 0, LinkFrame.TYPE_REPLICATION)
                .incarnation(link.incarnation())
                .member(link.member())
                .thread(link.thread())
                .acknowledging(acknowledged > 0);
        Batch.write(header, at, generation, incarnation, sentPosition, committedPosition);
        final long result = link.publication(member, thread)
                .offer(header, 0, at + Batch.HEADER_BYTES, ring.memory(), index, length);
        if (result > 0) {
            if (acknowledged > 0) {
                riders.onSent(member, thread);
            }
            counters.increment(BATCHES_SENT);
            return true;
        }
        if (result == LinkPublication.TOO_LONG) {
            overflown = true;
            counters.increment(RINGS_OVERFLOWN);
        }
        return false;
    }
}
