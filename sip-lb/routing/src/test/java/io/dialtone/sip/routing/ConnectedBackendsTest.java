package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.ProxyHarness.CALLER;
import static io.dialtone.sip.routing.ProxyHarness.address;
import static io.dialtone.sip.routing.ProxyHarness.invite;
import static io.dialtone.sip.routing.ProxyHarness.ipv4Listener;
import static io.dialtone.sip.routing.ProxyHarness.request;
import static io.dialtone.sip.routing.ProxyHarness.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.sip.codec.ViaTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Backends that are reached by connections, and callers that are not. */
final class ConnectedBackendsTest {
    private static final String BACKEND = "10.0.0.1:5070";
    private static final int BY_UDP = 0;
    private static final int BY_TCP = 1;

    private final ProxyHarness proxy = ProxyHarness.of(
            ProxyHarness.config("tcp:" + BACKEND),
            ipv4Listener(BY_UDP, "198.51.100.1", 5060),
            ipv4Listener(BY_TCP, ViaTransport.TCP, "198.51.100.1", 5060));

    @Test
    void shouldGoToThemByTheirTransportAndComeBackByTheCallers() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        assertEquals(BY_TCP, invite.listener());
        assertEquals(address(BACKEND), invite.to());
        assertTrue(invite.header("Via").startsWith("SIP/2.0/TCP 198.51.100.1:5060;"), invite.header("Via"));
        final List<String> recordRoutes = invite.headers("Record-Route");
        assertEquals(2, recordRoutes.size());
        assertTrue(recordRoutes.get(0).contains(";transport=tcp"), recordRoutes.get(0));

        final CapturingEgress.Sent ok =
                proxy.receive(response(200, invite), invite.to(), BY_TCP).sent();
        assertEquals(BY_UDP, ok.listener());
        assertEquals(CALLER, ok.to());

