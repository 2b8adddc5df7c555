package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.ProxyHarness.CALLER;
import static io.dialtone.sip.routing.ProxyHarness.address;
import static io.dialtone.sip.routing.ProxyHarness.ipv4Listener;
import static io.dialtone.sip.routing.ProxyHarness.request;
import static io.dialtone.sip.routing.ProxyHarness.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.sip.codec.ViaTransport;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the balancer does with {@code sips} (RFC 3261 sections 16.6 step 4 and 26.2.2, RFC 5630 section 5.3). */
class SipsTest {
    private static final int BY_UDP = 0;
    private static final int BY_TLS = 1;
    private static final int BY_WSS = 2;
    private static final String SECURE_BACKEND = "10.0.0.1:5061";
    private static final String PLAIN_BACKEND = "10.0.0.2:5070";
    private static final String SIPS = "sips:bob@example.com";

    private final ProxyHarness secure = of("tls:10.0.0.1:5061");
    private final ProxyHarness plain = of(PLAIN_BACKEND);

    private static ProxyHarness of(final String backend) {
        return ofBackends(ProxyHarness.config(backend));
    }

    private static ProxyHarness ofBackends(final ProxyConfig.Builder config) {
        return ProxyHarness.of(
                config,
                ipv4Listener(BY_UDP, "198.51.100.1", 5060),
                ipv4Listener(BY_TLS, ViaTransport.TLS, "198.51.100.1", 5061),
                ipv4Listener(BY_WSS, ViaTransport.WSS, "198.51.100.1", 443));
    }

    private static String invite(final String uri) {
        return request("INVITE", uri, "call-1", "z9hG4bKa1", 1, "");
    }

    private static List<String> recordRoutes(final CapturingEgress.Sent sent) {
        return sent.headers("Record-Route").stream()
                .map(value -> value.replaceAll("dt=[a-z0-9]*", "dt=T").replaceAll("df=[a-z0-9]*", "df=F"))
                .toList();
    }

    private static void assertNotAllowed(final CapturingEgress.Sent refusal) {
        assertTrue(refusal.firstLine().startsWith("SIP/2.0 480 "), refusal::text);
        assertTrue(refusal.header("Warning").matches("380 198.51.100.1:\\d+ \"SIPS Not Allowed\""), refusal::text);
    }

    @Test
    void shouldSaySipsInRecordRouteOfASipsRequest() {
        final CapturingEgress.Sent sent =
                secure.receive(invite(SIPS), CALLER, BY_TLS).sent();

        assertEquals(address(SECURE_BACKEND), sent.to());
        assertEquals(List.of("<sips:198.51.100.1:5061;lr;dt=T>"), recordRoutes(sent));
    }

    @Test
    void shouldSaySipsOnBothSidesOfTwoListenersWithTls() {
        final CapturingEgress.Sent sent =
                secure.receive(invite(SIPS), CALLER, BY_WSS).sent();

        assertEquals(
                List.of(
                        "<sips:198.51.100.1:5061;lr;dt=T;r2=on>",
                        "<sips:198.51.100.1:443;transport=ws;lr;dt=T;r2=on;df=F>"),
                recordRoutes(sent));
    }

    @Test
    void shouldSaySipWhereTheRequestUriIsSipThoughItGoesByTls() {
        final CapturingEgress.Sent sent =
                secure.receive(invite("sip:bob@example.com"), CALLER, BY_TLS).sent();

        assertEquals(List.of("<sip:198.51.100.1:5061;transport=tls;lr;dt=T>"), recordRoutes(sent));
    }

    @ParameterizedTest
    @ValueSource(ints = {BY_TLS, BY_WSS})
    void shouldFollowItsOwnSipsRoutesBothWays(final int callersListener) {
        final CapturingEgress.Sent invite =
                secure.receive(invite(SIPS), CALLER, callersListener).sent();
        secure.receive(response(200, invite), address(SECURE_BACKEND), BY_TLS).sent();
        final List<String> written = invite.headers("Record-Route");

        final CapturingEgress.Sent again = secure.receive(
                        request(
                                "INVITE",
                                "sips:bob@10.0.0.1:5061",
                                "call-1",
                                "z9hG4bKa2",
                                2,
                                "bob1",
                                written.reversed().stream()
                                        .map(value -> "Route: " + value)
                                        .toArray(String[]::new)),
                        CALLER,
                        callersListener)
                .sent();
        assertEquals(address(SECURE_BACKEND), again.to());
        assertEquals(List.of(), again.headers("Route"));
        assertEquals(1, secure.count(ProxyCounter.IN_DIALOG_BY_ADDRESS));

        final CapturingEgress.Sent bye = secure.receive(
                        request(
                                "BYE",
                                "sips:alice@192.0.2.1:5060",
                                "call-1",
                                "z9hG4bKb1",
                                1,
                                "alice1",
                                written.stream().map(value -> "Route: " + value).toArray(String[]::new)),
                        address(SECURE_BACKEND),
                        BY_TLS)
                .sent();
        assertEquals(CALLER, bye.to());
        assertEquals(callersListener, bye.listener());
        assertEquals(List.of(), bye.headers("Route"));
    }

