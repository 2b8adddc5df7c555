package io.dialtone.sip.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatagramLawsTest {
    @ParameterizedTest
    @EnumSource(
            value = UdpIo.class,
            names = {"NIO", "EPOLL"})
    void shouldEcho(final UdpIo io) throws IOException {
        // given
        final UdpTransportConfig config = UdpTransportConfig.builder()
                .io(io)
                .listen("127.0.0.1", 0)
                .listen("::1", 0)
                .build();

        // when
        try (SipUdpTransport transport = SipUdpTransport.start(
                        config,
                        (loop, egress) -> new ScriptedIngress(
                                (buffer, offset, length, from) -> egress.send(buffer, offset, length, from)));
                Peer ipv4 = new Peer("127.0.0.1");
                Peer ipv6 = new Peer("::1")) {
            ipv4.send("four", transport.listeners().get(0).local());
            ipv6.send("six", transport.listeners().get(1).local());

            // then
            assertEquals("four", ipv4.awaitText());
            assertEquals("six", ipv6.awaitText());
        }
    }
}
