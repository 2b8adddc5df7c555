package io.dialtone.benchmarks.micro;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages as they come from the wire, in direct memory with room around them. */
final class SipMessages {
    static final int ROOM = 1024;

    /** About 600 bytes, as a user agent sends it to its first hop. */
    static final byte[] INVITE = wire("""
            INVITE sip:service@127.0.0.1:5060 SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bK-4161-1-0
            From: sipp <sip:sipp@127.0.0.1:5071>;tag=4161SIPpTag001
            To: service <sip:service@127.0.0.1:5060>
            Call-ID: 1-4161@127.0.0.1
            CSeq: 1 INVITE
            Contact: <sip:sipp@127.0.0.1:5071>
            Max-Forwards: 70
            Subject: Performance Test
            User-Agent: callstorm/1.0
            Allow: INVITE, ACK, BYE, CANCEL, OPTIONS
            Content-Type: application/sdp
            Content-Length: 129

            v=0
            o=user1 53655765 2353687637 IN IP4 127.0.0.1
            s=-
            c=IN IP4 127.0.0.1
            t=0 0
            m=audio 6000 RTP/AVP 0
            a=rtpmap:0 PCMU/8000
            """);

    /** A BYE that carries our Route. */
    static final byte[] BYE = wire("""
            BYE sip:service@127.0.0.1:5072 SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bK-4161-1-7
            Route: <sip:127.0.0.1:5060;lr;dt=k4zq2mbfd6hjkl7q2mbf>
            From: sipp <sip:sipp@127.0.0.1:5071>;tag=4161SIPpTag001
            To: service <sip:service@127.0.0.1:5060>;tag=4160SIPpTag011
            Call-ID: 1-4161@127.0.0.1
            CSeq: 2 BYE
            Max-Forwards: 70
            Content-Length: 0

            """);

    /** A 200 on its way back through us. */
    static final byte[] OK = wire("""
            SIP/2.0 200 OK
            Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK.0f2bc1d9e3a45678
            Via: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bK-4161-1-0
            Record-Route: <sip:127.0.0.1:5060;lr;dt=k4zq2mbfd6hjkl7q2mbf>
            From: sipp <sip:sipp@127.0.0.1:5071>;tag=4161SIPpTag001
            To: service <sip:service@127.0.0.1:5060>;tag=4160SIPpTag011
            Call-ID: 1-4161@127.0.0.1
            CSeq: 1 INVITE
            Contact: <sip:127.0.0.1:5072;transport=UDP>
            Content-Type: application/sdp
            Content-Length: 129

            v=0
            o=user1 53655765 2353687637 IN IP4 127.0.0.1
            s=-
            c=IN IP4 127.0.0.1
            t=0 0
            m=audio 6000 RTP/AVP 0
            a=rtpmap:0 PCMU/8000
            """);

    private SipMessages() {}

    private static byte[] wire(final String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** A message behind {@link #ROOM} free bytes and before as many. */
    static UnsafeBuffer direct(final byte[] message) {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(message.length + 2 * ROOM));
        buffer.putBytes(ROOM, message);
        return buffer;
    }
}
