package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Notes what is sent, and pushes back where it is told to. */
final class RecordingLink implements LinkEndpoint {
    final List<String> sent = new ArrayList<>();
    final Set<Integer> slow = new HashSet<>();
    final Set<Integer> gone = new HashSet<>();
    final List<Long> epochs = new ArrayList<>();
    final Deque<byte[]> waiting = new ArrayDeque<>();
    private final LinkFrame frame = new LinkFrame();

    @Override
    public LinkPublication publication(final int member, final int thread) {
        return new LinkPublication() {
            @Override
            public long offer(
                    final DirectBuffer header,
                    final int headerOffset,
                    final int headerLength,
                    final DirectBuffer body,
                    final int bodyOffset,
                    final int bodyLength) {
                if (slow.contains(member)) {
                    return BACK_PRESSURED;
                }
                frame.wrap(header, headerOffset, headerLength);
                epochs.add(frame.epoch());
                sent.add(member + ":" + body.getStringWithoutLengthAscii(bodyOffset, bodyLength));
                return sent.size();
            }

            @Override
            public int frameBytesMax() {
                return (1 << 17);
            }
        };
    }

    @Override
    public boolean isReachable(final int member, final int thread) {
        return !gone.contains(member);
    }

    @Override
    public int poll(final LinkFrameHandler handler, final int framesMax) {
        int polled = 0;
        while (polled < framesMax && !waiting.isEmpty()) {
            final byte[] bytes = waiting.removeFirst();
            handler.onFrame(new UnsafeBuffer(bytes), 0, bytes.length);
            polled++;
        }
        return polled;
    }

    @Override
    public int member() {
        return 9;
    }

    @Override
    public int thread() {
        return 0;
    }

    @Override
    public long incarnation() {
        return 1;
    }

    @Override
    public int threadsOf(final int member) {
        return 1;
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
