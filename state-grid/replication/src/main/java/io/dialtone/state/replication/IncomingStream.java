package io.dialtone.state.replication;

import java.util.Arrays;

/**
 * What a worker of another node tells this one: how far it was applied, and the records of which it is not known yet whether their outputs have left. Called only by the
 * owning worker.
 */
final class IncomingStream {
    private static final int POSITIONS_MIN = 64;

    final int member;
    final int thread;

    private final EntryRing open;
    private final Entry copy = new Entry();
    /** Stream positions of the open records, in the order of the ring. */
    private long[] positions = new long[POSITIONS_MIN];

    private int first;
    private int count;

    long incarnation;
    long generation;
    long applied;
    long committed;
    long lastHeardNs;
    boolean isAckDue;
    boolean hasGap;

    /** For each slot why the last entries of it were not applied, or 0: each of several owners of the past must hear it for itself. */
    private final byte[] refused;

    private int refusals;

    IncomingStream(final int member, final int thread, final int slots, final int openBytes, final long nowNs) {
        this.member = member;
        this.thread = thread;
        refused = new byte[slots];
        open = new EntryRing(openBytes);
        lastHeardNs = nowNs;
    }

    void begin(final long newIncarnation, final long newGeneration) {
        incarnation = newIncarnation;
        generation = newGeneration;
        applied = 0;
        committed = 0;
        hasGap = false;
        Arrays.fill(refused, (byte) 0);
        refusals = 0;
        open.clear();
        first = 0;
        count = 0;
    }

    /** The slot's last entry was not applied for this reason; 0 if it was. */
    void refuse(final int slot, final int reason) {
        if ((refused[slot] == 0) != (reason == 0)) {
            refusals += reason == 0 ? -1 : 1;
        }
        refused[slot] = (byte) reason;
    }

    int refusalOf(final int slot) {
        return refused[slot];
    }

    /** Of how many slots the last entry was not applied. */
    int refusals() {
        return refusals;
    }

    /** Keeps a record until it is committed; without the image, which the store has. False if there are too many. */
    boolean keepOpen(final Entry record, final long position) {
        if (!open.append(copy, record.bytesWithoutImage(), record.kind())) {
            return false;
        }
        copy.withoutImage(record);
        if (count == positions.length) {
            growSlowPath();
        }
        positions[(first + count) % positions.length] = position;
        count++;
        return true;
    }

    /** All records up to this position may leave, or have left. */
    void onCommitted(final long position) {
        if (position <= committed) {
            return;
        }
        committed = position;
        while (count > 0 && positions[first] <= position) {
            open.release(open.after(open.skipPad(open.head())));
            first = (first + 1) % positions.length;
            count--;
        }
    }

    /** Takes open records one by one; none may be added meanwhile. */
    interface OpenRecords {
        void onOpen(Entry record);
    }

    /** Shows the open records of a slot and epoch in the order they were made. */
    void forEachOpen(final int slot, final long epoch, final OpenRecords consumer) {
        long at = open.head();
        for (int i = 0; i < count; i++) {
            at = open.skipPad(at);
            copy.wrapOwn(open.memory(), open.indexOf(at));
            at = open.after(at);
            if (copy.slot() == slot && copy.epoch() == epoch) {
                consumer.onOpen(copy);
            }
        }
    }

    private void growSlowPath() {
        final long[] grown = new long[2 * positions.length];
        for (int i = 0; i < count; i++) {
            grown[i] = positions[(first + i) % positions.length];
        }
        positions = grown;
        first = 0;
    }
}
