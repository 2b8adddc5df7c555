package io.dialtone.state.api;

import java.util.Arrays;

/**
 * Decides what the registry does by itself after each command: who owns a slot that nobody owns, who learns which slot, which slot is to move, which backup is one too
 * many. A pure function of the map, run on every member of the registry; one instance plans once.
 *
 * <p>It asks, others do: a learner becomes a backup, and a target an owner, only by a command of the owner. So each plan looks at what is on its way already, as if it
 * had arrived, and adds as little as possible. It stops when each number it makes smaller is as small as it gets: slots without owner or backups first, then owners
 * above their share, then backups in the wrong place, then replicas that are unevenly spread. Nothing it does makes an earlier one of these grow; therefore it comes to
 * rest, and a planned map is planned to itself.
 */
final class SlotPlanner {
    /** Slots that an owner tells to learners at once; so a join under load stays gentle. */
    static final int TEACHING_MAX = 8;

    /** Slots that a member learns at once, from all owners together. */
    static final int LEARNING_MAX = 16;

    /** Slots that an owner is asked to hand over at once. */
    static final int MOVING_MAX = 8;

    /** Replicas are moved only for their number's sake when it differs by more than this part of the average: each move is a copy. */
    static final int UNEVENNESS_DIVISOR = 8;

    /** A plan that has not come to rest by then has a mistake in it; the next command goes on with it. */
    private static final int PASSES_MAX = 32;

    private final SlotMap.Draft draft;
    private final SlotEntry[] entries;
    private final BackupPlaces places;
    private final int wanted;
    private final int members;

    // By a member's place in the list, with all that is on its way counted as arrived.
    private final int[] owned;
    private final int[] share;
    private final int[] replicas;

    // What is on its way.
    private final int[] teaching;
    private final int[] learning;
    private final int[] moving;

    private final int[] set = new int[SlotEntry.BACKUPS_MAX + 2];

    private SlotPlanner(final SlotMap.Draft draft) {
        this.draft = draft;
        entries = draft.entries;
        places = new BackupPlaces(draft.members);
        wanted = draft.backupsWanted();
        members = draft.members.size();
        owned = new int[members];
        share = new int[members];
        replicas = new int[members];
        teaching = new int[members];
        learning = new int[members];
        moving = new int[members];
    }

    static void plan(final SlotMap.Draft draft) {
        if (draft.members.isEmpty()) {
            return;
        }
        final SlotPlanner planner = new SlotPlanner(draft);
        int passes = 0;
        while (planner.pass() && passes < PASSES_MAX) {
            passes++;
        }
        assert passes < PASSES_MAX : "the planner does not come to rest: " + Arrays.toString(draft.entries);
    }

    private boolean pass() {
        count();
        boolean isChanged = giveOwners();
        isChanged |= dropTargets();
        isChanged |= dropLearners();
        isChanged |= trimBackups();
        count();
        isChanged |= teachThoseBelow(1);
        isChanged |= teachThoseBelow(wanted);
        isChanged |= moveToShares();
        isChanged |= moveToBetterPlaces();
        isChanged |= levelReplicas();
        return isChanged;
    }

    // ---- what there is

    private void count() {
        Arrays.fill(owned, 0);
        Arrays.fill(replicas, 0);
        Arrays.fill(teaching, 0);
        Arrays.fill(learning, 0);
        Arrays.fill(moving, 0);
        for (final SlotEntry entry : entries) {
            if (entry.owner() == SlotEntry.NONE) {
                continue;
            }
            final int owner = places.indexOf(entry.owner());
            owned[futureOwner(entry)]++;
            if (entry.target() != SlotEntry.NONE) {
                moving[owner]++;
            }
            if (entry.learner() != SlotEntry.NONE) {
                teaching[owner]++;
                learning[places.indexOf(entry.learner())]++;
            }
            final int size = settle(entry);
            for (int i = 0; i < size; i++) {
                replicas[set[i]]++;
            }
        }
        shareOut();
    }

