package io.dialtone.runtime.testsupport;

import io.dialtone.placement.table.SlotTable;
import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.api.SlotRules;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.concurrent.NanoClock;

/** The registry of a {@link TestCluster}: decides at once, by the rules of the real one, and is always there. Not thread safe. */
final class TestRegistry implements SlotAuthority {
    private static final long INCARNATION = 1;

    private final NanoClock clock;
    private final SlotTableHolder tables;
    private SlotMap map;

    /** A registry that knows these members. */
    TestRegistry(final int slots, final int[] members, final NanoClock clock) {
        this.clock = clock;
        map = SlotMap.empty(slots, 1);
        for (final int member : members) {
            final GridMember joining =
                    new GridMember(member, INCARNATION, "node-" + member, "host-" + member, "zone", false);
            map = SlotRules.apply(map, new SlotCommand.Join(joining));
        }
        tables = new SlotTableHolder(tableOf(map));
    }

    /** The map as edges see it. */
    SlotTableHolder tables() {
        return tables;
    }

    /** Hears that a member is dead. */
    void forget(final int member) {
        propose(new SlotCommand.Dead(member, INCARNATION));
    }

    /** Wants the slot's first backup to own it: the owner hands it over. False if there is no backup that could. */
    boolean move(final int slot) {
        final SlotEntry entry = map.entry(slot);
        if (entry.owner() == SlotEntry.NONE || entry.backups() == 0) {
            return false;
        }
        final List<SlotEntry> entries = new ArrayList<>();
        for (int i = 0; i < map.slots(); i++) {
            entries.add(map.entry(i));
        }
        final int[] backups =
                IntStream.range(0, entry.backups()).map(entry::backup).toArray();
        entries.set(
                slot,
                SlotEntry.of(
                        entry.version() + 1,
                        entry.epoch(),
                        entry.begunEpoch(),
                        entry.owner(),
                        backups,
                        entry.learner(),
                        backups[0]));
        map = SlotMap.of(map.version() + 1, map.backupsWanted(), map.slotsLost(), map.members(), entries);
        return true;
    }

    @Override
    public SlotMap map() {
        return map;
    }

    @Override
    public void propose(final SlotCommand command) {
        map = SlotRules.apply(map, command);
        tables.publish(tableOf(map));
    }

    @Override
    public long lastHeardNs() {
        return clock.nanoTime();
    }

    @Override
    public void ask() {
        // Its answer is always there.
    }

    private static SlotTable tableOf(final SlotMap map) {
        final int[] owners = new int[map.slots()];
        final long[] epochs = new long[map.slots()];
        for (int slot = 0; slot < map.slots(); slot++) {
            final SlotEntry entry = map.entry(slot);
            owners[slot] = entry.owner() == SlotEntry.NONE ? SlotTable.NO_OWNER : entry.owner();
            epochs[slot] = entry.epoch();
        }
        return SlotTable.of(owners, epochs);
    }
}
