package io.dialtone.sip.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.sip.codec.ViaTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written, block by block; that tshark reads it is seen in runtime/system-tests. */
class PcapngWriterTest {
    private static final long TIME_NS = 1_790_000_000_123_456_789L;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private List<ByteBuffer> blocks() {
        final ByteBuffer all = ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        final List<ByteBuffer> blocks = new ArrayList<>();
        while (all.hasRemaining()) {
            final int length = all.getInt(all.position() + 4);
            assertEquals(0, length % 4);
            assertEquals(length, all.getInt(all.position() + length - 4), "at both ends of a block");
            blocks.add(all.slice(all.position(), length).order(ByteOrder.LITTLE_ENDIAN));
            all.position(all.position() + length);
        }
        return blocks;
    }

    private void write(final String comment, final byte[] message) throws IOException {
        new PcapngWriter(out, "dialtone test")
                .write(
                        new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 5061),
                        new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 40_000),
                        ViaTransport.TLS,
                        TIME_NS,
                        comment,
                        message);
    }

    @Test
    void shouldWriteASectionAnInterfaceAndAPacket() throws IOException {
        final byte[] message = "OPTIONS sip:a SIP/2.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        write("node-1, slot 7", message);

        final List<ByteBuffer> blocks = blocks();
        assertEquals(3, blocks.size());
        assertEquals(0x0A0D0D0A, blocks.get(0).getInt(0));
        assertEquals(1, blocks.get(1).getInt(0));
        assertEquals(252, blocks.get(1).getShort(8));
        final ByteBuffer packet = blocks.get(2);
        assertEquals(6, packet.getInt(0));
        assertEquals(TIME_NS, ((packet.getInt(12) & 0xFFFF_FFFFL) << 32) | (packet.getInt(16) & 0xFFFF_FFFFL));
        final int length = packet.getInt(20);
        final byte[] bytes = new byte[length];
        packet.get(28, bytes);
        assertArrayEquals(message, Arrays.copyOfRange(bytes, length - message.length, length));
        assertArrayEquals(
                new byte[] {0, 12, 0, 4, 's', 'i', 'p', 0, 0, 20, 0, 4, (byte) 192, 0, 2, 1}, Arrays.copyOf(bytes, 16));
    }

    @Test
    void shouldTakeTheLongestMessageAndLeaveOutACommentThatIsTooLong() throws IOException {
        write("x".repeat(5_000), new byte[65_535]);
        write("", new byte[0]);

        assertEquals(6, blocks().size());
    }
}