    /** Who is to own how many: all the same, give or take one; those who have most get the one more, so that the fewest have to move. */
    private void shareOut() {
        final int[] order = new int[members];
        int takers = 0;
        for (int member = 0; member < members; member++) {
            share[member] = 0;
            if (places.isTaker(member)) {
                int at = takers++;
                for (; at > 0 && owned[order[at - 1]] < owned[member]; at--) {
                    order[at] = order[at - 1];
                }
                order[at] = member;
            }
        }
        for (int i = 0; i < takers; i++) {
            share[order[i]] = entries.length / takers + (i < entries.length % takers ? 1 : 0);
        }
    }

    private int futureOwner(final SlotEntry entry) {
        return places.indexOf(entry.target() == SlotEntry.NONE ? entry.owner() : entry.target());
    }

    /** Fills {@link #set} with the backups, and the old owner, once the learner is one of them and the target is owner. */
    private int gather(final SlotEntry entry) {
        int size = 0;
        for (int i = 0; i < entry.backups(); i++) {
            if (entry.backup(i) != entry.target()) {
                set[size++] = places.indexOf(entry.backup(i));
            }
        }
        if (entry.learner() != SlotEntry.NONE && entry.learner() != entry.target()) {
            set[size++] = places.indexOf(entry.learner());
        }
        if (entry.target() != SlotEntry.NONE) {
            set[size++] = places.indexOf(entry.owner());
        }
        return size;
    }

    /** The same, without those that will be too many then. */
    private int settle(final SlotEntry entry) {
        return places.trim(futureOwner(entry), set, gather(entry), wanted);
    }

    private boolean isSettled(final SlotEntry entry) {
        return entry.target() == SlotEntry.NONE && entry.learner() == SlotEntry.NONE && entry.backups() == wanted;
    }

    // ---- what is missing, void or too much

    private boolean giveOwners() {
        boolean isChanged = false;
        for (int slot = 0; slot < entries.length; slot++) {
            if (entries[slot].owner() == SlotEntry.NONE) {
                int owner = -1;
                for (int member = 0; member < members; member++) {
                    if (places.isTaker(member) && (owner < 0 || owned[member] < owned[owner])) {
                        owner = member;
                    }
                }
                entries[slot] = entries[slot].begunBy(places.number(owner), draft.epochBefore(slot) + 1);
                owned[owner]++;
                isChanged = true;
            }
        }
        return isChanged;
    }

    private boolean dropTargets() {
        shareOut();
        boolean isChanged = false;
        for (int slot = 0; slot < entries.length; slot++) {
            final SlotEntry entry = entries[slot];
            if (entry.target() == SlotEntry.NONE) {
                continue;
            }
            final int owner = places.indexOf(entry.owner());
            final int target = places.indexOf(entry.target());
            final boolean isPointless =
                    places.isTaker(owner) && owned[target] > share[target] && owned[owner] < share[owner];
            if (isPointless || !places.isTaker(target) || !entry.isHeldBy(entry.target())) {
                entries[slot] = entry.withTarget(SlotEntry.NONE);
                owned[target]--;
                owned[owner]++;
                isChanged = true;
            }
        }
        return isChanged;
    }

    private boolean dropLearners() {
        boolean isChanged = false;
        for (int slot = 0; slot < entries.length; slot++) {
            final SlotEntry entry = entries[slot];
            if (entry.learner() == SlotEntry.NONE || entry.learner() == entry.target()) {
                continue;
            }
            if (isUseless(entry) || isReplaceable(entry)) {
                entries[slot] = entry.without(entry.learner());
                isChanged = true;
            }
        }
        return isChanged;
    }

    /** It would be the first to go once it is a backup. */
    private boolean isUseless(final SlotEntry entry) {
        if (entry.backups() < wanted || entry.target() != SlotEntry.NONE) {
            return false;
        }
        final int learner = places.indexOf(entry.learner());
        final int size = settle(entry);
        for (int i = 0; i < size; i++) {
            if (set[i] == learner) {
                return false;
            }
        }
        return true;
    }

