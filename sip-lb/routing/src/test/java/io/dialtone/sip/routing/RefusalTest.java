package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.ProxyHarness.CALLER;
import static io.dialtone.sip.routing.ProxyHarness.FIRST_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.SECOND_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.invite;
import static io.dialtone.sip.routing.ProxyHarness.request;
import static io.dialtone.sip.routing.ProxyHarness.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the balancer answers in its own name, and what it never answers (RFC 3261 sections 16.3, 16.11, 18.3). */
final class RefusalTest {
    private final ProxyHarness proxy = ProxyHarness.withBackends(FIRST_BACKEND, SECOND_BACKEND);

    private static String withHops(final String request, final int hops) {
        return request.replace("Max-Forwards: 70", "Max-Forwards: " + hops);
    }

    @Test
    void shouldAnswer483WhenMaxForwardsIsUsedUp() {
        final CapturingEgress.Sent sent =
                proxy.receive(withHops(invite("call-1", "z9hG4bKa1"), 0)).sent();

        assertEquals("SIP/2.0 483 Too Many Hops", sent.firstLine());
        assertEquals(List.of("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa1"), sent.headers("Via"));
        assertTrue(sent.header("To").matches("<sip:bob@example.com>;tag=dt[a-z2-7]{13}"), sent.header("To"));
        assertEquals("call-1", sent.header("Call-ID"));
        assertEquals("1 INVITE", sent.header("CSeq"));
        assertEquals(CALLER, sent.to());
        assertEquals(1, proxy.count(ProxyCounter.REFUSED_TOO_MANY_HOPS));
    }

    @Test
    void shouldAbsorbTheAckForARefusalAndNoOther() {
        final String tag = proxy.receive(withHops(invite("call-1", "z9hG4bKa1"), 0))
                .sent()
                .header("To")
                .replaceAll(".*tag=", "");

        proxy.receive(request("ACK", "sip:bob@example.com", "call-1", "z9hG4bKa1", 1, tag));
        proxy.egress.nothing();
        assertEquals(1, proxy.count(ProxyCounter.ABSORBED_ACK));

        proxy.receive(request("ACK", "sip:bob@example.com", "call-2", "z9hG4bKa1", 1, tag));
        assertEquals("ACK sip:bob@example.com SIP/2.0", proxy.sent().firstLine());
    }

    @Test
    void shouldNeverAnswerAnAck() {
        proxy.receive(withHops(request("ACK", "sip:bob@example.com", "call-1", "z9hG4bKa1", 1, "bob1"), 0));

        proxy.egress.nothing();
        assertEquals(1, proxy.count(ProxyCounter.DROPPED_ACK));
    }

    @Test
    void shouldAnswerOptionsForItselfWhateverMaxForwardsSays() {
        final CapturingEgress.Sent sent = proxy.receive(
                        withHops(request("OPTIONS", "sip:198.51.100.1:5060", "call-1", "z9hG4bKa1", 1, ""), 0))
                .sent();

        assertEquals("SIP/2.0 200 OK", sent.firstLine());
        assertTrue(sent.header("Allow").contains("INVITE"));
        assertEquals("application/sdp", sent.header("Accept"));
        assertEquals("0", sent.header("Content-Length"));
        assertEquals(1, proxy.count(ProxyCounter.ANSWERED_OPTIONS));
    }

    @Test
    void shouldDispatchOptionsForAUserAndOtherRequestsForItself() {
        proxy.receive(request("OPTIONS", "sip:bob@198.51.100.1:5060", "call-1", "z9hG4bKa1", 1, ""));
        assertTrue(proxy.sent().firstLine().startsWith("OPTIONS "));

        proxy.receive(request("REGISTER", "sip:198.51.100.1:5060", "call-2", "z9hG4bKa2", 1, ""));
        assertTrue(proxy.sent().firstLine().startsWith("REGISTER "));
    }

    @Test
    void shouldAnswer482WhenARequestComesBackUnchanged() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        // Someone outside sends the request back with a Via of his own on top.
        final String back =
                invite.text().replaceFirst("\r\nVia:", "\r\nVia: SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKx\r\nVia:");
        final CapturingEgress.Sent sent =
                proxy.receive(back, new InetSocketAddress("192.0.2.77", 5060)).sent();

