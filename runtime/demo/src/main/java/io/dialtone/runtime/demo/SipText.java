package io.dialtone.runtime.demo;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** Appends ASCII to one datagram's buffer. Not thread safe; begun anew for each message. */
final class SipText {
    /** Larger than any request of ours with any route set we keep. */
    static final int CAPACITY = 16_384;

    private static final byte[] CRLF = {'\r', '\n'};

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY));
    private int length;

    SipText begin() {
        length = 0;
        return this;
    }

    SipText put(final byte[] bytes) {
        buffer.putBytes(length, bytes);
        length += bytes.length;
        return this;
    }

    SipText put(final String ascii) {
        length += buffer.putStringWithoutLengthAscii(length, ascii);
        return this;
    }

    SipText put(final long number) {
        length += buffer.putLongAscii(length, number);
        return this;
    }

    SipText line() {
        return put(CRLF);
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    int length() {
        return length;
    }

    static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
