package io.dialtone.state.api;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * What the registry does with a command: a pure function from map and command to the next map. The registry runs it on every member in the same order; the simulator
 * runs the same code.
 *
 * <p>A new owner was a backup in the entry it replaces (nobody else has all that was answered); an epoch has one owner; who lost a race is refused by the entry's
 * version.
 */
public final class SlotRules {
    private SlotRules() {}

    /** The map after the command, planned; the very same map if the command was refused or changed nothing. */
    public static SlotMap apply(final SlotMap map, final SlotCommand command) {
        final SlotMap.Draft draft = map.draft();
        final boolean accepted = switch (command) {
            case SlotCommand.Join join -> onJoin(draft, join);
            case SlotCommand.Dead dead -> onDead(draft, dead.member(), dead.incarnation());
            case SlotCommand.Drain drain -> onDrain(draft, drain);
            case SlotCommand.Leave leave -> onLeave(draft, leave.member(), leave.incarnation());
            case SlotCommand.Reach reach -> onReach(draft, reach);
            case SlotCommand.Change change -> onChange(draft, change);
        };
        if (!accepted) {
            return map;
        }
        SlotPlanner.plan(draft);
        return draft.toMap();
    }

    private static boolean onJoin(final SlotMap.Draft draft, final SlotCommand.Join join) {
        final GridMember member = join.member();
        for (final GridMember other : draft.members) {
            if (!join.getsAlongWith(other)) {
                return false;
            }
        }
        final GridMember known = draft.member(member.number());
        if (known != null) {
            if (known.incarnation() == member.incarnation()) {
                return false;
            }
            onDead(draft, known.number(), known.incarnation());
        } else if (draft.members.size() >= SlotMap.MEMBERS_MAX || member.number() < 0) {
            return false;
        }
        int at = 0;
        while (at < draft.members.size() && draft.members.get(at).number() < member.number()) {
            at++;
        }
        draft.members.add(at, member);
        return true;
    }

    private static boolean onDead(final SlotMap.Draft draft, final int number, final long incarnation) {
        final GridMember known = draft.member(number);
        if (known == null || known.incarnation() != incarnation) {
            return false;
        }
        draft.members.remove(known);
        for (int slot = 0; slot < draft.entries.length; slot++) {
            final SlotEntry entry = draft.entries[slot];
            if (entry.owner() == number) {
                draft.entries[slot] = withoutOwner(draft, entry);
            } else if (entry.isHeldBy(number) || entry.target() == number) {
                draft.entries[slot] = entry.without(number);
            }
        }
        return true;
    }

