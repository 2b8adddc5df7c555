package io.dialtone.sip.routing;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** An edge's end of a corridor whose other end is the test: keeps what is offered, hands out what the test puts in, refuses on demand. */
final class ScriptedLink implements LinkEndpoint {
    static final int MEMBER = 0;
    static final long INCARNATION = 0x5EED;

    /** What was offered, oldest first. */
    final List<Offer> offers = new ArrayList<>();

    final boolean[] unreachable = new boolean[8];
    private final ArrayDeque<byte[]> incoming = new ArrayDeque<>();
    private final int members;
    private final int threads;

    /** What the next offers are answered with; more than 0 is taken. */
    long result = 1;

    /** The same for one member; 0 is nothing special. */
    final long[] resultOf = new long[8];

    /** Whether offers are kept; not where allocation is counted. */
    boolean keeping = true;

    int taken;

    /** When the link wants its next turn. */
    long nextDeadlineNs = 77;

    private final LinkPublication[] publications;

    record Offer(int member, int thread, LinkFrame frame, String message) {}

    ScriptedLink(final int members, final int threads) {
        this.members = members;
        this.threads = threads;
        publications = new LinkPublication[members * threads];
        for (int i = 0; i < publications.length; i++) {
            publications[i] = new Publication(i / threads, i % threads);
        }
    }

    /** Puts a frame of a node into what the edge will poll. */
    void send(final LinkFrame frame, final UnsafeBuffer header, final String message) {
        assert frame.headerLength() == LinkFrame.HEADER_BYTES;
        final byte[] payload = message.getBytes(StandardCharsets.US_ASCII);
        final byte[] bytes = new byte[LinkFrame.HEADER_BYTES + payload.length];
        header.getBytes(0, bytes, 0, LinkFrame.HEADER_BYTES);
        System.arraycopy(payload, 0, bytes, LinkFrame.HEADER_BYTES, payload.length);
        incoming.add(bytes);
    }

    /** Puts a whole frame into what the edge will poll. */
    void send(final byte[] bytes) {
        incoming.add(bytes);
    }

    /** What was offered since the last look. */
    List<Offer> takeOffers() {
        final List<Offer> taken = List.copyOf(offers);
        offers.clear();
        return taken;
    }

    Offer lastOffer() {
        return offers.getLast();
    }

    @Override
    public int member() {
        return MEMBER;
    }

    @Override
    public int thread() {
        return 3;
    }

    @Override
    public long incarnation() {
        return INCARNATION;
    }

    @Override
    public LinkPublication publication(final int member, final int thread) {
        return publications[member * threads + thread];
    }

    @Override
    public int threadsOf(final int member) {
        return member > 0 && member < members ? threads : 0;
    }

    @Override
    public boolean isReachable(final int member, final int thread) {
        return threadsOf(member) > 0 && !unreachable[member];
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
        return nextDeadlineNs;
    }

    @Override
    public int poll(final LinkFrameHandler handler, final int framesMax) {
        int frames = 0;
        while (frames < framesMax && !incoming.isEmpty()) {
            final byte[] bytes = incoming.removeFirst();
            handler.onFrame(new UnsafeBuffer(bytes), 0, bytes.length);
            frames++;
        }
        return frames;
    }

    private final class Publication implements LinkPublication {
        private final int member;
        private final int thread;

        Publication(final int member, final int thread) {
            this.member = member;
            this.thread = thread;
        }

        @Override
        public long offer(
                final DirectBuffer header,
                final int headerOffset,
                final int headerLength,
                final DirectBuffer body,
                final int bodyOffset,
                final int bodyLength) {
            if (result <= 0 || resultOf[member] < 0) {
                return Math.min(result, resultOf[member]);
            }
            taken++;
            if (keeping) {
                final byte[] bytes = new byte[headerLength + bodyLength];
                header.getBytes(headerOffset, bytes, 0, headerLength);
                body.getBytes(bodyOffset, bytes, headerLength, bodyLength);
                final LinkFrame frame = new LinkFrame();
                assert frame.wrap(new UnsafeBuffer(bytes), 0, bytes.length);
                offers.add(new Offer(
                        member, thread, frame, new String(bytes, headerLength, bodyLength, StandardCharsets.US_ASCII)));
            }
            return result;
        }

        @Override
        public int frameBytesMax() {
            return 128 * 1024;
        }
    }
}
