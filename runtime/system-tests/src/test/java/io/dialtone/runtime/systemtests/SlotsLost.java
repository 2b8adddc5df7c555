package io.dialtone.runtime.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.BitSet;
import java.util.List;

/**
 * Tells slots whose calls a fault has lawfully lost from those that must not have lost any: on a machine short of processors an owner may give up a slow backup in the very moment in which it is taken
 * away itself. Such a slot is begun anew, empty, and says so by its epoch. Used by the thread of one test.
 */
final class SlotsLost {
    private int unforeseen;

    /** Of each slot the epoch in which it was begun empty, by the status of an edge. */
    static long[] begunEpochs(final JsonNode status) {
        final JsonNode slots = status.path("grid").path("slots");
        final long[] epochs = new long[slots.size()];
        for (final JsonNode slot : slots) {
            epochs[slot.path("slot").asInt()] = slot.path("begunEpoch").asLong();
        }
        return epochs;
    }

    /** The slots that were begun anew between two looks. */
    static BitSet between(final long[] begunBefore, final long[] begunAfter) {
        final BitSet lost = new BitSet();
        for (int slot = 0; slot < begunAfter.length; slot++) {
            lost.set(slot, begunAfter[slot] != begunBefore[slot]);
        }
        return lost;
    }

    /**
     * The fault is over: calls of the slots that it has lost are forsaken, too.
     *
     * @param begunBefore what {@link Platform#begunEpochs} said before it
     * @param foreseen the slots that were known then to have no backup
     */
    void note(
            final Platform platform,
            final long[] begunBefore,
            final BitSet foreseen,
            final Fault fault,
            final List<String> notes) {
        final BitSet lost = between(begunBefore, platform.begunEpochs());
        fault.forsakenToo(platform.callsIn(lost));
        lost.andNot(foreseen);
        unforeseen += lost.cardinality();
        if (!lost.isEmpty()) {
            notes.add("fault " + fault.number() + " met " + lost.cardinality()
                    + " slots whose backup was given up in that moment: what they held is lost");
        }
    }

    /** Slots that had a backup just before a fault, and none when it struck. */
    int unforeseen() {
        return unforeseen;
    }
}
