package io.dialtone.diameter.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators write, and what they read when it is wrong. */
final class SettingsTest {
    private static final PeerIdentity SOMEBODY = PeerIdentity.of("srv1.example.net");

    private static String complaint(final Supplier<Object> wrong) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, wrong::get).getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, TCP, 192.0.2.1, 3868",
        "tcp:192.0.2.1:3871, TCP, 192.0.2.1, 3871",
        "tls:hss.example.net, TLS, hss.example.net, 5868",
        "TLS:[2001:db8::1]:5, TLS, 2001:db8::1, 5",
        "sctp:[2001:db8::1], SCTP, 2001:db8::1, 3868",
        "hss.example.net:77, TCP, hss.example.net, 77",
    })
    void shouldReadAddresses(final String text, final DiameterTransport transport, final String host, final int port) {
        assertEquals(new PeerAddress(transport, host, port), PeerAddress.parse(text));
        assertEquals(
                PeerAddress.parse(text),
                PeerAddress.parse(PeerAddress.parse(text).toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tcp:", "tcp::1", "2001:db8::1", "[2001:db8::1", "host:x", "host:0", "host:70000"})
    void shouldSayWhatIsWrongWithAnAddress(final String text) {
        assertTrue(complaint(() -> PeerAddress.parse(text)).contains("expected"));
    }

    @Test
    void shouldReadAPeer() {
        final PeerSpec spec = PeerSpec.parse("Srv1.Test.Realm=tcp:127.0.0.1:3871");

        assertEquals(new PeerIdentity("srv1.test.realm", "test.realm"), spec.identity());
        assertEquals("tcp:127.0.0.1:3871", spec.address().orElseThrow().toString());
        assertTrue(PeerSpec.parse("cli.test.realm").address().isEmpty());
    }

    @Test
    void shouldSayWhatIsWrongWithAWatchdog() {
        assertEquals(
                "peer srv1.example.net: watchdog: 999 ms (expected: 1000 ms to 3600000 ms). Maybe 30000 ms, the"
                        + " default.",
                complaint(() -> PeerSpec.of(SOMEBODY).withWatchdog(Duration.ofMillis(999))));
    }

    @Test
    void shouldSayWhatIsWrongWithConnections() {
        assertEquals(
                "peer srv1.example.net: connections-max: 17 (expected: 1 to 16). Maybe 1, the default.",
                complaint(() -> PeerSpec.of(SOMEBODY).withConnectionsMax(17)));
    }

    @Test
    void shouldNotWaitLongerFirstThanAtMost() {
        assertTrue(complaint(() -> PeerSpec.of(SOMEBODY).withReconnect(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .contains("reconnect-first: 2000 ms (expected: 10 ms to 1000 ms)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "a;b", "käse.example.net"})
    void shouldSayWhatIsWrongWithAnIdentity(final String host) {
        assertTrue(complaint(() -> new PeerIdentity(host, "example.net")).contains("expected: a domain name"));
    }

    @Test
    void shouldSayWhatIsWrongWithUs() {
        assertTrue(complaint(() -> LocalPeer.relay(SOMEBODY, List.of(), 1)).startsWith("addresses: 0"));
        assertTrue(complaint(() -> LocalPeer.relay(SOMEBODY, List.of(InetAddress.ofLiteral("192.0.2.1")), 0))
                .startsWith("origin state id: 0"));
        assertTrue(complaint(() -> PeerHarness.local("a.b").withApplications(List.of()))
                .startsWith("applications: 0"));
        assertTrue(complaint(() -> PeerHarness.config().withLimits(0, 1)).startsWith("peers-max: 0"));
        assertTrue(complaint(() -> PeerTimes.defaults().withHandshake(Duration.ZERO, Duration.ZERO))
                .startsWith("connect: 0 ms"));
    }

    @Test
    void shouldSendEvenTheLongestCapabilities() {
        final LocalPeer longest = new LocalPeer(
                new PeerIdentity("a".repeat(255), "b".repeat(255)),
                Collections.nCopies(LocalPeer.ADDRESSES_MAX, InetAddress.ofLiteral("2001:db8::1")),
                new LocalPeer.Product(1, "ü".repeat(128), 1),
                Collections.nCopies(LocalPeer.APPLICATIONS_MAX, LocalApplication.auth(4, 10415)),
                Collections.nCopies(LocalPeer.VENDORS_MAX, 10415L),
                1,
                true);
        final BaseMessages messages = new BaseMessages(longest, new Jitter(1));

        assertTrue(messages.cer(new CapabilitiesExchange(longest), true) > 3_000);
    }

    @Test
    void shouldCountEachThingUnderAKeyOfItsOwn() {
        final Set<String> keys = new HashSet<>();

        Arrays.stream(PeerCounter.values()).forEach(counter -> {
            assertTrue(keys.add(counter.key()), counter.key());
            assertTrue(counter.sentence().endsWith("."), counter.sentence());
        });
        Arrays.stream(CloseCause.values())
                .forEach(cause -> assertTrue(cause.sentence().endsWith("."), cause.sentence()));

        assertFalse(keys.isEmpty());
    }
}