    /** It is draining, and another could learn. */
    private boolean isReplaceable(final SlotEntry entry) {
        if (places.isTaker(places.indexOf(entry.learner()))) {
            return false;
        }
        for (int member = 0; member < members; member++) {
            if (canLearn(entry, member) && places.isTaker(member)) {
                return true;
            }
        }
        return false;
    }

    private boolean trimBackups() {
        boolean isChanged = false;
        for (int slot = 0; slot < entries.length; slot++) {
            SlotEntry entry = entries[slot];
            while (entry.target() == SlotEntry.NONE && entry.backups() > wanted) {
                for (int i = 0; i < entry.backups(); i++) {
                    set[i] = places.indexOf(entry.backup(i));
                }
                final int gone = places.worst(places.indexOf(entry.owner()), set, entry.backups());
                entry = entry.without(entry.backup(gone));
                isChanged = true;
            }
            entries[slot] = entry;
        }
        return isChanged;
    }

    // ---- learners

    private boolean teachThoseBelow(final int backups) {
        boolean isChanged = false;
        for (int slot = 0; slot < entries.length; slot++) {
            final SlotEntry entry = entries[slot];
            if (entry.backups() < Math.min(backups, wanted) && entry.learner() == SlotEntry.NONE && canTeach(entry)) {
                isChanged |= teachBest(slot, Long.MAX_VALUE);
            }
        }
        return isChanged;
    }

    private boolean moveToBetterPlaces() {
        boolean isChanged = false;
        for (int slot = 0; slot < entries.length; slot++) {
            final SlotEntry entry = entries[slot];
            if (isSettled(entry) && canTeach(entry)) {
                isChanged |= teachBest(slot, places.cost(places.indexOf(entry.owner()), set, gather(entry)));
            }
        }
        return isChanged;
    }

    /** Lets the least loaded of those learn that make the best set of backups, if that is better than the limit. Waits for it if it learns enough already. */
    private boolean teachBest(final int slot, final long limit) {
        final SlotEntry entry = entries[slot];
        long cost = limit;
        int best = -1;
        for (int member = 0; member < members; member++) {
            if (entry.isHeldBy(places.number(member))) {
                continue;
            }
            final long itsCost = costWith(entry, member);
            if (itsCost < cost) {
                cost = itsCost;
                best = -1;
            }
            if (itsCost == cost
                    && itsCost < limit
                    && learning[member] < LEARNING_MAX
                    && (best < 0 || replicas[member] < replicas[best])) {
                best = member;
            }
        }
        return best >= 0 && teach(slot, best);
    }

    private boolean levelReplicas() {
        int total = 0;
        for (final int number : replicas) {
            total += number;
        }
        final int difference = Math.max(2, total / places.takers() / UNEVENNESS_DIVISOR);
        boolean isChanged = false;
        for (int slot = 0; slot < entries.length; slot++) {
            final SlotEntry entry = entries[slot];
            if (wanted > 0 && isSettled(entry) && canTeach(entry)) {
                final int leaver = leaverForNumbersSake(entry);
                final int best = leastLoadedInsteadOf(entry, leaver);
                if (best >= 0 && replicas[leaver] - replicas[best] >= difference) {
                    isChanged |= teach(slot, best);
                }
            }
        }
        return isChanged;
    }

    /** Of equals the oldest backup goes, which is the first: see {@link BackupPlaces#worst}. */
    private int leaverForNumbersSake(final SlotEntry entry) {
        return places.indexOf(entry.backup(0));
    }

    private int leastLoadedInsteadOf(final SlotEntry entry, final int leaver) {
        final int owner = places.indexOf(entry.owner());
        final long cost = places.cost(owner, set, gather(entry));
        int best = -1;
        for (int member = 0; member < members; member++) {
            if (places.isTaker(member)
                    && canLearn(entry, member)
                    && (best < 0 || replicas[member] < replicas[best])
                    && costWith(entry, member) == cost
                    && !isAmongSet(leaver)) {
                best = member;
            }
        }
        return best;
    }

