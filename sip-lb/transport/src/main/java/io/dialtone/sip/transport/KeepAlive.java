package io.dialtone.sip.transport;

import org.agrona.DirectBuffer;

/** Recognises what phones send to keep a NAT binding open: nothing, line ends, or zeros. Any thread. */
final class KeepAlive {
    /** CRLF CRLF, the ping of RFC 5626 section 3.5.1, which some send over UDP as well. */
    static final int BYTES_MAX = 4;

    private KeepAlive() {}

    static boolean matches(final DirectBuffer buffer, final int offset, final int length) {
        if (length > BYTES_MAX) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            final byte b = buffer.getByte(offset + i);
            if (b != '\r' && b != '\n' && b != 0) {
                return false;
            }
        }
        return true;
    }
}
