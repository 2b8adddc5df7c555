package io.dialtone.state.replication;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Entries in a row, with a bound on their bytes. Called only by the owning worker.
 *
 * <p>Byte positions grow for ever; an entry never crosses the end of the memory, a pad fills what is left there.
 *
 * <p>The memory is as large as what waits has ever needed. A worker that takes eight megabytes at once stands still while they are cleared, for a tenth of a second and more on a
 * busy machine, and most pairs of workers never leave much unapplied.
 */
final class EntryRing {
    private static final int BYTES_AT_FIRST = 1 << 16;

    private final UnsafeBuffer memory = new UnsafeBuffer(0, 0);
    private final int capacity;
    private int mask;
    private long head;
    private long tail;

    /**
     * Makes an empty one; memory for it is taken when something is appended.
     *
     * @param capacity what its memory may grow to, a power of two
     */
    EntryRing(final int capacity) {
        this.capacity = capacity;
        mask = Math.min(capacity, BYTES_AT_FIRST) - 1;
    }

    DirectBuffer memory() {
        return memory;
    }

    int capacity() {
        return capacity;
    }

    long head() {
        return head;
    }

    long tail() {
        return tail;
    }

    boolean isEmpty() {
        return head == tail;
    }

    int free() {
        return capacity() - (int) (tail - head);
    }

    /** Where in the memory the entry at a byte position is. */
    int indexOf(final long position) {
        return (int) position & mask;
    }

    /** Begins an entry of so many bytes in {@code entry}; false if there is no room. */
    boolean append(final Entry entry, final int bytes, final byte kind) {
        int pad = padBefore(bytes);
        while (pad + bytes > mask + 1 - (tail - head)) {
            if (mask + 1 == capacity) {
                return false;
            }
            resize(2 * (mask + 1));
            pad = padBefore(bytes);
        }
        if (memory.capacity() == 0) {
            resize(mask + 1); // most pairs of workers never talk
        }
        if (pad > 0) {
            Entry.writePad(memory, indexOf(tail), pad);
        }
        tail += pad;
        entry.begin(memory, indexOf(tail), bytes, kind);
        tail += bytes;
        return true;
    }

    private int padBefore(final int bytes) {
        final int untilEnd = mask + 1 - indexOf(tail);
        return bytes <= untilEnd ? 0 : untilEnd;
    }

    /** What lies between two ends of the former memory does so between two ends of the larger one. */
    private void resize(final int bytes) {
        final byte[] resized = new byte[bytes];
        long at = head;
        while (at < tail) {
            final int length = (int) Math.min(tail - at, mask + 1 - indexOf(at));
            memory.getBytes(indexOf(at), resized, (int) at & bytes - 1, length);
            at += length;
        }
        memory.wrap(resized);
        mask = bytes - 1;
    }

    /** The byte position of the entry at or after this one, past a pad; the tail if there is none. */
    long skipPad(final long position) {
        if (position == tail || Entry.kindAt(memory, indexOf(position)) != EntryKind.PAD) {
            return position;
        }
        return position + Entry.lengthAt(memory, indexOf(position));
    }

    /** The byte position after the entry at this one. */
    long after(final long position) {
        return position + Entry.lengthAt(memory, indexOf(position));
    }

    /** Forgets entries before this byte position. */
    void release(final long position) {
        assert position >= head && position <= tail;
        head = position;
    }

    void clear() {
        head = 0;
        tail = 0;
    }
}
