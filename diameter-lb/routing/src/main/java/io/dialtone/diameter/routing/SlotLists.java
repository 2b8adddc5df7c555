package io.dialtone.diameter.routing;

import java.util.Arrays;

/**
 * Lists of pending requests, by their slots: each slot is in one list or in none. Rings of numbers with a head each, so that a slot leaves its list, and a whole list
 * joins another, without a search. Called only by the relay's thread.
 */
final class SlotLists {
    static final int NONE = -1;

    private final int slots;
    private final int[] next;
    private final int[] previous;

    SlotLists(final int slots, final int lists) {
        this.slots = slots;
        this.next = new int[slots + lists];
        this.previous = new int[slots + lists];
        Arrays.setAll(next, i -> i);
        Arrays.setAll(previous, i -> i);
    }

    /** Appends a slot that is in no list. */
    void append(final int list, final int slot) {
        assert !isListed(slot) : "slot " + slot + " is in a list already";
        final int head = slots + list;
        final int last = previous[head];
        next[last] = slot;
        previous[slot] = last;
        next[slot] = head;
        previous[head] = slot;
    }

    /** Takes a slot out of its list; does nothing if it is in none. */
    void remove(final int slot) {
        final int before = previous[slot];
        final int after = next[slot];
        next[before] = after;
        previous[after] = before;
        next[slot] = slot;
        previous[slot] = slot;
    }

    boolean isListed(final int slot) {
        return next[slot] != slot;
    }

    boolean isEmpty(final int list) {
        return next[slots + list] == slots + list;
    }

    /** The slot that is in the list for the longest time, or NONE. */
    int first(final int list) {
        return orNone(next[slots + list]);
    }

    /** The slot behind another in its list, or NONE. */
    int after(final int slot) {
        return orNone(next[slot]);
    }

    /** Appends all of one list to another, in their order. */
    void moveAll(final int from, final int to) {
        final int fromHead = slots + from;
        final int toHead = slots + to;
        final int first = next[fromHead];
        if (first == fromHead) {
            return;
        }
        final int last = previous[fromHead];
        final int end = previous[toHead];
        next[end] = first;
        previous[first] = end;
        next[last] = toHead;
        previous[toHead] = last;
        next[fromHead] = fromHead;
        previous[fromHead] = fromHead;
    }

    private int orNone(final int node) {
        return node < slots ? node : NONE;
    }
}
