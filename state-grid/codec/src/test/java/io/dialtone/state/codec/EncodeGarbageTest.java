package io.dialtone.state.codec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dialtone.state.api.StateCodec;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;

/** What encoding allocates: nothing. */
class EncodeGarbageTest {
    private static final int WARM_UP = 50_000;
    private static final int WINDOW = 5_000;
    private static final int WINDOWS = 6;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    enum Phase {
        RINGING,
        UP
    }

    record Leg(String tag, int port, boolean isUp) {}

    @SuppressWarnings("ArrayRecordComponent") // states of services have such
    record Call(
            String peer,
            String latin,
            String cyrillic,
            Phase phase,
            int count,
            long bytes,
            float load,
            double price,
            byte[] sdp,
            Instant since,
            UUID id,
            Leg leg,
            List<Leg> legs,
            Optional<String> realm) {}

    private static final Call CALL = new Call(
            "sip:bob@example.org",
            "M\u00fcnchen",
            "\u041c\u043e\u0441\u043a\u0432\u0430",
            Phase.UP,
            70_000,
            1L << 40,
            1.5f,
            2.5,
            new byte[40],
            Instant.EPOCH.plusSeconds(1_700_000_000),
            new UUID(1, 2),
            new Leg("a1", 5_060, true),
            List.of(new Leg("b1", 5_061, false), new Leg("b2", 5_062, true)),
            Optional.of("example.org"));

    private static long bestWindow(final StateLimits limits, final boolean isTooLong) {
        final RecordStateCodec<Call> codec = RecordStateCodec.of(Call.class, limits);
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(4_096);
        encode(codec, buffer, WARM_UP, isTooLong);
        long best = Long.MAX_VALUE;
        for (int i = 0; i < WINDOWS; i++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            encode(codec, buffer, WINDOW, isTooLong);
            best = Math.min(best, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return best;
    }

    private static void encode(
            final StateCodec<Call> codec,
            final ExpandableArrayBuffer buffer,
            final int times,
            final boolean isTooLong) {
        for (int i = 0; i < times; i++) {
            final int length = codec.encode(CALL, buffer, 0);
            assertTrue(isTooLong == (length == StateCodec.TOO_LONG));
        }
    }

    @Test
    void shouldNotAllocateWhenEncoding() {
        final long bytes = bestWindow(StateLimits.defaults(), false);

        assertTrue(bytes == 0, () -> bytes + " bytes for " + WINDOW + " states");
    }

    @Test
    void shouldNotAllocateWhenAStateIsTooLong() {
        final long bytes = bestWindow(StateLimits.defaults().withStateBytesMax(200), true);

        assertTrue(bytes == 0, () -> bytes + " bytes for " + WINDOW + " states");
    }
}
