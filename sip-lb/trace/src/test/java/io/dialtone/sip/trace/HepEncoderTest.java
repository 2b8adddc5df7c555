package io.dialtone.sip.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.sip.codec.ViaTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HepEncoderTest {
    /** 2013-02-12 15:50:09.123456789. What is expected was put together by hand from the chunks of the HEP3 specification. */
    private static final long TIME_NS = 1_360_684_209_123_456_789L;

    private static InetSocketAddress address(final String host, final int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }

    private static String hex(final ByteBuffer packet) {
        final byte[] bytes = new byte[packet.remaining()];
        packet.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void shouldWriteTheChunksOfTheSpecification() {
        final ByteBuffer packet = new HepEncoder(228, "myhep")
                .encode(
                        address("212.202.0.1", 12_010),
                        address("82.116.0.211", 5_060),
                        ViaTransport.UDP,
                        TIME_NS,
                        "c0ffee",
                        "INVITE".getBytes(StandardCharsets.US_ASCII));

        assertEquals(
                "48455033" // HEP3
                        + "0080" // length of all
                        + "00000001000702" // IP family 2
                        + "00000002000711" // UDP
                        + "00000003000ad4ca0001" // 212.202.0.1
                        + "00000004000a527400d3" // 82.116.0.211
                        + "0000000700082eea" // 12010
                        + "00000008000813c4" // 5060
                        + "00000009000a511a64b1" // seconds
                        + "0000000a000a0001e240" // microseconds
                        + "0000000b000701" // SIP
                        + "0000000c000a000000e4" // 228
                        + "0000000e000b6d79686570" // myhep
                        + "00000011000c633066666565" // c0ffee
                        + "0000000f000c494e56495445", // INVITE
                hex(packet));
    }

    @Test
    void shouldWriteIpv6AndConnectionsAndNoKeyIfThereIsNone() {
        final String packet = hex(new HepEncoder(1, "")
                .encode(
                        address("2001:db8::1", 5061),
                        address("192.0.2.1", 40_000),
                        ViaTransport.TLS,
                        0,
                        "",
                        new byte[0]));

        assertEquals("0000000100070a" + "00000002000706", packet.substring(12, 40));
        assertEquals("00000005001620010db8000000000000000000000001", packet.substring(40, 84));
        assertEquals("00000006001600000000000000000000ffffc0000201", packet.substring(84, 128));
        assertEquals(-1, packet.indexOf("0000000e"));
    }

    @Test
    void shouldCutOffWhatFitsNoDatagram() {
        final ByteBuffer packet = new HepEncoder(1, "")
                .encode(address("192.0.2.1", 1), address("192.0.2.2", 2), ViaTransport.TCP, 0, "x", new byte[65_535]);

        assertEquals(HepEncoder.PACKET_BYTES_MAX, packet.remaining());
        assertEquals(HepEncoder.PACKET_BYTES_MAX, packet.getShort(4) & 0xFFFF);
    }
}
