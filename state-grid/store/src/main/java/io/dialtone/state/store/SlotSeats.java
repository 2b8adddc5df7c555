package io.dialtone.state.store;

import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Which blocks belong to which slot: for each slot a dense row of seats, off the heap, in rows of 128 that are chained from the last to the first. Used by one thread.
 *
 * <p>Who leaves is replaced by who sits last. A walk therefore goes from the last place to the first: at any moment, who has been here since its beginning and has not been shown
 * sits below the cursor, for those who move only ever move down, and newcomers sit at the end. Nothing needs to know how many walks are under way.
 */
final class SlotSeats {
    /** No block. */
    static final int NONE = SlabMemory.NONE;

    /** The cursor when all were shown; not {@link io.dialtone.state.api.ImageStore#END}, which says that nothing was shown this time. */
    private static final long ALL_SHOWN = 1;

    private static final int ROW_SHIFT = 7;
    private static final int ROW_SEATS = 1 << ROW_SHIFT;
    private static final int ROW_MASK = ROW_SEATS - 1;
    private static final int SEAT_SHIFT = 2;

    private final UnsafeBuffer seats;

    /** Of each slot: its last row and how many sit. */
    private final int[] lastRow;

    private final int[] counts;

    /** Of each row: whose it is, the how many-th, and the row before; of a free one, the next free one. */
    private final int[] slotOfRow;

    private final int[] placeOfRow;
    private final int[] rowBefore;
    private int rowsUsed;
    private int firstFreeRow = NONE;

    SlotSeats(final SlabMemory memory, final int slots, final int sessionsMax) {
        final int rows = sessionsMax / ROW_SEATS + 1 + slots;
        seats = memory.allocate(rows << (ROW_SHIFT + SEAT_SHIFT));
        lastRow = new int[slots];
        Arrays.fill(lastRow, NONE);
        counts = new int[slots];
        slotOfRow = new int[rows];
        placeOfRow = new int[rows];
        rowBefore = new int[rows];
    }

    int count(final int slot) {
        return counts[slot];
    }

    /** Seats a block; the number of sessions is the caller's to limit. */
    int add(final int slot, final int ref) {
        final int place = counts[slot]++;
        if ((place & ROW_MASK) == 0) {
            addRow(slot, place >>> ROW_SHIFT);
        }
        final int seat = (lastRow[slot] << ROW_SHIFT) + (place & ROW_MASK);
        set(seat, ref);
        return seat;
    }

    private void addRow(final int slot, final int place) {
        int row = firstFreeRow;
        if (row == NONE) {
            row = rowsUsed++;
        } else {
            firstFreeRow = rowBefore[row];
        }
        slotOfRow[row] = slot;
        placeOfRow[row] = place;
        rowBefore[row] = lastRow[slot];
        lastRow[slot] = row;
    }

    /** Frees a seat. The block that gets it instead is returned, or {@link #NONE}. */
    int remove(final int slot, final int seat) {
        final int place = --counts[slot];
        final int row = lastRow[slot];
        final int lastSeat = (row << ROW_SHIFT) + (place & ROW_MASK);
        final int last = ref(lastSeat);
        if ((place & ROW_MASK) == 0) {
            lastRow[slot] = rowBefore[row];
            slotOfRow[row] = NONE;
            rowBefore[row] = firstFreeRow;
            firstFreeRow = row;
        }
        if (seat == lastSeat) {
            return NONE;
        }
        set(seat, last);
        return last;
    }

    /** The block that sits last, or {@link #NONE}. */
    int last(final int slot) {
        return counts[slot] == 0 ? NONE : ref((lastRow[slot] << ROW_SHIFT) + ((counts[slot] - 1) & ROW_MASK));
    }

    int ref(final int seat) {
        return seats.getInt(seat << SEAT_SHIFT);
    }

    void set(final int seat, final int ref) {
        seats.putInt(seat << SEAT_SHIFT, ref);
    }

    /** The seat that a walk shows next, or {@link #NONE} when it has ended. */
    int seatAt(final int slot, final long cursor) {
        final int count = counts[slot];
        final int shownFrom = cursor == 0 ? count : Math.min(count, (int) cursor - 1);
        if (shownFrom == 0) {
            return NONE;
        }
        final int place = shownFrom - 1;
        int row = (int) (cursor >>> 32);
        if (cursor == 0 || slotOfRow[row] != slot || placeOfRow[row] != place >>> ROW_SHIFT) {
            row = rowOfSlowPath(slot, place >>> ROW_SHIFT);
        }
        return (row << ROW_SHIFT) + (place & ROW_MASK);
    }

    /** The walk begins, or the slot has since lost so many that the row the cursor remembers went too: few steps back from the last. */
    private int rowOfSlowPath(final int slot, final int place) {
        int row = lastRow[slot];
        while (placeOfRow[row] != place) {
            row = rowBefore[row];
        }
        return row;
    }

    /** The cursor after a seat was shown: its place, and the row of the place before it. */
    long cursorAfter(final int seat) {
        final int row = seat >>> ROW_SHIFT;
        final int place = (placeOfRow[row] << ROW_SHIFT) + (seat & ROW_MASK);
        if (place == 0) {
            return ALL_SHOWN;
        }
        final int rowOfNext = (seat & ROW_MASK) == 0 ? rowBefore[row] : row;
        return ((long) rowOfNext << 32) | (place + 1);
    }
}
