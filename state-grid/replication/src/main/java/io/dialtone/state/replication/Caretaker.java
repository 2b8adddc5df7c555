package io.dialtone.state.replication;

import static io.dialtone.state.replication.ReplicationCounter.EVICTIONS_PROPOSED;
import static io.dialtone.state.replication.ReplicationCounter.MOVES_PROPOSED;
import static io.dialtone.state.replication.ReplicationCounter.PROMOTIONS_PROPOSED;
import static io.dialtone.state.replication.ReplicationCounter.SNAPSHOTS_BEGUN;
import static io.dialtone.state.replication.ReplicationCounter.TAKEOVERS_HINTED;
import static io.dialtone.state.replication.ReplicationCounter.TAKEOVERS_PROPOSED;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a worker's slots that no message waits for: looks after silent owners and backups, tells learners, hands slots over, and asks the registry. Called only
 * by the owning worker.
 */
final class Caretaker {
    /** How often owners and backups are looked after. */
    private static final long ROUND_NS = 5_000_000L;

    /** A slot that could not be handed over by then is served again meanwhile. */
    private static final long QUIESCED_NS_MAX = 200_000_000L;

    /** A learner that failed, because it is full for instance, is left alone for so long. */
    private static final long RETRY_NS = 250_000_000L;

    /** A replica that the registry does not count on is kept for so long, in case that its word is late. */
    private static final long UNHELD_NS = 5_000_000_000L;

    private static final long SECOND_NS = 1_000_000_000L;
    private static final long NOT_QUIESCED = Long.MIN_VALUE;

    private final ReplicatorConfig config;
    private final LinkEndpoint link;
    private final SlotAuthority authority;
    private final ImageStore images;
    private final ReplicationCounters counters;
    private final SlotStates slots;
    private final OutgoingStreams streams;
    private final @Nullable Learning[] learnings;
    private final Replicas replicas;
    private final long[] ownerSinceNs;
    private final Proposals proposals;
    private final Suspicions suspicions;
    private final Doubts doubts;
    private final ImageView view = new ImageView();
    /** When each slot's hand-over began, and what its new owner had been told by then. */
    private final long[] quiescedNs;

    private final long[] quiescedPosition;
    private long nextRoundNs = Long.MIN_VALUE;
    /** A slot was forgotten in this round. Thousands of sessions take some milliseconds, so there is one a round. */
    private boolean hasForgotten;

    /** How many slots of ours have a learner, as of the newest map: most of the time none has, and a turn does not look through them. */
    private int learners;

    private int nextLearning;
    /** What may be told to learners by now, in bytes, and since when more is earned. */
    private long snapshotBudget;

    private long snapshotBudgetNs;
    private long nextHandoverNs = Long.MIN_VALUE;

    Caretaker(
            final ReplicatorConfig config,
            final ReplicatorContext context,
            final SlotStates slots,
            final OutgoingStreams streams,
            final @Nullable Learning[] learnings,
            final Replicas replicas,
            final long[] ownerSinceNs) {
        this.config = config;
        link = context.link();
        authority = context.authority();
        images = context.images();
        counters = context.counters();
        suspicions = new Suspicions(context.hints(), config.ownerSilenceNsMax());
        this.slots = slots;
        this.streams = streams;
        this.learnings = learnings;
        this.replicas = replicas;
        this.ownerSinceNs = ownerSinceNs;
        proposals =
                new Proposals(authority, link.member(), link.incarnation(), slots.slots(), config.proposalIntervalNs());
        doubts = new Doubts(authority, config.proposalIntervalNs());
        quiescedNs = new long[slots.slots()];
        quiescedPosition = new long[slots.slots()];
        Arrays.fill(quiescedNs, NOT_QUIESCED);
    }

    /** The registry has said something about a slot of ours. */
    void onOwnEntry(final int slot, final SlotEntry entry, final @Nullable OutgoingStream learner) {
        final Learning learning = learnings[slot];
        if (learner == null) {
            learnings[slot] = null;
        } else if (learning == null || learning.stream != learner) {
            learnings[slot] = new Learning(slot, learner);
        } else {
            // It is none but a learner in this version, so what was proposed in an earlier one has come to nothing.
            learning.isProposed = false;
        }
        if (entry.target() == SlotEntry.NONE || !entry.isBackup(entry.target())) {
            resume(slot);
        }
    }

