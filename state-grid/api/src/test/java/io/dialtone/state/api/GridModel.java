package io.dialtone.state.api;

import java.util.ArrayList;
import java.util.List;

/** A registry without a wire, and owners that do what the map asks of them; for tests of rules and planner. */
final class GridModel {
    SlotMap map;
    long ownerChanges;
    private long incarnations = 1000;

    GridModel(final int slots, final int backupsWanted) {
        map = SlotMap.empty(slots, backupsWanted);
    }

    static GridMember member(final int number, final String host, final String zone) {
        return new GridMember(number, 100 + number, "node-" + number, host, zone, false);
    }

    static GridMember member(final int number) {
        return member(number, "host-" + number, "zone");
    }

    boolean apply(final SlotCommand command) {
        final SlotMap before = map;
        map = SlotRules.apply(before, command);
        if (map.version() == before.version()) {
            return false;
        }
        for (int slot = 0; slot < map.slots(); slot++) {
            ownerChanges += map.entry(slot).owner() == before.entry(slot).owner() ? 0 : 1;
        }
        return true;
    }

    void join(final int number, final String host, final String zone) {
        apply(new SlotCommand.Join(new GridMember(number, incarnations++, "node-" + number, host, zone, false)));
    }

    void join(final int number) {
        join(number, "host-" + number, "zone-" + number);
    }

    void dead(final int number) {
        apply(new SlotCommand.Dead(number, map.incarnationOf(number)));
    }

    boolean change(final SlotCommand.Kind kind, final int by, final int about, final int... slots) {
        final List<SlotCommand.Claim> claims = new ArrayList<>();
        for (final int slot : slots) {
            claims.add(new SlotCommand.Claim(slot, map.entry(slot).version()));
        }
        return apply(new SlotCommand.Change(kind, by, map.incarnationOf(by), about, claims));
    }

    /** The owner's part for one slot: its learner has learnt all, its target has caught up. */
    boolean complete(final int slot) {
        final SlotEntry entry = map.entry(slot);
        if (entry.target() != SlotEntry.NONE && entry.isBackup(entry.target())) {
            return change(SlotCommand.Kind.MOVE, entry.owner(), entry.target(), slot);
        }
        return entry.learner() != SlotEntry.NONE
                && change(SlotCommand.Kind.PROMOTE, entry.owner(), entry.learner(), slot);
    }

    /** Until nothing is left to do; says how many commands that took. */
    int settle() {
        int commands = 0;
        boolean isBusy = true;
        while (isBusy) {
            isBusy = false;
            for (int slot = 0; slot < map.slots(); slot++) {
                if (complete(slot)) {
                    isBusy = true;
                    commands++;
                }
            }
            if (commands > 100 * map.slots()) {
                throw new AssertionError("does not settle: " + print());
            }
        }
        return commands;
    }

    int ownedBy(final int member) {
        int owned = 0;
        for (int slot = 0; slot < map.slots(); slot++) {
            owned += map.entry(slot).owner() == member ? 1 : 0;
        }
        return owned;
    }

    int replicasOf(final int member) {
        int replicas = 0;
        for (int slot = 0; slot < map.slots(); slot++) {
            replicas += map.entry(slot).isBackup(member) ? 1 : 0;
        }
        return replicas;
    }

    int learnersOf(final int owner) {
        int learners = 0;
        for (int slot = 0; slot < map.slots(); slot++) {
            final SlotEntry entry = map.entry(slot);
            learners += entry.owner() == owner && entry.learner() != SlotEntry.NONE ? 1 : 0;
        }
        return learners;
    }

    int learntBy(final int member) {
        int learnt = 0;
        for (int slot = 0; slot < map.slots(); slot++) {
            learnt += map.entry(slot).learner() == member ? 1 : 0;
        }
        return learnt;
    }

    /** A slot as somebody wrote it, whatever the planner thinks of it. */
    void put(final int slot, final SlotEntry entry) {
        final List<SlotEntry> entries = new ArrayList<>();
        for (int i = 0; i < map.slots(); i++) {
            entries.add(i == slot ? entry : map.entry(i));
        }
        map = SlotMap.of(map.version() + 1, map.backupsWanted(), map.slotsLost(), map.members(), entries);
    }

    String print() {
        final StringBuilder text = new StringBuilder(map.toString());
        for (int slot = 0; slot < map.slots(); slot++) {
            text.append('\n').append(slot).append(": ").append(map.entry(slot));
        }
        return text.toString();
    }
}
