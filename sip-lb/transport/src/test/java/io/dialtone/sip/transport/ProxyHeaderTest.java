package io.dialtone.sip.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.transport.ProxyHeader.Result;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The PROXY protocol, versions 1 and 2, from proxies and from whoever thinks he is one. */
class ProxyHeaderTest {
    private final ProxyHeader header = new ProxyHeader();

    private Result read(final byte[] bytes) {
        final ByteBuf buffer = Unpooled.copiedBuffer(new byte[] {'x'}, bytes).skipBytes(1);
        final Result result = header.read(buffer);
        assertEquals(bytes.length, buffer.readableBytes());
        return result;
    }

    private Result read(final String text) {
        return read(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private InetSocketAddress peer() {
        return new SipFlow().remote(header.high(), header.low(), header.port()).toSocketAddress();
    }

    private static InetSocketAddress address(final String literal, final int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "2001:db8::1"})
    void shouldSayWhoseConnectionItIs(final String source) {
        for (final byte[] bytes : new byte[][] {
            ProxyHeaders.line(source, 40_000).getBytes(StandardCharsets.US_ASCII), ProxyHeaders.bytes(source, 40_000)
        }) {
            final byte[] more = Arrays.copyOf(bytes, bytes.length + 9);

            assertEquals(Result.COMPLETE, read(more));

            assertTrue(header.hasPeer());
            assertEquals(address(source, 40_000), peer());
            assertEquals(bytes.length, header.length());
        }
    }

    @Test
    void shouldPassOverWhatComesBehindTheAddresses() {
        final byte[] bytes = ProxyHeaders.bytes(address("192.0.2.1", 7), new byte[300]);

        assertEquals(Result.COMPLETE, read(bytes));

        assertEquals(bytes.length, header.length());
        assertEquals(address("192.0.2.1", 7), peer());
    }

    @Test
    void shouldWaitForTheRestWhereverItIsCut() {
        for (final byte[] bytes : new byte[][] {
            ProxyHeaders.line("192.0.2.1", 40_000).getBytes(StandardCharsets.US_ASCII),
            ProxyHeaders.bytes("192.0.2.1", 40_000),
            ProxyHeaders.bytes("2001:db8::1", 40_000),
            ProxyHeaders.bytes(0x20, 0, new byte[20])
        }) {
            for (int length = 0; length < bytes.length; length++) {
                assertEquals(Result.NEEDS_MORE, read(Arrays.copyOf(bytes, length)), "cut at " + length);
            }
        }
    }

    @Test
    void shouldKnowNobodyWhereTheProxySpeaksForItselfOrDoesNotKnow() {
        for (final byte[] bytes : new byte[][] {
            ProxyHeaders.bytes(0x20, 0, new byte[0]),
            ProxyHeaders.bytes(0x20, 0x11, new byte[12]),
            ProxyHeaders.bytes(0x21, 0, new byte[4]),
            ProxyHeaders.bytes(0x21, 0x31, new byte[216]),
            "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII),
            "PROXY UNKNOWN ffff:f...f:ffff whatever 65535 65535\r\n".getBytes(StandardCharsets.US_ASCII)
        }) {
            read(ProxyHeaders.line("192.0.2.1", 40_000));
            assertEquals(Result.COMPLETE, read(bytes));
            assertFalse(header.hasPeer());
            assertEquals(bytes.length, header.length());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OPTIONS sip:a@example.com SIP/2.0\r\n",
                "GET / HTTP/1.1\r\n",
                "PROXYTCP4 192.0.2.1 198.51.100.2 40000 5060\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.2 40000 5060\n",
                "PROXY TCP5 192.0.2.1 198.51.100.2 40000 5060\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.2 40000\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.2 40000 5060 7\r\n",
                "PROXY TCP4  192.0.2.1 198.51.100.2 40000 5060\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.2 70000 5060\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.2 0 5060\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.2 -1 5060\r\n",
                "PROXY TCP4 192.0.2.1 198.51.100.2 40000 x\r\n",
                "PROXY TCP4 192.0.2.256 198.51.100.2 40000 5060\r\n",
                "PROXY TCP4 2001:db8::1 2001:db8::2 40000 5060\r\n",
                "PROXY TCP6 192.0.2.1 198.51.100.2 40000 5060\r\n",
                "PROXY TCP6 [2001:db8::1] [2001:db8::2] 40000 5060\r\n",
                "PROXY TCP4 224.0.0.1 198.51.100.2 40000 5060\r\n",
                "PROXY TCP4 0.0.0.0 198.51.100.2 40000 5060\r\n",
                "PROXY UNKNOWNS\r\n",
                "PROXY \r\n",
                "PROXY UDP4 192.0.2.1 198.51.100.2 40000 5060\r\n"
            })
    void shouldRefuseLinesThatAreNone(final String line) {
        assertEquals(Result.MALFORMED, read(line));
        assertFalse(header.hasPeer());
    }

    @Test
    void shouldRefuseALineWithoutEnd() {
        assertEquals(Result.NEEDS_MORE, read("PROXY UNKNOWN " + "x".repeat(90)));
        assertEquals(Result.MALFORMED, read("PROXY UNKNOWN " + "x".repeat(95)));
    }

    @Test
    void shouldRefuseBytesThatAreNoneOrTooMany() {
        assertEquals(Result.MALFORMED, read(ProxyHeaders.bytes(0x22, 0x11, new byte[12])));
        assertEquals(Result.MALFORMED, read(ProxyHeaders.bytes(0x11, 0x11, new byte[12])));
        assertEquals(Result.MALFORMED, read(ProxyHeaders.bytes(0x21, 0x12, new byte[12])));
        assertEquals(Result.MALFORMED, read(ProxyHeaders.bytes(0x21, 0x11, new byte[11])));
        assertEquals(Result.MALFORMED, read(ProxyHeaders.bytes(0x21, 0x21, new byte[35])));
        assertEquals(Result.MALFORMED, read(ProxyHeaders.bytes(0x21, 0x31, new byte[215])));
        assertEquals(Result.MALFORMED, read(ProxyHeaders.bytes(0x21, 0x11, new byte[12])), "0.0.0.0:0 is nobody");
        assertEquals(
                Result.MALFORMED, read(Arrays.copyOf(ProxyHeaders.bytes(0x20, 0, new byte[5000]), 16)), "5000 bytes");
    }

    /** From a seed, so that what fails fails again. */
    @Test
    void shouldNeverThrowNorReadBeyondWhatItHas() {
        final Random random = new Random(20261127);
        final byte[][] good = {
            ProxyHeaders.line("192.0.2.1", 40_000).getBytes(StandardCharsets.US_ASCII),
            ProxyHeaders.line("2001:db8::1", 40_000).getBytes(StandardCharsets.US_ASCII),
            ProxyHeaders.bytes("192.0.2.1", 40_000),
            ProxyHeaders.bytes("2001:db8::1", 40_000)
        };
        int read = 0;
        for (int i = 0; i < 200_000; i++) {
            final byte[] bytes = good[random.nextInt(good.length)].clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            final byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            final Result result = read(cut);
            assertNotNull(result);
            if (result == Result.COMPLETE) {
                read++;
                assertTrue(header.length() <= cut.length);
                assertTrue(!header.hasPeer() || header.port() > 0);
            }
        }
        assertNotEquals(0, read);
    }
}