    /** Counts again how many slots of ours have a learner; after what we own has changed. */
    void noteLearners() {
        learners = 0;
        for (final Learning learning : learnings) {
            learners += learning == null ? 0 : 1;
        }
    }

    int learners() {
        return learners;
    }

    int doWork(final SlotMap map, final boolean isRecognised, final long nowNs) {
        final boolean hasHints = suspicions.doWork(nowNs);
        if (!isRecognised || (nowNs < nextRoundNs && !hasHints)) {
            return 0;
        }
        nextRoundNs = nowNs + ROUND_NS;
        hasForgotten = false;
        for (int slot = 0; slot < slots.slots(); slot++) {
            if (!slots.mine[slot]) {
                continue;
            }
            if (slots.owned[slot]) {
                lookAfterBackups(map, slot, nowNs);
                lookAfterLearner(map, slot, nowNs);
                handOver(map, slot, nowNs);
            } else {
                lookAfterOwner(map, slot, nowNs);
                forgetUnheld(map, slot, nowNs);
            }
        }
        doubts.onRoundOver();
        proposals.propose();
        for (final OutgoingStream stream : streams.all()) {
            if (stream.isOverflown() && !isWaitedFor(map, stream)) {
                stream.reset(stream.incarnation(), nowNs);
            }
        }
        return 1;
    }

    // ---- silence

    private void lookAfterOwner(final SlotMap map, final int slot, final long nowNs) {
        final SlotEntry entry = map.entry(slot);
        final int owner = entry.owner();
        if (entry.epoch() < slots.knownEpoch[slot] || owner == SlotEntry.NONE || !entry.isBackup(link.member())) {
            return;
        }
        int rank = 0;
        while (entry.backup(rank) != link.member()) {
            rank++;
        }
        final int threads = Math.max(1, link.threadsOf(owner));
        final int thread = SlotTable.threadOf(slot, threads);
        final long silentNs = nowNs - Math.max(replicas.lastHeardNs(owner, thread, nowNs), ownerSinceNs[slot]);
        final long othersFirstNs = rank * config.ownerSilenceNsMax() / 2;
        final boolean isSilent = silentNs > config.ownerSilenceNsMax() + othersFirstNs;
        // It cannot hear that we have applied anything, so nothing leaves it: the same as if it were silent. It had
        // half of the time before it said so.
        final boolean isDeaf = link.deafForNs(owner, thread, nowNs) > config.ownerSilenceNsMax() / 2 + othersFirstNs
                && nowNs - ownerSinceNs[slot] > config.ownerSilenceNsMax() + othersFirstNs;
        if ((isSilent || isDeaf || isDeadByHint(owner, map.incarnationOf(owner), silentNs, rank, nowNs))
                && proposals.wish(SlotCommand.Kind.TAKE_OVER, map, slot, link.member(), nowNs)) {
            counters.increment(TAKEOVERS_PROPOSED);
            if (!isSilent && !isDeaf) {
                counters.increment(TAKEOVERS_HINTED);
            }
        }
    }

    /**
     * Who was seen to end is waited for no longer; who was only lost sight of by others must have missed two beats here, too, so that what is wrong with those who give hints
     * moves no slots. Further backups let those before them ask first.
     */
    private boolean isDeadByHint(
            final int owner, final long incarnation, final long silentNs, final int rank, final long nowNs) {
        final long othersFirstNs = rank * config.beatIntervalNs();
        if (suspicions.isSeenDead(owner, incarnation, nowNs)) {
            return nowNs - suspicions.sinceNs(owner) >= othersFirstNs;
        }
        return suspicions.isSuspected(owner, incarnation, nowNs)
                && silentNs > 2 * config.beatIntervalNs() + othersFirstNs;
    }

    private void forgetUnheld(final SlotMap map, final int slot, final long nowNs) {
        final SlotEntry entry = map.entry(slot);
        final boolean isOldWord =
                entry.version() < slots.replicaVersion[slot] || entry.epoch() < slots.knownEpoch[slot];
        if (entry.isHeldBy(link.member()) || isOldWord) {
            slots.unheldSinceNs[slot] = SlotStates.HELD;
        } else if (slots.unheldSinceNs[slot] == SlotStates.HELD) {
            slots.unheldSinceNs[slot] = nowNs;
        } else if (nowNs - slots.unheldSinceNs[slot] > UNHELD_NS && !hasForgotten) {
            hasForgotten = replicas.forget(slot);
        }
    }

