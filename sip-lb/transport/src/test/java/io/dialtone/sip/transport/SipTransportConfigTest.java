package io.dialtone.sip.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.routing.SipListener;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SipTransportConfigTest {
    @Test
    void shouldSayWhatWasExpectedOfAWrongSetting() {
        // when
        final IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class,
                () -> SipTransportConfig.builder()
                        .listen("127.0.0.1", 0)
                        .batch(0)
                        .build());

        // then
        assertEquals("batch: 0 (expected: 1 to 1024). Maybe 32.", refusal.getMessage());
    }

    @Test
    void shouldRefuseATransportWithoutListeners() {
        assertThrows(
                IllegalArgumentException.class,
                () -> SipTransportConfig.builder().build());
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, , 0, 127.0.0.1, 5099",
        "::1, , 0, [0:0:0:0:0:0:0:1], 5099",
        "127.0.0.1, sip.example.com, 5060, sip.example.com, 5060",
        "127.0.0.1, 2001:db8::1, 0, [2001:db8::1], 5099",
        "127.0.0.1, [2001:db8::1], 0, [2001:db8::1], 5099"
    })
    void shouldTellPeersTheAdvertisedNameOrTheBoundAddress(
            final String host,
            final String advertisedHost,
            final int advertisedPort,
            final String toldHost,
            final int toldPort)
            throws UnknownHostException {
        // given
        final ListenerConfig config =
                new ListenerConfig(ViaTransport.UDP, host, 0, advertisedHost, advertisedPort, List.of());

        // when
        final SipListener wanted = Listeners.wanted(3, config);
        final SipListener bound =
                Listeners.bound(wanted, new InetSocketAddress(wanted.local().getAddress(), 5099));

        // then
        assertEquals(3, bound.index());
        assertEquals(toldHost, bound.advertisedHost());
        assertEquals(toldPort, bound.advertisedPort());
    }
}