    /** What the set of backups costs once this member is one of them and what is too much is gone; {@link #set} is that set then. */
    private long costWith(final SlotEntry entry, final int member) {
        final int owner = futureOwner(entry);
        int size = gather(entry);
        set[size++] = member;
        size = places.trim(owner, set, size, wanted);
        Arrays.fill(set, size, set.length, -1);
        return places.cost(owner, set, size);
    }

    private boolean isAmongSet(final int member) {
        for (final int one : set) {
            if (one == member) {
                return true;
            }
        }
        return false;
    }

    private boolean canTeach(final SlotEntry entry) {
        return teaching[places.indexOf(entry.owner())] < TEACHING_MAX && entry.backups() < SlotEntry.BACKUPS_MAX;
    }

    private boolean canLearn(final SlotEntry entry, final int member) {
        return learning[member] < LEARNING_MAX && !entry.isHeldBy(places.number(member));
    }

    private boolean teach(final int slot, final int member) {
        final SlotEntry entry = entries[slot];
        replace(slot, entry.withLearner(places.number(member)));
        teaching[places.indexOf(entry.owner())]++;
        learning[member]++;
        return true;
    }

    // ---- moves

    private boolean moveToShares() {
        boolean isChanged = false;
        for (int member = 0; member < members; member++) {
            while (owned[member] > share[member] && moving[member] < MOVING_MAX && moveOneFrom(member)) {
                isChanged = true;
            }
        }
        return isChanged;
    }

    /** Moves the slot that costs least: to a backup, else to the one that learns it already, else to a new learner. */
    private boolean moveOneFrom(final int giver) {
        int bestSlot = -1;
        int bestTaker = -1;
        long bestCost = Long.MAX_VALUE;
        for (int slot = 0; slot < entries.length; slot++) {
            final SlotEntry entry = entries[slot];
            if (entry.owner() != places.number(giver) || entry.target() != SlotEntry.NONE) {
                continue;
            }
            for (int taker = 0; taker < members; taker++) {
                if (owned[taker] >= share[taker]) {
                    continue;
                }
                final long cost = costOfMove(entry, taker);
                if (cost < bestCost
                        || (cost == bestCost
                                && bestTaker >= 0
                                && share[taker] - owned[taker] > share[bestTaker] - owned[bestTaker])) {
                    bestSlot = slot;
                    bestTaker = taker;
                    bestCost = cost;
                }
            }
        }
        if (bestSlot < 0) {
            return false;
        }
        final int number = places.number(bestTaker);
        if (!entries[bestSlot].isHeldBy(number)) {
            teach(bestSlot, bestTaker);
        }
        replace(bestSlot, entries[bestSlot].withTarget(number));
        owned[giver]--;
        owned[bestTaker]++;
        moving[giver]++;
        return true;
    }

    private long costOfMove(final SlotEntry entry, final int taker) {
        final int number = places.number(taker);
        final long copies;
        if (entry.isBackup(number)) {
            copies = 0;
        } else if (entry.learner() == number) {
            copies = 1;
        } else if (entry.learner() == SlotEntry.NONE && canTeach(entry) && canLearn(entry, taker)) {
            copies = 2;
        } else {
            return Long.MAX_VALUE;
        }
        final int size = settle(entry.withTarget(number));
        return copies * BackupPlaces.COST_MAX + places.cost(taker, set, size);
    }

    /** Puts the entry in its place, and counts its replicas as they will be. */
    private void replace(final int slot, final SlotEntry entry) {
        int size = settle(entries[slot]);
        for (int i = 0; i < size; i++) {
            replicas[set[i]]--;
        }
        size = settle(entry);
        for (int i = 0; i < size; i++) {
            replicas[set[i]]++;
        }
        entries[slot] = entry;
    }
}