    private void lookAfterBackups(final SlotMap map, final int slot, final long nowNs) {
        final SlotEntry entry = map.entry(slot);
        for (int i = 0; i < entry.backups(); i++) {
            final int backup = entry.backup(i);
            final OutgoingStream stream = streams.to(backup, slot);
            if (stream != null
                    && isGivenUp(stream, slot, nowNs)
                    && doubts.isSure(stream, nowNs)
                    && proposals.wish(SlotCommand.Kind.EVICT, map, slot, backup, nowNs)) {
                counters.increment(EVICTIONS_PROPOSED);
            }
        }
    }

    private boolean isGivenUp(final OutgoingStream stream, final int slot, final long nowNs) {
        return nowNs - stream.lastHeardNs() > config.backupSilenceNsMax()
                || suspicions.isSeenDead(stream.member, stream.incarnation(), nowNs)
                || stream.isStalled(nowNs, config.stallNsMax())
                || stream.isBroken(slot);
    }

    /** True if outputs of any slot wait for this peer. */
    private boolean isWaitedFor(final SlotMap map, final OutgoingStream stream) {
        for (int slot = 0; slot < slots.slots(); slot++) {
            if (slots.owned[slot]) {
                final Learning learning = learnings[slot];
                final boolean isGate = map.entry(slot).isBackup(stream.member) && streams.isTo(stream, slot);
                if (isGate || (learning != null && learning.stream == stream && learning.isProposed)) {
                    return true;
                }
            }
        }
        return false;
    }

    // ---- learners

    private void lookAfterLearner(final SlotMap map, final int slot, final long nowNs) {
        final Learning learning = learnings[slot];
        if (learning == null) {
            return;
        }
        final OutgoingStream stream = learning.stream;
        if (learning.isListening() && (learning.generation != stream.generation() || isLost(learning, nowNs))) {
            if (learning.isProposed) {
                // It may have been made a backup by now: only the registry can say that it is none.
                if (doubts.isSure(stream, nowNs)
                        && proposals.wish(SlotCommand.Kind.EVICT, map, slot, stream.member, nowNs)) {
                    counters.increment(EVICTIONS_PROPOSED);
                }
                return;
            }
            learning.restart(nowNs + RETRY_NS);
        }
        switch (learning.state) {
            case WAITING -> {
                if (nowNs >= learning.notBeforeNs
                        && link.isReachable(stream.member, stream.thread)
                        && !stream.isOverflown()) {
                    beginSnapshot(map, learning);
                }
            }
            case SENDING -> {}
            case SENT -> {
                if (stream.appliedPosition() >= learning.endPosition) {
                    learning.state = Learning.State.GATING;
                }
            }
            case GATING -> {
                final boolean knowsAllReleased =
                        stream.appliedNumber(slot, slots.ownedEpoch[slot]) >= slots.releasedNumber[slot];
                final boolean wasReleasable = learning.isReleasable;
                // All that the learner was not told as records, but as part of its snapshot: it leaves before the next
                // round.
                // A learner that took over while it is held would not know that it is.
                learning.isReleasable |=
                        streams.haveBackupsApplied(slot, learning.beginNumber) && !streams.isAloneWithoutLease(slot);
                if ((learning.isProposed || (knowsAllReleased && wasReleasable))
                        && proposals.wish(SlotCommand.Kind.PROMOTE, map, slot, stream.member, nowNs)) {
                    learning.isProposed = true;
                    counters.increment(PROMOTIONS_PROPOSED);
                }
            }
        }
    }

    private boolean isLost(final Learning learning, final long nowNs) {
        final OutgoingStream stream = learning.stream;
        return stream.isBroken(learning.slot) || (learning.isGating() && isGivenUp(stream, learning.slot, nowNs));
    }

