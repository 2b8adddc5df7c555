package io.dialtone.sip.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages and buffers for tests. */
final class Messages {
    /** Free bytes before and after a message, as transports leave them. */
    static final int ROOM = 1024;

    static final String INVITE = """
            INVITE sip:bob@biloxi.example.com;transport=udp SIP/2.0
            Via: SIP/2.0/UDP pc33.atlanta.example.com:5066;branch=z9hG4bK776asdhds;rport
            Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKabc;received=192.0.2.7
            Max-Forwards: 70
            Route: <sip:192.0.2.1:5060;lr;dt=abcdef>, <sip:p2.example.com;lr>
            Record-Route: <sip:p1.example.com;lr>
            To: Bob <sip:bob@biloxi.example.com>
            From: "Alice \\"A\\"" <sip:alice@atlanta.example.com>;tag=1928301774
            Call-ID: a84b4c76e66710@pc33.atlanta.example.com
            CSeq: 314159 INVITE
            Contact: <sip:alice@pc33.atlanta.example.com>
            Content-Type: application/sdp
            Content-Length: 10

            v=0
            o=-
            """.replace("\n", "\r\n");

    static final String OK = """
            SIP/2.0 200 OK
            Via: SIP/2.0/UDP pc33.atlanta.example.com:5066;branch=z9hG4bK776asdhds;rport=1024;received=192.0.2.3
            v: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKabc
            t: Bob <sip:bob@biloxi.example.com>;tag=a6c85cf
            f: Alice <sip:alice@atlanta.example.com>;tag=1928301774
            i: a84b4c76e66710
            CSeq: 314159 INVITE
            m: <sip:bob@192.0.2.4>
            l: 0

            """.replace("\n", "\r\n");

    private Messages() {}

    static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Text in direct memory behind {@link #ROOM} free bytes and before as many. */
    static UnsafeBuffer direct(final String text) {
        return direct(bytes(text));
    }

    static UnsafeBuffer direct(final byte[] bytes) {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length + 2 * ROOM));
        buffer.setMemory(0, buffer.capacity(), (byte) '#');
        buffer.putBytes(ROOM, bytes);
        return buffer;
    }

    static SipMessage datagram(final String text) {
        final SipMessage message = new SipMessage(SipLimits.defaults());
        final byte[] bytes = bytes(text);
        message.parseDatagram(direct(bytes), ROOM, bytes.length);
        return message;
    }

    static String text(final DirectBuffer buffer, final int offset, final int length) {
        if (offset < 0) {
            return "-";
        }
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
