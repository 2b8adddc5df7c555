package io.dialtone.sip.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dialtone.sip.routing.SipFlow;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkRangeTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.10, 192.0.2.10, true",
        "192.0.2.10, 192.0.2.11, false",
        "192.0.2.0/24, 192.0.2.255, true",
        "192.0.2.0/24, 192.0.3.0, false",
        "192.0.2.128/25, 192.0.2.127, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "2001:db8::1:0/112, 2001:db8::1:ffff, true",
        "2001:db8::1:0/112, 2001:db8::2:0, false",
        "::/0, 2001:db8::1, true",
        "fe80::1, fe80::1, true"
    })
    void shouldContainWhatHasTheSameFirstBits(final String range, final String address, final boolean isWithin) {
        final SipFlow peer = new SipFlow().remote(new InetSocketAddress(InetAddress.ofLiteral(address), 1));

        assertEquals(isWithin, NetworkRange.parse(range).contains(peer.remoteHigh(), peer.remoteLow()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "proxy.example.net", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/x", "::/129", "1.2.3/8"})
    void shouldRefuseWhatIsNoRange(final String text) {
        assertThrows(IllegalArgumentException.class, () -> NetworkRange.parse(text));
    }

    @Test
    void shouldBeWrittenAsItIsRead() {
        for (final String text : new String[] {"192.0.2.10", "198.51.100.0/24", "2001:db8::/32", "2001:db8::1"}) {
            assertEquals(text, NetworkRange.parse(text).toString());
        }
    }
}
