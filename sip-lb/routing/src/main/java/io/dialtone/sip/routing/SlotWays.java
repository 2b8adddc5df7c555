package io.dialtone.sip.routing;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.placement.table.SlotTable;
import java.util.Arrays;
import org.agrona.collections.Int2IntHashMap;

/**
 * The way from one I/O thread to the owner of each slot: which thread of which member, and whether it can be reached. Says which slots a new table or a
 * peer's silence has changed. Called only by that thread.
 *
 * <p>Slots share ways: there are as many as threads of nodes. A new table is compared slot by slot, and reachability is asked for each way and not for
 * each slot.
 */
final class SlotWays {
    /** What is told when a slot's owner or epoch has changed, or its owner fell silent or came back. */
    @FunctionalInterface
    interface Listener {
        void onSlotChanged(int slot, boolean epochChanged);
    }

    private static final int NO_WAY = -1;
    private static final int THREAD_BITS = 8;
    private static final int WAYS_INITIAL = 16;

    private final LinkEndpoint link;
    private final Listener listener;
    private final int[] wayOfSlot;
    private final Int2IntHashMap wayOfThread = new Int2IntHashMap(NO_WAY);
    private int count;
    private int[] members = new int[WAYS_INITIAL];
    private int[] threads = new int[WAYS_INITIAL];
    /** How many threads the member had when slots were given their ways. */
    private int[] threadsOfMember = new int[WAYS_INITIAL];
    /** Whether slots were told that the way is good. */
    private boolean[] open = new boolean[WAYS_INITIAL];

    private SlotTable table;

    SlotWays(final LinkEndpoint link, final SlotTable table, final Listener listener) {
        this.link = link;
        this.listener = listener;
        this.table = table;
        wayOfSlot = new int[table.slots()];
        for (int slot = 0; slot < wayOfSlot.length; slot++) {
            wayOfSlot[slot] = wayTo(table.ownerOf(slot), slot);
        }
    }

    /** The table in use. */
    SlotTable table() {
        return table;
    }

    boolean hasOwner(final int slot) {
        return wayOfSlot[slot] != NO_WAY;
    }

    /** Whether the slot has an owner that was heard from lately; asked of the link itself. */
    boolean isReachable(final int slot) {
        final int way = wayOfSlot[slot];
        return way != NO_WAY && isUp(way);
    }

    int member(final int slot) {
        return members[wayOfSlot[slot]];
    }

    int thread(final int slot) {
        return threads[wayOfSlot[slot]];
    }

    /** Notes a newer table, if it is one. */
    void onTable(final SlotTable newest) {
        if (newest != table) {
            onNewTableSlowPath(newest);
        }
    }

    /** Compares what the link says of each way with what slots were told; called about once a millisecond. */
    void check() {
        for (int way = 0; way < count; way++) {
            if (link.threadsOf(members[way]) != threadsOfMember[way]) {
                onOtherThreadsSlowPath(way);
            }
            if (isUp(way) != isOpen(way)) {
                turn(way);
            }
        }
    }

    /** Notes at once if a slot's owner cannot be reached, so that its return will be noticed however soon it comes. */
    void onUnreachable(final int slot) {
        final int way = wayOfSlot[slot];
        if (way != NO_WAY && isOpen(way) && !isUp(way)) {
            turn(way);
        }
    }

    private boolean isUp(final int way) {
        return threads[way] >= 0 && link.isReachable(members[way], threads[way]);
    }

    private boolean isOpen(final int way) {
        return open[way];
    }

    private void turn(final int way) {
        open[way] = !open[way];
        for (int slot = 0; slot < wayOfSlot.length; slot++) {
            if (wayOfSlot[slot] == way) {
                listener.onSlotChanged(slot, false);
            }
        }
    }

    private void onNewTableSlowPath(final SlotTable newest) {
        final SlotTable older = table;
        table = newest;
        for (int slot = 0; slot < wayOfSlot.length; slot++) {
            if (newest.epochOf(slot) != older.epochOf(slot) || newest.ownerOf(slot) != older.ownerOf(slot)) {
                wayOfSlot[slot] = wayTo(newest.ownerOf(slot), slot);
                listener.onSlotChanged(slot, true);
            }
        }
    }

    /** A member that was not in our list, or had other threads, when its slots were given their ways. */
    private void onOtherThreadsSlowPath(final int way) {
        final int member = members[way];
        threadsOfMember[way] = link.threadsOf(member);
        for (int slot = 0; slot < wayOfSlot.length; slot++) {
            if (wayOfSlot[slot] == way && wayTo(member, slot) != way) {
                wayOfSlot[slot] = wayTo(member, slot);
                listener.onSlotChanged(slot, false);
            }
        }
    }

    /** The way to the thread of a member that runs a slot; made when it is asked for first. */
    private int wayTo(final int member, final int slot) {
        if (member == SlotTable.NO_OWNER) {
            return NO_WAY;
        }
        final int threadCount = link.threadsOf(member);
        final int thread = threadCount == 0 ? -1 : SlotTable.threadOf(slot, threadCount);
        final int key = member << THREAD_BITS | (thread & (1 << THREAD_BITS) - 1);
        final int way = wayOfThread.get(key);
        return way == NO_WAY ? newWay(key, member, thread, threadCount) : way;
    }

    private int newWay(final int key, final int member, final int thread, final int threadCount) {
        final int way = count++;
        if (way == members.length) {
            members = Arrays.copyOf(members, 2 * way);
            threads = Arrays.copyOf(threads, 2 * way);
            threadsOfMember = Arrays.copyOf(threadsOfMember, 2 * way);
            open = Arrays.copyOf(open, 2 * way);
        }
        members[way] = member;
        threads[way] = thread;
        threadsOfMember[way] = threadCount;
        open[way] = isUp(way);
        wayOfThread.put(key, way);
        return way;
    }
}
