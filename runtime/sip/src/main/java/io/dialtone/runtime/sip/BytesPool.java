package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.CounterSet;
import java.util.ArrayDeque;

/** Arrays for messages that must outlive their turn, in sizes of powers of two. Called only by the owning worker. */
final class BytesPool {
    private static final int SMALLEST_SHIFT = 8;
    private static final int LARGEST_SHIFT = 17;

    private final ArrayDeque<byte[]>[] sizes;
    private final long pooledBytesMax;
    private final CounterSet<SipCounter> counters;
    private long pooledBytes;
    private long takenBytes;

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type cannot be made otherwise
    BytesPool(final long pooledBytesMax, final CounterSet<SipCounter> counters) {
        this.pooledBytesMax = pooledBytesMax;
        this.counters = counters;
        sizes = new ArrayDeque[LARGEST_SHIFT + 1];
        for (int shift = SMALLEST_SHIFT; shift <= LARGEST_SHIFT; shift++) {
            sizes[shift] = new ArrayDeque<>();
        }
    }

    /** An array of at least this length. */
    byte[] acquire(final int length) {
        final int shift = shiftOf(length);
        final byte[] pooled = sizes[shift].pollLast();
        taken(1L << shift);
        if (pooled == null) {
            return new byte[1 << shift];
        }
        pooledBytes -= pooled.length;
        return pooled;
    }

    /** Takes back an array that {@link #acquire} gave. */
    void release(final byte[] bytes) {
        taken(-bytes.length);
        if (pooledBytes + bytes.length <= pooledBytesMax) {
            pooledBytes += bytes.length;
            sizes[shiftOf(bytes.length)].addLast(bytes);
        }
    }

    private void taken(final long change) {
        takenBytes += change;
        counters.set(SipCounter.MESSAGE_BYTES_KEPT, takenBytes);
    }

    private static int shiftOf(final int length) {
        return Math.max(SMALLEST_SHIFT, Integer.SIZE - Integer.numberOfLeadingZeros(length - 1));
    }
}
