package io.dialtone.sip.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dialtone.sip.routing.SipListener;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SipTransportConfigTest {
    @ParameterizedTest
    @CsvSource({
        "udp:127.0.0.1:5060, 127.0.0.1, 5060",
        "127.0.0.1:0, 127.0.0.1, 0",
        "udp:[::1]:5060, ::1, 5060",
        "udp:sip.example.com:5070, sip.example.com, 5070"
    })
    void shouldReadListenersAsOperatorsWriteThem(final String text, final String host, final int port) {
        assertEquals(new ListenerConfig(host, port), ListenerConfig.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "udp:",
                "5060",
                "udp:5060",
                "::1:5060",
                "127.0.0.1:",
                "127.0.0.1:sip",
                "127.0.0.1:65536",
                ":5060"
            })
    void shouldRefuseWhatIsNoListener(final String text) {
        assertThrows(IllegalArgumentException.class, () -> ListenerConfig.parse(text));
    }

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
        final ListenerConfig config = new ListenerConfig(host, 0, advertisedHost, advertisedPort);

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
