package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.ProxyHarness.CALLER;
import static io.dialtone.sip.routing.ProxyHarness.FIRST_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.SECOND_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.address;
import static io.dialtone.sip.routing.ProxyHarness.invite;
import static io.dialtone.sip.routing.ProxyHarness.request;
import static io.dialtone.sip.routing.ProxyHarness.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.placement.table.ClusterKey;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a stranger may make the balancer send, and to whom: nothing to anybody but backends and himself. */
final class RelayTest {
    private static final List<InetSocketAddress> BACKENDS = List.of(address(FIRST_BACKEND), address(SECOND_BACKEND));

    private final ProxyHarness proxy = ProxyHarness.withBackends(FIRST_BACKEND, SECOND_BACKEND);

    @Test
    void shouldNeverFollowAStrangersRouteOrRequestUriToTheOutside() {
        final List<String> attempts = List.of(
                request("INVITE", "sip:victim@203.0.113.66", "call-1", "z9hG4bKa1", 1, ""),
                request("BYE", "sip:victim@203.0.113.66", "call-1", "z9hG4bKa2", 1, "x"),
                request("BYE", "sip:x@y", "call-1", "z9hG4bKa3", 1, "x", "Route: <sip:203.0.113.66;lr>"),
                request("BYE", "sip:x@203.0.113.66", "call-1", "z9hG4bKa4", 1, "x", "Route: <sip:198.51.100.1;lr>"),
                request(
                        "BYE",
                        "sip:x@y",
                        "call-1",
                        "z9hG4bKa5",
                        1,
                        "x",
                        "Route: <sip:198.51.100.1;lr>, <sip:203.0.113.66>"),
                request("INVITE", "sip:x@10.0.0.1;maddr=203.0.113.66", "call-1", "z9hG4bKa6", 1, ""));

        for (final String attempt : attempts) {
            final CapturingEgress.Sent sent = proxy.receive(attempt).sent();
            assertTrue(BACKENDS.contains(sent.to()), attempt + " went to " + sent.to());
        }
    }

    @Test
    void shouldIgnoreAForgedTokenAndLetAffinityDecide() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final String route = invite.header("Record-Route");
        final int at = route.indexOf("dt=") + 3;
        final String forged =
                route.substring(0, at + 19) + (route.charAt(at + 19) == 'a' ? 'b' : 'a') + route.substring(at + 20);

        final CapturingEgress.Sent bye = proxy.receive(
                        request("BYE", "sip:bob@203.0.113.9", "call-1", "z9hG4bKa3", 2, "bob1", "Route: " + forged))
                .sent();

