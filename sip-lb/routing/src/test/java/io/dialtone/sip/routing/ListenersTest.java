package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.ProxyHarness.CALLER;
import static io.dialtone.sip.routing.ProxyHarness.address;
import static io.dialtone.sip.routing.ProxyHarness.invite;
import static io.dialtone.sip.routing.ProxyHarness.ipv4Listener;
import static io.dialtone.sip.routing.ProxyHarness.ipv6Listener;
import static io.dialtone.sip.routing.ProxyHarness.request;
import static io.dialtone.sip.routing.ProxyHarness.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several listeners, IPv6, and the names we go by. */
final class ListenersTest {
    private static final String IPV6_BACKEND = "[2001:db8::10]:5070";

    @Test
    void shouldWriteIpv6InBracketsAndFollowItBack() {
        final ProxyHarness proxy =
                ProxyHarness.of(ProxyHarness.config(IPV6_BACKEND), ipv6Listener(0, "2001:db8::1", 5060));
        final InetSocketAddress caller = address("[2001:db8::99]:5060");
        final String invite = invite("call-1", "z9hG4bKa1;rport").replace("192.0.2.1:5060", "[2001:db8:0::99]:5060");

        final CapturingEgress.Sent sent = proxy.receive(invite, caller).sent();
        assertEquals(address(IPV6_BACKEND), sent.to());
        assertTrue(sent.header("Via").startsWith("SIP/2.0/UDP [2001:db8::1]:5060;branch="), sent.header("Via"));
        assertTrue(sent.header("Record-Route").startsWith("<sip:[2001:db8::1]:5060;lr;dt="));
        assertTrue(
                sent.headers("Via").get(1).contains(";received=2001:db8::99"),
                sent.headers("Via").get(1));

        proxy.receive(response(200, sent), sent.to());
        assertEquals(caller, proxy.sent().to());

        final CapturingEgress.Sent bye = proxy.receive(
                        request(
                                "BYE",
                                "sip:bob@example.com",
                                "call-1",
                                "z9hG4bKa2",
                                2,
                                "bob1",
                                // The same address, written otherwise.
                                "Route: " + sent.header("Record-Route").replace("2001:db8::1", "2001:DB8:0:0:0::1")),
                        caller)
                .sent();
        assertEquals(List.of(), bye.headers("Route"));
        assertEquals(1, proxy.count(ProxyCounter.IN_DIALOG_BY_TOKEN));
    }

    @Test
    void shouldRecordRouteTwiceWhenRequestAndResponseTakeDifferentListeners() {
        final ProxyHarness proxy = ProxyHarness.of(
                ProxyHarness.config(IPV6_BACKEND),
                ipv4Listener(0, "198.51.100.1", 5060),
                ipv6Listener(1, "2001:db8::1", 5060));

        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        assertEquals(1, invite.listener());
        final List<String> recordRoutes = invite.headers("Record-Route");
        assertEquals(2, recordRoutes.size());
        assertTrue(recordRoutes.get(0).matches("<sip:\\[2001:db8::1\\]:5060;lr;dt=[a-z2-7]{20};r2=on>"));
        assertTrue(recordRoutes.get(1).matches("<sip:198\\.51\\.100\\.1:5060;lr;dt=[a-z2-7]{20};r2=on>"));

        final CapturingEgress.Sent ok =
                proxy.receive(response(200, invite), invite.to(), 1).sent();
        assertEquals(0, ok.listener());
        assertEquals(CALLER, ok.to());

        // From the caller: the IPv4 value first. From the callee: the IPv6 value first, and out by the other listener.
        final CapturingEgress.Sent ack = proxy.receive(request(
                        "ACK",
                        "sip:bob@example.com",
                        "call-1",
                        "z9hG4bKa2",
                        1,
                        "bob1",
                        "Route: " + recordRoutes.get(1) + ", " + recordRoutes.get(0)))
                .sent();
        assertEquals(List.of(), ack.headers("Route"));
        assertEquals(1, ack.listener());
        final CapturingEgress.Sent bye = proxy.receive(
                        request(
                                "BYE",
                                "sip:alice@192.0.2.1",
                                "call-1",
                                "z9hG4bKb1",
                                1,
                                "alice1",
                                "Route: " + recordRoutes.get(0),
                                "Route: " + recordRoutes.get(1)),
                        invite.to(),
                        1)
                .sent();
        assertEquals(List.of(), bye.headers("Route"));
        assertEquals(0, bye.listener());
        assertEquals(CALLER, bye.to());
    }

    @Test
    void shouldSendTheResponseByTheListenerItsRequestCameInBy() {
        final ProxyHarness proxy = ProxyHarness.of(
                ProxyHarness.config("10.0.0.1:5070"),
                ipv4Listener(0, "198.51.100.1", 5060),
                ipv4Listener(1, "198.51.100.2", 5060));

        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1"), CALLER, 1).sent();

        assertEquals(1, invite.listener());
        assertEquals(
                1, proxy.receive(response(200, invite), invite.to(), 1).sent().listener());
    }

    @Test
    void shouldKnowItselfByAliases() {
        final ProxyHarness proxy = ProxyHarness.of(
                ProxyHarness.config("10.0.0.1:5070").aliases(List.of("LB.example.com", "other.example.com:5099")));

        for (final String own :
                List.of("lb.EXAMPLE.com", "lb.example.com:7777", "other.example.com:5099", "198.51.100.1")) {
            final String route = "Route: <sip:" + own + ";lr>, <sip:far.example.com;lr>";
            assertEquals(
                    List.of("<sip:far.example.com;lr>"),
                    proxy.receive(request("INVITE", "sip:b@c", "call-" + own, "z9hG4bKa1", 1, "", route))
                            .sent()
                            .headers("Route"));
        }
        assertEquals(
                2,
                proxy.receive(request(
                                "INVITE",
                                "sip:b@c",
                                "call-x",
                                "z9hG4bKa1",
                                1,
                                "",
                                "Route: <sip:other.example.com;lr>",
                                "Route: <sip:far.example.com;lr>"))
                        .sent()
                        .headers("Route")
                        .size());
    }

    @Test
    void shouldAdvertiseWhatItWasToldTo() {
        final SipListener behindNat = new SipListener(
                0, SipFlow.TRANSPORT_UDP, new InetSocketAddress("198.51.100.1", 5060), "lb.example.com", 5099);
        final ProxyHarness proxy = ProxyHarness.of(ProxyHarness.config("10.0.0.1:5070"), behindNat);

        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        assertTrue(invite.header("Via").startsWith("SIP/2.0/UDP lb.example.com:5099;"));
        assertTrue(invite.header("Record-Route").startsWith("<sip:lb.example.com:5099;lr;"));

        proxy.receive(response(200, invite), invite.to());
        assertEquals(CALLER, proxy.sent().to());
    }

    @Test
    void shouldRefuseWhenNoListenerSpeaksTheBackendsFamily() {
        final ProxyHarness proxy = ProxyHarness.withBackends(IPV6_BACKEND);

        assertTrue(
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent().firstLine().startsWith("SIP/2.0 503 "));
    }
}
