package io.dialtone.placement.table;

import org.agrona.DirectBuffer;

/**
 * Says in which slot an affinity key lives. Immutable: any thread may call it.
 *
 * <p>Keyed, so that a stranger who chooses Call-IDs cannot aim them all at one slot. All edges of a cluster must hold the same key and the
 * same number of slots.
 */
public final class SlotHash {
    /** What {@link ClusterKey#derive} is asked for. */
    private static final String PURPOSE = "slot-hash";

    private final SipHash hash;
    private final int slots;

    public SlotHash(final SipHash hash, final int slots) {
        this.hash = hash;
        this.slots = SlotTable.checkSlots(slots);
    }

    public static SlotHash of(final ClusterKey key, final int slots) {
        return new SlotHash(key.derive(PURPOSE), slots);
    }

    public int slots() {
        return slots;
    }

    /** The slot of an affinity key, 0 up to {@link #slots()}. */
    public int slotOf(final DirectBuffer key, final int offset, final int length) {
        return (int) hash.hash(key, offset, length) & (slots - 1);
    }

    public int slotOf(final byte[] key) {
        return (int) hash.hash(key) & (slots - 1);
    }
}