    @Test
    void shouldNotSendASipsRequestToABackendWithoutTls() {
        assertNotAllowed(plain.receive(invite(SIPS), CALLER, BY_TLS).sent());
        assertNotAllowed(plain.receive(
                        request("INFO", "sips:bob@10.0.0.2:5070", "call-2", "z9hG4bKa2", 2, "bob1"), CALLER, BY_TLS)
                .sent());

        assertEquals(2, plain.count(ProxyCounter.REFUSED_SIPS));
    }

    @Test
    void shouldSendASipsRequestToATrustedBackendAndSaySipsOnTheCallersSideOnly() {
        final ProxyHarness trusting =
                ofBackends(ProxyHarness.config(PLAIN_BACKEND).trustBackends(true));

        final CapturingEgress.Sent sent =
                trusting.receive(invite(SIPS), CALLER, BY_TLS).sent();

        assertEquals(address(PLAIN_BACKEND), sent.to());
        assertTrue(sent.firstLine().startsWith("INVITE " + SIPS + " "), sent::text);
        assertEquals(
                List.of("<sip:198.51.100.1:5060;lr;dt=T;r2=on>", "<sips:198.51.100.1:5061;lr;dt=T;r2=on;df=F>"),
                recordRoutes(sent));
    }

    @Test
    void shouldNotTrustOthersThanItsBackends() {
        final ProxyHarness trusting = ProxyHarness.of(
                ProxyHarness.config(PLAIN_BACKEND).trustBackends(true), ipv4Listener(BY_UDP, "198.51.100.1", 5060));

        assertNotAllowed(trusting.receive(invite("sips:carol@203.0.113.5"), address(PLAIN_BACKEND), BY_UDP)
                .sent());
        assertNotAllowed(trusting.receive(invite(SIPS), CALLER, BY_UDP).sent());
    }

    @Test
    void shouldNotSendToASipsRouteWithoutTls() {
        assertNotAllowed(plain.receive(
                        request(
                                "INFO",
                                "sip:bob@example.com",
                                "call-2",
                                "z9hG4bKa2",
                                2,
                                "bob1",
                                "Route: <sips:10.0.0.2:5070;lr>"),
                        CALLER,
                        BY_TLS)
                .sent());
    }

    @Test
    void shouldRefuseSipsFromOutsideThatDidNotComeByTls() {
        assertNotAllowed(secure.receive(invite(SIPS), CALLER, BY_UDP).sent());

        final CapturingEgress.Sent bye = secure.receive(
                        request("BYE", "sips:bob@10.0.0.1:5061", "call-2", "z9hG4bKa2", 2, "bob1"), CALLER, BY_UDP)
                .sent();
        assertEquals(address(SECURE_BACKEND), bye.to());
    }

    @Test
    void shouldLetABackendCallASipsUriByTls() {
        final CapturingEgress.Sent sent = plain.receive(
                        invite("sips:carol@203.0.113.5"), address(PLAIN_BACKEND), BY_UDP)
                .sent();

        assertEquals(address("203.0.113.5:5061"), sent.to());
        assertEquals(BY_TLS, sent.listener());
        assertEquals(
                List.of("<sip:198.51.100.1:5060;lr;dt=T;r2=on>", "<sips:198.51.100.1:5061;lr;dt=T;r2=on>"),
                recordRoutes(sent).stream().sorted().toList());
    }

    @Test
    void shouldNotLetABackendCallASipsUriWithoutTls() {
        final ProxyHarness byUdp = ProxyHarness.withBackends(PLAIN_BACKEND);

        assertNotAllowed(byUdp.receive(invite("sips:carol@203.0.113.5"), address(PLAIN_BACKEND))
                .sent());
        assertNotAllowed(byUdp.receive(
                        request(
                                "INVITE",
                                "sips:carol@203.0.113.5",
                                "call-2",
                                "z9hG4bKa2",
                                1,
                                "",
                                "Route: <sip:203.0.113.6;lr>"),
                        address(PLAIN_BACKEND))
                .sent());
    }
}
