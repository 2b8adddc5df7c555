package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkFrameHandler;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Messages that came while their worker could take none, in the order they came. Called only by that worker.
 *
 * <p>The link has one subscription a thread, and what makes room again, the backups' word, comes by it as well: so the worker goes on polling, and puts aside what it
 * cannot take yet. When this is full too, a further message is dropped and counted: its sender sends again.
 */
final class HeldFrames {
    private static final int TYPE = 1;

    private final OneToOneRingBuffer ring;
    private final CounterSet<WorkerCounter> counters;
    private final LinkFrameHandler handler;
    private final BooleanSupplier takesMessages;
    private final ControlledMessageHandler onHeld = this::onHeld;

    /** Frames go to the handler as long as the worker says that it takes messages. */
    HeldFrames(
            final int bytesMax,
            final CounterSet<WorkerCounter> counters,
            final LinkFrameHandler handler,
            final BooleanSupplier takesMessages) {
        ring = new OneToOneRingBuffer(new UnsafeBuffer(ByteBuffer.allocateDirect(
                BitUtil.findNextPositivePowerOfTwo(bytesMax) + RingBufferDescriptor.TRAILER_LENGTH)));
        this.counters = counters;
        this.handler = handler;
        this.takesMessages = takesMessages;
    }

    boolean isEmpty() {
        return ring.size() == 0;
    }

    void add(final DirectBuffer buffer, final int offset, final int length) {
        if (length <= ring.maxMsgLength() && ring.write(TYPE, buffer, offset, length)) {
            counters.increment(WorkerCounter.FRAMES_HELD);
        } else {
            counters.increment(WorkerCounter.FRAMES_DROPPED_NO_ROOM);
        }
    }

    /** Hands over at most {@code limit}, and says how many. */
    int poll(final int limit) {
        return ring.controlledRead(onHeld, limit);
    }

    private ControlledMessageHandler.Action onHeld(
            final int type, final MutableDirectBuffer buffer, final int index, final int length) {
        if (!takesMessages.getAsBoolean()) {
            return ControlledMessageHandler.Action.ABORT;
        }
        handler.onFrame(buffer, index, length);
        return ControlledMessageHandler.Action.CONTINUE;
    }
}
