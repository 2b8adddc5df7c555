package io.dialtone.state.replication;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Holds a simulated world to the invariants I1 to I10 of docs/architecture/simulator.md, whenever something happens that could break one. It sees everything at once: what is agreed, what
 * each store holds, what leaves and what is taken. Used by the simulator's one thread.
 */
final class Checker {
    private final Simulator sim;
    private final Long2LongHashMap ownerOfEpoch = new Long2LongHashMap(SlotEntry.NONE);
    private final Long2ObjectHashMap<Long> actor = new Long2ObjectHashMap<>();
    private final Long2LongHashMap heldInEpoch = new Long2LongHashMap(0);
    private final LongHashSet freshEpochs = new LongHashSet();
    private final List<List<Long>> lossesOf = new ArrayList<>();
    private final long[][] highestTaken;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private long losses;

    Checker(final Simulator sim) {
        this.sim = sim;
        for (int slot = 0; slot < sim.slots(); slot++) {
            lossesOf.add(new ArrayList<>());
        }
        highestTaken = new long[sim.members()][sim.slots()];
    }

    private static long at(final int slot, final long epoch) {
        return (long) slot << 48 | epoch;
    }

    /** How often the slot had been lost before this epoch or with it. */
    int lossesUntil(final int slot, final long epoch) {
        int count = 0;
        for (final long loss : lossesOf.get(slot)) {
            if (loss <= epoch) {
                count++;
            }
        }
        return count;
    }

    boolean wasLost(final int slot) {
        return !lossesOf.get(slot).isEmpty();
    }

    // ---- what is agreed: I1, I2, I6, I10

    void onAgreed(final SlotMap before, final SlotMap after, final @Nullable SlotCommand command) {
        if (sim.isTracing()) {
            sim.trace("AGREED v" + after.version() + " by " + command);
        }
        long lost = 0;
        for (int slot = 0; slot < after.slots(); slot++) {
            final SlotEntry was = before.entry(slot);
            final SlotEntry is = after.entry(slot);
            if (!was.equals(is)) {
                if (sim.isTracing()) {
                    sim.trace("  slot " + slot + ": " + was + " -> " + is);
                }
                lost += onChanged(slot, was, is, before, command) ? 1 : 0;
                see(was, is, command);
                sim.nemesis().onAgreed(is);
            }
        }
        losses += lost;
        if (losses != after.slotsLost()) {
            throw new Violation(
                    "I10: the registry has counted " + after.slotsLost() + " lost slots, seen were " + losses);
        }
        for (int slot = 0; slot < after.slots(); slot++) {
            if (!before.entry(slot).equals(after.entry(slot))) {
                checkHolders(slot, after);
            }
        }
    }

    /** True if the slot was lost. */
    private boolean onChanged(
            final int slot,
            final SlotEntry was,
            final SlotEntry is,
            final SlotMap before,
            final @Nullable SlotCommand command) {
        if (is.version() <= was.version() || is.epoch() < was.epoch()) {
            throw new Violation("I1: slot " + slot + " went from " + was + " to " + is);
        }
        if (is.epoch() == was.epoch()) {
            if (is.owner() != was.owner()) {
                throw new Violation("I1: slot " + slot + " has another owner in the same epoch: " + was + ", " + is);
            }
            return false;
        }
        if (is.owner() != SlotEntry.NONE) {
            ownerOfEpoch.put(at(slot, is.epoch()), is.owner());
        }
        if (was.owner() == SlotEntry.NONE) {
            freshEpochs.add(at(slot, is.epoch()));
            return false;
        }
        if (was.isBackup(is.owner())) {
            return false;
        }
        if (was.backups() > 0) {
            throw new Violation("I2: the new owner of slot " + slot + " was not in sync: " + was + ", " + is);
        }
        onLost(slot, was, is, before, command);
        return true;
    }

    private void onLost(
            final int slot,
            final SlotEntry was,
            final SlotEntry is,
            final SlotMap before,
            final @Nullable SlotCommand command) {
        final SimulatedNode owner = sim.node(was.owner());
        if (owner.isRunning() && owner.incarnation() == before.incarnationOf(was.owner())) {
            final long leaseNs = owner.monotonicNs() - owner.authority().trulyHeardNs();
            if (leaseNs <= sim.replicatorConfig().leaseNs()) {
                throw new Violation("I10: slot " + slot + " is lost by " + command + " while its owner " + was.owner()
                        + " still has its lease");
            }
        }
        sim.saw(RarePath.SLOT_LOST);
        lossesOf.get(slot).add(is.epoch());
        freshEpochs.add(at(slot, is.epoch()));
    }