        assertEquals(invite.to(), bye.to());
        assertEquals(List.of(), bye.headers("Route"));
        assertEquals(1, proxy.count(ProxyCounter.TOKENS_FORGED));
        assertEquals(1, proxy.count(ProxyCounter.IN_DIALOG_BY_AFFINITY));
        assertEquals(0, proxy.count(ProxyCounter.IN_DIALOG_BY_TOKEN));
    }

    @Test
    void shouldNotTakeTheTokenOfAnotherCall() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        proxy.receive(request(
                "BYE",
                "sip:bob@203.0.113.9",
                "call-2",
                "z9hG4bKa3",
                2,
                "bob1",
                "Route: " + invite.header("Record-Route")));

        assertEquals(1, proxy.count(ProxyCounter.TOKENS_FORGED));
    }

    @Test
    void shouldTakeTokensOfThePreviousKeyWhileKeysAreChanged() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final ProxyConfig.Builder config = ProxyHarness.config(FIRST_BACKEND, SECOND_BACKEND);
        final ProxyHarness next = ProxyHarness.of(
                config,
                ClusterKey.parse("the newest secret of all\na secret for tests, nothing more"),
                ProxyHarness.ipv4Listener(0, "198.51.100.1", 5060));

        next.receive(request(
                "BYE",
                "sip:bob@203.0.113.9",
                "call-1",
                "z9hG4bKa3",
                2,
                "bob1",
                "Route: " + invite.header("Record-Route")));
        next.receive(response(200, invite), invite.to());

        assertEquals(1, next.count(ProxyCounter.IN_DIALOG_BY_TOKEN));
        assertEquals(1, next.count(ProxyCounter.RESPONSES_FORWARDED));
    }

    @Test
    void shouldDropAResponseThatNamesAnotherWayBack() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final String good = response(200, invite);

        proxy.receive(
                good.replace("Via: SIP/2.0/UDP 192.0.2.1:5060", "Via: SIP/2.0/UDP 203.0.113.66:5060"), invite.to());
        proxy.receive(good.replace("branch=z9hG4bKa1", "branch=z9hG4bKa1;received=203.0.113.66"), invite.to());
        proxy.receive(good.replace("branch=z9hG4bKa1", "branch=z9hG4bKa1;rport=9"), invite.to());

        proxy.egress.nothing();
        assertEquals(3, proxy.count(ProxyCounter.DROPPED_FORGED_RESPONSE));
    }

    @Test
    void shouldDropAResponseWhoseNextViaIsANameOrABroadcastAddress() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final String good = response(200, invite);

        for (final String host :
                List.of("phone.example.com", "255.255.255.255", "224.2.0.1", "0.0.0.0", "[ff02::1]", "[::]")) {
            proxy.receive(good.replace("UDP 192.0.2.1", "UDP " + host), invite.to());
        }

        proxy.egress.nothing();
        assertEquals(6, proxy.count(ProxyCounter.DROPPED_UNREACHABLE_RESPONSE));
    }

    @Test
    void shouldDropAnInventedResponse() {
        proxy.receive(ProxyHarness.message(
                "SIP/2.0 200 OK",
                "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKdtaaaaaaaaaaaaa;dt=aaaaaaaaaaaaaaaaaaaaa",
                "Via: SIP/2.0/UDP 203.0.113.66;branch=z9hG4bK1",
                "From: <sip:a@b>;tag=1",
                "To: <sip:a@b>;tag=2",
                "Call-ID: 1",
                "CSeq: 1 INVITE"));

        proxy.egress.nothing();
        assertEquals(1, proxy.count(ProxyCounter.DROPPED_FORGED_RESPONSE));
    }

    @Test
    void shouldChooseTheSameBackendWhateverTheSecret() {
        // Affinity does not hang on the secret: a balancer beside this one, or this one after a restart, chooses the
        // same backend.
        final ProxyHarness other = ProxyHarness.of(
                ProxyHarness.config(FIRST_BACKEND, SECOND_BACKEND),
                ClusterKey.parse("another secret altogether"),
                ProxyHarness.ipv4Listener(0, "198.51.100.1", 5060));

        for (int i = 0; i < 20; i++) {
            final CapturingEgress.Sent here =
                    proxy.receive(invite("call-" + i, "z9hG4bKa" + i)).sent();
            final CapturingEgress.Sent there =
                    other.receive(invite("call-" + i, "z9hG4bKa" + i)).sent();
            assertEquals(here.to(), there.to());
            assertNotEquals(here.branch(), there.branch());
        }
    }

    @Test
    void shouldLeaveARouteOfTheSameShapeButAnotherHostAsItIs() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final String foreign = invite.header("Record-Route").replace("198.51.100.1", "198.51.100.2");

        final CapturingEgress.Sent bye = proxy.receive(
                        request("BYE", "sip:bob@203.0.113.9", "call-1", "z9hG4bKa3", 2, "bob1", "Route: " + foreign))
                .sent();

        assertEquals(List.of(foreign), bye.headers("Route"));
        assertEquals(0, proxy.count(ProxyCounter.IN_DIALOG_BY_TOKEN));
    }

    // From the inside

    @Test
    void shouldFollowABackendsRequestToTheOutsideAndItsDialogBack() {
        final String callee = "203.0.113.5:5080";
        final InetSocketAddress backend = address(FIRST_BACKEND);
        final String invite = request("INVITE", "sip:bob@" + callee, "call-1", "z9hG4bKb1", 1, "")
                .replace("192.0.2.1:5060", FIRST_BACKEND);

        final CapturingEgress.Sent out = proxy.receive(invite, backend).sent();
        assertEquals(address(callee), out.to());
        final String recordRoute = out.header("Record-Route");

        proxy.receive(response(200, out), address(callee));
        assertEquals(backend, proxy.sent().to());

        final CapturingEgress.Sent bye = proxy.receive(
                        request(
                                "BYE",
                                "sip:alice@example.org",
                                "call-1",
                                "z9hG4bKc1",
                                1,
                                "alice1",
                                "Route: " + recordRoute),
                        address(callee))
                .sent();
        assertEquals(backend, bye.to());
        assertEquals(1, proxy.count(ProxyCounter.IN_DIALOG_BY_TOKEN));
        assertEquals(1, proxy.count(ProxyCounter.FROM_BACKEND));
    }

    @Test
    void shouldFollowABackendsInDialogRequestToTheCaller() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        final CapturingEgress.Sent bye = proxy.receive(
                        request(
                                "BYE",
                                "sip:alice@192.0.2.1:5062",
                                "call-1",
                                "z9hG4bKb1",
                                1,
                                "alice1",
                                "Route: " + invite.header("Record-Route")),
                        invite.to())
                .sent();

        assertEquals(new InetSocketAddress("192.0.2.1", 5062), bye.to());
        assertEquals(List.of(), bye.headers("Route"));
    }

    @Test
    void shouldFollowTheNextRouteOfABackendAndItsMaddr() {
        final CapturingEgress.Sent byRoute = proxy.receive(
                        request(
                                "INVITE",
                                "sip:bob@example.com",
                                "call-1",
                                "z9hG4bKb1",
                                1,
                                "",
                                "Route: <sip:198.51.100.1;lr>,<sip:203.0.113.5:5090;lr>"),
                        address(FIRST_BACKEND))
                .sent();
        final CapturingEgress.Sent byMaddr = proxy.receive(
                        request("INVITE", "sip:bob@example.com:5070;maddr=203.0.113.6", "call-2", "z9hG4bKb2", 1, ""),
                        address(FIRST_BACKEND))
                .sent();

        assertEquals(address("203.0.113.5:5090"), byRoute.to());
        assertEquals(List.of("<sip:203.0.113.5:5090;lr>"), byRoute.headers("Route"));
        assertEquals(address("203.0.113.6:5070"), byMaddr.to());
    }

    @Test
    void shouldSendABackendsRequestForANameToTheOutboundProxyOrAnswer480() {
        final String invite = request("INVITE", "sip:bob@example.com", "call-1", "z9hG4bKb1", 1, "");

        assertEquals(
                "SIP/2.0 480 Next Hop Not An Address",
                proxy.receive(invite, address(FIRST_BACKEND)).sent().firstLine());

        final ProxyHarness withOutbound =
                ProxyHarness.of(ProxyHarness.config(FIRST_BACKEND).outbound(address("203.0.113.200:5060")));
        final CapturingEgress.Sent sent =
                withOutbound.receive(invite, address(FIRST_BACKEND)).sent();
        assertEquals(address("203.0.113.200:5060"), sent.to());
        assertEquals("INVITE sip:bob@example.com SIP/2.0", sent.firstLine());
    }

    @Test
    void shouldNotSendABackendsRequestToMulticastOrToItself() {
        for (final String host : List.of("224.2.0.1", "255.255.255.255", "0.0.0.0")) {
            assertTrue(proxy.receive(
                            request("INVITE", "sip:bob@" + host, "call-" + host, "z9hG4bKb1", 1, ""),
                            address(FIRST_BACKEND))
                    .sent()
                    .firstLine()
                    .startsWith("SIP/2.0 480 "));
        }
        for (final String uri : List.of("tel:+3612345", "unknown:bob")) {
            assertTrue(proxy.receive(
                            request("INVITE", uri, "call-" + uri.hashCode(), "z9hG4bKb1", 1, ""),
                            address(FIRST_BACKEND))
                    .sent()
                    .firstLine()
                    .startsWith("SIP/2.0 416 "));
        }
    }

    @Test
    void shouldDispatchABackendsRequestForTheBalancerItself() {
        final CapturingEgress.Sent sent = proxy.receive(
                        request("INVITE", "sip:bob@198.51.100.1", "call-1", "z9hG4bKb1", 1, ""), address(FIRST_BACKEND))
                .sent();

        assertTrue(BACKENDS.contains(sent.to()));
    }

    // Strict routers

    @Test
    void shouldUndoWhatAStrictRouterBeforeItHasDone() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final String ours = invite.header("Record-Route").replaceAll("[<>]", "");

        final CapturingEgress.Sent alone = proxy.receive(
                        request("BYE", ours, "call-1", "z9hG4bKa2", 2, "bob1", "Route: <sip:bob@203.0.113.9>"))
                .sent();
        assertEquals("BYE sip:bob@203.0.113.9 SIP/2.0", alone.firstLine());
        assertEquals(List.of(), alone.headers("Route"));
        assertEquals(invite.to(), alone.to());

        final CapturingEgress.Sent withMore = proxy.receive(request(
                        "BYE",
                        ours,
                        "call-1",
                        "z9hG4bKa3",
                        2,
                        "bob1",
                        "Route: <sip:proxy.example.com;lr>, <sip:bob@203.0.113.9>"))
                .sent();
        assertEquals("BYE sip:bob@203.0.113.9 SIP/2.0", withMore.firstLine());
        assertEquals(List.of("<sip:proxy.example.com;lr>"), withMore.headers("Route"));
        assertEquals(2, proxy.count(ProxyCounter.IN_DIALOG_BY_TOKEN));
    }

    @Test
    void shouldServeAStrictRouterAsNextHop() {
        final CapturingEgress.Sent sent = proxy.receive(
                        request(
                                "BYE",
                                "sip:bob@203.0.113.9",
                                "call-1",
                                "z9hG4bKb1",
                                2,
                                "alice1",
                                "Route: <sip:198.51.100.1;lr>",
                                "Route: <sip:203.0.113.5>, <sip:203.0.113.6;lr>"),
                        address(FIRST_BACKEND))
                .sent();

        assertEquals(address("203.0.113.5:5060"), sent.to());
        assertEquals("BYE sip:203.0.113.5 SIP/2.0", sent.firstLine());
        assertEquals(List.of("<sip:203.0.113.6;lr>, <sip:bob@203.0.113.9>"), sent.headers("Route"));
    }

    @Test
    void shouldServeAStrictRouterThatIsTheOnlyRoute() {
        final CapturingEgress.Sent sent = proxy.receive(
                        request(
                                "BYE",
                                "sip:bob@203.0.113.9",
                                "call-1",
                                "z9hG4bKb1",
                                2,
                                "alice1",
                                "Route: <sip:198.51.100.1;lr>, <sip:203.0.113.5>"),
                        address(FIRST_BACKEND))
                .sent();

        assertEquals("BYE sip:203.0.113.5 SIP/2.0", sent.firstLine());
        assertEquals(List.of("<sip:bob@203.0.113.9>"), sent.headers("Route"));
    }

    @Test
    void shouldGoBackToTheCallerBySentByWhenItIsTheSource() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        proxy.receive(response(486, invite), invite.to());

        assertEquals(CALLER, proxy.sent().to());
    }
}
