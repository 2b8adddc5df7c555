package io.dialtone.diameter.transport;

import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterWriter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages as bytes, for peers of tests. */
final class Bytes {
    static final int COMMAND = 300;

    private static final int CLASS = 25;
    private static final int BYTES_MAX = 1 << 17;

    private Bytes() {}

    /** A request with this hop-by-hop id. */
    static byte[] request(final int hopByHopId) {
        return request(hopByHopId, 12);
    }

    /** A request with an AVP of so many bytes in it. */
    static byte[] request(final int hopByHopId, final int valueBytes) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[BYTES_MAX]);
        final DiameterWriter writer = new DiameterWriter();
        writer.begin(
                buffer,
                0,
                BYTES_MAX,
                CommandFlags.REQUEST | CommandFlags.PROXIABLE,
                COMMAND,
                0,
                hopByHopId,
                hopByHopId);
        final byte[] value = new byte[valueBytes];
        Arrays.fill(value, (byte) 'x');
        writer.bytes(CLASS, AvpFlags.MANDATORY, 0, value);
        return Arrays.copyOf(buffer.byteArray(), writer.end());
    }

    /** A request whose only AVP says that it is longer than the message. */
    static byte[] malformed(final int hopByHopId) {
        final byte[] message = request(hopByHopId);
        message[27] = (byte) 0xFF;
        return message;
    }

    /** A header that says so many bytes come, and nothing behind it. */
    static byte[] headOf(final int messageBytes) {
        final byte[] head = Arrays.copyOf(request(1), 20);
        head[1] = (byte) (messageBytes >>> 16);
        head[2] = (byte) (messageBytes >>> 8);
        head[3] = (byte) messageBytes;
        return head;
    }

    static byte[] all(final byte[]... messages) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (final byte[] each : messages) {
            out.writeBytes(each);
        }
        return out.toByteArray();
    }

    static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
