package io.dialtone.state.replication;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The corridor as one thread of a simulated process sees it. Used by the simulator's one thread. */
final class SimulatedEndpoint implements LinkEndpoint {
    static final int FRAME_BYTES_MAX = 1 << 17;
    private static final long SILENCE_MAX_NS = 200 * Simulator.MS;
    private static final long HEARD_NS_MAX = 150 * Simulator.MS;
    private static final long BEAT_INTERVAL_NS = 50 * Simulator.MS;

    /** The way from one thread to another, in one order. */
    static final class Lane {
        final int fromMember;
        final int toMember;
        final int toThread;
        long lastArrivalNs;
        long position;
        int onTheWay;

        Lane(final int fromMember, final int toMember, final int toThread) {
            this.fromMember = fromMember;
            this.toMember = toMember;
            this.toThread = toThread;
        }
    }

    private final Simulator sim;
    private final int member;
    private final int thread;
    private final long incarnation;
    private final Runnable onArrival;
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private final Publication[][] publications;
    private final long[][] heardNs;
    private final long[][] heardIncarnation;
    /** Since when a peer says that it does not hear us; 0 if it does not. */
    private final long[][] deafSinceNs;

    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final LinkFrame frame = new LinkFrame();
    private final UnsafeBuffer beatHeader = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private long nowNs;
    private long nextBeatNs;

    SimulatedEndpoint(
            final Simulator sim,
            final int member,
            final int thread,
            final long incarnation,
            final long nowNs,
            final Runnable onArrival) {
        this.sim = sim;
        this.member = member;
        this.thread = thread;
        this.incarnation = incarnation;
        this.onArrival = onArrival;
        this.nowNs = nowNs;
        publications = new Publication[sim.members()][];
        heardNs = new long[sim.members()][];
        heardIncarnation = new long[sim.members()][];
        deafSinceNs = new long[sim.members()][];
        for (int peer = 0; peer < sim.members(); peer++) {
            final int threads = sim.threadsOf(peer);
            publications[peer] = new Publication[threads];
            heardNs[peer] = new long[threads];
            heardIncarnation[peer] = new long[threads];
            deafSinceNs[peer] = new long[threads];
            for (int t = 0; t < threads; t++) {
                publications[peer][t] = new Publication(new Lane(member, peer, t));
                heardNs[peer][t] = nowNs - SILENCE_MAX_NS;
            }
        }
    }

    /** A frame has come over the network. */
    void take(final byte[] bytes) {
        waiting.add(bytes);
        onArrival.run();
    }

    int waiting() {
        return waiting.size();
    }

    @Override
    public int member() {
        return member;
    }

    @Override
    public int thread() {
        return thread;
    }

    @Override
    public long incarnation() {
        return incarnation;
    }

    @Override
    public LinkPublication publication(final int toMember, final int toThread) {
        return publications[toMember][toThread];
    }

    @Override
    public int threadsOf(final int peer) {
        return peer == member || peer < 0 || peer >= publications.length ? 0 : publications[peer].length;
    }

    @Override
    public boolean isReachable(final int peer, final int peerThread) {
        return peer != member && nowNs - heardNs[peer][peerThread] < SILENCE_MAX_NS;
    }

    @Override
    public long deafForNs(final int peer, final int peerThread, final long atNs) {
        final long sinceNs = peer == member ? 0 : deafSinceNs[peer][peerThread];
        return sinceNs == 0 ? 0 : atNs - sinceNs;
    }

    @Override
    public long incarnationOf(final int peer, final int peerThread) {
        return heardIncarnation[peer][peerThread];
    }

    @Override
    public int doWork(final long now) {
        nowNs = now;
        if (!sim.isNode(member) || now - nextBeatNs < 0) {
            return 0;
        }
        nextBeatNs = now + BEAT_INTERVAL_NS;
        frame.wrapNew(beatHeader, 0, LinkFrame.TYPE_BEAT)
                .incarnation(incarnation)
                .member(member)
                .thread(thread);
        for (int peer = 0; peer < publications.length; peer++) {
            if (peer != member && sim.isNode(peer)) {
                for (int peerThread = 0; peerThread < publications[peer].length; peerThread++) {
                    final Publication publication = publications[peer][peerThread];
                    final boolean isDeaf = now - heardNs[peer][peerThread] > HEARD_NS_MAX;
                    frame.deaf(isDeaf);
                    if (isDeaf || publication.saidDeaf || now - publication.sentNs >= BEAT_INTERVAL_NS) {
                        // Whoever has complained says with each beat how it is: one that says that all is well again
                        // may get lost.
                        publication.saidDeaf |= isDeaf;
                        publication.offer(beatHeader, 0, LinkFrame.HEADER_BYTES, beatHeader, 0, 0);
                    }
                }
            }
        }
        return 0;
    }

    @Override
    public int poll(final LinkFrameHandler handler, final int framesMax) {
        int polled = 0;
        while (polled < framesMax && !waiting.isEmpty()) {
            final byte[] bytes = waiting.poll();
            view.wrap(bytes);
            polled++;
            if (!frame.wrap(view, 0, bytes.length)) {
                throw new Violation("a frame that is none");
            }
            heardNs[frame.member()][frame.thread()] = nowNs;
            if (frame.type() == LinkFrame.TYPE_BEAT) {
                noteDeafness(frame);
            }
            heardIncarnation[frame.member()][frame.thread()] = frame.incarnation();
            if (frame.type() != LinkFrame.TYPE_BEAT) {
                handler.onFrame(view, 0, bytes.length);
            }
        }
        return polled;
    }

    private void noteDeafness(final LinkFrame beat) {
        final long[] since = deafSinceNs[beat.member()];
        if (!beat.isDeaf()) {
            since[beat.thread()] = 0;
        } else if (since[beat.thread()] == 0) {
            since[beat.thread()] = nowNs;
        }
    }

    @Override
    public long nextDeadlineNs() {
        return nextBeatNs;
    }

    private final class Publication implements LinkPublication {
        private final Lane lane;
        private long sentNs;
        private boolean saidDeaf;

        Publication(final Lane lane) {
            this.lane = lane;
        }

        @Override
        public long offer(
                final DirectBuffer header,
                final int headerOffset,
                final int headerLength,
                final DirectBuffer body,
                final int bodyOffset,
                final int bodyLength) {
            if (headerLength + bodyLength > FRAME_BYTES_MAX) {
                return TOO_LONG;
            }
            final byte[] bytes = new byte[headerLength + bodyLength];
            header.getBytes(headerOffset, bytes, 0, headerLength);
            body.getBytes(bodyOffset, bytes, headerLength, bodyLength);
            final long result = sim.network().offer(lane, bytes);
            if (result > 0) {
                sentNs = nowNs;
            }
            return result;
        }

        @Override
        public int frameBytesMax() {
            return FRAME_BYTES_MAX;
        }
    }
}
