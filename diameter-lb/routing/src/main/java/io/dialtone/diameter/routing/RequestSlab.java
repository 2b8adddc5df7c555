package io.dialtone.diameter.routing;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The bytes of pending requests, so that they can be sent to another peer: blocks of one size, chained for those that are longer. Called only by the relay's thread.
 */
final class RequestSlab {
    /** What {@link #put} says when there is no room. */
    static final int NONE = -1;

    static final int BLOCK_BYTES = 512;

    private final UnsafeBuffer bytes;
    private final int[] next;
    private int free;
    private int freeBlocks;

    RequestSlab(final int capacityBytes) {
        final int blocks = capacityBytes / BLOCK_BYTES;
        this.bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(blocks * BLOCK_BYTES));
        this.next = new int[blocks];
        for (int i = 0; i < blocks; i++) {
            next[i] = i + 1 < blocks ? i + 1 : NONE;
        }
        this.free = blocks == 0 ? NONE : 0;
        this.freeBlocks = blocks;
    }

    /** Keeps a copy and returns its first block, or NONE if there is not enough room. */
    int put(final DirectBuffer from, final int offset, final int length) {
        final int blocks = blocksFor(length);
        if (blocks > freeBlocks) {
            return NONE;
        }
        final int first = free;
        int block = first;
        int at = offset;
        int left = length;
        for (int i = 1; ; i++) {
            final int part = Math.min(left, BLOCK_BYTES);
            bytes.putBytes(block * BLOCK_BYTES, from, at, part);
            at += part;
            left -= part;
            if (i == blocks) {
                break;
            }
            block = next[block];
        }
        free = next[block];
        next[block] = NONE;
        freeBlocks -= blocks;
        return first;
    }

    /** Copies back what is kept. */
    void get(final int first, final int length, final MutableDirectBuffer to, final int offset) {
        int block = first;
        for (int done = 0; done < length; done += BLOCK_BYTES) {
            to.putBytes(offset + done, bytes, block * BLOCK_BYTES, Math.min(length - done, BLOCK_BYTES));
            block = next[block];
        }
    }

    /** Forgets what is kept. */
    void remove(final int first) {
        int last = first;
        int blocks = 1;
        while (next[last] != NONE) {
            last = next[last];
            blocks++;
        }
        next[last] = free;
        free = first;
        freeBlocks += blocks;
    }

    int freeBlocks() {
        return freeBlocks;
    }

    private static int blocksFor(final int length) {
        return Math.max(1, (length + BLOCK_BYTES - 1) / BLOCK_BYTES);
    }
}
