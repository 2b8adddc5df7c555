package io.dialtone.runtime.testsupport;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The corridor between processes, within one thread of one JVM: frames wait in queues until their receiver polls. Not thread safe. */
public final class SimulatedLink {
    private static final int FRAME_BYTES_MAX = 1 << 17;

    /** A thread of a process. */
    private record Place(int member, int thread) {}

    private final Map<Place, Endpoint> endpoints = new HashMap<>();
    private final Set<Place> slow = new HashSet<>();
    private final Set<Place> gone = new HashSet<>();

    /** The corridor as a thread of a process sees it; the same each time. */
    public LinkEndpoint endpoint(final int member, final int thread) {
        return endpoints.computeIfAbsent(new Place(member, thread), Endpoint::new);
    }

    /** From now on a place takes no frames until it is no longer slow. */
    public void slow(final int member, final int thread, final boolean isSlow) {
        if (isSlow) {
            slow.add(new Place(member, thread));
        } else {
            slow.remove(new Place(member, thread));
        }
    }

    /** From now on nobody listens at a place, and what waits there is lost. */
    public void disconnect(final int member, final int thread) {
        final Place place = new Place(member, thread);
        gone.add(place);
        final Endpoint endpoint = endpoints.get(place);
        if (endpoint != null) {
            endpoint.waiting.clear();
        }
    }

    private final class Endpoint implements LinkEndpoint {
        private final Place place;
        private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
        private final Map<Place, LinkPublication> publications = new HashMap<>();
        private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

        Endpoint(final Place place) {
            this.place = place;
        }

        @Override
        public int poll(final LinkFrameHandler handler, final int framesMax) {
            int polled = 0;
            while (polled < framesMax && !waiting.isEmpty()) {
                final byte[] frame = waiting.removeFirst();
                view.wrap(frame);
                handler.onFrame(view, 0, frame.length);
                polled++;
            }
            return polled;
        }

        @Override
        public int member() {
            return place.member();
        }

        @Override
        public int thread() {
            return place.thread();
        }

        @Override
        public long incarnation() {
            return 1;
        }

        @Override
        public LinkPublication publication(final int member, final int thread) {
            return publications.computeIfAbsent(new Place(member, thread), Publication::new);
        }

        @Override
        public int threadsOf(final int member) {
            return (int) endpoints.keySet().stream()
                    .filter(other -> other.member() == member)
                    .count();
        }

        @Override
        public boolean isReachable(final int member, final int thread) {
            return !gone.contains(new Place(member, thread));
        }

        @Override
        public long incarnationOf(final int member, final int thread) {
            return isReachable(member, thread) ? 1 : 0;
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

    private final class Publication implements LinkPublication {
        private final Place to;
        private long position;

        Publication(final Place to) {
            this.to = to;
        }

        @Override
        public long offer(
                final DirectBuffer header,
                final int headerOffset,
                final int headerLength,
                final DirectBuffer body,
                final int bodyOffset,
                final int bodyLength) {
            final Endpoint endpoint = endpoints.get(to);
            if (endpoint == null || gone.contains(to)) {
                return NOT_CONNECTED;
            }
            if (slow.contains(to)) {
                return BACK_PRESSURED;
            }
            if (headerLength + bodyLength > FRAME_BYTES_MAX) {
                return TOO_LONG;
            }
            final byte[] frame = new byte[headerLength + bodyLength];
            header.getBytes(headerOffset, frame, 0, headerLength);
            body.getBytes(bodyOffset, frame, headerLength, bodyLength);
            endpoint.waiting.addLast(frame);
            position += frame.length;
            return position;
        }

        @Override
        public int frameBytesMax() {
            return FRAME_BYTES_MAX;
        }
    }
}
