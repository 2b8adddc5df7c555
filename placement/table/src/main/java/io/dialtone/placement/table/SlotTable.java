package io.dialtone.placement.table;

import java.util.Arrays;

/**
 * Who owns which slot of an affinity group, at one moment. Immutable: any thread may read it; whoever changes ownership publishes a new
 * one through a {@link SlotTableHolder}.
 */
public final class SlotTable {
    public static final int SLOTS_DEFAULT = 256;
    public static final int SLOTS_MAX = 1 << 16;

    /** The owner of a slot that nobody owns. */
    public static final int NO_OWNER = -1;

    private final int[] owners;
    private final long[] epochs;

    private SlotTable(final int[] owners, final long[] epochs) {
        assert owners.length == epochs.length : "one epoch for each slot";
        this.owners = owners;
        this.epochs = epochs;
    }

    /** A table in which slot k belongs to the k-th of the members, over and over, all in epoch 1. */
    public static SlotTable roundRobin(final int slots, final int... members) {
        checkSlots(slots);
        final int[] owners = new int[slots];
        for (int slot = 0; slot < slots; slot++) {
            owners[slot] = members.length == 0 ? NO_OWNER : members[slot % members.length];
        }
        final long[] epochs = new long[slots];
        Arrays.fill(epochs, 1);
        return new SlotTable(owners, epochs);
    }

    /** A table of these owners, {@link #NO_OWNER} for none, and epochs. */
    public static SlotTable of(final int[] owners, final long[] epochs) {
        checkSlots(owners.length);
        if (owners.length != epochs.length) {
            throw new IllegalArgumentException(owners.length + " owners, " + epochs.length + " epochs");
        }
        return new SlotTable(owners.clone(), epochs.clone());
    }

    /** This table with one slot moved; the new epoch must be greater than the old. */
    public SlotTable withOwner(final int slot, final int member, final long epoch) {
        if (epoch <= epochs[slot]) {
            throw new IllegalArgumentException(
                    "slot " + slot + ": epoch " + epoch + " (expected: > " + epochs[slot] + ")");
        }
        final int[] newOwners = owners.clone();
        final long[] newEpochs = epochs.clone();
        newOwners[slot] = member;
        newEpochs[slot] = epoch;
        return new SlotTable(newOwners, newEpochs);
    }

    public int slots() {
        return owners.length;
    }

    /** The number of the member that owns the slot, or {@link #NO_OWNER}. */
    public int ownerOf(final int slot) {
        return owners[slot];
    }

    /** Grows with every change of the slot's owner. */
    public long epochOf(final int slot) {
        return epochs[slot];
    }

    /**
     * Which of an owner's threads runs the slot, 0 up to {@code threads}: the sender's choice of stream and the owner's choice of worker are
     * this one function. Scattered, so that it has nothing to do with how slots were dealt to members.
     */
    public static int threadOf(final int slot, final int threads) {
        return threads == 1 ? 0 : (int) (((slot * 0x9E37_79B9L & 0xFFFF_FFFFL) * threads) >>> 32);
    }

    /** How many slots the member owns. */
    public int slotsOwnedBy(final int member) {
        int count = 0;
        for (final int owner : owners) {
            if (owner == member) {
                count++;
            }
        }
        return count;
    }

    static int checkSlots(final int slots) {
        if (slots < 1 || slots > SLOTS_MAX || Integer.bitCount(slots) != 1) {
            throw new IllegalArgumentException("slots: " + slots + " (expected: a power of two from 1 to " + SLOTS_MAX
                    + "). Maybe " + SLOTS_DEFAULT + ", the default.");
        }
        return slots;
    }

    @Override
    public String toString() {
        return "SlotTable[slots=" + owners.length + "]";
    }
}
