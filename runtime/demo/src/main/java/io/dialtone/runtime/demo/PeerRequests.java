package io.dialtone.runtime.demo;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Answers what the other side asks of a caller. Not thread safe; owned by a {@link CallGenerator}. */
final class PeerRequests {
    private static final int CAPACITY = 65_535;
    private static final int SPARE = 256;
    private static final HeaderName[] COPIED = {
        HeaderName.VIA, HeaderName.RECORD_ROUTE, HeaderName.FROM, HeaderName.TO, HeaderName.CALL_ID, HeaderName.CSEQ
    };
    private static final byte[] END = SipText.ascii("User-Agent: dialtone-load\r\nContent-Length: 0\r\n\r\n");
    private static final byte[] TAG = SipText.ascii(";tag=none\r\n");

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY));

    UnsafeBuffer buffer() {
        return buffer;
    }

    /** Writes an answer to {@link #buffer} and says its length; 0 if it would be too long. */
    int answer(final SipMessage request, final int status) {
        int length = buffer.putStringWithoutLengthAscii(0, "SIP/2.0 " + status + " " + reason(status) + "\r\n");
        for (final HeaderName name : COPIED) {
            for (int h = request.firstHeader(name); h >= 0; h = request.nextHeader(h)) {
                final int bytes = request.headerLineLength(h);
                if (length + bytes > CAPACITY - SPARE) {
                    return 0;
                }
                buffer.putBytes(length, request.buffer(), request.headerLineOffset(h), bytes);
                length += bytes;
            }
            if (name == HeaderName.TO && request.toTagLength() <= 0) {
                length -= 2;
                buffer.putBytes(length, TAG);
                length += TAG.length;
            }
        }
        buffer.putBytes(length, END);
        return length + END.length;
    }

    private static String reason(final int status) {
        return switch (status) {
            case 200 -> "OK";
            case 481 -> "Call/Transaction Does Not Exist";
            default -> "Not Implemented";
        };
    }
}
