package io.dialtone.sip.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dialtone.net.IoKind;
import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ForwardingAllocationTest {
    private static final int WINDOWS = 8;
    private static final int MESSAGES_PER_WINDOW = 100_000;
    private static final int IN_FLIGHT = 16;

    /** Grows each message to the front, as a Via does, and sends it back; reads its own thread's allocation now and then. */
    private static final class MeasuringIngress implements SipIngress {
        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        private final SipEgress egress;
        private final SipFlow to = new SipFlow();
        private final long[] allocatedAtWindow = new long[WINDOWS + 1];
        private int messages;
        private volatile int windows;

        MeasuringIngress(final SipEgress egress) {
            this.egress = egress;
        }

        @Override
        public void onMessage(
                final UnsafeBuffer buffer, final int offset, final int length, final SipFlow from, final long nowNs) {
            final int window = messages / MESSAGES_PER_WINDOW;
            if (messages % MESSAGES_PER_WINDOW == 0 && window <= WINDOWS) {
                allocatedAtWindow[window] = THREADS.getCurrentThreadAllocatedBytes();
                windows = window + 1;
            }
            messages++;
            to.copyFrom(from);
            if (messages % 3 == 0) {
                buffer.putLong(offset - Long.BYTES, messages);
                egress.send(buffer, offset - Long.BYTES, length + Long.BYTES, to);
            } else if (messages % 3 == 1) {
                egress.sendCopy(buffer, offset, length, to);
            } else {
                final UnsafeBuffer own = egress.claim();
                own.putBytes(0, buffer, offset, length);
                egress.send(own, 0, length, to);
            }
        }

        @Override
        public int doWork(final long nowNs) {
            return 0;
        }

        @Override
        public long nextDeadlineNs() {
            return System.nanoTime() + 50_000_000L;
        }

        long leastAllocatedInAWindow() {
            long least = Long.MAX_VALUE;
            for (int i = 1; i < allocatedAtWindow.length; i++) {
                least = Math.min(least, allocatedAtWindow[i] - allocatedAtWindow[i - 1]);
            }
            return least;
        }
    }

    @Test
    void shouldNotAllocateWhenForwardingDatagrams() throws IOException {
        // given
        final MeasuringIngress[] ingress = new MeasuringIngress[1];
        final SipTransportConfig config = SipTransportConfig.builder()
                .io(IoKind.EPOLL)
                .listen("127.0.0.1", 0)
                .build();

        // when
        try (SipTransport transport = SipTransport.start(config, (loop, egress) -> {
                    ingress[0] = new MeasuringIngress(egress);
                    return ingress[0];
                });
                Peer peer = new Peer("127.0.0.1")) {
            assertEquals(IoKind.EPOLL, transport.io());
            final InetSocketAddress to = transport.listeners().get(0).local();
            final byte[] message = new byte[500];
            Arrays.fill(message, (byte) 'x');
            for (int i = 0; i < IN_FLIGHT; i++) {
                peer.send(message, to);
            }
            while (ingress[0].windows <= WINDOWS) {
                peer.awaitLength();
                peer.send(message, to);
            }
        }

        // then
        assertEquals(
                0, ingress[0].leastAllocatedInAWindow(), "bytes allocated per " + MESSAGES_PER_WINDOW + " messages");
        assertTrue(ingress[0].messages >= WINDOWS * MESSAGES_PER_WINDOW);
    }
}