    private void beginSnapshot(final SlotMap map, final Learning learning) {
        final int slot = learning.slot;
        learning.begin();
        learning.stream.clearBroken(slot);
        learning.stream.appendSnapshotBegin(
                slot,
                slots.ownedEpoch[slot],
                slots.lastNumber[slot],
                map.entry(slot).version());
        learning.beginPosition = learning.stream.lastPosition();
        learning.beginNumber = slots.lastNumber[slot];
        counters.increment(SNAPSHOTS_BEGUN);
    }

    /** Sends a turn's worth of sessions to learners, each in its turn. */
    int tellLearners(final long nowNs) {
        if (learners == 0) {
            return 0;
        }
        earnSnapshotBudget(nowNs);
        if (snapshotBudget < config.snapshotBytesPerTurn() / 2) {
            return 0; // a frame for each image would cost both sides more than the images
        }
        final long before = snapshotBudget;
        long budget = before;
        int told = 0;
        for (int i = 0; i < learnings.length && budget > 0; i++) {
            final int slot = nextLearning;
            nextLearning = nextLearning + 1 == learnings.length ? 0 : nextLearning + 1;
            final Learning learning = learnings[slot];
            if (learning == null
                    || learning.state != Learning.State.SENDING
                    || learning.generation != learning.stream.generation()) {
                continue;
            }
            while (budget > 0 && learning.state == Learning.State.SENDING && learning.stream.hasSnapshotRoom()) {
                budget -= tellNext(learning);
                told++;
            }
        }
        snapshotBudget -= before - budget;
        return told;
    }

    /** What is not told in time is not saved up, but for a turn's worth; an image that was longer than the budget is paid for by the next turns. */
    private void earnSnapshotBudget(final long nowNs) {
        final long elapsedNs = Math.clamp(nowNs - snapshotBudgetNs, 0, SECOND_NS);
        snapshotBudgetNs = nowNs;
        snapshotBudget = Math.min(
                config.snapshotBytesPerTurn(),
                snapshotBudget + elapsedNs * config.snapshotBytesPerSecond() / SECOND_NS);
    }

    private int tellNext(final Learning learning) {
        final int slot = learning.slot;
        final long epoch = slots.ownedEpoch[slot];
        final long next = images.next(slot, learning.cursor, view);
        if (next == ImageStore.END) {
            learning.stream.appendSnapshotEnd(slot, epoch, slots.lastNumber[slot]);
            learning.endPosition = learning.stream.lastPosition();
            learning.state = Learning.State.SENT;
            return Entry.HEADER_BYTES;
        }
        learning.cursor = next;
        learning.stream.appendSnapshotImage(slot, epoch, slots.lastNumber[slot], view);
        return Entry.bytes(view.key().capacity(), view.image().capacity(), 0);
    }

    // ---- handing over

    /** A slot that is to move takes no events until its new owner has everything and knows that nothing is open. */
    private void handOver(final SlotMap map, final int slot, final long nowNs) {
        final SlotEntry entry = map.entry(slot);
        final int target = entry.target();
        if (target == SlotEntry.NONE || !entry.isBackup(target)) {
            return;
        }
        final OutgoingStream stream = streams.to(target, slot);
        if (stream == null) {
            return;
        }
        if (quiescedNs[slot] == NOT_QUIESCED) {
            final boolean isFelt = images.count(slot) > 0;
            if (isFelt && nowNs < nextHandoverNs) {
                return;
            }
            nextHandoverNs = isFelt ? nowNs + config.handoverIntervalNs() : nextHandoverNs;
            slots.quiesced[slot] = true;
            quiescedNs[slot] = nowNs;
            quiescedPosition[slot] = stream.lastPosition();
        } else if (nowNs - quiescedNs[slot] > QUIESCED_NS_MAX) {
            slots.quiesced[slot] = false;
            if (nowNs - quiescedNs[slot] > 2 * QUIESCED_NS_MAX) {
                quiescedNs[slot] = NOT_QUIESCED;
            }
        } else if (stream.committedSeen() >= quiescedPosition[slot]
                && proposals.wish(SlotCommand.Kind.MOVE, map, slot, target, nowNs)) {
            slots.offeredEpoch[slot] = slots.ownedEpoch[slot];
            counters.increment(MOVES_PROPOSED);
        }
    }

    private void resume(final int slot) {
        slots.quiesced[slot] = false;
        quiescedNs[slot] = NOT_QUIESCED;
    }
}
