package io.dialtone.benchmarks.micro;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** An edge's end of a corridor to nodes that answer each request some requests later, always with the same bytes. Called by one thread. */
final class AnsweringLink implements LinkEndpoint, LinkPublication {
    private final int behind;
    private final int[] slots;
    private final long[] numbers;
    private final LinkFrame offered = new LinkFrame();
    private final LinkFrame frame = new LinkFrame();
    private final UnsafeBuffer answer;
    private long taken;
    private long answered;

    /**
     * @param response what nodes answer
     * @param behind how many requests wait for their answer at a time
     */
    AnsweringLink(final byte[] response, final int behind) {
        this.behind = behind;
        slots = new int[behind];
        numbers = new long[behind];
        answer = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES + response.length]);
        answer.putBytes(LinkFrame.HEADER_BYTES, response);
        frame.wrapNew(answer, 0, LinkFrame.TYPE_SIP_TO_EDGE)
                .epoch(1)
                .remoteLow(0xFFFF_7F00_0001L)
                .remotePort(5071);
    }

    long taken() {
        return taken;
    }

    @Override
    public long offer(
            final DirectBuffer header,
            final int headerOffset,
            final int headerLength,
            final DirectBuffer body,
            final int bodyOffset,
            final int bodyLength) {
        offered.wrap(header, headerOffset, headerLength);
        final int place = (int) (taken++ % behind);
        slots[place] = offered.slot();
        numbers[place] = offered.request();
        return taken;
    }

    @Override
    public int poll(final LinkFrameHandler handler, final int framesMax) {
        if (taken - answered < behind) {
            return 0;
        }
        final int place = (int) (answered++ % behind);
        frame.wrap(answer, 0, answer.capacity());
        frame.slot(slots[place]).request(numbers[place]).member(1 + slots[place] % 3);
        handler.onFrame(answer, 0, answer.capacity());
        return 1;
    }

    @Override
    public int frameBytesMax() {
        return 128 * 1024;
    }

    @Override
    public int member() {
        return 0;
    }

    @Override
    public int thread() {
        return 0;
    }

    @Override
    public long incarnation() {
        return 0x5EED;
    }

    @Override
    public LinkPublication publication(final int member, final int thread) {
        return this;
    }

    @Override
    public int threadsOf(final int member) {
        return member > 0 ? 1 : 0;
    }

    @Override
    public boolean isReachable(final int member, final int thread) {
        return true;
    }

    @Override
    public long incarnationOf(final int member, final int thread) {
        return 1;
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
