package io.dialtone.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.api.link.LinkPublication;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final int OUTBOX_BYTES = 1 << 17;

    private final RecordingLink link = new RecordingLink();
    private final CounterSet<WorkerCounter> counters = new CounterSet<>(WorkerCounter.class);
    private final Outbox outbox = new Outbox(link, OUTBOX_BYTES, counters);

    @Test
    void shouldSendNothingBeforeItIsReleased() {
        add(1, "one");
        assertEquals(List.of(), link.sent);

        assertEquals(1, outbox.release());

        assertEquals(List.of("1:one"), link.sent);
        assertTrue(outbox.isEmpty());
    }

    @Test
    void shouldHoldBackOnlyTheEdgeThatPushesBackAndKeepItsOrder() {
        link.slow.add(1);
        add(1, "one");
        add(2, "two");
        add(1, "three");
        add(2, "four");

        assertEquals(2, outbox.release());
        assertEquals(List.of("2:two", "2:four"), link.sent);

        link.slow.clear();
        add(1, "five");
        assertEquals(3, outbox.release());
        assertEquals(List.of("2:two", "2:four", "1:one", "1:three", "1:five"), link.sent);
        assertEquals(5, counters.get(WorkerCounter.FRAMES_SENT));
    }

    @Test
    void shouldDropAndCountWhatDoesNotFit() {
        link.slow.add(1);
        final String large = "x".repeat(OUTBOX_BYTES / 4);
        for (int i = 0; i < 5; i++) {
            add(1, large);
        }
        assertEquals(2, counters.get(WorkerCounter.OUTPUTS_DROPPED_OUTBOX_FULL));

        link.slow.clear();
        assertEquals(3, outbox.release());
    }

    @Test
    void shouldDropAndCountWhatIsForAnEdgeThatIsGone() {
        link.slow.add(1);
        add(1, "one");
        outbox.release();
        link.gone.add(1);

        assertEquals(1, outbox.release());

        assertTrue(outbox.isEmpty());
        assertEquals(1, counters.get(WorkerCounter.OUTPUTS_DROPPED_EDGE_GONE));
    }

    @Test
    void shouldRepeatTheRequestsNumberInEveryAnswerAndTheArrivalInTheFirst() {
        final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
        final LinkFrame frame = new LinkFrame();
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER).request(77).arrivalNs(5);
        final ReplyPort port = new ReplyPort().from(frame);
        final ReplyPort forAnother = new ReplyPort().copyFrom(port).forgetArrival();

        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_EDGE);
        port.to(frame);
        assertEquals(77, frame.request());
        assertEquals(5, frame.arrivalNs());

        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_EDGE);
        port.to(frame);
        assertEquals(77, frame.request());
        assertEquals(0, frame.arrivalNs());

        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_EDGE);
        forAnother.to(frame);
        assertEquals(0, frame.request());
    }

    private void add(final int member, final String message) {
        final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
        final LinkFrame frame = new LinkFrame()
                .wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER)
                .member(member)
                .thread(0);
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[message.length()]);
        bytes.putStringWithoutLengthAscii(0, message);
        outbox.addSip(3, 1, new ReplyPort().from(frame), bytes, 0, message.length());
    }

    /** Notes what is sent, and pushes back where it is told to. */
    private static final class RecordingLink implements LinkEndpoint {
        final List<String> sent = new ArrayList<>();
        final Set<Integer> slow = new HashSet<>();
        final Set<Integer> gone = new HashSet<>();

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
                    sent.add(member + ":" + body.getStringWithoutLengthAscii(bodyOffset, bodyLength));
                    return sent.size();
                }

                @Override
                public int frameBytesMax() {
                    return OUTBOX_BYTES;
                }
            };
        }

        @Override
        public boolean isReachable(final int member, final int thread) {
            return !gone.contains(member);
        }

        @Override
        public int poll(final LinkFrameHandler handler, final int framesMax) {
            return 0;
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
}
