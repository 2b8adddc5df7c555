package io.dialtone.diameter.routing;

/**
 * When answers are due: a wheel of lists of slots, a list for each tick of about a millisecond. Called only by the relay's thread.
 *
 * <p>A deadline is never early, and late by a tick at most. What is due after more than a turn of the wheel is met in passing and stays.
 */
final class ExpiryWheel {
    static final int NONE = SlotLists.NONE;

    private static final int TICK_SHIFT = 20;
    static final long TICK_NS = 1L << TICK_SHIFT;

    /** A turn is 4.3 s, longer than answers mostly take. */
    private static final int TICKS = 1 << 12;

    /** So far ahead the next deadline is looked for; a loop that sleeps for as long and looks again is no burden. */
    private static final int LOOK_AHEAD = 256;

    private final long startNs;
    private final SlotLists lists;
    private final long[] deadlines;
    /** The first tick that is not done with. */
    private long tick;
    /** What was last found not to be due in this tick: behind it the search goes on. */
    private int passed = NONE;

    private int size;

    ExpiryWheel(final int slots, final long nowNs) {
        this.startNs = nowNs;
        this.lists = new SlotLists(slots, TICKS);
        this.deadlines = new long[slots];
    }

    /** Schedules a slot that is not scheduled. */
    void schedule(final int slot, final long atNs) {
        deadlines[slot] = atNs;
        // The tick after: who is due within a tick is looked at when it is over.
        final long at = Math.max(tick, ((atNs - startNs) >> TICK_SHIFT) + 1);
        lists.append((int) at & TICKS - 1, slot);
        size++;
    }

    /** Forgets a slot's deadline, if it has one. */
    void cancel(final int slot) {
        if (lists.isListed(slot)) {
            if (slot == passed) {
                // The search begins anew; it is correct from anywhere.
                passed = NONE;
            }
            lists.remove(slot);
            size--;
        }
    }

    int size() {
        return size;
    }

    /** Takes out a slot that is due, or says NONE. */
    int poll(final long nowNs) {
        final long last = (nowNs - startNs) >> TICK_SHIFT;
        if (size == 0) {
            tick = Math.max(tick, last + 1);
            passed = NONE;
            return NONE;
        }
        if (last - tick >= TICKS) {
            // After a pause of the process one turn meets all.
            tick = last - TICKS + 1;
            passed = NONE;
        }
        while (tick <= last) {
            final int list = (int) tick & TICKS - 1;
            int slot = passed == NONE ? lists.first(list) : lists.after(passed);
            while (slot != NONE && deadlines[slot] - nowNs > 0) {
                passed = slot;
                slot = lists.after(slot);
            }
            if (slot != NONE) {
                lists.remove(slot);
                size--;
                return slot;
            }
            passed = NONE;
            tick++;
        }
        return NONE;
    }

    /** When to poll next: not after the first deadline by more than a tick, and perhaps sooner; Long.MAX_VALUE if there is none. */
    long nextDeadlineNs() {
        if (size == 0) {
            return Long.MAX_VALUE;
        }
        int ahead = 0;
        while (ahead < LOOK_AHEAD && lists.isEmpty((int) (tick + ahead) & TICKS - 1)) {
            ahead++;
        }
        return startNs + ((tick + ahead) << TICK_SHIFT);
    }
}
