package io.dialtone.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.link.LinkFrame;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final int OUTBOX_BYTES = 1 << 17;
    private static final int SLOT = 3;
    private static final int OTHER_SLOT = 4;

    private final RecordingLink link = new RecordingLink();
    private final ScriptedReplicator replicator = new ScriptedReplicator();
    private final CounterSet<WorkerCounter> counters = new CounterSet<>(WorkerCounter.class);
    private final Outbox outbox = new Outbox(link, OUTBOX_BYTES, counters);
    private final EventJournal journal = new EventJournal(outbox, replicator, counters);
    private final List<String> shown = new ArrayList<>();

    @Test
    void shouldSendNothingBeforeItsRecordIsAppliedByAll() {
        add(1, "one");
        add(1, "two");
        assertEquals(0, outbox.release(replicator));
        assertEquals(List.of(), link.sent);
        assertEquals(2, counters.get(WorkerCounter.OUTPUTS_HELD));

        replicator.applied.put(SLOT, 1L);
        assertEquals(1, outbox.release(replicator));
        assertEquals(List.of("1:one"), link.sent);

        replicator.applied.put(SLOT, 2L);
        assertEquals(1, outbox.release(replicator));
        assertEquals(List.of("1:one", "1:two"), link.sent);
        assertEquals(List.of(7L, 7L), link.epochs);
        assertTrue(outbox.isEmpty());
        assertEquals(0, counters.get(WorkerCounter.OUTPUTS_HELD));
    }

    @Test
    void shouldNotHoldUpOneSlotForAnother() {
        add(SLOT, 1, "one");
        add(OTHER_SLOT, 1, "two");
        replicator.applied.put(OTHER_SLOT, 1L);

        assertEquals(1, outbox.release(replicator));

        assertEquals(List.of("1:two"), link.sent);
    }

    @Test
    void shouldHoldBackOnlyTheEdgeThatPushesBackAndKeepItsOrder() {
        allApplied();
        link.slow.add(1);
        add(1, "one");
        add(2, "two");
        add(1, "three");
        add(2, "four");

        assertEquals(2, outbox.release(replicator));
        assertEquals(List.of("2:two", "2:four"), link.sent);

        link.slow.clear();
        add(1, "five");
        assertEquals(3, outbox.release(replicator));
        assertEquals(List.of("2:two", "2:four", "1:one", "1:three", "1:five"), link.sent);
        assertEquals(5, counters.get(WorkerCounter.FRAMES_SENT));
    }

    @Test
    void shouldTakeNoMoreMessagesRatherThanDropWhatWaitsForABackup() {
        final String large = "x".repeat(OUTBOX_BYTES / 4);
        for (int i = 0; i < 4; i++) {
            assertTrue(outbox.hasRoom());
            add(1, large);
            outbox.release(replicator);
        }
        assertFalse(outbox.hasRoom());
        assertEquals(0, counters.get(WorkerCounter.OUTPUTS_DROPPED_OUTBOX_FULL));

        allApplied();
        assertEquals(4, outbox.release(replicator));

        assertTrue(outbox.hasRoom());
        assertEquals(4, link.sent.size());
    }

    @Test
    void shouldDropAndCountWhatASlowEdgeLetsPileUp() {
        allApplied();
        link.slow.add(1);
        final String large = "x".repeat(OUTBOX_BYTES / 4);
        for (int i = 0; i < 3; i++) {
            add(1, large);
        }
        add(2, "two");

        outbox.release(replicator);

        assertEquals(List.of("2:two"), link.sent);
        assertEquals(3, counters.get(WorkerCounter.OUTPUTS_DROPPED_OUTBOX_FULL));
        assertTrue(outbox.hasRoom());
    }

    @Test
    void shouldDropAndCountWhatIsForAnEdgeThatIsGone() {
        allApplied();
        link.slow.add(1);
        add(1, "one");
        outbox.release(replicator);
        link.gone.add(1);

        assertEquals(1, outbox.release(replicator));

        assertTrue(outbox.isEmpty());
        assertEquals(1, counters.get(WorkerCounter.OUTPUTS_DROPPED_EDGE_GONE));
    }

    @Test
    void shouldSayWhichSlotsWait() {
        add(SLOT, 1, "one");
        outbox.release(replicator);

        assertTrue(outbox.holds(SLOT));
        assertFalse(outbox.holds(SLOT + 1));

        allApplied();
        outbox.release(replicator);
        assertFalse(outbox.holds(SLOT));
    }

    @Test
    void shouldHoldNothingWhenAllOfItWasOfADisownedSlot() {
        add(SLOT, 1, "one");
        outbox.release(replicator);
        outbox.now(5_000);
        outbox.release(replicator);
        assertEquals(1, counters.get(WorkerCounter.OUTPUTS_HELD));

        outbox.drop(SLOT);

        outbox.release(replicator);
        assertEquals(0, counters.get(WorkerCounter.OUTPUTS_HELD));
        assertEquals(0, counters.get(WorkerCounter.OUTPUT_BYTES_HELD));
        assertEquals(0, counters.get(WorkerCounter.OLDEST_OUTPUT_HELD_NS));
    }

    @Test
    void shouldForgetWhatADisownedSlotHasNotSent() {
        add(SLOT, 1, "one");
        add(OTHER_SLOT, 1, "two");
        add(SLOT, 1, "three");

        outbox.drop(SLOT);

        allApplied();
        outbox.release(replicator);
        assertEquals(List.of("1:two"), link.sent);
        assertEquals(2, counters.get(WorkerCounter.OUTPUTS_DROPPED_DISOWNED));
    }

    @Test
    void shouldSendNothingOfASlotThatWasLostInTheMiddleOfAnEvent() {
        allApplied();
        replicator.disowned.add(SLOT);

        add(SLOT, 1, "one");

        outbox.release(replicator);
        assertEquals(List.of(), link.sent);
        assertEquals(List.of(), replicator.records);
    }

    @Test
    void shouldSendWhatAFormerOwnerHeldInItsOwnEpoch() {
        final Outbox former = new Outbox(link, OUTBOX_BYTES, counters);
        addTo(former, SLOT, 1, "one");
        addTo(former, SLOT, 2, "two");

        outbox.addOpen(SLOT, 8, 1, former.buffer(), 0, former.end());

        assertEquals(0, outbox.release(replicator));
        allApplied();
        assertEquals(2, outbox.release(replicator));
        assertEquals(List.of("1:one", "2:two"), link.sent);
        assertEquals(List.of(8L, 8L), link.epochs);
    }

    @Test
    void shouldTakeNothingFromBytesThatAreNoOutputs() {
        final UnsafeBuffer garbage = new UnsafeBuffer(new byte[200]);
        garbage.setMemory(0, garbage.capacity(), (byte) 0x55);

        outbox.addOpen(SLOT, 8, 1, garbage, 0, garbage.capacity());
        outbox.addOpen(SLOT, 8, 1, garbage, 0, 5);

        assertTrue(outbox.isEmpty());
        assertEquals(2, counters.get(WorkerCounter.OUTPUTS_UNREADABLE));
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

    @Test
    void shouldShowWhatAServiceSaysToAnotherWhenItsRecordIsAppliedByAll() {
        sayWithin("one");
        add(1, "two");
        assertEquals(0, outbox.deliver(replicator, this::shown, 10));
        assertEquals(0, outbox.release(replicator));

        allApplied();
        assertEquals(1, outbox.deliver(replicator, this::shown, 10));
        assertEquals(0, outbox.deliver(replicator, this::shown, 10), "once");
        assertEquals(2, outbox.release(replicator));

        assertEquals(List.of("edge 1, from 2 to 3, epoch 7: one"), shown);
        assertEquals(List.of("1:two"), link.sent);
        assertTrue(outbox.isEmpty());
        assertFalse(outbox.hasWithin());
    }

    @Test
    void shouldShowAfterATakeoverWhatTheFormerOwnerMayNotHaveShown() {
        sayWithin("one");
        final Outbox next = new Outbox(link, OUTBOX_BYTES, counters);

        next.addOpen(SLOT, 8, 1, outbox.buffer(), 0, outbox.end());

        assertTrue(next.hasWithin());
        allApplied();
        next.deliver(replicator, this::shown, 10);
        assertEquals(List.of("edge 1, from 2 to 3, epoch 8: one"), shown);
    }

    @Test
    void shouldForgetWhatServicesSayToEachOtherInASlotThatIsGone() {
        sayWithin("one");

        outbox.drop(SLOT);

        assertFalse(outbox.hasWithin());
        assertTrue(outbox.isEmpty());
    }

    @Test
    void shouldTakeNoOtherMessagesWhileAQuarterIsLeftAndDropTheOldestWhenNothingIs() {
        final Outbox box = new Outbox(link, OUTBOX_BYTES, counters);
        final EventJournal its = new EventJournal(box, replicator, counters);
        box.reserveForWithin();
        final String text = "x".repeat(1_000);
        int waiting = 0;
        while (box.hasRoom()) {
            sayWithin(box, its, text);
            waiting++;
        }
        assertTrue(box.end() >= OUTBOX_BYTES * 3 / 4 && box.end() < OUTBOX_BYTES * 7 / 8);
        while (box.end() <= OUTBOX_BYTES) {
            sayWithin(box, its, text);
            waiting++;
        }
        allApplied();

        assertEquals(1, box.deliver(replicator, this::shown, waiting));
        assertEquals(1, counters.get(WorkerCounter.MESSAGES_WITHIN_DROPPED));
        assertEquals(List.of(), shown);
        box.release(replicator);
        assertEquals(waiting - 1, box.deliver(replicator, this::shown, waiting));
        assertEquals(waiting - 1, shown.size());
        box.release(replicator);
        assertTrue(box.isEmpty());
    }

    private void shown(final DirectBuffer buffer, final int offset, final int length) {
        final LinkFrame frame = new LinkFrame();
        frame.wrap(buffer, offset, length);
        shown.add("edge " + frame.member() + ", from " + frame.fromService() + " to " + frame.toService() + ", epoch "
                + frame.epoch() + ": "
                + buffer.getStringWithoutLengthAscii(offset + frame.headerLength(), frame.payloadLength()));
    }

    private void sayWithin(final String message) {
        sayWithin(outbox, journal, message);
    }

    private static void sayWithin(final Outbox box, final EventJournal its, final String message) {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[message.length()]);
        bytes.putStringWithoutLengthAscii(0, message);
        its.beginEvent();
        box.addSip(SLOT, new ReplyPort().edge(1, 0).within(2, 3), bytes, 0, message.length());
        its.endEvent();
    }

    private void allApplied() {
        replicator.applied.put(SLOT, Long.MAX_VALUE - 1);
        replicator.applied.put(OTHER_SLOT, Long.MAX_VALUE - 1);
    }

    private void add(final int member, final String message) {
        add(SLOT, member, message);
    }

    private void add(final int slot, final int member, final String message) {
        journal.beginEvent();
        addTo(outbox, slot, member, message);
        journal.endEvent();
    }

    private static void addTo(final Outbox box, final int slot, final int member, final String message) {
        final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
        final LinkFrame frame = new LinkFrame()
                .wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER)
                .member(member)
                .thread(0);
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[message.length()]);
        bytes.putStringWithoutLengthAscii(0, message);
        box.addSip(slot, new ReplyPort().from(frame), bytes, 0, message.length());
    }
}
