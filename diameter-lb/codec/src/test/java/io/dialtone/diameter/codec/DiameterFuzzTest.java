package io.dialtone.diameter.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Fuzzing by Jazzer. Without more, each target runs over its corpus under {@code src/test/resources}, as a test of what was once found. With {@code JAZZER_FUZZ=1}
 * in the environment one target is fuzzed: {@code JAZZER_FUZZ=1 mvn -pl diameter-lb/codec test -Dtest=DiameterFuzzTest#message},
 * for {@link #DURATION} or what {@code JAZZER_MAX_DURATION=30s} says.
 *
 * <p>Messages lie at the end of a buffer: reads past it fail by its bounds, reads outside the AVP or the group by what {@link Everything} checks.
 */
class DiameterFuzzTest {
    private static final String DURATION = "5m";
    private static final int BYTES_MAX = 65_536;

    private static final Everything EVERYTHING = new Everything();
    private static final UnsafeBuffer BUFFER = new UnsafeBuffer(ByteBuffer.allocateDirect(BYTES_MAX));

    private static int place(final byte[] data) {
        final int length = Math.min(data.length, BYTES_MAX);
        BUFFER.putBytes(BYTES_MAX - length, data, 0, length);
        return length;
    }

    /** Parser, cursor at all depths, editor, and our answer to it. */
    @FuzzTest(maxDuration = DURATION)
    void message(final byte[] data) {
        final int length = place(data);
        EVERYTHING.read(BUFFER, BYTES_MAX - length, length);
    }

    /** The same behind a header that is always right, so that the AVPs get all the attention. */
    @FuzzTest(maxDuration = DURATION)
    void avps(final byte[] data) {
        final int length = place(data) & ~3;
        final int whole = Math.min(BYTES_MAX, length + DiameterMessage.HEADER_BYTES);
        final int from = BYTES_MAX - whole;
        BUFFER.putInt(from, DiameterMessage.VERSION << 24 | whole, DiameterMessage.NETWORK);
        BUFFER.putInt(from + 4, CommandFlags.REQUEST << 24 | CommandCode.CREDIT_CONTROL, DiameterMessage.NETWORK);
        assertTrue(EVERYTHING.read(BUFFER, from, whole) != ParseResult.NEEDS_MORE);
    }

    /** What is said of a message does not depend on how its bytes come in. */
    @FuzzTest(maxDuration = DURATION)
    void stream(final byte[] data) {
        final int length = place(data);
        final int from = BYTES_MAX - length;
        final DiameterMessage message = EVERYTHING.message;
        final ParseResult whole = message.parse(BUFFER, from, length);
        final int messageLength = message.messageLength();
        final Malformation malformation = message.malformation();
        int seed = length;
        int available = 0;
        ParseResult result = ParseResult.NEEDS_MORE;
        while (result == ParseResult.NEEDS_MORE && available < length) {
            seed = seed * 1_103_515_245 + 12_345;
            available = Math.min(length, available + 1 + (seed >>> 16) % 200);
            result = EVERYTHING.read(BUFFER, from, available);
        }
        assertEquals(whole, result);
        assertEquals(messageLength, message.messageLength());
        assertEquals(malformation, message.malformation());
    }
}
