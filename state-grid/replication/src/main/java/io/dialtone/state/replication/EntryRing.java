package io.dialtone.state.replication;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Entries in a row, with a fixed number of bytes for them. Called only by the owning worker.
 *
 * <p>Byte positions grow for ever; an entry never crosses the end of the memory, a pad fills what is left there.
 */
final class EntryRing {
    private final UnsafeBuffer memory = new UnsafeBuffer(0, 0);
    private final int mask;
    private long head;
    private long tail;

    EntryRing(final int capacity) {
        mask = capacity - 1;
    }

    DirectBuffer memory() {
        return memory;
    }

    int capacity() {
        return mask + 1;
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
        final int index = indexOf(tail);
        final int untilEnd = capacity() - index;
        final int pad = bytes <= untilEnd ? 0 : untilEnd;
        if (pad + bytes > free()) {
            return false;
        }
        if (memory.capacity() == 0) {
            memory.wrap(new byte[capacity()]); // most pairs of workers never talk
        }
        if (pad > 0) {
            Entry.writePad(memory, index, pad);
        }
        tail += pad;
        entry.begin(memory, indexOf(tail), bytes, kind);
        tail += bytes;
        return true;
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