        // The backend's own requests come by a connection that it has made, from any port: its Via says who it is.
        final String bye = request(
                        "BYE",
                        "sip:alice@192.0.2.1",
                        "call-1",
                        "z9hG4bKb1",
                        1,
                        "alice1",
                        "Route: " + recordRoutes.get(0),
                        "Route: " + recordRoutes.get(1))
                .replace("SIP/2.0/UDP 192.0.2.1:5060", "SIP/2.0/TCP " + BACKEND);
        final CapturingEgress.Sent passedOn =
                proxy.receive(bye, address("10.0.0.1:40000"), BY_TCP).sent();
        assertEquals(BY_UDP, passedOn.listener());
        assertEquals(CALLER, passedOn.to());
        assertEquals(1, proxy.count(ProxyCounter.FROM_BACKEND));
    }

    @Test
    void shouldNotTakeAStrangerForABackendBecauseOfWhatItsViaSays() {
        final String claims = request("INVITE", "sip:carol@203.0.113.9", "call-2", "z9hG4bKc1", 1, "")
                .replace("SIP/2.0/UDP 192.0.2.1:5060", "SIP/2.0/TCP " + BACKEND);

        assertEquals(
                address(BACKEND),
                proxy.receive(claims, address("192.0.2.7:40000"), BY_TCP).sent().to());
        assertEquals(
                address(BACKEND),
                proxy.receive(claims.replace("call-2", "call-3"), address("10.0.0.1:40000"), BY_UDP)
                        .sent()
                        .to());
        assertEquals(0, proxy.count(ProxyCounter.FROM_BACKEND));
    }

    @Test
    void shouldSendLongMessagesWhole() {
        final String body = "x".repeat(65_100);
        final String invite =
                invite("call-1", "z9hG4bKa1").replace("Content-Length: 0", "Content-Length: " + body.length()) + body;

        assertEquals(body, proxy.receive(invite).sent().body());
    }

    @Test
    void shouldAnswer503WhenTheConnectionDoesNotComeAbout() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        proxy.isUnsent(invite);
        proxy.egress.nothing();
        final CapturingEgress.Sent refusal =
                proxy.after(Duration.ofMillis(1)).withoutProbes().sent();

        assertEquals("SIP/2.0 503 Service Unavailable", refusal.firstLine());
        assertEquals(CALLER, refusal.to());
        assertEquals(1, refusal.headers("Via").size());
        assertEquals("z9hG4bKa1", refusal.branch());
        assertEquals(1, proxy.count(ProxyCounter.FAILED_TRANSPORT));
        assertEquals(1, proxy.count(ProxyCounter.FAILED_UNAVAILABLE));

        final String tag = refusal.header("To").substring(refusal.header("To").indexOf("tag=") + 4);
        proxy.receive(request("ACK", "sip:bob@example.com", "call-1", "z9hG4bKa1", 1, tag));
        proxy.egress.nothing();
        assertEquals(1, proxy.count(ProxyCounter.ABSORBED_ACK));
    }

    @Test
    void shouldTakeABackendOutOfUseThatCannotBeConnectedTo() {
        final List<String> statuses = new ArrayList<>();
        for (int call = 0; call < 10; call++) {
            final CapturingEgress.Sent sent = proxy.receive(invite("call-" + call, "z9hG4bKa" + call))
                    .withoutProbes()
                    .sent();
            if (sent.firstLine().startsWith("INVITE")) {
                proxy.isUnsent(sent);
                statuses.add(
                        proxy.after(Duration.ofMillis(1)).withoutProbes().sent().firstLine());
            }
        }

        assertTrue(statuses.size() >= 5, statuses::toString);
        assertEquals(statuses.size(), proxy.count(ProxyCounter.FAILED_TRANSPORT));
    }

    @Test
    void shouldNotAnswerForProbesAndAcks() {
        proxy.after(Duration.ofSeconds(1));
        final CapturingEgress.Sent probe = proxy.sent();
        assertEquals(BY_TCP, probe.listener());
        assertTrue(probe.header("Via").startsWith("SIP/2.0/TCP 198.51.100.1:5060;"), probe.header("Via"));
        assertEquals("OPTIONS sip:10.0.0.1:5070;transport=tcp SIP/2.0", probe.firstLine());
        proxy.isUnsent(probe);

        final CapturingEgress.Sent ack = proxy.receive(
                        request("ACK", "sip:bob@example.com", "call-1", "z9hG4bKa2", 1, "bob1"))
                .sent();
        proxy.isUnsent(ack);

        proxy.after(Duration.ofMillis(1)).withoutProbes();
        proxy.egress.nothing();
        assertEquals(0, proxy.count(ProxyCounter.FAILED_TRANSPORT));
    }

    @Test
    void shouldKnowABackendByTheUsualPortOfItsTransport() {
        final ProxyHarness secured = ProxyHarness.of(
                ProxyHarness.config("tls:10.0.0.1", "10.0.0.1"),
                ipv4Listener(BY_UDP, "198.51.100.1", 5060),
                ipv4Listener(1, ViaTransport.TLS, "198.51.100.1", 5061));

        for (final String uri : List.of("sips:bob@10.0.0.1", "sip:bob@10.0.0.1;transport=tls")) {
            assertEquals(
                    address("10.0.0.1:5061"),
                    secured.receive(request("INFO", uri, "call-" + uri.length(), "z9hG4bKa1", 2, "bob1"), CALLER, 1)
                            .sent()
                            .to());
        }
        assertEquals(
                address("10.0.0.1:5060"),
                secured.receive(request("INFO", "sip:bob@10.0.0.1", "call-3", "z9hG4bKa2", 2, "bob1"))
                        .sent()
                        .to());
        assertEquals(3, secured.count(ProxyCounter.IN_DIALOG_BY_ADDRESS));
    }

    @Test
    void shouldDropAndCountRefusalsBeyondThoseThatMayWait() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        for (int i = 0; i < 1_000; i++) {
            proxy.isUnsent(invite);
        }

        final long dropped = proxy.count(ProxyCounter.DROPPED_UNSENT);
        assertTrue(dropped > 0 && dropped < 1_000, "dropped: " + dropped);
        for (int turn = 0; turn < 1_000; turn++) {
            proxy.after(Duration.ofNanos(1_000));
        }
        assertEquals(1_000 - dropped, proxy.withoutProbes().egress.sent.size());
    }
}
