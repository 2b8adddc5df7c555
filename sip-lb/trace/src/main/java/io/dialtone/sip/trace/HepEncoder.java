package io.dialtone.sip.trace;

import io.dialtone.sip.codec.ViaTransport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes a traced message as a packet of HEP version 3, the form in which Homer and others take captured SIP: "HEP3", the length of all, and chunks of vendor, type, length and value, all
 * big-endian. For one thread.
 */
public final class HepEncoder {
    /** More fits no datagram. */
    public static final int PACKET_BYTES_MAX = 65_507;

    static final short IP_FAMILY = 0x0001;
    static final short IP_PROTOCOL = 0x0002;
    static final short IPV4_SOURCE = 0x0003;
    static final short IPV4_DESTINATION = 0x0004;
    static final short IPV6_SOURCE = 0x0005;
    static final short IPV6_DESTINATION = 0x0006;
    static final short SOURCE_PORT = 0x0007;
    static final short DESTINATION_PORT = 0x0008;
    static final short TIME_SECONDS = 0x0009;
    static final short TIME_MICROSECONDS = 0x000a;
    static final short PROTOCOL_TYPE = 0x000b;
    static final short CAPTURE_ID = 0x000c;
    static final short AUTHENTICATION_KEY = 0x000e;
    static final short PAYLOAD = 0x000f;
    static final short CORRELATION_ID = 0x0011;

    private static final byte[] MAGIC = {'H', 'E', 'P', '3'};
    private static final int CHUNK_HEADER_BYTES = 6;
    private static final short VENDOR = 0;
    private static final byte AF_INET = 2;
    private static final byte AF_INET6 = 10;
    private static final byte UDP = 17;
    private static final byte TCP = 6;
    private static final byte SIP = 1;
    private static final int IPV4_BYTES = 4;

    private final int captureId;
    private final byte[] authenticationKey;
    private final ByteBuffer packet = ByteBuffer.allocate(PACKET_BYTES_MAX);

    /**
     * @param captureId how the receiver tells its sources apart
     * @param authenticationKey what it may want to hear from them; empty for nothing
     */
    public HepEncoder(final int captureId, final String authenticationKey) {
        this.captureId = captureId;
        this.authenticationKey = authenticationKey.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes a packet; it lies in the buffer until the next, ready to be read. A payload that does not fit is cut off.
     *
     * @param correlation the same for all legs of a call
     */
    public ByteBuffer encode(
            final InetSocketAddress source,
            final InetSocketAddress destination,
            final ViaTransport transport,
            final long timeNs,
            final String correlation,
            final byte[] payload) {
        packet.clear().put(MAGIC).putShort((short) 0);
        final byte[] from = source.getAddress().getAddress();
        final byte[] to = destination.getAddress().getAddress();
        final boolean isIpv4 = from.length == IPV4_BYTES && to.length == IPV4_BYTES;
        chunk(IP_FAMILY, 1).put(isIpv4 ? AF_INET : AF_INET6);
        chunk(IP_PROTOCOL, 1).put(transport == ViaTransport.UDP ? UDP : TCP);
        bytes(isIpv4 ? IPV4_SOURCE : IPV6_SOURCE, isIpv4 ? from : mapped(from));
        bytes(isIpv4 ? IPV4_DESTINATION : IPV6_DESTINATION, isIpv4 ? to : mapped(to));
        chunk(SOURCE_PORT, Short.BYTES).putShort((short) source.getPort());
        chunk(DESTINATION_PORT, Short.BYTES).putShort((short) destination.getPort());
        chunk(TIME_SECONDS, Integer.BYTES).putInt((int) (timeNs / 1_000_000_000L));
        chunk(TIME_MICROSECONDS, Integer.BYTES).putInt((int) (timeNs % 1_000_000_000L / 1_000));
        chunk(PROTOCOL_TYPE, 1).put(SIP);
        chunk(CAPTURE_ID, Integer.BYTES).putInt(captureId);
        if (authenticationKey.length > 0) {
            bytes(AUTHENTICATION_KEY, authenticationKey);
        }
        bytes(CORRELATION_ID, correlation.getBytes(StandardCharsets.US_ASCII));
        final int room = packet.remaining() - CHUNK_HEADER_BYTES;
        chunk(PAYLOAD, Math.min(room, payload.length)).put(payload, 0, Math.min(room, payload.length));
        packet.putShort(MAGIC.length, (short) packet.position());
        return packet.flip();
    }

    private ByteBuffer chunk(final short type, final int length) {
        return packet.putShort(VENDOR).putShort(type).putShort((short) (CHUNK_HEADER_BYTES + length));
    }

    private void bytes(final short type, final byte[] value) {
        chunk(type, value.length).put(value);
    }

    /** An IPv4 address between IPv6 ones. */
    private static byte[] mapped(final byte[] address) {
        if (address.length != IPV4_BYTES) {
            return address;
        }
        return ByteBuffer.allocate(16)
                .position(10)
                .putShort((short) 0xFFFF)
                .put(address)
                .array();
    }
}
