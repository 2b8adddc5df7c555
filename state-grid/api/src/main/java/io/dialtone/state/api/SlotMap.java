package io.dialtone.state.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which slot, as the registry has agreed: the one value it keeps. Immutable: any thread may read it.
 */
public final class SlotMap {
    /** Members that there may be at once; one more is refused. */
    public static final int MEMBERS_MAX = 64;

    private final long version;
    private final int backupsWanted;
    private final long slotsLost;
    private final List<GridMember> members;
    private final SlotEntry[] entries;

    SlotMap(
            final long version,
            final int backupsWanted,
            final long slotsLost,
            final List<GridMember> members,
            final SlotEntry[] entries) {
        this.version = version;
        this.backupsWanted = backupsWanted;
        this.slotsLost = slotsLost;
        this.members = members;
        this.entries = entries;
    }

    /** A map without members. */
    public static SlotMap empty(final int slots, final int backupsWanted) {
        final SlotEntry[] entries = new SlotEntry[slots];
        Arrays.fill(entries, SlotEntry.EMPTY);
        return new SlotMap(0, backupsWanted, 0, List.of(), entries);
    }

    /** A map as it was written down; for readers of snapshots and pushes. */
    public static SlotMap of(
            final long version,
            final int backupsWanted,
            final long slotsLost,
            final List<GridMember> members,
            final List<SlotEntry> entries) {
        return new SlotMap(version, backupsWanted, slotsLost, List.copyOf(members), entries.toArray(SlotEntry[]::new));
    }

    /** Grows with every command that changed something. */
    public long version() {
        return version;
    }

    /** How many backups a slot is to have when there are members enough: 0, 1 or 2. */
    public int backupsWanted() {
        return backupsWanted;
    }

    /** How many times a slot was begun anew because all who held it were gone. */
    public long slotsLost() {
        return slotsLost;
    }

    public int slots() {
        return entries.length;
    }

    public SlotEntry entry(final int slot) {
        return entries[slot];
    }

    /** The members in the order of their numbers. */
    public List<GridMember> members() {
        return members;
    }

    public @Nullable GridMember member(final int number) {
        for (final GridMember member : members) {
            if (member.number() == number) {
                return member;
            }
        }
        return null;
    }

    /** The incarnation of a member, or 0 if there is no such member. */
    public long incarnationOf(final int number) {
        final GridMember member = member(number);
        return member == null ? 0 : member.incarnation();
    }

    /** A map to be changed into the next version; for the rules and the planner. */
    Draft draft() {
        return new Draft(this);
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof SlotMap that
                && version == that.version
                && backupsWanted == that.backupsWanted
                && slotsLost == that.slotsLost
                && members.equals(that.members)
                && Arrays.equals(entries, that.entries);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(version);
    }

    @Override
    public String toString() {
        return "SlotMap[v" + version + ", " + entries.length + " slots, members " + members + "]";
    }

    /** A map in the making. Used by one thread, then made a {@link SlotMap}. */
    static final class Draft {
        private final SlotMap base;
        final List<GridMember> members;
        final SlotEntry[] entries;
        long slotsLost;

        private Draft(final SlotMap base) {
            this.base = base;
            members = new ArrayList<>(base.members);
            entries = base.entries.clone();
            slotsLost = base.slotsLost;
        }

        int backupsWanted() {
            return base.backupsWanted;
        }

        /** The slot's epoch in the map that is being changed. */
        long epochBefore(final int slot) {
            return base.entries[slot].epoch();
        }

        @Nullable
        GridMember member(final int number) {
            for (final GridMember member : members) {
                if (member.number() == number) {
                    return member;
                }
            }
            return null;
        }

        /** The next version, or the same map when nothing has changed. */
        SlotMap toMap() {
            if (Arrays.equals(entries, base.entries) && members.equals(base.members)) {
                return base;
            }
            return new SlotMap(base.version + 1, base.backupsWanted, slotsLost, List.copyOf(members), entries);
        }
    }
}
