package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SipWriterTest {
    private static final byte[] RINGING = Messages.bytes("Ringing");
    private static final byte[] TAG = Messages.bytes("as7d6f");

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[2048]);
    private final SipWriter writer = new SipWriter();

    private String finish() {
        final int length = writer.finish();
        assertTrue(length > 0, "length " + length);
        return Messages.text(buffer, 10, length);
    }

    private SipWriter wrap() {
        return writer.wrap(buffer, 10, 2000);
    }

    @Test
    void shouldAnswerWithWhatTheRequestSaid() {
        wrap().response(Messages.datagram(Messages.INVITE), 180, RINGING, TAG)
                .copy(Messages.datagram(Messages.INVITE), HeaderName.RECORD_ROUTE)
                .header(HeaderName.CONTACT, Messages.bytes("<sip:b>"));

        assertEquals("""
                SIP/2.0 180 Ringing
                Via: SIP/2.0/UDP pc33.atlanta.example.com:5066;branch=z9hG4bK776asdhds;rport
                Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKabc;received=192.0.2.7
                From: "Alice \\"A\\"" <sip:alice@atlanta.example.com>;tag=1928301774
                To: Bob <sip:bob@biloxi.example.com>;tag=as7d6f
                Call-ID: a84b4c76e66710@pc33.atlanta.example.com
                CSeq: 314159 INVITE
                Record-Route: <sip:p1.example.com;lr>
                Contact: <sip:b>
                Content-Length: 0

                """.replace("\n", "\r\n"), finish());
    }

    @Test
    void shouldKeepTheTagThatToHas() {
        final String request = Messages.INVITE.replace("To: Bob <sip:bob@biloxi.example.com>", "t: sip:b;tag=x");

        wrap().response(Messages.datagram(request), 200, RINGING, TAG);

        assertTrue(finish().contains("\r\nTo: sip:b;tag=x\r\n"));
    }

    @Test
    void shouldGiveATryingNoTagButTheTimestamp() {
        final String request = Messages.INVITE.replace("To: ", "Timestamp: 54.2\r\nTo: ");

        wrap().response(Messages.datagram(request), 100, RINGING);

        final String answer = finish();
        assertTrue(answer.contains("\r\nTimestamp: 54.2\r\n"));
        assertTrue(answer.contains("\r\nTo: Bob <sip:bob@biloxi.example.com>\r\n"));
    }

    @Test
    void shouldWriteFoldsAsSpaces() {
        final SipMessage message =
                Messages.datagram(new String(Rfc4475Test.resource("wsinv.dat"), StandardCharsets.ISO_8859_1));

        wrap().response(message, 180, RINGING, TAG);

        final String answer = finish();
        assertTrue(answer.contains("\r\nVia: SIP  /   2.0 /UDP 192.0.2.2;branch=390skdjuw\r\n"), answer);
        assertTrue(answer.contains("\r\nTo: sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"), answer);
    }

    @Test
    void shouldNotRepeatWhatIsMalformed() {
        final SipMessage message = Messages.datagram("""
                OPTIONS sip:a SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bK1;;,;,,
                From: "open <sip:a>;tag=1
                To: < sip:x >
                Call-ID: a b
                CSeq: 99999999999 OPTIONS

                """.replace("\n", "\r\n"));

        wrap().refusal(message, message.malformation(), TAG);

        assertEquals("""
                SIP/2.0 400 CSeq Number Too Large
                Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bK1
                From: <sip:unknown@unknown.invalid>
                To: <sip:unknown@unknown.invalid>;tag=as7d6f
                Call-ID: unknown
                CSeq: 0 OPTIONS
                Content-Length: 0

                """.replace("\n", "\r\n"), finish());
    }

    @Test
    void shouldSayThatThereIsNoWayBack() {
        wrap().response(Messages.datagram("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP\r\n\r\n"), 400, RINGING, TAG);

        assertEquals(SipWriter.NO_WAY_BACK, writer.finish());
    }

    @Test
    void shouldSayThatTheMessageDoesNotFit() {
        final SipMessage invite = Messages.datagram(Messages.INVITE);
        wrap().response(invite, 180, RINGING, TAG);
        final int length = writer.finish();

        for (int capacity = 0; capacity < length; capacity++) {
            buffer.putByte(10 + capacity, (byte) '#');
            writer.wrap(buffer, 10, capacity).response(invite, 180, RINGING, TAG);
            assertEquals(SipWriter.TOO_BIG, writer.finish());
            assertEquals('#', buffer.getByte(10 + capacity));
        }
    }

    @Test
    void shouldWriteARequestWithABody() {
        wrap().request(SipMethod.MESSAGE, Messages.bytes("sip:b@example.com"))
                .header(HeaderName.MAX_FORWARDS, 70)
                .header(Messages.bytes("X-Own"), Messages.bytes("1"))
                .begin(HeaderName.CSEQ)
                .putNumber(1)
                .put(' ')
                .put(SipMethod.MESSAGE);
        writer.end();
        final int length = writer.finish(new UnsafeBuffer(Messages.bytes("xhello")), 1, 5);

        assertEquals("""
                MESSAGE sip:b@example.com SIP/2.0
                Max-Forwards: 70
                X-Own: 1
                CSeq: 1 MESSAGE
                Content-Length: 5

                hello""".replace("\n", "\r\n"), Messages.text(buffer, 10, length));
        assertFalse(writer.out().isOverflown());
    }
}