    /** True if the member holds a copy of a slot that none of those present holds: without it that slot's sessions are lost. */
    public static boolean hasLastCopy(final SlotMap map, final int number, final IntPredicate isPresent) {
        for (int slot = 0; slot < map.slots(); slot++) {
            final SlotEntry entry = map.entry(slot);
            if ((entry.owner() == number || entry.isBackup(number)) && !isHeldByAny(entry, isPresent)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHeldByAny(final SlotEntry entry, final IntPredicate isPresent) {
        for (int i = 0; i < entry.backups(); i++) {
            if (isPresent.test(entry.backup(i))) {
                return true;
            }
        }
        return isPresent.test(entry.owner());
    }

    /** The first backup takes over; without one the slot is lost and will begin anew. */
    private static SlotEntry withoutOwner(final SlotMap.Draft draft, final SlotEntry entry) {
        if (entry.backups() == 0) {
            draft.slotsLost++;
            return entry.lost();
        }
        final int heir = entry.backup(0);
        return entry.ownedBy(heir, entry.backupsWithout(heir));
    }

    private static boolean onDrain(final SlotMap.Draft draft, final SlotCommand.Drain drain) {
        final GridMember known = draft.member(drain.member());
        if (known == null) {
            return false;
        }
        final GridMember drained = known.drained(drain.isDraining(), drain.isLeaving());
        if (drained.equals(known)) {
            return false;
        }
        draft.members.set(draft.members.indexOf(known), drained);
        return true;
    }

    /**
     * Who is out of an edge's reach owns nothing that a backup within reach could: it is fenced as if it had died, since waiting until it has handed its slots over would be as long
     * again. What it had not made known everywhere has not left, and is asked again.
     */
    private static boolean onReach(final SlotMap.Draft draft, final SlotCommand.Reach reach) {
        final GridMember known = draft.member(reach.member());
        if (known == null || known.incarnation() != reach.incarnation() || known.isOutOfReach() != reach.isReached()) {
            return false;
        }
        draft.members.set(draft.members.indexOf(known), known.reached(reach.isReached()));
        for (int slot = 0; slot < draft.entries.length && !reach.isReached(); slot++) {
            final SlotEntry entry = draft.entries[slot];
            final int heir = entry.owner() == reach.member() ? heirWithinReach(draft, entry) : SlotEntry.NONE;
            if (heir != SlotEntry.NONE) {
                draft.entries[slot] = entry.ownedBy(heir, entry.backupsWithout(heir));
            }
        }
        return true;
    }

    private static int heirWithinReach(final SlotMap.Draft draft, final SlotEntry entry) {
        for (int i = 0; i < entry.backups(); i++) {
            final GridMember backup = draft.member(entry.backup(i));
            if (backup != null && !backup.isOutOfReach()) {
                return backup.number();
            }
        }
        return SlotEntry.NONE;
    }

    private static boolean onLeave(final SlotMap.Draft draft, final int number, final long incarnation) {
        final GridMember known = draft.member(number);
        if (known == null || known.incarnation() != incarnation) {
            return false;
        }
        for (final SlotEntry entry : draft.entries) {
            if (entry.isHeldBy(number) && !(known.isLeaving() && isDispensable(draft, entry, number))) {
                return false;
            }
        }
        draft.members.remove(known);
        for (int slot = 0; slot < draft.entries.length; slot++) {
            final SlotEntry entry = draft.entries[slot];
            if (entry.isHeldBy(number) || entry.target() == number) {
                draft.entries[slot] = entry.without(number);
            }
        }
        return true;
    }

    /** It does not own the slot, and there is nobody who could hold it instead: waiting for one would be waiting for ever. */
    private static boolean isDispensable(final SlotMap.Draft draft, final SlotEntry entry, final int number) {
        if (entry.owner() == number) {
            return false;
        }
        for (final GridMember other : draft.members) {
            final boolean holds = other.number() == entry.owner() || entry.isBackup(other.number());
            if (!other.isDraining() && !other.isOutOfReach() && !holds) {
                return entry.backups() > draft.backupsWanted() || !entry.isBackup(number);
            }
        }
        return true;
    }

    private static boolean onChange(final SlotMap.Draft draft, final SlotCommand.Change change) {
        final GridMember sender = draft.member(change.by());
        if (sender == null || sender.incarnation() != change.incarnation()) {
            return false;
        }
        boolean changed = false;
        for (final SlotCommand.Claim claim : change.claims()) {
            final int slot = claim.slot();
            if (slot < 0 || slot >= draft.entries.length || draft.entries[slot].version() != claim.version()) {
                continue;
            }
            final SlotEntry before = draft.entries[slot];
            draft.entries[slot] = changed(before, change);
            changed |= !before.equals(draft.entries[slot]);
        }
        return changed;
    }

    private static SlotEntry changed(final SlotEntry entry, final SlotCommand.Change change) {
        final int by = change.by();
        final int about = change.about();
        if (change.kind() != SlotCommand.Kind.TAKE_OVER && entry.owner() != by) {
            return entry;
        }
        return switch (change.kind()) {
            case TAKE_OVER -> entry.isBackup(by) ? entry.ownedBy(by, entry.backupsWithout(by)) : entry;
            case EVICT -> about != by && entry.isHeldBy(about) ? entry.without(about) : entry;
            case PROMOTE ->
                entry.learner() == about && entry.backups() < SlotEntry.BACKUPS_MAX ? entry.withBackup(about) : entry;
            case MOVE -> entry.isBackup(about) ? movedTo(entry, about) : entry;
        };
    }

    private static SlotEntry movedTo(final SlotEntry entry, final int newOwner) {
        final int[] others = entry.backupsWithout(newOwner);
        final int[] backups = Arrays.copyOf(others, others.length + 1);
        backups[others.length] = entry.owner();
        return entry.ownedBy(newOwner, backups);
    }
}
