package io.dialtone.diameter.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.peer.PeerConnection;
import io.dialtone.net.IoKind;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class RelayingAllocationTest {
    private static final int WINDOWS = 8;
    private static final int MESSAGES_PER_WINDOW = 20_000;
    private static final int IN_FLIGHT = 16;

    /** Sends each message back; reads its own thread's allocation now and then. */
    private static final class MeasuringScript implements ScriptedDoor.Script {
        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        private final long[] allocatedAtWindow = new long[WINDOWS + 1];
        private int messages;
        private volatile int windows;

        @Override
        public void onMessage(final PeerConnection from, final DiameterMessage message) {
            final int window = messages / MESSAGES_PER_WINDOW;
            if (messages % MESSAGES_PER_WINDOW == 0 && window <= WINDOWS) {
                allocatedAtWindow[window] = THREADS.getCurrentThreadAllocatedBytes();
                windows = window + 1;
            }
            messages++;
            from.send(message.buffer(), message.offset(), message.messageLength());
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
    void shouldNotAllocateWhenMessagesComeAndLeave() throws IOException {
        // given
        final MeasuringScript script = new MeasuringScript();
        final byte[] message = Bytes.request(1, 400);
        // Three and a half: half a message is kept over and over.
        final byte[] some = Bytes.all(message, message, message, message);
        final int cut = some.length - message.length / 2;

        // when
        try (Harness transport = new Harness(Harness.tcp(IoKind.EPOLL), script);
                RawPeer peer = transport.connect()) {
            for (int i = 0; i < IN_FLIGHT / 4; i++) {
                peer.send(some);
            }
            while (script.windows <= WINDOWS) {
                peer.expect(some);
                peer.send(some, 0, cut);
                peer.send(some, cut, some.length);
            }
        }

        // then
        assertEquals(0, script.leastAllocatedInAWindow(), "bytes allocated per " + MESSAGES_PER_WINDOW + " messages");
        assertTrue(script.messages >= WINDOWS * MESSAGES_PER_WINDOW);
    }
}
