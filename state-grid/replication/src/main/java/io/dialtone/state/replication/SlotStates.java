package io.dialtone.state.replication;

import io.dialtone.placement.table.SlotTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What one worker knows of each slot: as its owner, and as one that keeps a replica. Called only by the owning worker. */
final class SlotStates {
    /** We know of a later epoch by its owner, and not yet by a map. */
    static final long VOID_UNKNOWN = Long.MAX_VALUE;

    /** No replica here. */
    static final byte NO_REPLICA = 0;
    /** A snapshot is on its way. */
    static final byte LEARNING = 1;
    /** All that the owner was told we have applied. */
    static final byte COMPLETE = 2;
    /** Something is missing; the next snapshot mends it. */
    static final byte BROKEN = 3;

    static final long HELD = Long.MIN_VALUE;

    /** Slots that this worker runs when its node holds them. */
    final boolean[] mine;

    /** The highest epoch heard of, from the registry or from an owner. */
    final long[] knownEpoch;

    // ---- as owner
    final boolean[] owned;
    /** Owned, and about to be handed over: no events meanwhile. */
    final boolean[] quiesced;

    final long[] ownedEpoch;
    /** Number of the last record appended in this epoch. */
    final long[] lastNumber;
    /** Highest number that was said to be free to leave. */
    final long[] releasedNumber;

    /** The last epoch of ours in which we have asked to hand the slot over: who owns it next may count on us as its backup. */
    final long[] offeredEpoch;

    /** The version of the first map here that said that our last ownership is over, or {@link #VOID_UNKNOWN}. */
    final long[] voidVersion;

    // ---- as backup or learner
    final LeftOpen leftOpen;

    final byte[] replica;
    final long[] replicaEpoch;
    /** Number of the last record applied in this epoch. */
    final long[] replicaNumber;
    /** Version of the slot's entry for which the snapshot was made; older word from the registry says nothing about it. */
    final long[] replicaVersion;

    final @Nullable IncomingStream[] replicaFrom;
    /** Since when the registry does not count on our replica, or {@link #HELD}. */
    final long[] unheldSinceNs;

    SlotStates(final int slots, final int thread, final int threads) {
        mine = new boolean[slots];
        for (int slot = 0; slot < slots; slot++) {
            mine[slot] = SlotTable.threadOf(slot, threads) == thread;
        }
        knownEpoch = new long[slots];
        owned = new boolean[slots];
        quiesced = new boolean[slots];
        ownedEpoch = new long[slots];
        lastNumber = new long[slots];
        releasedNumber = new long[slots];
        offeredEpoch = new long[slots];
        voidVersion = new long[slots];
        leftOpen = new LeftOpen(slots);
        replica = new byte[slots];
        replicaEpoch = new long[slots];
        replicaNumber = new long[slots];
        replicaVersion = new long[slots];
        replicaFrom = new @Nullable IncomingStream[slots];
        unheldSinceNs = new long[slots];
        Arrays.fill(replica, NO_REPLICA);
        Arrays.fill(unheldSinceNs, HELD);
    }

    int slots() {
        return owned.length;
    }

    void know(final int slot, final long epoch) {
        knownEpoch[slot] = Math.max(knownEpoch[slot], epoch);
    }

    /** A map says that the slot's epoch is this. */
    void noteVoid(final int slot, final long epoch, final long mapVersion) {
        if (voidVersion[slot] == VOID_UNKNOWN && (owned[slot] || epoch > ownedEpoch[slot])) {
            voidVersion[slot] = mapVersion;
        }
    }

    int count(final byte replicaState) {
        int count = 0;
        for (int slot = 0; slot < replica.length; slot++) {
            if (!owned[slot] && replica[slot] == replicaState) {
                count++;
            }
        }
        return count;
    }
}
