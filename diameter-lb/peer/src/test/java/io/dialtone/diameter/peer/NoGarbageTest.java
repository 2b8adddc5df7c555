package io.dialtone.diameter.peer;

import static io.dialtone.diameter.peer.PeerHarness.LOWER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dialtone.diameter.codec.DiameterEditor;
import io.dialtone.diameter.codec.DiameterMessage;
import java.lang.management.ManagementFactory;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Once warm, a message to or from an open peer leaves nothing for the collector. The best of several windows counts. */
final class NoGarbageTest {
    private static final int WINDOWS = 8;
    private static final int MESSAGES = 5_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final PeerHarness harness = PeerHarness.plain();
    private final ScriptedConnection connection = harness.connection("c");
    private final Peer peer = harness.add(LOWER);
    private final PeerSession session = harness.openDialled(LOWER, connection);

    private void assertNoGarbage(final Runnable work) {
        connection.forgetting = true;
        harness.listener.forgetting = true;
        long best = Long.MAX_VALUE;
        for (int window = 0; window < WINDOWS && best > 0; window++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < MESSAGES; i++) {
                harness.nowNs += 1_000;
                work.run();
            }
            best = Math.min(best, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, best, "bytes in the best window of " + MESSAGES + " messages");
    }

    @Test
    void shouldNotAllocateForARequest() {
        final DiameterMessage ccr = Words.ccr(LOWER);

        assertNoGarbage(() -> session.onMessage(ccr, harness.nowNs));

        assertTrue(harness.listener.requests >= MESSAGES);
    }

    @Test
    void shouldNotAllocateForAnAnswer() {
        final DiameterMessage cca = Words.cca(LOWER);

        assertNoGarbage(() -> session.onMessage(cca, harness.nowNs));

        assertTrue(harness.listener.answers >= MESSAGES);
    }

    @Test
    void shouldNotAllocateForADwr() {
        final DiameterMessage dwr = Words.dwr(LOWER, 5);

        assertNoGarbage(() -> session.onMessage(dwr, harness.nowNs));

        assertTrue(connection.forgotten >= MESSAGES);
    }

    @Test
    void shouldNotAllocateForADwrOfItsOwnAndItsAnswer() {
        final DiameterMessage dwa = Words.answer(Words.dwr(LOWER), LOWER);
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[dwa.messageLength()]);
        bytes.putBytes(0, dwa.buffer(), dwa.offset(), bytes.capacity());

        assertNoGarbage(() -> {
            harness.nowNs += 32 * PeerHarness.SECOND;
            harness.door.doWork(harness.nowNs);
            DiameterEditor.hopByHopId(bytes, 0, connection.lastHopByHopId);
            dwa.parse(bytes, 0, bytes.capacity());
            session.onMessage(dwa, harness.nowNs);
        });

        assertTrue(harness.count(PeerCounter.DWR_SENT) >= MESSAGES);
        assertTrue(harness.count(PeerCounter.DWA_RECEIVED) >= MESSAGES);
    }

    @Test
    void shouldNotAllocateWhenSending() {
        final DiameterMessage ccr = Words.ccr(LOWER);
        final DiameterMessage cca = Words.cca(LOWER);

        assertNoGarbage(() -> {
            if (peer.isUsable() && peer.supports(4)) {
                peer.send(ccr.buffer(), ccr.offset(), ccr.messageLength());
            }
            peer.reply(connection.id(), cca.buffer(), cca.offset(), cca.messageLength());
        });

        assertTrue(connection.forgotten >= 2 * MESSAGES);
    }
}
