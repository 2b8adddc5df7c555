package io.dialtone.sip.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.sip.codec.ViaTransport;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What operators may write, and what they are told when it is wrong. */
final class SettingsTest {
    private static String refusal(final Runnable setting) {
        return Objects.requireNonNull(
                assertThrows(IllegalArgumentException.class, setting::run).getMessage());
    }

    @Test
    void shouldReadBackendsInEveryForm() {
        assertEquals(new BackendSpec("127.0.0.1", 5071, 2), BackendSpec.parse("127.0.0.1:5071;weight=2"));
        assertEquals(new BackendSpec("127.0.0.1", 5060, 1), BackendSpec.parse(" 127.0.0.1 "));
        assertEquals(
                new BackendSpec(ViaTransport.UDP, "127.0.0.1", 5060, 3, 400),
                BackendSpec.parse("127.0.0.1;open-max=400; weight=3"));
        assertEquals(
                "127.0.0.1:5060;weight=3;open-max=400",
                new BackendSpec(ViaTransport.UDP, "127.0.0.1", 5060, 3, 400).toString());
        assertEquals(new BackendSpec("2001:db8::1", 5060, 1), BackendSpec.parse("[2001:DB8::1]"));
        assertEquals(new BackendSpec("2001:db8::1", 5099, 3), BackendSpec.parse("udp:[2001:db8::1]:5099; weight=3"));
        assertEquals(
                new BackendSpec(ViaTransport.TCP, "2001:db8::1", 5099, 3, 0),
                BackendSpec.parse("TCP:[2001:db8::1]:5099; weight=3"));
        assertEquals(
                new BackendSpec(ViaTransport.TLS, "app.example.com", 5061, 1, 0),
                BackendSpec.parse("tls:app.example.com"));
        assertEquals(
                "tcp:127.0.0.1:5060;weight=2",
                BackendSpec.parse("tcp:127.0.0.1;weight=2").toString());
        assertEquals(new BackendSpec("app.example.com", 5062, 1), BackendSpec.parse("sip:App.example.com:5062"));
        assertEquals(
                "[2001:db8::1]:5099;weight=3",
                BackendSpec.parse("[2001:db8::1]:5099;weight=3").toString());
    }

    @Test
    void shouldSayWhatIsWrongWithABackend() {
        assertTrue(refusal(() -> BackendSpec.parse("")).contains("no host"));
        assertTrue(refusal(() -> BackendSpec.parse("ws:a")).contains("port \"a\" is no number"));
        assertTrue(refusal(() -> BackendSpec.parse("a:b")).contains("port \"b\" is no number"));
        assertTrue(refusal(() -> BackendSpec.parse("a:")).contains("port \"\" is no number"));
        assertTrue(refusal(() -> BackendSpec.parse("a:70000")).contains("port 70000 (expected: 1 to 65535)"));
        assertTrue(refusal(() -> BackendSpec.parse("a;weight=0")).contains("drain or remove it"));
        assertTrue(refusal(() -> BackendSpec.parse("a;prio=1")).contains("unknown setting \"prio=1\""));
        assertTrue(refusal(() -> BackendSpec.parse("2001:db8::1")).contains("stands in brackets"));
        assertTrue(refusal(() -> BackendSpec.parse("[2001:db8::1")).contains("bad IPv6"));
    }

    @Test
    void shouldRefuseSettingsThatCannotWork() {
        final HealthConfig health = HealthConfig.defaults();
        assertTrue(refusal(() -> health.withProbes(Duration.ofMillis(500), Duration.ofMillis(600)))
                .contains("probe timeout: 600 ms (expected: 10 ms to 500 ms). Maybe 250 ms, the default."));
        assertTrue(refusal(() -> health.withFallAndRise(0, 2)).contains("fall: 0 (expected: 1 to 16)"));
        assertTrue(refusal(() -> health.withSlowStart(Duration.ofSeconds(1), 0)).contains("slow start percent"));
        assertTrue(refusal(() -> ProxyConfig.Limits.defaults().withMemoryEntries(5000))
                .contains("Maybe 4096."));
        assertTrue(refusal(() -> ProxyConfig.builder()
                        .backends(List.of(BackendSpec.parse("a"), BackendSpec.parse("A:5060;weight=2")))
                        .build())
                .contains("named twice"));
    }

    @Test
    void shouldRefuseToHoldRequestsLongerThanNodesTakeThem() {
        final EdgeConfig edge = EdgeConfig.defaults();
        assertTrue(refusal(() -> edge.withRedrive(RedriveConfig.defaults().withHoldMs(4_001)))
                .contains("edge hold: 4001 ms (expected: at most the deadline, 4000 ms"));
        assertTrue(refusal(() -> RedriveConfig.defaults().withHoldMs(-1))
                .contains("edge re-drive hold: -1 (expected: 0 to 10000). Maybe 800, the default."));
    }
}
