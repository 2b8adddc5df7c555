package io.dialtone.state.store;

import java.util.ArrayList;
import java.util.List;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Memory off the heap in segments of 1 GiB, addressed by {@code int} references to units of 16 bytes. Used by one thread; closed once, after the last access.
 *
 * <p>The memory comes from the allocator of the C library, not from direct byte buffers: those are written full of zeros when they are made, which takes all of it from the
 * system at once. Here a page of the system is taken when it is first written.
 */
final class SlabMemory implements AutoCloseable {
    /** No block. */
    static final int NONE = -1;

    private static final int SEGMENT_SHIFT = 30;
    private static final int UNIT_SHIFT = Integer.numberOfTrailingZeros(SizeClasses.UNIT_BYTES);
    private static final int SEGMENT_OF_REF = SEGMENT_SHIFT - UNIT_SHIFT;
    private static final int UNIT_OF_SEGMENT = (1 << SEGMENT_OF_REF) - 1;
    private static final int SYSTEM_PAGE_BYTES = 4_096;
    private static final int ALIGNMENT = 64;

    private final UnsafeBuffer[] segments;
    private final List<Long> addresses = new ArrayList<>();

    SlabMemory(final long bytes, final boolean touches) {
        segments = new UnsafeBuffer[(int) ((bytes + (1L << SEGMENT_SHIFT) - 1) >>> SEGMENT_SHIFT)];
        long left = bytes;
        for (int i = 0; i < segments.length; i++) {
            segments[i] = allocate((int) Math.min(left, 1L << SEGMENT_SHIFT));
            left -= segments[i].capacity();
            if (touches) {
                touch(segments[i]);
            }
        }
    }

    /** More memory, for an index: without a reference, its content whatever it was before. */
    UnsafeBuffer allocate(final int bytes) {
        final long address = UnsafeApi.allocateMemory(bytes + (long) ALIGNMENT);
        addresses.add(address);
        return new UnsafeBuffer((address + ALIGNMENT - 1) & -ALIGNMENT, bytes);
    }

    private static void touch(final UnsafeBuffer memory) {
        for (int offset = 0; offset < memory.capacity(); offset += SYSTEM_PAGE_BYTES) {
            memory.putByte(offset, (byte) 0);
        }
    }

    UnsafeBuffer segment(final int ref) {
        return segments[ref >>> SEGMENT_OF_REF];
    }

    /** Where in its {@link #segment} the referenced block begins. */
    static int offset(final int ref) {
        return (ref & UNIT_OF_SEGMENT) << UNIT_SHIFT;
    }

    @Override
    public void close() {
        for (final long address : addresses) {
            UnsafeApi.freeMemory(address);
        }
        addresses.clear();
        for (final UnsafeBuffer segment : segments) {
            segment.wrap(0, 0);
        }
    }
}