    private void see(final SlotEntry was, final SlotEntry is, final @Nullable SlotCommand command) {
        switch (command) {
            case SlotCommand.Change change -> {
                switch (change.kind()) {
                    case TAKE_OVER -> {
                        sim.saw(RarePath.TAKEOVER);
                        if (sim.node(was.owner()).isWronglyHintedAt()) {
                            sim.saw(RarePath.TAKEOVER_BY_A_WRONG_HINT);
                        }
                        if (sim.node(was.owner()).isDeaf()) {
                            sim.saw(RarePath.TAKEOVER_OF_AN_OWNER_THAT_HEARS_NOBODY);
                        }
                        if (is.backups() > 0) {
                            sim.saw(RarePath.TAKEOVER_WITH_ANOTHER_BACKUP);
                        }
                        if (was.learner() != SlotEntry.NONE) {
                            sim.saw(RarePath.TAKEOVER_WHILE_LEARNER_IS_SYNCING);
                        }
                    }
                    case EVICT ->
                        sim.saw(
                                was.isBackup(change.about())
                                        ? RarePath.EVICTION_OF_BACKUP
                                        : RarePath.EVICTION_OF_LEARNER);
                    case PROMOTE ->
                        sim.saw(is.backups() < 2 ? RarePath.PROMOTION : RarePath.PROMOTION_TO_SECOND_BACKUP);
                    case MOVE -> sim.saw(RarePath.MOVE);
                }
            }
            case SlotCommand.Dead dead -> onMemberGone(was, dead.member());
            case SlotCommand.Join join -> onMemberGone(was, join.member().number());
            case SlotCommand.Reach reach -> {
                if (was.owner() == reach.member() && is.owner() != was.owner()) {
                    sim.saw(RarePath.OWNER_OUT_OF_REACH_REPLACED);
                }
            }
            case SlotCommand.Drain drain -> {}
            case SlotCommand.Leave leave -> {}
            case null -> {}
        }
    }

    private void onMemberGone(final SlotEntry was, final int member) {
        if (was.owner() == member && was.backups() > 0) {
            sim.saw(RarePath.DEAD_OWNER_REPLACED_BY_REGISTRY);
        }
        if (was.learner() == member) {
            sim.saw(RarePath.LEARNER_LOST_IN_MID_SNAPSHOT);
        }
    }

    /** I2, I3, I6: whoever is owner or in sync from now on has everything that was ever said of the slot. */
    void checkHolders(final int slot, final SlotMap map) {
        final SlotEntry entry = map.entry(slot);
        final int lossesNow = lossesUntil(slot, entry.epoch());
        for (final History.Told told : sim.history().sessionsOf(slot)) {
            if (told.losses == lossesNow && told.version > 0 && !told.isEndAsked) {
                checkHolders(slot, map, told.key, told.version, told.hash(), "said before");
            }
        }
    }

    private void checkHolders(
            final int slot, final SlotMap map, final long key, final int version, final long hash, final String what) {
        final SlotEntry entry = map.entry(slot);
        for (int i = -1; i < entry.backups(); i++) {
            final int member = i < 0 ? entry.owner() : entry.backup(i);
            final HeapImages images = imagesOf(member, slot, map);
            if (images != null && !sim.history().isHeld(images, slot, key, version, hash)) {
                final byte[] image = images.image(slot, key);
                String has = "nothing";
                if (image != null) {
                    view.wrap(image);
                    has = "version " + SimulatedSession.versionOf(view);
                }
                throw new Violation("I3: " + what + ": session " + Long.toHexString(key) + " version " + version
                        + " of slot " + slot + ", and node " + member + " has " + has + " of it; " + entry);
            }
        }
    }

    /** The store of the process that the map means; null if that has ended, or if there is none. */
    private @Nullable HeapImages imagesOf(final int member, final int slot, final SlotMap map) {
        if (member == SlotEntry.NONE) {
            return null;
        }
        final SimulatedNode node = sim.node(member);
        return node.isRunning() && node.incarnation() == map.incarnationOf(member)
                ? node.workerOf(slot).images()
                : null;
    }

    // ---- who acts: I1

    void onActing(final SimulatedNode node, final HeapImages images, final int slot, final long epoch) {
        if (ownerOfEpoch.get(at(slot, epoch)) != node.number()) {
            throw new Violation("I1: node " + node.number() + " acts as owner of slot " + slot + " in epoch " + epoch
                    + ", which belongs to " + ownerOfEpoch.get(at(slot, epoch)));
        }
        final Long other = actor.put(at(slot, epoch), (Long) node.incarnation());
        if (other != null) {
            throw new Violation("I1: slot " + slot + " is begun twice in epoch " + epoch);
        }
        if (freshEpochs.contains(at(slot, epoch)) && images.count(slot) > 0) {
            throw new Violation("I6: slot " + slot + " begins anew in epoch " + epoch + " with " + images.count(slot)
                    + " sessions of before");
        }
    }

    void onProcessEnded(final SimulatedNode node, final SimulatedWorker[] workers) {
        if (Arrays.stream(workers).anyMatch(worker -> worker == null)) {
            throw new Violation("node " + node.number() + " ended before it began");
        }
        for (int other = 0; other < sim.nodes(); other++) {
            if (other != node.number()
                    && (!sim.node(other).isRunning() || sim.node(other).isPaused())) {
                sim.saw(RarePath.SECOND_FAILURE);
                return;
            }
        }
    }

    // ---- what leaves: I3, I4, I5, I7, I10, and the history

