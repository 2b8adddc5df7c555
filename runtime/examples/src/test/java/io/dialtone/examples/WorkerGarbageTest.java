package io.dialtone.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dialtone.api.ProxiedCall;
import io.dialtone.api.Proxying;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.state.api.StateCodec;
import java.lang.management.ManagementFactory;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.IntConsumer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;

/** What a worker allocates for a call: nothing of its own, only what the handler makes. */
class WorkerGarbageTest {
    /** Calls of 1 ms, so that the 32 s of timers J and L are full and everything pooled has gone round. */
    private static final int WARM_UP_CALLS = 45_000;

    private static final int WINDOW_CALLS = 2_000;
    private static final int WINDOWS = 6;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Answers, and keeps one state for good. */
    private static final class Plain implements SipHandler<Plain.Nothing> {
        /** No state. */
        record Nothing() {}

        private static final Nothing NOTHING = new Nothing();

        @Override
        public Nothing initialState(final SipRequest request) {
            return NOTHING;
        }

        @Override
        public void onRequest(final SipRequest request, final Session<Nothing> session) {
            switch (request.method()) {
                case INVITE -> {
                    request.reply(180).send();
                    request.reply(200).send();
                }
                default -> request.reply(200).send();
            }
        }
    }

    /** Writes a state without fields. */
    private static final class NothingCodec implements StateCodec<Plain.Nothing> {
        @Override
        public int encode(final Plain.Nothing state, final MutableDirectBuffer buffer, final int offset) {
            buffer.putByte(offset, (byte) 1);
            return 1;
        }

        @Override
        public Plain.Nothing decode(final DirectBuffer buffer, final int offset, final int length) {
            return Plain.NOTHING;
        }
    }

    @Test
    void shouldNotAllocateForACallOnceWarm() {
        final long bytes = bestWindow(new CallLoop(Plain::new));

        assertTrue(bytes == 0, () -> bytes + " bytes for " + WINDOW_CALLS + " calls");
    }

    @Test
    void shouldAllocateForTheAnsweringServiceNoMoreThanItsStateAndItsBodies() {
        final long bytes = bestWindow(new CallLoop(AnsweringService::new)) / WINDOW_CALLS;

        assertTrue(bytes < 512, () -> bytes + " bytes for a call");
    }

    @Test
    void shouldNotAllocateForWritingEachEventDownOnceWarm() {
        final CountingReplicator replicator = new CountingReplicator();
        final CallLoop loop = new CallLoop(Plain::new, NothingCodec::new, replicator, new EmptyImages());

        final long bytes = bestWindow(loop);

        assertTrue(bytes == 0, () -> bytes + " bytes for " + WINDOW_CALLS + " calls");
        final long calls = WARM_UP_CALLS + (long) WINDOWS * WINDOW_CALLS;
        assertTrue(replicator.images() >= 3 * calls, () -> replicator.images() + " images");
        assertTrue(replicator.imageBytes() / replicator.images() > 200, "images that hold something");
    }

    /** Passes on to a target that it makes anew for each request. */
    private static final class Passing implements SipHandler<Plain.Nothing> {
        private static final Set<SipMethod> ALL = EnumSet.allOf(SipMethod.class);
        private final boolean isKeeping;
        private int ended;

        Passing(final boolean isKeeping) {
            this.isKeeping = isKeeping;
        }

        @Override
        public Plain.Nothing initialState(final SipRequest request) {
            return Plain.NOTHING;
        }

        @Override
        public void onRequest(final SipRequest request, final Session<Plain.Nothing> session) {
            final Proxying proxying = request.proxy().to("sip:callee@127.0.0.1:5062");
            (isKeeping ? proxying.keepCall() : proxying.recordRoute()).start();
        }

        @Override
        public void onProxiedEnd(final ProxiedCall call, final Session<Plain.Nothing> session) {
            ended += call.isAnswered() ? 1 : 0;
        }

        @Override
        public Set<SipMethod> proxied() {
            return ALL;
        }
    }

    @Test
    void shouldAllocateForAProxiedCallNoMoreThanTheBytesOfItsTarget() {
        final ProxyLoop loop = new ProxyLoop(() -> new Passing(false));

        final long bytes = bestWindow(loop::run) / WINDOW_CALLS;

        assertTrue(bytes <= 48, () -> bytes + " bytes for a call");
    }

    @Test
    void shouldAllocateNoMoreForAProxiedCallThatIsKept() {
        final Passing handler = new Passing(true);
        final ProxyLoop loop = new ProxyLoop(() -> handler);

        final long bytes = bestWindow(loop::run) / WINDOW_CALLS;

        assertTrue(handler.ended >= WARM_UP_CALLS, () -> handler.ended + " calls have ended");
        assertTrue(bytes <= 48, () -> bytes + " bytes for a call");
    }

    @Test
    void shouldAllocateForACallThroughTwoServicesNoMoreThanTheBytesOfItsTargets() {
        final ProxyLoop loop = new ProxyLoop(() -> new Passing(false), () -> new Passing(false));

        final long bytes = bestWindow(loop::run) / WINDOW_CALLS;

        assertTrue(bytes <= 2 * 48, () -> bytes + " bytes for a call");
    }

    private static long bestWindow(final CallLoop loop) {
        return bestWindow(loop::run);
    }

    private static long bestWindow(final IntConsumer calls) {
        calls.accept(WARM_UP_CALLS);
        long best = Long.MAX_VALUE;
        for (int i = 0; i < WINDOWS; i++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            calls.accept(WINDOW_CALLS);
            final long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
            best = Math.min(best, bytes);
        }
        return best;
    }
}
