package io.dialtone.sip.trace;

import static io.dialtone.sip.trace.TraceRing.ORDER;

import java.lang.invoke.VarHandle;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads the records of one I/O thread, oldest first, each as a copy of its own. It holds up nobody: who is overtaken by the writer goes on with what is there then, and knows how many
 * records it has missed. For one thread at a time, any but the writer.
 */
public final class TraceReader {
    private final TraceRing ring;
    private final UnsafeBuffer copy =
            new UnsafeBuffer(new byte[TraceRing.HEADER_BYTES + TraceRing.MESSAGE_BYTES_MAX + TraceRing.ALIGNMENT]);
    private final TracedMessage message;
    private long position;
    private int nextNumber;
    private boolean hasRead;
    private long missed;

    TraceReader(final TraceRing ring, final TraceSource source) {
        this.ring = ring;
        message = new TracedMessage(copy, source);
        position = ring.head();
    }

    /** Goes to a position of an earlier {@link #position}, or to the oldest record that is left. */
    public TraceReader seek(final long to) {
        position = Math.clamp(to, ring.head(), Math.max(ring.head(), ring.tail()));
        hasRead = false;
        return this;
    }

    /** Goes behind the newest record. */
    public TraceReader seekEnd() {
        return seek(ring.tail());
    }

    /** Where it stands: behind the record that was read last. */
    public long position() {
        return position;
    }

    /** Records that were overwritten before they were read. */
    public long missed() {
        return missed;
    }

    /** Reads the next record; false if there is none yet. */
    public boolean next() {
        while (true) {
            position = Math.max(position, ring.head());
            if (position >= ring.tail()) {
                return false;
            }
            final int at = ring.index(position);
            final int length = ring.memory().getInt(at, ORDER);
            final boolean isWhole =
                    length >= TraceRing.ALIGNMENT && length <= copy.capacity() && length <= ring.capacity() - at;
            if (isWhole) {
                copy.putBytes(0, ring.memory(), at, length);
            }
            final boolean isPadding = ring.memory().getByte(at + TraceRing.KIND_OFFSET) == TraceKind.PADDING.code();
            VarHandle.acquireFence();
            if (ring.head() > position) {
                continue; // overtaken: what was copied may be of several records
            }
            if (isPadding) {
                position += length;
                continue;
            }
            assert isWhole : "a record of " + length + " bytes at " + at;
            position += length;
            countMissed();
            return true;
        }
    }

    private void countMissed() {
        final int number = message.number();
        if (hasRead) {
            missed += number - nextNumber;
        }
        hasRead = true;
        nextNumber = number + 1;
    }

    /** The record that was read last; valid until the next. */
    public TracedMessage message() {
        return message;
    }
}
