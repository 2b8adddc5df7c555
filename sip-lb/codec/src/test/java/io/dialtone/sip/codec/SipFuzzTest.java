package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Fuzzing by Jazzer. Without more, each target runs over its corpus under {@code src/test/resources}, as a test of what was once found. With {@code JAZZER_FUZZ=1}
 * in the environment one target is fuzzed: {@code JAZZER_FUZZ=1 mvn -pl sip-lb/codec test -Dtest=SipFuzzTest#datagram},
 * for {@link #DURATION} or what {@code JAZZER_MAX_DURATION=30s} says.
 *
 * <p>Every read outside the bytes handed in fails by the assertions in {@link Bytes}.
 */
class SipFuzzTest {
    private static final String DURATION = "5m";
    private static final int BYTES_MAX = 65_535;

    private static final Everything EVERYTHING = new Everything();
    private static final UnsafeBuffer BUFFER = new UnsafeBuffer(ByteBuffer.allocateDirect(BYTES_MAX));

    private static int place(final byte[] data) {
        final int length = Math.min(data.length, BYTES_MAX);
        BUFFER.putBytes(BYTES_MAX - length, data, 0, length);
        return length;
    }

    /** Parser, all views, grammar, editor, and our answer to it. */
    @FuzzTest(maxDuration = DURATION)
    void datagram(final byte[] data) {
        final int length = place(data);
        EVERYTHING.readDatagram(BUFFER, BYTES_MAX - length, length);
    }

    /** What a stream says of a message does not depend on how the bytes come in. */
    @FuzzTest(maxDuration = DURATION)
    void stream(final byte[] data) {
        final int length = place(data);
        final int from = BYTES_MAX - length;
        final SipMessage message = EVERYTHING.message;
        final ParseResult whole = EVERYTHING.readStream(BUFFER, from, length);
        final int messageLength = message.messageLength();
        final Malformation malformation = message.malformation();
        int seed = length;
        for (final byte c : data) {
            seed = seed * 31 + c;
        }
        int available = 0;
        ParseResult result = ParseResult.NEEDS_MORE;
        while (result == ParseResult.NEEDS_MORE && available < length) {
            seed = seed * 1_103_515_245 + 12_345;
            final int wanted = Math.max(message.bytesNeeded(), 1 + (seed >>> 16) % 200);
            available = Math.min(length, available + wanted);
            result = EVERYTHING.readStream(BUFFER, from, available);
        }
        assertEquals(whole, result);
        if (whole == ParseResult.COMPLETE) {
            assertEquals(messageLength, message.messageLength());
            assertTrue(messageLength <= available);
        } else if (whole == ParseResult.MALFORMED && messageLength > 0) {
            assertEquals(malformation, message.malformation());
        }
    }

    @FuzzTest(maxDuration = DURATION)
    void uri(final byte[] data) {
        wrapped("OPTIONS ", data, " SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKa\r\nCSeq: 1 OPTIONS\r\n\r\n");
        wrapped("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nm: <", data, ">\r\nCSeq: 1 OPTIONS\r\n\r\n");
    }

    @FuzzTest(maxDuration = DURATION)
    void via(final byte[] data) {
        wrapped("OPTIONS sip:a SIP/2.0\r\nv: ", data, "\r\nCSeq: 1 OPTIONS\r\n\r\n");
        wrapped("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;", data, "\r\nCSeq: 1 OPTIONS\r\n\r\n");
    }

    @FuzzTest(maxDuration = DURATION)
    void nameAddr(final byte[] data) {
        wrapped("INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nCSeq: 1 INVITE\r\nf: ", data, "\r\nt:sip:b\r\n\r\n");
        wrapped("INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nCSeq: 1 INVITE\r\nRoute: ", data, "\r\n\r\n");
        wrapped("INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nCSeq: 1 INVITE\r\nContact: ", data, "\r\n\r\n");
    }

    private static void wrapped(final String before, final byte[] data, final String after) {
        final int room = BYTES_MAX - before.length() - after.length();
        final int dataLength = Math.min(data.length, room);
        final int length = before.length() + dataLength + after.length();
        final int from = BYTES_MAX - length;
        BUFFER.putStringWithoutLengthAscii(from, before);
        BUFFER.putBytes(from + before.length(), data, 0, dataLength);
        BUFFER.putStringWithoutLengthAscii(from + before.length() + dataLength, after);
        EVERYTHING.readDatagram(BUFFER, from, length);
    }
}