    void onLeaving(
            final SimulatedNode node, final boolean isAlone, final int slot, final long epoch, final Message message) {
        final long leaseNs = node.monotonicNs() - node.authority().trulyHeardNs();
        if (isAlone && leaseNs > sim.replicatorConfig().leaseNs()) {
            throw new Violation("I10: node " + node.number() + " is alone with slot " + slot
                    + " and speaks without a lease, which ended "
                    + (leaseNs - sim.replicatorConfig().leaseNs()) / Simulator.MS + " ms ago");
        }
        final SlotMap truth = sim.registry().map();
        final int lossesThen = lossesUntil(slot, epoch);
        final int lossesNow = lossesUntil(slot, truth.entry(slot).epoch());
        if (lossesThen == lossesNow && message.version() > 0) {
            checkHolders(slot, truth, message.key(), message.version(), message.hash(), "leaves node " + node.number());
        }
        sim.history().onSaid(slot, lossesThen, message);
    }

    // ---- what is held, for the counts

    /** An output waits for the first time. */
    void onHeld(final int slot, final long epoch, final Message message) {
        heldInEpoch.put(SimulatedSession.mix(slot, message.id() * 31 + message.kind()), epoch);
    }

    /** An output that a former owner has left open waits again. */
    void onReopened(final int slot, final long epoch, final Message message) {
        final long first = heldInEpoch.get(SimulatedSession.mix(slot, message.id() * 31 + message.kind()));
        if (first != 0 && epoch > first + 1) {
            sim.saw(RarePath.OUTPUT_OPEN_OVER_TWO_EPOCHS);
        }
    }

    /** True if this is the slot's epoch and one of its backups stands still. */
    boolean hasFrozenBackup(final int slot, final long epoch) {
        final SlotEntry entry = sim.registry().map().entry(slot);
        for (int i = 0; i < entry.backups() && entry.epoch() == epoch; i++) {
            if (sim.node(entry.backup(i)).isPaused()) {
                return true;
            }
        }
        return false;
    }

    // ---- what is taken: I9

    void onTaken(final int edge, final int slot, final long epoch) {
        if (epoch < highestTaken[edge][slot]) {
            throw new Violation("I9: edge " + edge + " takes a word of epoch " + epoch + " of slot " + slot
                    + " after one of epoch " + highestTaken[edge][slot]);
        }
        highestTaken[edge][slot] = epoch;
    }

    // ---- when all is quiet

    /** What is missing for a healthy grid; null if nothing is. */
    @Nullable
    String missing() {
        final SlotMap map = sim.registry().map();
        int able = 0;
        for (final GridMember member : map.members()) {
            able += member.isDraining() ? 0 : 1;
        }
        final int backups = Math.min(map.backupsWanted(), able - 1);
        for (int slot = 0; slot < map.slots(); slot++) {
            final SlotEntry entry = map.entry(slot);
            if (entry.owner() == SlotEntry.NONE) {
                return "slot " + slot + " has no owner";
            }
            final SimulatedNode owner = sim.node(entry.owner());
            if (!owner.isRunning()
                    || !owner.workerOf(slot).isActing(slot)
                    || owner.workerOf(slot).epochOf(slot) != entry.epoch()) {
                return "slot " + slot + " is not served: " + entry;
            }
            if (entry.backups() < backups || entry.learner() != SlotEntry.NONE || entry.target() != SlotEntry.NONE) {
                return "slot " + slot + " is not settled: " + entry;
            }
            if (!owner.workerOf(slot).isQuiet()) {
                return "slot " + slot + ": node " + entry.owner() + " has something to say or to do";
            }
        }
        return sim.edgesWaiting();
    }

    /** All holders of a slot hold the same, and that contains all that was ever said, once. */
    void checkQuiet() {
        final SlotMap map = sim.registry().map();
        for (int slot = 0; slot < map.slots(); slot++) {
            checkHolders(slot, map);
            final SlotEntry entry = map.entry(slot);
            final HeapImages owners = sim.node(entry.owner()).workerOf(slot).images();
            for (int i = 0; i < entry.backups(); i++) {
                checkSame(
                        slot,
                        entry,
                        owners,
                        sim.node(entry.backup(i)).workerOf(slot).images(),
                        entry.backup(i));
            }
            for (final long key : owners.keys(slot)) {
                final byte[] image = owners.image(slot, key);
                if (image != null) {
                    view.wrap(image);
                    sim.history().checkLife(key, SimulatedSession.versionOf(view), SimulatedSession.hashOf(view), slot);
                }
            }
        }
    }

    private static void checkSame(
            final int slot,
            final SlotEntry entry,
            final HeapImages owners,
            final HeapImages backups,
            final int backup) {
        for (final long key : owners.keys(slot)) {
            if (!Arrays.equals(owners.image(slot, key), backups.image(slot, key))) {
                throw new Violation("I6: all is quiet, and node " + backup + " has another session "
                        + Long.toHexString(key) + " of slot " + slot + " than its owner; " + entry);
            }
        }
        if (owners.count(slot) != backups.count(slot)) {
            throw new Violation("I6: all is quiet, and node " + backup + " has " + backups.count(slot)
                    + " sessions of slot " + slot + ", its owner " + owners.count(slot) + "; " + entry);
        }
    }
}
