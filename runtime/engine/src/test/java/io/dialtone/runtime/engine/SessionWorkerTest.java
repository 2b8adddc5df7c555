package io.dialtone.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.link.LinkFrame;
import io.dialtone.placement.table.SipHash;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SessionWorkerTest {
    private static final int SLOT = 3;
    private static final long EPOCH = 7;

    private final RecordingLink link = new RecordingLink();
    private final ScriptedReplicator replicator = new ScriptedReplicator();
    private final CounterSet<WorkerCounter> counters = new CounterSet<>(WorkerCounter.class);
    private final List<String> messages = new ArrayList<>();
    private long nowNs;

    /** What each look at the clock takes. */
    private long lookNs;

    private final SessionWorker worker = new SessionWorker(
            WorkerConfig.defaults(),
            new WorkerContext(
                    link,
                    new WorkerGrid(64, new SipHash(1, 2), NoImages.INSTANCE, (endpoint, keeper, images) -> replicator),
                    this::nextNs,
                    () -> 0,
                    new SipHash(3, 4),
                    counters),
            parts -> new Echo(parts.outbox()));

    /** Notes each message and sends it back. */
    private final class Echo implements SessionProtocol {
        private final Outbox outbox;
        private final ReplyPort port = new ReplyPort();

        Echo(final Outbox outbox) {
            this.outbox = outbox;
        }

        @Override
        public boolean reads(final int frameType) {
            return frameType == LinkFrame.TYPE_SIP_TO_WORKER;
        }

        @Override
        public void onMessage(
                final LinkFrame frame,
                final DirectBuffer buffer,
                final int offset,
                final int length,
                final long nowNs) {
            messages.add(buffer.getStringWithoutLengthAscii(offset, length));
            outbox.addSip(frame.slot(), port.from(frame), buffer, offset, length);
        }

        @Override
        public void onMessageNotKept(final long nowNs) {
            throw new AssertionError("there is no session");
        }

        @Override
        public boolean namesSessionInEachMessage() {
            return true;
        }

        @Override
        public WorkerSession<?> newSession(final DirectBuffer key) {
            throw new AssertionError("there is no session");
        }

        @Override
        public void forget(final WorkerSession<?> session) {
            throw new AssertionError("there is no session");
        }

        @Override
        public void forgetStrays(final int slot) {
            // there are none
        }
    }

    @Test
    void shouldRecordEvenAnOutputOfNoSession() {
        receive(LinkFrame.TYPE_SIP_TO_WORKER, "one");

        worker.doWork();

        assertEquals(List.of("UNCHANGED slot 3 key 0"), replicator.records);
        assertEquals(List.of(), link.sent);
        replicator.applied.put(SLOT, 1L);
        worker.doWork();
        assertEquals(List.of("1:one"), link.sent);
    }

    @Test
    void shouldHandFramesOfReplicationToTheReplicator() {
        receive(LinkFrame.TYPE_REPLICATION, "records");
        receive(LinkFrame.TYPE_REPLICATION_ACK, "ack");

        worker.doWork();

        assertEquals(List.of("4:records", "5:ack"), replicator.frames);
    }

    @Test
    void shouldPutMessagesAsideWhileReplicationHasNoRoomAndKeepTheirOrder() {
        replicator.hasRoom = false;
        receive(LinkFrame.TYPE_SIP_TO_WORKER, "one");
        receive(LinkFrame.TYPE_REPLICATION_ACK, "ack");
        receive(LinkFrame.TYPE_SIP_TO_WORKER, "two");
        worker.doWork();
        assertEquals(List.of(), messages);
        assertEquals(List.of("5:ack"), replicator.frames);

        replicator.hasRoom = true;
        receive(LinkFrame.TYPE_SIP_TO_WORKER, "three");
        worker.doWork();

        assertEquals(List.of("one", "two", "three"), messages);
        assertEquals(2, counters.get(WorkerCounter.FRAMES_HELD));
    }

    @Test
    void shouldDropAndCountMessagesBeyondThoseThatMayBeHeld() {
        replicator.hasRoom = false;
        final String large = "x".repeat(1 << 16);
        for (int i = 0; i < 20; i++) {
            receive(LinkFrame.TYPE_SIP_TO_WORKER, large);
        }

        worker.doWork();

        assertEquals(15, counters.get(WorkerCounter.FRAMES_HELD));
        assertEquals(5, counters.get(WorkerCounter.FRAMES_DROPPED_NO_ROOM));
    }

    @Test
    void shouldNotTakeMessagesOfASlotOwnedByAnotherOrInAnotherEpoch() {
        replicator.disowned.add(SLOT);
        receive(LinkFrame.TYPE_SIP_TO_WORKER, "one");
        worker.doWork();

        replicator.disowned.clear();
        receive(LinkFrame.TYPE_SIP_TO_WORKER, EPOCH - 1, "two");
        worker.doWork();

        assertEquals(List.of(), messages);
        assertEquals(1, counters.get(WorkerCounter.FRAMES_NOT_OURS));
        assertEquals(1, counters.get(WorkerCounter.FRAMES_OF_OTHER_EPOCH));
    }

    @Test
    void shouldEndATurnThatLastsTooLongAndGoOnInTheNext() {
        lookNs = WorkerConfig.defaults().turnNsMax() / 2;
        final int frames = WorkerConfig.defaults().framesPerTurnMax();
        for (int i = 0; i < frames; i++) {
            receive(LinkFrame.TYPE_SIP_TO_WORKER, "x");
        }

        worker.doWork();
        final int taken = messages.size();
        assertTrue(taken > 0 && taken < frames, "taken: " + taken);
        assertEquals(taken, replicator.records.size());

        lookNs = 0;
        worker.doWork();
        assertEquals(frames, messages.size());
    }

    private long nextNs() {
        nowNs += lookNs;
        return nowNs;
    }

    private void receive(final int type, final String payload) {
        receive(type, EPOCH, payload);
    }

    private void receive(final int type, final long epoch, final String payload) {
        final byte[] bytes = new byte[LinkFrame.HEADER_BYTES + payload.length()];
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        new LinkFrame().wrapNew(buffer, 0, type).slot(SLOT).epoch(epoch).member(1);
        buffer.putStringWithoutLengthAscii(LinkFrame.HEADER_BYTES, payload);
        link.waiting.add(bytes);
    }
}
