package io.dialtone.state.api;

import java.util.Arrays;

/**
 * Who holds one slot, at one moment. Immutable: any thread may read it.
 *
 * <p>The version grows with every change and is what commands compare; the epoch grows when the owner changes and is what messages carry.
 */
public final class SlotEntry {
    /** No owner, no learner, no target. */
    public static final int NONE = -1;

    /** Two that are wanted at most, and one more while a slot moves. */
    public static final int BACKUPS_MAX = 3;

    private static final int[] NO_BACKUPS = {};

    /** A slot that nobody has ever held. */
    static final SlotEntry EMPTY = new SlotEntry(0, 0, 0, NONE, NO_BACKUPS, NONE, NONE);

    private final long version;
    private final long epoch;
    private final long begunEpoch;
    private final int owner;
    private final int[] backups;
    private final int learner;
    private final int target;

    private SlotEntry(
            final long version,
            final long epoch,
            final long begunEpoch,
            final int owner,
            final int[] backups,
            final int learner,
            final int target) {
        assert backups.length <= BACKUPS_MAX;
        this.version = version;
        this.epoch = epoch;
        this.begunEpoch = begunEpoch;
        this.owner = owner;
        this.backups = backups;
        this.learner = learner;
        this.target = target;
    }

    /** An entry as it was written down; for readers of snapshots and pushes. */
    public static SlotEntry of(
            final long version,
            final long epoch,
            final long begunEpoch,
            final int owner,
            final int[] backups,
            final int learner,
            final int target) {
        if (backups.length > BACKUPS_MAX) {
            throw new IllegalArgumentException("backups: " + backups.length + " (expected: <= " + BACKUPS_MAX + ")");
        }
        return new SlotEntry(version, epoch, begunEpoch, owner, backups.clone(), learner, target);
    }

    public long version() {
        return version;
    }

    public long epoch() {
        return epoch;
    }

    /**
     * The epoch in which the slot was begun empty, the last time that it was. Whoever has something of it from before must forget that: a new owner cannot know otherwise
     * whether it follows one whose records it has, or nobody.
     */
    public long begunEpoch() {
        return begunEpoch;
    }

    /** The member that runs the slot, or {@link #NONE}. */
    public int owner() {
        return owner;
    }

    /** How many members hold all of the slot's released state besides the owner. */
    public int backups() {
        return backups.length;
    }

    public int backup(final int index) {
        return backups[index];
    }

    /** The member that is being told the slot's state and may not take over yet, or {@link #NONE}. */
    public int learner() {
        return learner;
    }

    /** The member that the owner is to hand the slot to once it is a backup, or {@link #NONE}. */
    public int target() {
        return target;
    }

    public boolean isBackup(final int member) {
        for (final int backup : backups) {
            if (backup == member) {
                return true;
            }
        }
        return false;
    }

    /** Owner, backup or learner. */
    public boolean isHeldBy(final int member) {
        return owner == member || learner == member || isBackup(member);
    }

    // ---- the changes there are; each makes a new version

    /** In a new epoch, with these backups and neither learner nor target. */
    SlotEntry ownedBy(final int newOwner, final int... newBackups) {
        return new SlotEntry(version + 1, epoch + 1, begunEpoch, newOwner, newBackups, NONE, NONE);
    }

    /** Without anybody, in a new epoch: whoever still believes to own it is out. */
    SlotEntry lost() {
        return new SlotEntry(version + 1, epoch + 1, epoch + 1, NONE, NO_BACKUPS, NONE, NONE);
    }

    /** Empty, with an owner who never held it before in this epoch. */
    SlotEntry begunBy(final int newOwner, final long newEpoch) {
        assert owner == NONE && newEpoch >= epoch;
        return new SlotEntry(version + 1, newEpoch, newEpoch, newOwner, NO_BACKUPS, NONE, NONE);
    }

    SlotEntry withBackup(final int member) {
        assert !isBackup(member) && owner != member;
        final int[] more = Arrays.copyOf(backups, backups.length + 1);
        more[backups.length] = member;
        return new SlotEntry(version + 1, epoch, begunEpoch, owner, more, learner == member ? NONE : learner, target);
    }

    /** Without this backup or learner. */
    SlotEntry without(final int member) {
        return new SlotEntry(
                version + 1,
                epoch,
                begunEpoch,
                owner,
                backupsWithout(member),
                learner == member ? NONE : learner,
                target == member ? NONE : target);
    }

    SlotEntry withLearner(final int member) {
        assert !isHeldBy(member);
        return new SlotEntry(version + 1, epoch, begunEpoch, owner, backups, member, target);
    }

    SlotEntry withTarget(final int member) {
        return new SlotEntry(version + 1, epoch, begunEpoch, owner, backups, learner, member);
    }

    int[] backupsWithout(final int member) {
        if (!isBackup(member)) {
            return backups;
        }
        final int[] fewer = new int[backups.length - 1];
        int kept = 0;
        for (final int backup : backups) {
            if (backup != member) {
                fewer[kept++] = backup;
            }
        }
        return fewer;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof SlotEntry that
                && version == that.version
                && epoch == that.epoch
                && begunEpoch == that.begunEpoch
                && owner == that.owner
                && Arrays.equals(backups, that.backups)
                && learner == that.learner
                && target == that.target;
    }

    @Override
    public int hashCode() {
        return (int) version * 31 + owner;
    }

    @Override
    public String toString() {
        return "v" + version + " e" + epoch + " owner " + owner + " backups " + Arrays.toString(backups)
                + (learner == NONE ? "" : " learner " + learner)
                + (target == NONE ? "" : " target " + target);
    }
}
