package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SipStreamTest {
    private final SipMessage message = new SipMessage(new SipLimits(2000, 100, 200, 16, true));

    private ParseResult parse(final String text) {
        return message.parseStream(Messages.direct(text), Messages.ROOM, text.length());
    }

    @Test
    void shouldAskForMoreUntilTheMessageIsThere() {
        final UnsafeBuffer buffer = Messages.direct(Messages.INVITE);
        final int length = Messages.INVITE.length();

        for (int available = 0; available < length; available++) {
            assertEquals(ParseResult.NEEDS_MORE, message.parseStream(buffer, Messages.ROOM, available));
            assertTrue(message.bytesNeeded() > 0 && message.bytesNeeded() <= length - available);
        }

        assertEquals(ParseResult.COMPLETE, message.parseStream(buffer, Messages.ROOM, length));
        assertEquals(length, message.messageLength());
    }

    @Test
    void shouldSayHowMuchOfTheBodyIsMissing() {
        assertEquals(ParseResult.NEEDS_MORE, parse("OPTIONS sip:a SIP/2.0\r\nl: 10\r\n\r\nabc"));
        assertEquals(7, message.bytesNeeded());
    }

    @Test
    void shouldReadOneMessageAfterTheOther() {
        final String first = "\r\n\r\nOPTIONS sip:a SIP/2.0\r\nl: 3\r\n\r\nabc";
        final String second = "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n";

        assertEquals(ParseResult.COMPLETE, parse(first + second));
        assertEquals(first.length(), message.messageLength());
        assertEquals(4, message.leadingBytes());
        assertEquals("abc", Messages.text(message.buffer(), message.bodyOffset(), message.bodyLength()));
        assertEquals(ParseResult.COMPLETE, parse(second));
        assertEquals(200, message.statusCode());
    }

    @Test
    void shouldTakeLineEndsForKeepAlives() {
        assertEquals(ParseResult.NEEDS_MORE, parse("\r\n\r\n"));
        assertEquals(4, message.leadingBytes());
    }

    @Test
    void shouldRefuseAMessageWithoutContentLength() {
        assertEquals(ParseResult.MALFORMED, parse("OPTIONS sip:a SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n"));
        assertEquals(Malformation.CONTENT_LENGTH_MISSING, message.malformation());
        assertEquals(0, message.messageLength());
    }

    @Test
    void shouldRefuseContentLengthsThatDiffer() {
        assertEquals(ParseResult.MALFORMED, parse("OPTIONS sip:a SIP/2.0\r\nl: 3\r\nl: 5\r\n\r\nabcde"));
        assertEquals(Malformation.CONTENT_LENGTH_DIFFERS, message.malformation());
        assertEquals(0, message.messageLength());
        assertEquals(ParseResult.COMPLETE, parse("OPTIONS sip:a SIP/2.0\r\nl: 3\r\nl: 03\r\n\r\nabcde"));
    }

    /** The next message of the stream can still be read. */
    @Test
    void shouldKnowTheLengthOfAMalformedMessage() {
        final String bad = "OPTIONS sip:a SIP/2.0\r\nCSeq: 1 INVITE\r\nl: 2\r\n\r\nab";

        assertEquals(ParseResult.NEEDS_MORE, parse(bad.substring(0, bad.length() - 1)));
        assertEquals(ParseResult.MALFORMED, parse(bad + "more"));
        assertEquals(Malformation.CSEQ_METHOD, message.malformation());
        assertEquals(bad.length(), message.messageLength());
    }

    @Test
    void shouldNotWaitForWhatIsTooLarge() {
        assertEquals(ParseResult.MALFORMED, parse("OPTIONS sip:" + "a".repeat(200)));
        assertEquals(Malformation.START_LINE_TOO_LARGE, message.malformation());
        assertEquals(ParseResult.MALFORMED, parse("OPTIONS sip:a SIP/2.0\r\nSubject: " + "a".repeat(200)));
        assertEquals(Malformation.HEADER_TOO_LARGE, message.malformation());
        assertEquals(ParseResult.MALFORMED, parse("OPTIONS sip:a SIP/2.0\r\nl: 2000\r\n\r\n"));
        assertEquals(Malformation.MESSAGE_TOO_LARGE, message.malformation());
        assertEquals(ParseResult.MALFORMED, parse("OPTIONS sip:a SIP/2.0\r\nl: 99999999999999999999\r\n\r\n"));
        assertEquals(Malformation.MESSAGE_TOO_LARGE, message.malformation());
        assertEquals(ParseResult.MALFORMED, parse("OPTIONS sip:a SIP/2.0\r\n" + "a: b\r\n".repeat(18)));
        assertEquals(Malformation.TOO_MANY_HEADERS, message.malformation());
    }

    @Test
    void shouldRefuseWhatIsNoSipAsSoonAsItsFirstLineEnds() {
        assertEquals(ParseResult.MALFORMED, parse("GET / HTTP/1.1\r\n"));
        assertEquals(Malformation.NOT_SIP, message.malformation());
    }
}
