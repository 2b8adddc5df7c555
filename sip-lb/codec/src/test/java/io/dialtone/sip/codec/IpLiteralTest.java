package io.dialtone.sip.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpLiteralTest {
    private final IpLiteral literal = new IpLiteral();
    private final UnsafeBuffer out = new UnsafeBuffer(new byte[64]);

    private boolean parse(final String text) {
        return literal.parse(new UnsafeBuffer(Messages.bytes(text)), 0, text.length());
    }

    private String written(final boolean brackets) {
        return Messages.text(out, 3, IpLiteral.write(out, 3, literal.high(), literal.low(), brackets));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1,192.0.2.1",
        "0.0.0.0,0.0.0.0",
        "255.255.255.255,255.255.255.255",
        "[2001:db8::10],2001:db8::10",
        "2001:DB8:0:0:0:0:0:1,2001:db8::1",
        "::,::",
        "::1,::1",
        "1::,1::",
        "[1:0:0:2:0:0:0:3],1:0:0:2::3",
        "1:0:2:0:3:0:4:0,1:0:2:0:3:0:4:0",
        "::ffff:192.0.2.10,192.0.2.10",
        "2001:db8::192.0.2.1,2001:db8::c000:201",
        "2001:db8:::192.0.2.1,2001:db8::c000:201",
        "1:2:3:4:5:6:1.2.3.4,1:2:3:4:5:6:102:304",
        "1:2:3:4:5:6:7::,1:2:3:4:5:6:7:0",
    })
    void shouldReadAndWriteAddresses(final String text, final String canonical) {
        assertTrue(parse(text));
        assertEquals(canonical, written(false));
        assertEquals(literal.isIpv4() ? canonical : "[" + canonical + "]", written(true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "a.b.c.d",
                "1.2.3",
                "1.2.3.4.",
                "1.2.3.4.5",
                "256.1.1.1",
                "1..2.3",
                "1.2.3.1000",
                "example.com",
                ":",
                ":::",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "12345::",
                "g::1",
                "[::1",
                "::1]",
                "[192.0.2.1]",
                "1:2:3:4:5:6:7:8::",
                "::1%eth0",
                "1:",
                ":1",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1.2.3",
                "2001:db8:::1",
                "1::2:",
                "[]",
                "1.2.3.4:5060"
            })
    void shouldSeeThatTextIsNoAddress(final String text) {
        assertFalse(parse(text));
    }

    @Test
    void shouldAgreeWithTheJdkOnRandomAddresses() throws UnknownHostException {
        final Random random = new Random(5952);
        for (int i = 0; i < 5_000; i++) {
            final long high = random.nextLong() & mask(random);
            final long low = random.nextLong() & mask(random);
            final int length = IpLiteral.write(out, 0, high, low, false);
            final String text = Messages.text(out, 0, length);

            assertTrue(parse(text), text);
            assertEquals(high, literal.high(), text);
            assertEquals(low, literal.low(), text);
            if (!literal.isIpv4()) {
                assertArrayEquals(
                        ByteBuffer.allocate(16).putLong(high).putLong(low).array(),
                        InetAddress.getByName(text).getAddress(),
                        text);
            }
        }
    }

    /** Zeroes some groups, so that there are gaps to shorten. */
    private static long mask(final Random random) {
        long mask = 0;
        for (int group = 0; group < 4; group++) {
            mask = (mask << 16) | (random.nextBoolean() ? 0xFFFF : 0);
        }
        return mask;
    }
}
