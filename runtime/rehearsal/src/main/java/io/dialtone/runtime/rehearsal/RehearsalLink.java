package io.dialtone.runtime.rehearsal;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** The corridor between the members of a rehearsal, which share a thread: a ring of frames for each. Called only by that thread. */
final class RehearsalLink {
    static final long INCARNATION = 1;

    private static final int RING_BYTES = 1 << 20;
    private static final int TYPE = 1;

    private final Place[] places;

    RehearsalLink(final int members) {
        places = new Place[members];
        for (int member = 0; member < members; member++) {
            places[member] = new Place(member);
        }
    }

    LinkEndpoint endpoint(final int member) {
        return places[member];
    }

    /** What a member has, and the way to it. */
    private final class Place implements LinkEndpoint, LinkPublication, MessageHandler {
        private final int member;
        private final OneToOneRingBuffer ring = new OneToOneRingBuffer(
                new UnsafeBuffer(ByteBuffer.allocateDirect(RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH)));
        private LinkFrameHandler handler = (buffer, offset, length) -> {};

        Place(final int member) {
            this.member = member;
        }

        @Override
        public int poll(final LinkFrameHandler to, final int framesMax) {
            handler = to;
            return ring.read(this, framesMax);
        }

        @Override
        public void onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int length) {
            handler.onFrame(buffer, index, length);
        }

        @Override
        public long offer(
                final DirectBuffer header,
                final int headerOffset,
                final int headerLength,
                final DirectBuffer body,
                final int bodyOffset,
                final int bodyLength) {
            if (headerLength + bodyLength > frameBytesMax()) {
                return TOO_LONG;
            }
            final int index = ring.tryClaim(TYPE, headerLength + bodyLength);
            if (index < 0) {
                return BACK_PRESSURED;
            }
            ring.buffer().putBytes(index, header, headerOffset, headerLength);
            ring.buffer().putBytes(index + headerLength, body, bodyOffset, bodyLength);
            ring.commit(index);
            return ring.producerPosition();
        }

        @Override
        public int frameBytesMax() {
            return ring.maxMsgLength();
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
            return INCARNATION;
        }

        @Override
        public LinkPublication publication(final int toMember, final int toThread) {
            return places[toMember];
        }

        @Override
        public int threadsOf(final int ofMember) {
            return 1;
        }

        @Override
        public boolean isReachable(final int ofMember, final int ofThread) {
            return true;
        }

        @Override
        public long incarnationOf(final int ofMember, final int ofThread) {
            return INCARNATION;
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
}