        assertEquals("SIP/2.0 482 Loop Detected", sent.firstLine());
        assertEquals(1, proxy.count(ProxyCounter.REFUSED_LOOP));
    }

    @Test
    void shouldLetASpiralPass() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        final String spiral = invite.text()
                .replace("INVITE sip:bob@", "INVITE sip:bob-at-home@")
                .replaceFirst("\r\nVia:", "\r\nVia: SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKx\r\nVia:");
        final CapturingEgress.Sent sent =
                proxy.receive(spiral, new InetSocketAddress("192.0.2.77", 5060)).sent();

        assertEquals("INVITE sip:bob-at-home@example.com SIP/2.0", sent.firstLine());
        assertEquals(4, sent.headers("Via").size());
    }

    @Test
    void shouldAnswer420ToAProxyRequireItDoesNotKnowAndPassWhatItWasToldTo() {
        final String request = request(
                "INVITE",
                "sip:bob@example.com",
                "call-1",
                "z9hG4bKa1",
                1,
                "",
                "Proxy-Require: sec-agree, nothingKnown");

        final CapturingEgress.Sent sent = proxy.receive(request).sent();
        assertEquals("SIP/2.0 420 Bad Extension", sent.firstLine());
        assertEquals("sec-agree, nothingKnown", sent.header("Unsupported"));

        final ProxyHarness told = ProxyHarness.of(
                ProxyHarness.config(FIRST_BACKEND).proxyRequirePassed(List.of("Sec-Agree", "nothingknown")));
        assertTrue(told.receive(request).sent().firstLine().startsWith("INVITE"));
    }

    @Test
    void shouldIgnoreProxyRequireInCancelAndAck() {
        proxy.receive(
                request("CANCEL", "sip:bob@example.com", "call-1", "z9hG4bKa1", 1, "", "Proxy-Require: nothingKnown"));

        assertTrue(proxy.sent().firstLine().startsWith("CANCEL"));
    }

    @Test
    void shouldAnswer503WithRetryAfterWhenNoBackendIsInUse() {
        final ProxyHarness empty = ProxyHarness.withBackends();

        final CapturingEgress.Sent sent =
                empty.receive(invite("call-1", "z9hG4bKa1")).sent();

        assertEquals("SIP/2.0 503 Service Unavailable", sent.firstLine());
        assertEquals("5", sent.header("Retry-After"));
        assertEquals(1, empty.count(ProxyCounter.REFUSED_NO_BACKEND));
    }

    @Test
    void shouldAnswer505ToAnotherVersion() {
        final CapturingEgress.Sent sent = proxy.receive(
                        invite("call-1", "z9hG4bKa1").replaceFirst("SIP/2.0", "SIP/7.0"))
                .sent();

        assertTrue(sent.firstLine().startsWith("SIP/2.0 505 "));
        assertEquals(1, proxy.count(ProxyCounter.REFUSED_VERSION));
    }

    @Test
    void shouldAnswer400WhenARequestLacksWhatEveryRequestHas() {
        for (final String line : List.of("From: ", "To: ", "Call-ID: ", "CSeq: ")) {
            final String without = invite("call-1", "z9hG4bKa1").replaceFirst("(?m)^" + line + ".*\r\n", "");

            final CapturingEgress.Sent sent = proxy.receive(without).sent();

            assertTrue(sent.firstLine().startsWith("SIP/2.0 400 Missing " + line.replace(": ", "")), sent.firstLine());
        }
        assertEquals(4, proxy.count(ProxyCounter.REFUSED_MALFORMED));
    }

    @Test
    void shouldDropARequestWithoutVia() {
        proxy.receive(invite("call-1", "z9hG4bKa1").replaceFirst("(?m)^Via.*\r\n", ""));

        proxy.egress.nothing();
    }

    @Test
    void shouldAnswer400ToARouteThatCannotBeRead() {
        final CapturingEgress.Sent sent = proxy.receive(request(
                        "INVITE",
                        "sip:bob@example.com",
                        "call-1",
                        "z9hG4bKa1",
                        1,
                        "",
                        "Route: <sip:198.51.100.1;lr>, <"))
                .sent();

        assertTrue(sent.firstLine().startsWith("SIP/2.0 400 Bad Route"), sent.firstLine());
    }

    @Test
    void shouldSendARefusalWhereRfc3581Says() {
        final InetSocketAddress nat = new InetSocketAddress("203.0.113.7", 40_000);

        final CapturingEgress.Sent sent = proxy.receive(withHops(invite("call-1", "z9hG4bKa1;rport"), 0), nat)
                .sent();

        assertEquals(nat, sent.to());
        assertEquals(
                List.of("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa1;rport=40000;received=203.0.113.7"),
                sent.headers("Via"));
    }

    @Test
    void shouldRefuseNoMoreInASecondThanItWasTold() {
        final ProxyHarness limited = ProxyHarness.of(
                ProxyHarness.config().limits(ProxyConfig.Limits.defaults().withRefusalsPerSecond(2)));

        for (int i = 0; i < 5; i++) {
            limited.receive(invite("call-" + i, "z9hG4bKa" + i));
        }
        assertEquals(2, limited.egress.sent.size());
        assertEquals(3, limited.count(ProxyCounter.DROPPED_REFUSAL_LIMIT));

        limited.after(Duration.ofSeconds(1)).receive(invite("call-9", "z9hG4bKa9"));
        assertEquals(3, limited.egress.sent.size());
    }

    @Test
    void shouldAnswer513WhenTheRequestWouldNotFitADatagramAnyMore() {
        final String invite = invite("call-1", "z9hG4bKa1").replace("Content-Length: 0\r\n", "");
        final CapturingEgress.Sent sent =
                proxy.receive(invite + "x".repeat(65_400 - invite.length())).sent();

        assertTrue(sent.firstLine().startsWith("SIP/2.0 513 "), sent.firstLine());
        assertEquals(1, proxy.count(ProxyCounter.REFUSED_TOO_LARGE));
    }

    @Test
    void shouldDropResponsesThatAreNotForIt() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final String good = response(200, invite);

        // Another's Via on top; no Via below ours; a branch that we never made.
        proxy.receive(good.replaceFirst("198\\.51\\.100\\.1:5060", "198.51.100.2:5060"), invite.to());
        proxy.receive(good.replaceFirst("(?s)\r\nVia: SIP/2.0/UDP 192.*?\r\n", "\r\n"), invite.to());
        proxy.receive(good.replace("branch=z9hG4bKdt", "branch=z9hG4bKdx"), invite.to());

        proxy.egress.nothing();
        assertEquals(3, proxy.count(ProxyCounter.DROPPED_STRAY_RESPONSE));
    }

    @Test
    void shouldDropMalformedResponsesAndGarbage() {
        proxy.receive("SIP/2.0 2000 OK\r\nVia: SIP/2.0/UDP 192.0.2.1\r\n\r\n");
        proxy.receive("this is no SIP at all, whatever it may be\r\n\r\n");
        proxy.receive("\r\n\r\n");

        proxy.egress.nothing();
        assertEquals(1, proxy.count(ProxyCounter.DROPPED_MALFORMED_RESPONSE));
        assertEquals(1, proxy.count(ProxyCounter.DROPPED_GARBAGE));
    }
}
