package io.dialtone.sip.trace;

import io.dialtone.sip.codec.ViaTransport;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes traced messages as a pcapng file that Wireshark and tshark open. For one thread.
 *
 * <p>Packets are of the link type {@code WIRESHARK_UPPER_PDU}: a message as it is, and before it, as tags, that it is SIP, its addresses and its ports. So what came by TLS or WebSocket is read as
 * SIP as well, whatever its port, and a message of 64 KiB is one packet. Made-up IP packets would have to be cut up and to guess sequence numbers, and those at port 5061 would be taken for TLS.
 */
public final class PcapngWriter {
    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final short VERSION_MAJOR = 1;
    private static final short VERSION_MINOR = 0;
    private static final long LENGTH_UNKNOWN = -1;
    private static final short LINKTYPE_WIRESHARK_UPPER_PDU = 252;
    private static final int BLOCK_FRAME_BYTES = 12;

    private static final short OPTION_END = 0;
    private static final short OPTION_COMMENT = 1;
    private static final short OPTION_INTERFACE_NAME = 2;
    private static final short OPTION_APPLICATION = 4;
    private static final short OPTION_RESOLUTION = 9;
    private static final byte NANOSECONDS = 9;

    // Tags of exported PDUs (Wireshark's exported_pdu_tlvs.h), big-endian where the rest is little-endian.
    private static final short TAG_END = 0;
    private static final short TAG_DISSECTOR = 12;
    private static final short TAG_IPV4_SOURCE = 20;
    private static final short TAG_IPV4_DESTINATION = 21;
    private static final short TAG_IPV6_SOURCE = 22;
    private static final short TAG_IPV6_DESTINATION = 23;
    private static final short TAG_PORT_TYPE = 24;
    private static final short TAG_SOURCE_PORT = 25;
    private static final short TAG_DESTINATION_PORT = 26;
    private static final int PORTS_OF_TCP = 2;
    private static final int PORTS_OF_UDP = 3;

    private static final byte[] SIP = "sip".getBytes(StandardCharsets.US_ASCII);
    private static final int IPV4_BYTES = 4;
    private static final int WORD_BYTES = 4;

    /** The longest message, and what is around it. */
    private static final int BUFFER_BYTES = 1 << 17;

    private static final int COMMENT_BYTES_MAX = 1024;

    private final OutputStream out;
    private final ByteBuffer options =
            ByteBuffer.allocate(2 * COMMENT_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer block = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer packet = ByteBuffer.allocate(BUFFER_BYTES);

    /** Begins the file; the stream stays the caller's. */
    public PcapngWriter(final OutputStream out, final String application) throws IOException {
        this.out = out;
        begin().putInt(BYTE_ORDER_MAGIC)
                .putShort(VERSION_MAJOR)
                .putShort(VERSION_MINOR)
                .putLong(LENGTH_UNKNOWN);
        option(OPTION_APPLICATION, application.getBytes(StandardCharsets.UTF_8));
        end(SECTION_HEADER);
        begin().putShort(LINKTYPE_WIRESHARK_UPPER_PDU).putShort((short) 0).putInt(0);
        option(OPTION_INTERFACE_NAME, SIP);
        option(OPTION_RESOLUTION, new byte[] {NANOSECONDS});
        end(INTERFACE_DESCRIPTION);
    }

    /**
     * Writes a message.
     *
     * @param comment shown beside the packet; may be empty
     */
    public void write(
            final InetSocketAddress source,
            final InetSocketAddress destination,
            final ViaTransport transport,
            final long timeNs,
            final String comment,
            final byte[] message)
            throws IOException {
        packet.clear();
        tag(TAG_DISSECTOR, SIP);
        final byte[] from = source.getAddress().getAddress();
        final byte[] to = destination.getAddress().getAddress();
        tag(from.length == IPV4_BYTES ? TAG_IPV4_SOURCE : TAG_IPV6_SOURCE, from);
        tag(to.length == IPV4_BYTES ? TAG_IPV4_DESTINATION : TAG_IPV6_DESTINATION, to);
        number(TAG_PORT_TYPE, transport == ViaTransport.UDP ? PORTS_OF_UDP : PORTS_OF_TCP);
        number(TAG_SOURCE_PORT, source.getPort());
        number(TAG_DESTINATION_PORT, destination.getPort());
        packet.putShort(TAG_END).putShort((short) 0).put(message).flip();
        final int length = packet.remaining();
        begin().putInt(0)
                .putInt((int) (timeNs >>> Integer.SIZE))
                .putInt((int) timeNs)
                .putInt(length)
                .putInt(length)
                .put(packet);
        pad();
        if (!comment.isEmpty()) {
            final byte[] text = comment.getBytes(StandardCharsets.UTF_8);
            option(OPTION_COMMENT, text.length <= COMMENT_BYTES_MAX ? text : new byte[0]);
        }
        end(ENHANCED_PACKET);
    }

    public void flush() throws IOException {
        out.flush();
    }

    private void tag(final short type, final byte[] value) {
        final int padded = (value.length + WORD_BYTES - 1) & -WORD_BYTES;
        packet.putShort(type).putShort((short) padded).put(value);
        for (int i = value.length; i < padded; i++) {
            packet.put((byte) 0);
        }
    }

    private void number(final short type, final int value) {
        packet.putShort(type).putShort((short) Integer.BYTES).putInt(value);
    }

    /** The block's type and length come at its end. */
    private ByteBuffer begin() {
        options.clear();
        return block.clear().position(2 * Integer.BYTES);
    }

    private void option(final short code, final byte[] value) {
        options.putShort(code).putShort((short) value.length).put(value);
        while (options.position() % WORD_BYTES != 0) {
            options.put((byte) 0);
        }
    }

    private void pad() {
        while (block.position() % WORD_BYTES != 0) {
            block.put((byte) 0);
        }
    }

    private void end(final int type) throws IOException {
        if (options.position() > 0) {
            option(OPTION_END, new byte[0]);
            block.put(options.flip());
        }
        final int length = block.position() + Integer.BYTES;
        assert length >= BLOCK_FRAME_BYTES && length % WORD_BYTES == 0 : length;
        block.putInt(length).putInt(0, type).putInt(Integer.BYTES, length);
        out.write(block.array(), 0, length);
    }
}
