package io.dialtone.sip.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.net.Linux;
import io.dialtone.net.LoopCounters;
import io.dialtone.net.NativeMemory;
import io.dialtone.sip.routing.SipFlow;
import java.lang.foreign.Arena;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SendQueueTest {
    private static final int CAPACITY = 8;

    private final Arena arena = Arena.ofConfined();
    private final UnsafeBuffer memory = NativeMemory.allocate(arena, 64 * 1024);
    private final ScriptedPort port = new ScriptedPort();
    private final LoopCounters<TransportCounter> counters = new LoopCounters<>(TransportCounter.class);
    private final SipFlow peer = new SipFlow().remoteIpv4(0x7F00_0001, 5060);
    private final SipFlow otherPeer = new SipFlow().remoteIpv4(0x7F00_0001, 5062);
    private int used;

    @AfterEach
    void closeArena() {
        arena.close();
    }

    @Test
    void shouldHandOverAllInOneCallAndInOrder() {
        // given
        final SendQueue queue = queue(false);

        // when
        add(queue, "a", peer);
        add(queue, "b", otherPeer);
        add(queue, "c", peer);
        queue.flush();

        // then
        assertEquals(List.of("a", "b", "c"), port.taken);
        assertCount(TransportCounter.SEND_CALLS, 1);
        assertCount(TransportCounter.SENT_DATAGRAMS, 3);
        assertCount(TransportCounter.SENT_BYTES, 3);
        assertTrue(queue.isEmpty());
    }

    @Test
    void shouldCallNobodyWhenEmpty() {
        // when
        queue(false).flush();

        // then
        assertCount(TransportCounter.SEND_CALLS, 0);
    }

    @Test
    void shouldGoOnWhereTheKernelStopped() {
        // given
        final SendQueue queue = queue(false);
        port.answers.addAll(List.of(2, -Linux.EINTR, 1));

        // when
        addAll(queue, "a", "b", "c", "d");
        queue.flush();

        // then
        assertEquals(List.of("a", "b", "c", "d"), port.taken);
        assertCount(TransportCounter.SEND_CALLS, 4);
        assertCount(TransportCounter.SENT_DATAGRAMS, 4);
    }

    @Test
    void shouldFlushByItselfWhenFull() {
        // given
        final SendQueue queue = queue(false);

        // when
        for (int i = 0; i < CAPACITY + 1; i++) {
            add(queue, "" + i, peer);
        }

        // then
        assertEquals(CAPACITY, port.taken.size());
        queue.flush();
        assertEquals(CAPACITY + 1, port.taken.size());
    }

    @Test
    void shouldCountByKindAndSkipWhatTheKernelRefuses() {
        // given
        final SendQueue queue = queue(false);
        port.answers.addAll(
                List.of(-Linux.ENETUNREACH, -Linux.EPERM, -Linux.EMSGSIZE, -Linux.EINVAL, -Linux.ECONNREFUSED, -77));

        // when
        addAll(queue, "unreachable", "forbidden", "big", "invalid", "refused", "odd", "good");
        queue.flush();

        // then
        assertEquals(List.of("good"), port.taken);
        assertCount(TransportCounter.DROPPED_UNREACHABLE, 2);
        assertCount(TransportCounter.DROPPED_FORBIDDEN, 1);
        assertCount(TransportCounter.DROPPED_TOO_BIG, 1);
        assertCount(TransportCounter.DROPPED_INVALID, 1);
        assertCount(TransportCounter.SEND_ERRORS, 1);
        assertCount(TransportCounter.SENT_DATAGRAMS, 1);
        assertCount(TransportCounter.SENT_BYTES, "good".length());
    }

    @Test
    void shouldWaitForRoomWhenTheSendBufferIsFull() {
        // given
        final SendQueue queue = queue(false);
        port.answers.addAll(List.of(1, -Linux.EAGAIN));

        // when
        addAll(queue, "a", "b", "c");
        queue.flush();

        // then
        assertEquals(List.of("a", "b", "c"), port.taken);
        assertEquals(List.of(SendQueue.SEND_WAIT_MS_MAX), port.waits);
        assertCount(TransportCounter.SEND_WAITS, 1);
        assertCount(TransportCounter.SENT_DATAGRAMS, 3);
    }

    @Test
    void shouldDropTheRestOfTheBatchWhenTheSendBufferStaysFull() {
        // given
        final SendQueue queue = queue(false);
        port.answers.addAll(List.of(1, -Linux.EAGAIN));
        port.writableAfterWait = false;

        // when
        addAll(queue, "a", "bb", "cc");
        queue.flush();

        // then
        assertEquals(List.of("a"), port.taken);
        assertCount(TransportCounter.DROPPED_SEND_BUFFER_FULL, 2);
        assertCount(TransportCounter.SENT_DATAGRAMS, 1);
        assertCount(TransportCounter.SENT_BYTES, 1);

        // when
        port.writableAfterWait = true;
        add(queue, "later", peer);
        queue.flush();

        // then
        assertEquals(List.of("a", "later"), port.taken);
    }

    @Test
    void shouldGiveUpWaitingWhenThePortSaysWritableButStaysFull() {
        // given
        final SendQueue queue = queue(false);
        for (int i = 0; i < SendQueue.WAITS_MAX + 1; i++) {
            port.answers.add(-Linux.EAGAIN);
        }

        // when
        addAll(queue, "a", "b");
        queue.flush();

        // then
        assertEquals(SendQueue.WAITS_MAX, port.waits.size());
        assertCount(TransportCounter.DROPPED_SEND_BUFFER_FULL, 2);
    }

    @Test
    void shouldJoinRunsOfEquallyLongDatagramsToOnePeer() {
        // given
        final SendQueue queue = queue(true);

        // when
        add(queue, "aaa", peer);
        add(queue, "bbb", peer);
        add(queue, "cc", peer); // shorter: the last of its run
        add(queue, "ddd", peer);
        add(queue, "eeee", peer); // longer: begins a run
        add(queue, "ffff", otherPeer);
        add(queue, "gggg", otherPeer);
        queue.flush();

        // then
        assertEquals(List.of("aaa+bbb+cc", "ddd", "eeee", "ffff+gggg"), port.taken);
        assertCount(TransportCounter.SENT_DATAGRAMS, 7);
        assertCount(TransportCounter.SEND_SEGMENTED, 5);

        // when
        addAll(queue, "hhhh", "iiii");
        queue.flush();

        // then
        assertEquals("hhhh+iiii", port.taken.get(4));
    }

    @Test
    void shouldSendSegmentsOneByOneWhenThePathsMtuIsSmaller() {
        // given
        final SendQueue queue = queue(true);
        port.answers.addAll(List.of(-Linux.EMSGSIZE));

        // when
        addAll(queue, "aaaa", "bbbb", "cc");
        add(queue, "dddd", otherPeer);
        queue.flush();

        // then
        assertEquals(List.of("aaaa", "bbbb", "cc", "dddd"), port.taken);
        assertCount(TransportCounter.SENT_DATAGRAMS, 4);
        assertCount(TransportCounter.SEND_SEGMENTED, 0);

        // when
        addAll(queue, "eeee", "ffff", "ggg", "hhh");
        queue.flush();

        // then
        assertEquals(List.of("eeee", "ffff", "ggg+hhh"), port.taken.subList(4, 7));
    }

    @Test
    void shouldStopJoiningWhenTheDeviceCannotDoChecksums() {
        // given
        final SendQueue queue = queue(true);
        port.answers.addAll(List.of(-Linux.EIO, 1, -Linux.EHOSTUNREACH));

        // when
        addAll(queue, "aaaa", "bbbb", "cc");
        queue.flush();

        // then
        assertEquals(List.of("aaaa", "cc"), port.taken);
        assertCount(TransportCounter.SENT_DATAGRAMS, 2);
        assertCount(TransportCounter.SENT_BYTES, 6);
        assertCount(TransportCounter.DROPPED_UNREACHABLE, 1);

        // when
        addAll(queue, "d", "e");
        queue.flush();

        // then
        assertEquals(List.of("d", "e"), port.taken.subList(2, 4));
    }

    private SendQueue queue(final boolean gso) {
        final DatagramSettings settings = new DatagramSettings(32, 65_535, CAPACITY, false, gso);
        return new SendQueue(arena, port, counters, new SocketName(false, 0), settings);
    }

    private void addAll(final SendQueue queue, final String... texts) {
        for (final String text : texts) {
            add(queue, text, peer);
        }
    }

    private void add(final SendQueue queue, final String text, final SipFlow to) {
        final int length = memory.putStringWithoutLengthAscii(used, text);
        queue.add(memory.addressOffset() + used, length, to);
        used += length;
    }

    private void assertCount(final TransportCounter counter, final long expected) {
        assertEquals(expected, counters.get(counter), counter::toString);
    }
}
