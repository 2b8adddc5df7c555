package io.dialtone.placement.table;

/** Where the newest {@link SlotTable} is found. One control thread publishes; any thread reads. */
public final class SlotTableHolder {
    private volatile SlotTable table;

    public SlotTableHolder(final SlotTable table) {
        this.table = table;
    }

    /** The newest table; a message path reads it once per message or turn and keeps to what it read. */
    public SlotTable table() {
        return table;
    }

    /** Called only by the control thread; epochs never go back and the number of slots never changes. */
    public void publish(final SlotTable newer) {
        final SlotTable older = table;
        if (newer.slots() != older.slots()) {
            throw new IllegalArgumentException(
                    "slots: " + newer.slots() + " (expected: " + older.slots() + ", fixed for the cluster's life)");
        }
        for (int slot = 0; slot < newer.slots(); slot++) {
            if (newer.epochOf(slot) < older.epochOf(slot)) {
                throw new IllegalArgumentException("slot " + slot + ": epoch " + newer.epochOf(slot) + " (expected: >= "
                        + older.epochOf(slot) + ")");
            }
            if (newer.epochOf(slot) == older.epochOf(slot) && newer.ownerOf(slot) != older.ownerOf(slot)) {
                throw new IllegalArgumentException("slot " + slot + ": two owners in epoch " + newer.epochOf(slot));
            }
        }
        table = newer;
    }
}
