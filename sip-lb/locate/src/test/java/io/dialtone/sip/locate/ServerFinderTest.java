package io.dialtone.sip.locate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.sip.codec.ViaTransport;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ServerFinderTest {
    private static final Ways ALL = Ways.of((transport, ipv4) -> true);
    private static final Ways DATAGRAMS = Ways.of((transport, ipv4) -> transport == ViaTransport.UDP && ipv4);
    private static final long SEED = 7;

    private final Zone zone = new Zone();

    @Test
    void shouldFollowNaptrInItsOrderAndPreference() {
        zone.naming("example.com", 50, 50, "SIPS+D2T", "_sips._tcp.example.com")
                .naming("example.com", 50, 20, "SIP+D2T", "_sip._tcp.example.com")
                .naming("example.com", 100, 10, "SIP+D2U", "_sip._udp.example.com")
                .service("_sips._tcp.example.com", 0, 1, 5061, "a.example.com")
                .service("_sip._tcp.example.com", 0, 1, 5060, "a.example.com")
                .service("_sip._udp.example.com", 0, 1, 5060, "a.example.com")
                .address("a.example.com", "192.0.2.1");

        assertEquals(List.of("tcp:192.0.2.1:5060", "tls:192.0.2.1:5061"), find("example.com"));
    }

    @Test
    void shouldIgnoreNaptrOfServicesAndFlagsThatAreNotOurs() {
        zone.naming("example.com", 1, 1, "SIP+D2W", "_sip._ws.example.com")
                .naming("example.com", 2, 1, "SIP+D2S", "_sip._sctp.example.com")
                .naming("example.com", 3, 1, "u", "SIP+D2T", "_sip._tcp.example.com")
                .naming("example.com", 4, 1, "s", "E2U+sip", "_sip._tcp.example.com")
                .naming("example.com", 5, 1, "S", "sip+d2u", "_sip._udp.other.example.com")
                .service("_sip._udp.other.example.com", 0, 1, 5070, "a.example.com")
                .address("a.example.com", "192.0.2.1");

        assertEquals(List.of("udp:192.0.2.1:5070"), find("example.com"));
    }

    @Test
    void shouldAskForTheServicesOfEachTransportWithoutNaptr() {
        zone.service("_sip._tcp.example.com", 0, 1, 5062, "a.example.com").address("a.example.com", "192.0.2.1");

        assertEquals(List.of("tcp:192.0.2.1:5062"), find("example.com"));
        assertTrue(zone.asked().contains(new Question("_sip._udp.example.com", RecordType.SRV)));
        assertTrue(zone.asked().contains(new Question("_sips._tcp.example.com", RecordType.SRV)));
    }

    @Test
    void shouldTakeTheDomainsOwnAddressWhenThereAreNoServices() {
        zone.address("example.com", "192.0.2.1").address("example.com", "2001:db8::1");

        assertEquals(List.of("udp:[2001:db8::1]:5060", "udp:192.0.2.1:5060"), find("example.com"));
    }

    @Test
    void shouldNotAskForServicesWhenAPortIsWritten() {
        zone.service("_sip._udp.example.com", 0, 1, 5062, "a.example.com").address("example.com", "192.0.2.9");

        assertEquals(List.of("udp:192.0.2.9:5090"), find(new Destination("example.com", 5090, null, false), DATAGRAMS));
        assertEquals(Set.of(new Question("example.com", RecordType.A)), zone.asked());
    }

    @Test
    void shouldNotAskForNaptrWhenATransportIsWritten() {
        zone.naming("example.com", 1, 1, "SIP+D2U", "_sip._udp.example.com")
                .service("_sip._tcp.example.com", 0, 1, 5062, "a.example.com")
                .address("a.example.com", "192.0.2.1");

        assertEquals(
                List.of("tcp:192.0.2.1:5062"), find(new Destination("example.com", 0, ViaTransport.TCP, false), ALL));
        assertTrue(zone.asked().stream().noneMatch(each -> each.type() == RecordType.NAPTR));
    }

    @Test
    void shouldAskNothingForAnAddress() {
        assertEquals(List.of("udp:192.0.2.1:5060"), find(new Destination("192.0.2.1", 0, null, false), ALL));
        assertEquals(List.of("tls:[2001:db8::1]:5061"), find(new Destination("[2001:db8::1]", 0, null, true), ALL));
        assertEquals(Set.of(), zone.asked());
    }

    @Test
    void shouldGoByTlsOrNotAtAllForSips() {
        zone.naming("example.com", 1, 1, "SIP+D2U", "_sip._udp.example.com")
                .naming("example.com", 1, 2, "SIPS+D2T", "_sips._tcp.example.com")
                .service("_sip._udp.example.com", 0, 1, 5060, "a.example.com")
                .service("_sips._tcp.example.com", 0, 1, 5061, "a.example.com")
                .address("a.example.com", "192.0.2.1");
        final Destination secure = new Destination("example.com", 0, null, true);

        assertEquals(List.of("tls:192.0.2.1:5061"), find(secure, ALL));
        assertEquals(
                List.of("tls:192.0.2.1:5061"), find(new Destination("a.example.com", 0, ViaTransport.TCP, true), ALL));
        assertInstanceOf(Finding.Nobody.class, finding(secure, DATAGRAMS));
        assertInstanceOf(Finding.Nobody.class, finding(new Destination("example.com", 0, ViaTransport.UDP, true), ALL));
    }

    @Test
    void shouldNotCallAnybodyByWebSocket() {
        zone.address("example.com", "192.0.2.1");

        assertInstanceOf(
                Finding.Nobody.class, finding(new Destination("example.com", 80, ViaTransport.WS, false), ALL));
    }

    @Test
    void shouldTryServersByPriorityAndThenByWeight() {
        zone.service("_sip._udp.example.com", 20, 100, 5060, "last.example.com")
                .service("_sip._udp.example.com", 10, 75, 5060, "much.example.com")
                .service("_sip._udp.example.com", 10, 25, 5060, "little.example.com")
                .address("last.example.com", "192.0.2.3")
                .address("much.example.com", "192.0.2.1")
                .address("little.example.com", "192.0.2.2");
        final Map<String, Integer> first = new HashMap<>();

        for (long seed = 0; seed < 10_000; seed++) {
            final List<String> order = find(new Destination("example.com", 0, null, false), DATAGRAMS, seed);
            assertEquals("udp:192.0.2.3:5060", order.getLast());
            first.merge(order.getFirst(), 1, Integer::sum);
        }

        assertEquals(7_500, first.getOrDefault("udp:192.0.2.1:5060", 0), 200);
        assertEquals(2_500, first.getOrDefault("udp:192.0.2.2:5060", 0), 200);
    }

    @Test
    void shouldNeverForgetServersWithoutWeight() {
        zone.service("_sip._udp.example.com", 0, 0, 5060, "a.example.com")
                .service("_sip._udp.example.com", 0, 0, 5060, "b.example.com")
                .address("a.example.com", "192.0.2.1")
                .address("b.example.com", "192.0.2.2");

        assertEquals(
                Set.of("udp:192.0.2.1:5060", "udp:192.0.2.2:5060"),
                new HashSet<>(find(new Destination("example.com", 0, null, false), DATAGRAMS)));
    }

    @Test
    void shouldComeToTheSameOrderFromTheSameSeed() {
        for (int i = 0; i < 10; i++) {
            zone.service("_sip._udp.example.com", 0, 10, 5060 + i, "a.example.com");
        }
        zone.address("a.example.com", "192.0.2.1");
        final Destination destination = new Destination("example.com", 0, null, false);

        assertEquals(find(destination, DATAGRAMS, 3), find(destination, DATAGRAMS, 3));
        assertTrue(!find(destination, DATAGRAMS, 3).equals(find(destination, DATAGRAMS, 4)));
    }

    @Test
    void shouldTakeARootTargetAsNoService() {
        zone.service("_sip._udp.example.com", 0, 0, 0, ".").address("example.com", "192.0.2.1");

        assertInstanceOf(
                Finding.Nobody.class, finding(new Destination("example.com", 0, ViaTransport.UDP, false), DATAGRAMS));
    }

    @Test
    void shouldNotGuessWhenNobodyCouldSayWhetherThereAreServers() {
        zone.fails("_sip._udp.example.com", RecordType.SRV).address("example.com", "192.0.2.1");

        final Finding finding = finding(new Destination("example.com", 0, null, false), DATAGRAMS);

        assertTrue(assertInstanceOf(Finding.Nobody.class, finding).why().contains("has not answered"));
    }

    @Test
    void shouldGoOnWhenOnlyNaptrFails() {
        zone.fails("example.com", RecordType.NAPTR).address("example.com", "192.0.2.1");

        assertEquals(List.of("udp:192.0.2.1:5060"), find(new Destination("example.com", 0, null, false), DATAGRAMS));
    }

    @Test
    void shouldKeepTheRestOfAThousandRecordsToItself() {
        for (int i = 0; i < 1_000; i++) {
            zone.service("_sip._udp.example.com", i % 7, i, 5060, "host-" + i + ".example.com")
                    .address("host-" + i + ".example.com", "192.0.2." + i % 256);
        }

        final List<String> found = find(new Destination("example.com", 0, null, false), DATAGRAMS);

        assertEquals(ServerFinder.TARGETS_MAX, found.size());
        assertTrue(zone.asked().size() < 64, () -> zone.asked().toString());
    }

    @Test
    void shouldIgnoreServersThatCannotBe() {
        zone.service("_sip._udp.example.com", 0, 1, 0, "a.example.com")
                .service("_sip._udp.example.com", 0, 1, 5060, "not a name")
                .service("_sip._udp.example.com", 0, 1, 5060, "x".repeat(64) + ".example.com")
                .service("_sip._udp.example.com", 1, 1, 5060, "a.example.com")
                .address("a.example.com", "192.0.2.1");

        assertEquals(List.of("udp:192.0.2.1:5060"), find(new Destination("example.com", 0, null, false), DATAGRAMS));
    }

    @Test
    void shouldAskNothingForWhatIsNoName() {
        for (final String host : List.of("", ".", "a..b", "-", "exa mple.com", "ex\u00e4mple.com", "x".repeat(300))) {
            final Finding finding = finding(new Destination(host, 0, null, false), ALL);
            assertTrue(finding instanceof Finding.Nobody || host.equals("-"), host);
        }
    }

    @Test
    void shouldAskForAllThatIsMissingAtOnce() {
        final Finding finding = ServerFinder.find(
                new Destination("example.com", 5060, null, false), ALL, StaticRoutes.none(), any -> null, SEED);

        assertEquals(
                Set.of(new Question("example.com", RecordType.A), new Question("example.com", RecordType.AAAA)),
                assertInstanceOf(Finding.Asks.class, finding).questions());
    }

    @Test
    void shouldTakeStaticRoutesBeforeDns() {
        zone.address("example.com", "192.0.2.99").address("proxy.example.net", "192.0.2.3");
        final StaticRoutes routes = StaticRoutes.of(List.of(
                StaticRoutes.Route.parse("Example.com=sip:192.0.2.1:5070;transport=tcp;priority=2"),
                StaticRoutes.Route.parse("example.com=sip:192.0.2.2;priority=1;weight=10"),
                StaticRoutes.Route.parse("*.example.com = sip:proxy.example.net:5080"),
                StaticRoutes.Route.parse("*=sip:192.0.2.4")));

        assertEquals(List.of("udp:192.0.2.2:5060", "tcp:192.0.2.1:5070"), find(routes, "example.com"));
        assertEquals(List.of("udp:192.0.2.3:5080"), find(routes, "a.b.example.com"));
        assertEquals(List.of("udp:192.0.2.4:5060"), find(routes, "example.org"));
    }

    private List<String> find(final StaticRoutes routes, final String host) {
        return texts(ServerFinder.find(new Destination(host, 0, null, false), ALL, routes, zone::answerTo, SEED));
    }

    private List<String> find(final String host) {
        return find(new Destination(host, 0, null, false), ALL);
    }

    private List<String> find(final Destination destination, final Ways ways) {
        return find(destination, ways, SEED);
    }

    private List<String> find(final Destination destination, final Ways ways, final long seed) {
        return texts(ServerFinder.find(destination, ways, StaticRoutes.none(), zone::answerTo, seed));
    }

    private Finding finding(final Destination destination, final Ways ways) {
        return ServerFinder.find(destination, ways, StaticRoutes.none(), zone::answerTo, SEED);
    }

    private static List<String> texts(final @Nullable Finding finding) {
        return assertInstanceOf(Finding.Found.class, finding).targets().stream()
                .map(Zone::textOf)
                .collect(Collectors.toList());
    }
}
