package io.dialtone.runtime.node;

import io.dialtone.placement.table.SlotTable;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.util.Arrays;

/** Makes of the registry's map the table that is read on the message path. Pure. */
final class SlotTables {
    private SlotTables() {}

    /** Nobody owns anything yet. */
    static SlotTable empty(final int slots) {
        final int[] owners = new int[slots];
        Arrays.fill(owners, SlotTable.NO_OWNER);
        return SlotTable.of(owners, new long[slots]);
    }

    static SlotTable of(final SlotMap map) {
        final int[] owners = new int[map.slots()];
        final long[] epochs = new long[map.slots()];
        for (int slot = 0; slot < owners.length; slot++) {
            final SlotEntry entry = map.entry(slot);
            owners[slot] = entry.owner() == SlotEntry.NONE ? SlotTable.NO_OWNER : entry.owner();
            epochs[slot] = entry.epoch();
        }
        return SlotTable.of(owners, epochs);
    }
}
