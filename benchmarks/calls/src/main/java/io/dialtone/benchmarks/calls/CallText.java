package io.dialtone.benchmarks.calls;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes the requests of calls, each from the book alone, so that it comes out the same when it is sent again. Used by the caller's thread. */
final class CallText {
    private static final int BYTES_MAX = 4_096;
    private static final String BODY =
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 8\r\n";

    private final CallBook book;
    private final String target;
    private final String sentBy;
    private final String run;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES_MAX);
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private int length;

    /**
     * @param run tells the calls of this caller from those of an earlier one
     */
    CallText(final CallBook book, final String target, final String sentBy, final String run) {
        this.book = book;
        this.target = target;
        this.sentBy = sentBy;
        this.run = run;
    }

    String callId(final int call) {
        return call + "-" + run + "@" + sentBy;
    }

    ByteBuffer invite(final int call) {
        length = 0;
        put("INVITE sip:held@").put(target);
        names(call, "INVITE", 'i');
        put("\r\nContact: <sip:caller@").put(sentBy).put(">\r\nContent-Type: application/sdp\r\nContent-Length: ");
        return put(BODY.length()).put("\r\n\r\n").put(BODY).done();
    }

    /** ACK, OPTIONS or BYE. */
    ByteBuffer within(final int call, final String method, final char kind) {
        length = 0;
        put(method).put(" ").put(book.contact(call));
        names(call, method, kind);
        return put("\r\nContent-Length: 0\r\n\r\n").done();
    }

    private void names(final int call, final String method, final char kind) {
        final boolean isInvite = kind == 'i';
        final int cseq = kind == 'a' ? 1 : book.cseq[call];
        put(" SIP/2.0\r\nVia: SIP/2.0/UDP ")
                .put(sentBy)
                .put(";rport;branch=z9hG4bK")
                .put(run);
        put(call)
                .put("-")
                .put(cseq)
                .put(kind == 'a' ? "a" : "-")
                .put("\r\nMax-Forwards: 70\r\nFrom: \"A caller who holds\" <sip:caller@");
        put(sentBy)
                .put(">;tag=")
                .put(call)
                .put("-")
                .put(run)
                .put("\r\nTo: <sip:held@")
                .put(target)
                .put(">");
        if (!isInvite) {
            put(";tag=");
            length += book.putTag(call, buffer, length);
        }
        put("\r\nCall-ID: ").put(call).put("-").put(run).put("@").put(sentBy);
        put("\r\nCSeq: ").put(cseq).put(" ").put(method);
    }

    private ByteBuffer done() {
        bytes.limit(length).position(0);
        return bytes;
    }

    private CallText put(final String ascii) {
        length += buffer.putStringWithoutLengthAscii(length, ascii);
        return this;
    }

    private CallText put(final byte[] ascii) {
        buffer.putBytes(length, ascii);
        length += ascii.length;
        return this;
    }

    private CallText put(final int number) {
        length += buffer.putIntAscii(length, number);
        return this;
    }

    static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
