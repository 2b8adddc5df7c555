package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SipMessageTest {
    private static final String HEADERS = "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nCSeq: 1 OPTIONS\r\n";

    private static String text(final SipMessage message, final int offset, final int length) {
        return Messages.text(message.buffer(), offset, length);
    }

    private static String header(final SipMessage message, final int i) {
        return text(message, message.headerNameOffset(i), message.headerNameLength(i)) + "="
                + text(message, message.headerValueOffset(i), message.headerValueLength(i));
    }

    private static SipMessage withStartLine(final String startLine) {
        return Messages.datagram(startLine + "\r\n" + HEADERS + "\r\n");
    }

    private static SipMessage withHeaders(final String headers) {
        return Messages.datagram("OPTIONS sip:a SIP/2.0\r\n" + headers + "\r\n");
    }

    @Test
    void shouldReadAnInvite() {
        final SipMessage message = Messages.datagram(Messages.INVITE);

        assertEquals(Malformation.NONE, message.malformation());
        assertTrue(message.isRequest());
        assertEquals(SipMethod.INVITE, message.method());
        assertEquals(-1, message.statusCode());
        assertEquals(
                "sip:bob@biloxi.example.com;transport=udp",
                text(message, message.requestUriOffset(), message.requestUriLength()));
        assertEquals(12, message.headerCount());
        assertEquals(HeaderName.VIA, message.headerName(0));
        assertEquals(HeaderName.CONTENT_LENGTH, message.headerName(11));
        assertEquals(70, message.maxForwards());
        assertEquals(314159, message.cseqNumber());
        assertEquals(SipMethod.INVITE, message.cseqMethod());
        assertEquals("1928301774", text(message, message.fromTagOffset(), message.fromTagLength()));
        assertEquals(-1, message.toTagOffset());
        assertEquals(0, message.toTagLength());
        assertEquals("v=0\r\no=-\r\n", text(message, message.bodyOffset(), message.bodyLength()));
        assertEquals(Messages.INVITE.length(), message.messageLength());
        assertEquals("Max-Forwards: 70\r\n", text(message, message.headerLineOffset(2), message.headerLineLength(2)));
    }

    @Test
    void shouldReadAResponseInCompactForm() {
        final SipMessage message = Messages.datagram(Messages.OK);

        assertEquals(Malformation.NONE, message.malformation());
        assertFalse(message.isRequest());
        assertEquals(200, message.statusCode());
        assertEquals("OK", text(message, message.reasonOffset(), message.reasonLength()));
        assertEquals(1, message.nextHeader(message.firstHeader(HeaderName.VIA)));
        assertEquals("a84b4c76e66710", text(message, message.callIdOffset(), message.callIdLength()));
        assertEquals("a6c85cf", text(message, message.toTagOffset(), message.toTagLength()));
        assertEquals(0, message.bodyLength());
    }

    @Test
    void shouldForgetTheMessageBefore() {
        final SipMessage message = new SipMessage(SipLimits.defaults());
        message.parseDatagram(Messages.direct(Messages.INVITE), Messages.ROOM, Messages.INVITE.length());
        message.fromTagOffset();
        final byte[] bare = Messages.bytes("SIP/2.0 100 \r\n\r\n");

        assertEquals(ParseResult.COMPLETE, message.parseDatagram(new UnsafeBuffer(bare), 0, bare.length));

        assertFalse(message.isRequest());
        assertSame(SipMethod.UNKNOWN, message.method());
        assertEquals(0, message.headerCount());
        assertEquals(-1, message.firstHeader(HeaderName.VIA));
        assertEquals(-1, message.callIdOffset());
        assertEquals(-1, message.cseqNumber());
        assertEquals(-1, message.maxForwards());
        assertEquals(-1, message.contentLength());
        assertEquals(-1, message.fromTagOffset());
        assertEquals(-1, message.requestUriOffset());
    }

    @Test
    void shouldReadOnlyTheBytesHandedIn() {
        final UnsafeBuffer buffer = Messages.direct(Messages.INVITE);
        final SipMessage message = new SipMessage(SipLimits.defaults());

        for (int length = 0; length < Messages.INVITE.length(); length++) {
            // Reads beyond the range fail by the assertions in Bytes.
            assertEquals(ParseResult.MALFORMED, message.parseDatagram(buffer, Messages.ROOM, length));
        }
        assertEquals(ParseResult.COMPLETE, message.parseDatagram(buffer, Messages.ROOM, Messages.INVITE.length()));
    }

    @Test
    void shouldThrowOnlyAtACallerThatNamesBytesOutsideItsBuffer() {
        final UnsafeBuffer buffer = Messages.direct("x");
        final SipMessage message = new SipMessage(SipLimits.defaults());

        assertThrows(IndexOutOfBoundsException.class, () -> message.parseDatagram(buffer, 0, buffer.capacity() + 1));
        assertThrows(IndexOutOfBoundsException.class, () -> message.parseDatagram(buffer, -1, 1));
    }

    @Test
    void shouldUnfoldHeaderLines() {
        final SipMessage message =
                withHeaders("Subject: one\r\n two\r\n\tthree \r\nTO :\r\n sip:b ;\r\n tag = x\r\nX-Empty:\r\n");

        assertEquals("Subject=one\r\n two\r\n\tthree", header(message, 0));
        assertEquals("TO=sip:b ;\r\n tag = x", header(message, 1));
        assertEquals("X-Empty=", header(message, 2));
        assertEquals("x", text(message, message.toTagOffset(), message.toTagLength()));
        assertEquals(Malformation.NONE, message.malformation());
    }

    @Test
    void shouldReadNumbersBehindFolds() {
        final SipMessage message = withHeaders("CSeq: 0009\r\n  OPTIONS\r\nMaX-fOrWaRdS:\r\n 0068\r\nl:\t 0 \r\n");

        assertEquals(Malformation.NONE, message.malformation());
        assertEquals(9, message.cseqNumber());
        assertEquals(68, message.maxForwards());
        assertEquals(0, message.contentLength());
    }

    @Test
    void shouldAllowWhiteSpaceBeforeAColon() {
        final SipMessage message = withHeaders("Via\t: SIP/2.0/UDP a\r\nMax-Forwards \t :7\r\nX-Other\t \t: b\r\n");

        assertEquals(Malformation.NONE, message.malformation());
        assertEquals("Via=SIP/2.0/UDP a", header(message, 0));
        assertEquals(7, message.maxForwards());
        assertEquals("X-Other=b", header(message, 2));
        assertEquals(Malformation.HEADER_LINE, withHeaders("V\tia: x\r\n").malformation());
        assertEquals(Malformation.HEADER_LINE, withHeaders("Via\t\r\n : x\r\n").malformation());
    }

    @Test
    void shouldFindHeadersByAnyName() {
        final SipMessage message =
                withHeaders("x-A: 1\r\nX-B: 2\r\nX-a: 3\r\nv: SIP/2.0/UDP a\r\nVIA: SIP/2.0/UDP b\r\n");

        final int first = message.findHeader(Messages.bytes("x-a"));
        assertEquals(0, first);
        assertEquals(2, message.nextHeader(first));
        assertEquals(-1, message.nextHeader(2));
        assertEquals(3, message.findHeader(Messages.bytes("via")));
        assertEquals(4, message.nextHeader(3));
        assertEquals(-1, message.findHeader(Messages.bytes("x-c")));
    }

    @Test
    void shouldIgnoreLineEndsBeforeAndBytesBehindADatagram() {
        final SipMessage message =
                Messages.datagram("\r\n\r\n\nOPTIONS sip:a SIP/2.0\r\n" + HEADERS + "l: 2\r\n\r\nabcdef");

        assertEquals(Malformation.NONE, message.malformation());
        assertEquals(5, message.leadingBytes());
        assertEquals("ab", text(message, message.bodyOffset(), message.bodyLength()));
    }

    @Test
    void shouldTakeTheRestOfADatagramAsBodyWithoutContentLength() {
        final SipMessage message = Messages.datagram("OPTIONS sip:a SIP/2.0\r\n" + HEADERS + "\r\nabcdef");

        assertEquals("abcdef", text(message, message.bodyOffset(), message.bodyLength()));
    }

    @Test
    void shouldAcceptBareLineFeedsUnlessTold() {
        final String text = "OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP a\n folded\nCSeq: 1 OPTIONS\n\nbody";
        final SipMessage strict = new SipMessage(new SipLimits(65_535, 8192, 16_384, 256, false));

        assertEquals(Malformation.NONE, Messages.datagram(text).malformation());
        assertEquals(2, Messages.datagram(text).headerCount());
        assertEquals(ParseResult.MALFORMED, strict.parseDatagram(Messages.direct(text), Messages.ROOM, text.length()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OPTIONS sip:a sip/2.0",
                "OPTIONS urn:service:sos.fire SIP/2.0",
                "OPTIONS tel:+1-201-555-0123;phone-context=x SIP/2.0",
                "OPTIONS sip:[2001:db8::1]:5060 SIP/2.0",
                "OPTIONS http://[::1]/ SIP/2.0",
                "SIP/2.0 200 OK",
                "sip/2.0 200 OK",
                "SIP/2.0 699 ",
                "SIP/2.0 100",
                "SIP/2.0 200 \u00c3\u00a9 = 2**3\twith tab",
            })
    void shouldAcceptStartLine(final String line) {
        assertEquals(Malformation.NONE, withStartLine(line).malformation());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "OPTIONS  sip:a SIP/2.0|REQUEST_LINE_SPACES",
                "OPTIONS sip:a  SIP/2.0|REQUEST_LINE_SPACES",
                "OPTIONS sip:a SIP/2.0 |REQUEST_LINE_SPACES",
                "OPTIONS sip:a; lr SIP/2.0|REQUEST_LINE_SPACES",
                "OPTIONS sip:a\tb SIP/2.0|REQUEST_LINE_SPACES",
                "OPTIONS  SIP/2.0|REQUEST_LINE",
                "OPTIONS sip:a|REQUEST_LINE",
                "OPTIONS sip:a HTTP/1.1|REQUEST_LINE",
                "GET / HTTP/1.1|NOT_SIP",
                "OPTIONS <sip:a> SIP/2.0|REQUEST_URI_BRACKETS",
                "OPTIONS sip:a> SIP/2.0|REQUEST_URI_BRACKETS",
                "OPTIONS sip:a SIP/3.0|VERSION",
                "OPTIONS sip:a SIP/2.1|VERSION",
                "OPTIONS sip:a SIP/2.00|VERSION",
                "OPT(IONS sip:a SIP/2.0|NOT_SIP",
                "OPTI\u00d6NS sip:a SIP/2.0|NOT_SIP",
                "sip:a OPTIONS SIP/2.0|NOT_SIP",
                "SIP/2.0 99 Low|STATUS_CODE",
                "SIP/2.0 099 Low|STATUS_CODE",
                "SIP/2.0 700 High|STATUS_CODE",
                "SIP/2.0 4294967301 High|STATUS_CODE",
                "SIP/2.0 2x0 OK|STATUS_CODE",
                "SIP/2.0 200OK now|STATUS_LINE",
                "SIP/2.0  200 OK|STATUS_LINE",
                "SIP/2.0 OK or not|STATUS_LINE",
                "SIP/3.0 200 OK|STATUS_LINE",
                "SIP/2.0 200 O\u0000K|STATUS_LINE",
                "x|NOT_SIP",
            })
    void shouldRefuseStartLine(final String line, final Malformation why) {
        assertEquals(why, withStartLine(line).malformation());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CSeq: 1|CSEQ",
                "CSeq: OPTIONS|CSEQ",
                "CSeq: 1OPTIONS|CSEQ",
                "CSeq: -1 OPTIONS|CSEQ",
                "CSeq: 1 OPT(IONS|CSEQ",
                "CSeq:|CSEQ",
                "CSeq: 1 OPTIONS OPTIONS|CSEQ",
                "CSeq: 2147483648 OPTIONS|CSEQ_NUMBER",
                "CSeq: 36893488147419103232 OPTIONS|CSEQ_NUMBER",
                "CSeq: 1 INVITE|CSEQ_METHOD",
                "CSeq: 1 options|CSEQ_METHOD",
                "Max-Forwards: 256|MAX_FORWARDS",
                "Max-Forwards: -1|MAX_FORWARDS",
                "Max-Forwards: 7x|MAX_FORWARDS",
                "Max-Forwards:|MAX_FORWARDS",
                "l: -1|CONTENT_LENGTH",
                "l: 1,1|CONTENT_LENGTH",
                "l:|CONTENT_LENGTH",
                "l: 1|CONTENT_LENGTH_TOO_LARGE",
                "l: 99999999999999999999|CONTENT_LENGTH_TOO_LARGE",
                "no colon here|HEADER_LINE",
                ": no name|HEADER_LINE",
                "bad name: x|HEADER_LINE",
                "b\u00e4d: x|HEADER_LINE",
            })
    void shouldRefuseHeader(final String line, final Malformation why) {
        final SipMessage message = withHeaders("Via: SIP/2.0/UDP a\r\n" + line + "\r\nTo: sip:b\r\n");

        assertEquals(why, message.malformation());
        assertEquals(400, message.answerStatus());
        // What stands before and behind is there for the answer.
        assertEquals(0, message.firstHeader(HeaderName.VIA));
        assertTrue(message.firstHeader(HeaderName.TO) > 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CSeq: 2147483647 OPTIONS|2147483647",
                "CSeq: 0 OPTIONS|0",
                "CSeq: 000000000000000000000000000000007 OPTIONS|7",
            })
    void shouldAcceptCSeq(final String line, final long number) {
        final SipMessage message = withHeaders(line + "\r\n");

        assertEquals(Malformation.NONE, message.malformation());
        assertEquals(number, message.cseqNumber());
    }

    @Test
    void shouldTakeTheFirstOfHeadersThatMustBeSingle() {
        final SipMessage message =
                Messages.datagram("OPTIONS sip:a SIP/2.0\r\nl: 3\r\nl: 5\r\nCSeq: 1 OPTIONS\r\nCSeq: 2 OPTIONS\r\n"
                        + "Max-Forwards: 5\r\nMax-Forwards: 6\r\n\r\nabcdef");

        assertEquals(Malformation.NONE, message.malformation());
        assertEquals(3, message.bodyLength());
        assertEquals(1, message.cseqNumber());
        assertEquals(5, message.maxForwards());
    }

    @Test
    void shouldNotTakeAColonOfTheNextLineForThisOne() {
        final SipMessage message = withHeaders("abc\r\nv: SIP/2.0/UDP a\r\n");

        assertEquals(Malformation.HEADER_LINE, message.malformation());
        assertEquals(0, message.firstHeader(HeaderName.VIA));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Subject: a\rb\r\n", "Subject\r: a\r\n", "Subject: a\r\r\n"})
    void shouldRefuseACarriageReturnAlone(final String line) {
        assertEquals(
                Malformation.LINE_END,
                withHeaders("Via: SIP/2.0/UDP a\r\n" + line).malformation());
    }

    @Test
    void shouldRefuseHeadersThatDoNotEnd() {
        assertEquals(
                Malformation.HEADERS_UNFINISHED,
                Messages.datagram("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n")
                        .malformation());
        assertEquals(
                Malformation.HEADERS_UNFINISHED,
                Messages.datagram("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a").malformation());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\r\n\r\n", "\r\n", "\n"})
    void shouldTakeLineEndsAloneForAKeepAlive(final String text) {
        final SipMessage message = Messages.datagram(text);

        assertEquals(Malformation.EMPTY, message.malformation());
        assertEquals(Malformation.DISCARD, message.answerStatus());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0\0\0\0", "jaK\0", "garbage", "\u00ff\u00fe\u0000\u0001\r\n\r\n", "<xml/>\r\n\r\n"})
    void shouldDiscardWhatIsNoSip(final String text) {
        final SipMessage message = Messages.datagram(text);

        assertEquals(Malformation.NOT_SIP, message.malformation());
        assertEquals(Malformation.DISCARD, message.answerStatus());
    }

    @Test
    void shouldAnswerNeitherResponseNorAck() {
        final SipMessage response = Messages.datagram("SIP/2.0 200 OK\r\nCSeq: x\r\n\r\n");
        final SipMessage ack = Messages.datagram("ACK sip:a SIP/2.0\r\nCSeq: x\r\n\r\n");

        assertEquals(Malformation.CSEQ, response.malformation());
        assertEquals(Malformation.DISCARD, response.answerStatus());
        assertEquals(Malformation.DISCARD, ack.answerStatus());
    }

    @Test
    void shouldKeepToItsLimits() {
        final SipMessage message = new SipMessage(new SipLimits(300, 40, 60, 4, true));
        final String start = "OPTIONS sip:a SIP/2.0\r\n";

        assertEquals(Malformation.NONE, parse(message, start + HEADERS + "\r\n"));
        assertEquals(
                Malformation.START_LINE_TOO_LARGE,
                parse(message, "OPTIONS sip:" + "a".repeat(40) + " SIP/2.0\r\n" + HEADERS + "\r\n"));
        assertEquals(414, message.answerStatus());
        assertEquals(2, message.headerCount());
        assertEquals(
                Malformation.HEADER_TOO_LARGE,
                parse(message, start + "S: " + "a".repeat(60) + "\r\n" + HEADERS + "\r\n"));
        assertEquals(2, message.headerCount());
        assertEquals(Malformation.TOO_MANY_HEADERS, parse(message, start + "a:b\r\n".repeat(5) + "\r\n"));
        assertEquals(4, message.headerCount());
        assertEquals(Malformation.MESSAGE_TOO_LARGE, parse(message, start + HEADERS + "\r\n" + "x".repeat(300)));
        assertEquals(513, message.answerStatus());
    }

    private static Malformation parse(final SipMessage message, final String text) {
        message.parseDatagram(Messages.direct(text), Messages.ROOM, text.length());
        return message.malformation();
    }

    @Test
    void shouldLetGoOfItsBytes() {
        final SipMessage message = Messages.datagram(Messages.INVITE);

        message.release();

        assertEquals(0, message.headerCount());
        assertEquals(0, message.buffer().capacity());
        assertEquals(
                ParseResult.COMPLETE,
                message.parseDatagram(Messages.direct(Messages.OK), Messages.ROOM, Messages.OK.length()));
    }
}
