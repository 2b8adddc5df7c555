package io.dialtone.sip.codec;

import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads the escapes of URIs, {@code %} and two hexadecimal digits (RFC 3261 section 19.1.2); what only looks like one is taken as it stands. Any thread. */
public final class Escapes {
    private static final int HEX = 16;

    private Escapes() {}

    /** Copies a range without its escapes; returns the length of what was written, which is never longer. */
    static int read(
            final DirectBuffer from,
            final int offset,
            final int length,
            final MutableDirectBuffer to,
            final int toOffset) {
        final int end = offset + length;
        int at = toOffset;
        for (int i = offset; i < end; i++) {
            final byte c = from.getByte(i);
            final int high = c == '%' && i + 2 < end ? Character.digit(from.getByte(i + 1), HEX) : -1;
            final int low = high >= 0 ? Character.digit(from.getByte(i + 2), HEX) : -1;
            if (low >= 0) {
                to.putByte(at++, (byte) (high << 4 | low));
                i += 2;
            } else {
                to.putByte(at++, c);
            }
        }
        return at - toOffset;
    }

    /** A text without its escapes, which are of UTF-8. */
    public static String read(final String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        final byte[] in = text.getBytes(StandardCharsets.UTF_8);
        final byte[] out = new byte[in.length];
        final int length = read(new UnsafeBuffer(in), 0, in.length, new UnsafeBuffer(out), 0);
        return new String(out, 0, length, StandardCharsets.UTF_8);
    }
}
