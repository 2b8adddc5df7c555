package io.dialtone.sip.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamFramerTest {
    private static final int MESSAGE_BYTES_MAX = 2_000;
    private static final String PING = "\r\n\r\n";

    private final Seen seen = new Seen();
    private final StreamFramer framer =
            new StreamFramer(new SipMessage(new SipLimits(MESSAGE_BYTES_MAX, 200, 500, 20, true)), seen);

    private static final class Seen implements StreamFramer.Sink {
        final List<String> messages = new ArrayList<>();
        int pings;

        @Override
        public void onMessage(final DirectBuffer buffer, final int offset, final int length) {
            messages.add(buffer.getStringWithoutLengthAscii(offset, length));
        }

        @Override
        public void onPing() {
            pings++;
        }
    }

    @Test
    void shouldShowAMessageThatComesWhole() {
        assertTrue(read(message(1, "hello")));

        assertEquals(List.of(message(1, "hello")), seen.messages);
        assertFalse(framer.isWithinMessage());
        assertEquals(0, framer.keptBytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100, 333, 5_000})
    void shouldShowTheSameMessagesHoweverTheyAreCut(final int bytesARead) {
        final List<String> sent = new ArrayList<>();
        final StringBuilder stream = new StringBuilder(PING);
        for (int i = 0; i < 20; i++) {
            sent.add(message(i, "x".repeat(i * 37)));
            stream.append(sent.getLast()).append(i % 3 == 0 ? PING : "").append(i % 5 == 0 ? "\r\n" : "");
        }

        for (int at = 0; at < stream.length(); at += bytesARead) {
            assertTrue(read(stream.substring(at, Math.min(stream.length(), at + bytesARead))));
        }

        assertEquals(sent, seen.messages);
        assertEquals(8, seen.pings);
        assertFalse(framer.isWithinMessage());
    }

    @Test
    void shouldShowTheSameMessagesCutAtRandom() {
        final Random random = new Random(7);
        final List<String> sent = new ArrayList<>();
        final StringBuilder stream = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            sent.add(message(i, "y".repeat(random.nextInt(1_500))));
            stream.append(sent.getLast());
        }

        for (int at = 0; at < stream.length(); ) {
            final int end = Math.min(stream.length(), at + 1 + random.nextInt(3_000));
            assertTrue(read(stream.substring(at, end)));
            at = end;
        }

        assertEquals(sent, seen.messages);
        assertEquals(0, framer.keptBytes());
    }

    @Test
    void shouldKeepOnlyTheBeginningOfAMessageWhoseRestIsOnItsWay() {
        final String second = message(2, "");

        read(message(1, "") + second.substring(0, 30));

        assertEquals(List.of(message(1, "")), seen.messages);
        assertTrue(framer.isWithinMessage());
        assertTrue(framer.keptBytes() <= 1_024);
        read(second.substring(30));
        assertEquals(List.of(message(1, ""), second), seen.messages);
        assertEquals(0, framer.keptBytes());
    }

    @Test
    void shouldShowAMessageThatIsWrongButHasAnEnd() {
        final String wrong = message(1, "hi").replace("CSeq: 1 OPTIONS", "CSeq: one OPTIONS");

        assertTrue(read(wrong + message(2, "")));

        assertEquals(List.of(wrong, message(2, "")), seen.messages);
    }

    @Test
    void shouldGiveUpAStreamWhoseNextMessageCannotBeFound() {
        assertFalse(read(message(1, "").replace("Content-Length: 0\r\n", "")));
        assertEquals(Malformation.CONTENT_LENGTH_MISSING, framer.malformation());
    }

    @Test
    void shouldGiveUpWhatIsNoSip() {
        assertFalse(read("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"));
    }

    @Test
    void shouldKeepNoMoreThanAMessageMayHave() {
        final String head = "OPTIONS sip:a@example.com SIP/2.0\r\nVia: ";
        boolean isWell = read(head);
        int sent = head.length();
        while (isWell && sent < 10 * MESSAGE_BYTES_MAX) {
            isWell = read("v".repeat(100));
            sent += 100;
        }

        assertFalse(isWell);
        assertTrue(framer.keptBytes() <= 2 * MESSAGE_BYTES_MAX + 200, framer.keptBytes() + " bytes");
        assertTrue(seen.messages.isEmpty());
    }

    @Test
    void shouldRefuseABodyThatIsTooLongBeforeItComes() {
        assertFalse(read(message(1, "").replace("Content-Length: 0", "Content-Length: 100000")));
        assertEquals(Malformation.MESSAGE_TOO_LARGE, framer.malformation());
    }

    @Test
    void shouldTakeAPongAndStrayLineEndsForNothing() {
        read("\r\n");
        read(message(1, ""));
        read("\n");
        read(message(2, ""));

        assertEquals(List.of(message(1, ""), message(2, "")), seen.messages);
        assertEquals(0, seen.pings);
    }

    private boolean read(final String bytes) {
        final byte[] read = bytes.getBytes(StandardCharsets.US_ASCII);
        return framer.read(new UnsafeBuffer(read), 0, read.length);
    }

    private static String message(final int number, final String body) {
        return "OPTIONS sip:a@example.com SIP/2.0\r\n"
                + "Via: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK" + number + "\r\n"
                + "Max-Forwards: 70\r\n"
                + "From: <sip:b@example.com>;tag=1\r\n"
                + "To: <sip:a@example.com>\r\n"
                + "Call-ID: " + number + "\r\n"
                + "CSeq: 1 OPTIONS\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }
}
