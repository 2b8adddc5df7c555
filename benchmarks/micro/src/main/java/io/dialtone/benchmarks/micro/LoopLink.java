package io.dialtone.benchmarks.micro;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** Two workers in one thread, and a ring of shared memory each way: what the link on one host costs at least. Used by one thread. */
final class LoopLink implements LinkEndpoint {
    private static final int RING_BYTES = 1 << 22;
    private static final int FRAME = 1;

    private final int member;
    private final OneToOneRingBuffer inbox = new OneToOneRingBuffer(
            new UnsafeBuffer(ByteBuffer.allocateDirect(RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH)));
    private LinkPublication out = NobodyThere.INSTANCE;

    private enum NobodyThere implements LinkPublication {
        INSTANCE;

        @Override
        public long offer(
                final DirectBuffer header,
                final int headerOffset,
                final int headerLength,
                final DirectBuffer body,
                final int bodyOffset,
                final int bodyLength) {
            return NOT_CONNECTED;
        }

        @Override
        public int frameBytesMax() {
            return 0;
        }
    }

    LoopLink(final int member) {
        this.member = member;
    }

    static void connect(final LoopLink one, final LoopLink other) {
        one.out = other.new Inbox();
        other.out = one.new Inbox();
    }

    private final class Inbox implements LinkPublication {
        @Override
        public long offer(
                final DirectBuffer header,
                final int headerOffset,
                final int headerLength,
                final DirectBuffer body,
                final int bodyOffset,
                final int bodyLength) {
            final int index = inbox.tryClaim(FRAME, headerLength + bodyLength);
            if (index < 0) {
                return BACK_PRESSURED;
            }
            inbox.buffer().putBytes(index, header, headerOffset, headerLength);
            inbox.buffer().putBytes(index + headerLength, body, bodyOffset, bodyLength);
            inbox.commit(index);
            return 1;
        }

        @Override
        public int frameBytesMax() {
            return inbox.maxMsgLength();
        }
    }

    @Override
    public int poll(final LinkFrameHandler handler, final int framesMax) {
        return inbox.read((type, buffer, index, length) -> handler.onFrame(buffer, index, length), framesMax);
    }

    @Override
    public LinkPublication publication(final int toMember, final int toThread) {
        return out;
    }

    @Override
    public int member() {
        return member;
    }

    @Override
    public int thread() {
        return 0;
    }

    @Override
    public long incarnation() {
        return 1L + member;
    }

    @Override
    public int threadsOf(final int other) {
        return 1;
    }

    @Override
    public boolean isReachable(final int other, final int thread) {
        return true;
    }

    @Override
    public long incarnationOf(final int other, final int thread) {
        return 1L + other;
    }

    @Override
    public int doWork(final long nowNs) {
        return 0;
    }

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }
}
