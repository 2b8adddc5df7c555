package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SipMessageTest {
    @Test
    void shouldReadAnInvite() {
        final SipMessage message = Messages.datagram(Messages.INVITE);

        assertEquals(Malformation.NONE, message.malformation());
        assertTrue(message.isRequest());
        assertEquals(SipMethod.INVITE, message.method());
        assertEquals(
                "sip:bob@biloxi.example.com;transport=udp",
                Messages.text(message.buffer(), message.requestUriOffset(), message.requestUriLength()));
        assertEquals(12, message.headerCount());
        assertEquals(HeaderName.VIA, message.headerName(0));
        assertEquals(HeaderName.CONTENT_LENGTH, message.headerName(11));
        assertEquals(70, message.maxForwards());
        assertEquals(314159, message.cseqNumber());
        assertEquals(SipMethod.INVITE, message.cseqMethod());
        assertEquals("1928301774", Messages.text(message.buffer(), message.fromTagOffset(), message.fromTagLength()));
        assertEquals(-1, message.toTagOffset());
        assertEquals("v=0\r\no=-\r\n", Messages.text(message.buffer(), message.bodyOffset(), message.bodyLength()));
        assertEquals(Messages.INVITE.length(), message.messageLength());
    }

    @Test
    void shouldReadAResponseInCompactForm() {
        final SipMessage message = Messages.datagram(Messages.OK);

        assertEquals(Malformation.NONE, message.malformation());
        assertEquals(200, message.statusCode());
        assertEquals("OK", Messages.text(message.buffer(), message.reasonOffset(), message.reasonLength()));
        assertEquals(1, message.nextHeader(message.firstHeader(HeaderName.VIA)));
        assertEquals("a84b4c76e66710", Messages.text(message.buffer(), message.callIdOffset(), message.callIdLength()));
        assertEquals("a6c85cf", Messages.text(message.buffer(), message.toTagOffset(), message.toTagLength()));
        assertEquals(0, message.bodyLength());
    }
}
