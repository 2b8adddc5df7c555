package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.ProxyHarness.CALLER;
import static io.dialtone.sip.routing.ProxyHarness.FIRST_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.SECOND_BACKEND;
import static io.dialtone.sip.routing.ProxyHarness.address;
import static io.dialtone.sip.routing.ProxyHarness.invite;
import static io.dialtone.sip.routing.ProxyHarness.request;
import static io.dialtone.sip.routing.ProxyHarness.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** A call from its INVITE to its BYE, and what a stateless proxy owes to each message of it. */
final class ForwardingTest {
    private final ProxyHarness proxy = ProxyHarness.withBackends(FIRST_BACKEND, SECOND_BACKEND);

    @Test
    void shouldForwardAnInviteWithViaRecordRouteAndOneHopLess() {
        proxy.receive(invite("call-1", "z9hG4bKa1"));

        final CapturingEgress.Sent sent = proxy.sent();
        assertEquals("INVITE sip:bob@example.com SIP/2.0", sent.firstLine());
        assertTrue(sent.headers("Via").get(0).startsWith("SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKdt"));
        assertEquals(
                "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa1",
                sent.headers("Via").get(1));
        assertEquals("69", sent.header("Max-Forwards"));
        assertTrue(sent.header("Record-Route").matches("<sip:198\\.51\\.100\\.1:5060;lr;dt=[a-z2-7]{20}>"));
        assertTrue(List.of(address(FIRST_BACKEND), address(SECOND_BACKEND)).contains(sent.to()));
    }

    @Test
    void shouldKeepTheBodyAndUnknownHeadersAsTheyAre() {
        proxy.receive(ProxyHarness.message(
                        "INVITE sip:bob@example.com SIP/2.0",
                        "v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa",
                        "f: <sip:a@b>;tag=1",
                        "t: <sip:b@c>",
                        "i: call",
                        "CSeq: 1 INVITE",
                        "X-Odd:  folded",
                        "  value",
                        "l: 6")
                + "body\r\n");

        final CapturingEgress.Sent sent = proxy.sent();
        assertTrue(sent.text().endsWith("X-Odd:  folded\r\n  value\r\nl: 6\r\n\r\nbody\r\n"), sent.text());
    }

    @Test
    void shouldForwardMethodsItHasNeverHeardOf() {
        proxy.receive(request("NEWTHING", "sip:bob@example.com", "call-1", "z9hG4bKa1", 1, ""));

        assertEquals("NEWTHING sip:bob@example.com SIP/2.0", proxy.sent().firstLine());
    }

    @Test
    void shouldAddMaxForwardsWhenThereIsNone() {
        proxy.receive(invite("call-1", "z9hG4bKa1").replace("Max-Forwards: 70\r\n", ""));

        assertEquals("70", proxy.sent().header("Max-Forwards"));
    }

    @Test
    void shouldTakeOneFromMaxForwardsOverADigit() {
        proxy.receive(invite("call-1", "z9hG4bKa1").replace("Max-Forwards: 70", "Max-Forwards: 10"));

        assertEquals(9, Integer.parseInt(proxy.sent().header("Max-Forwards")));
    }

    @Test
    void shouldSendResponsesBackByViaAndTakeOwnViaOff() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        proxy.receive(response(180, invite), invite.to());

        final CapturingEgress.Sent ringing = proxy.sent();
        assertEquals("SIP/2.0 180 Whatever", ringing.firstLine());
        assertEquals(List.of("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa1"), ringing.headers("Via"));
        assertEquals(CALLER, ringing.to());
        assertEquals(0, ringing.listener());
    }

    @Test
    void shouldForwardA100AsAStatelessProxyMust() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        proxy.receive(response(100, invite), invite.to());

        assertEquals("SIP/2.0 100 Whatever", proxy.sent().firstLine());
    }

    @Test
    void shouldGiveRetransmissionCancelAndAckTheBranchAndBackendOfTheirInvite() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();

        final CapturingEgress.Sent again =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final CapturingEgress.Sent cancel = proxy.receive(
                        request("CANCEL", "sip:bob@example.com", "call-1", "z9hG4bKa1", 1, ""))
                .sent();
        final CapturingEgress.Sent ack = proxy.receive(
                        request("ACK", "sip:bob@example.com", "call-1", "z9hG4bKa1", 1, "bob1"))
                .sent();

        for (final CapturingEgress.Sent each : List.of(again, cancel, ack)) {
            assertEquals(invite.branch(), each.branch());
            assertEquals(invite.to(), each.to());
        }
        assertEquals(invite.text(), again.text());
    }

    @Test
    void shouldGiveDifferentTransactionsDifferentBranches() {
        final String first = proxy.receive(invite("call-1", "z9hG4bKa1")).sent().branch();
        final String otherBranch =
                proxy.receive(invite("call-1", "z9hG4bKa2")).sent().branch();
        final String otherCall =
                proxy.receive(invite("call-2", "z9hG4bKa1")).sent().branch();
        final String otherNumber = proxy.receive(request("INVITE", "sip:bob@example.com", "call-1", "z9hG4bKa1", 2, ""))
                .sent()
                .branch();

        assertEquals(
                4,
                List.of(first, otherBranch, otherCall, otherNumber).stream()
                        .distinct()
                        .count());
    }

    @Test
    void shouldKeepTheBranchOfAnInviteWithoutMagicCookieForItsCancelAndAck() {
        final String old = "192.0.2.1:5060;branch=1";
        final CapturingEgress.Sent invite = proxy.receive(invite("call-1", "1")).sent();

        final CapturingEgress.Sent cancel = proxy.receive(
                        request("CANCEL", "sip:bob@example.com", "call-1", "1", 1, ""))
                .sent();
        final CapturingEgress.Sent ack = proxy.receive(request("ACK", "sip:bob@example.com", "call-1", "1", 1, "bob1"))
                .sent();
        final CapturingEgress.Sent other = proxy.receive(
                        request("INVITE", "sip:carol@example.com", "call-1", "1", 1, ""))
                .sent();

        assertTrue(invite.headers("Via").get(1).endsWith(old));
        assertEquals(invite.branch(), cancel.branch());
        assertEquals(invite.branch(), ack.branch());
        assertNotEquals(invite.branch(), other.branch());
    }

    @Test
    void shouldTreatABareMagicCookieLikeAnOldBranch() {
        final CapturingEgress.Sent first = proxy.receive(
                        request("OPTIONS", "sip:bob@example.com", "call-1", "z9hG4bK", 1, ""))
                .sent();
        final CapturingEgress.Sent second = proxy.receive(
                        request("OPTIONS", "sip:carol@example.com", "call-1", "z9hG4bK", 1, ""))
                .sent();

        assertNotEquals(first.branch(), second.branch());
    }

    @Test
    void shouldLeadInDialogRequestsByTheTokenAndTakeOwnRouteOff() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final String route = "Route: " + invite.header("Record-Route");

        // The callee's Contact is no address of a backend, so that nothing but the token leads there.
        final CapturingEgress.Sent ack = proxy.receive(
                        request("ACK", "sip:bob@203.0.113.9", "call-1", "z9hG4bKa2", 1, "bob1", route))
                .sent();
        final CapturingEgress.Sent bye = proxy.receive(
                        request("BYE", "sip:bob@203.0.113.9", "call-1", "z9hG4bKa3", 2, "bob1", route))
                .sent();

        for (final CapturingEgress.Sent each : List.of(ack, bye)) {
            assertEquals(invite.to(), each.to());
            assertEquals(List.of(), each.headers("Route"));
            assertEquals(List.of(), each.headers("Record-Route"));
            assertTrue(each.firstLine().contains(" sip:bob@203.0.113.9 "));
        }
        assertEquals(2, proxy.count(ProxyCounter.IN_DIALOG_BY_TOKEN));
    }

    @Test
    void shouldFollowAnInDialogRequestUriThatIsABackendsAddress() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final String other = invite.to().equals(address(FIRST_BACKEND)) ? SECOND_BACKEND : FIRST_BACKEND;

        // After a target refresh the dialog's remote target is another server of the same house.
        final CapturingEgress.Sent bye = proxy.receive(request(
                        "BYE",
                        "sip:bob@" + other,
                        "call-1",
                        "z9hG4bKa3",
                        2,
                        "bob1",
                        "Route: " + invite.header("Record-Route")))
                .sent();

        assertEquals(address(other), bye.to());
    }

    @Test
    void shouldNotRecordRouteInADialogNorRequestsThatMakeNone() {
        final CapturingEgress.Sent reInvite = proxy.receive(
                        request("INVITE", "sip:bob@example.com", "call-1", "z9hG4bKa1", 2, "bob1"))
                .sent();
        final CapturingEgress.Sent register = proxy.receive(
                        request("REGISTER", "sip:example.com", "call-2", "z9hG4bKa2", 1, ""))
                .sent();
        final CapturingEgress.Sent subscribe = proxy.receive(
                        request("SUBSCRIBE", "sip:bob@example.com", "call-3", "z9hG4bKa3", 1, ""))
                .sent();

        assertEquals(List.of(), reInvite.headers("Record-Route"));
        assertEquals(List.of(), register.headers("Record-Route"));
        assertEquals(1, subscribe.headers("Record-Route").size());
    }

    @Test
    void shouldNotRecordRouteWhenToldNotTo() {
        final ProxyHarness proxy =
                ProxyHarness.of(ProxyHarness.config(FIRST_BACKEND).recordRoute(false));

        assertEquals(
                List.of(), proxy.receive(invite("call-1", "z9hG4bKa1")).sent().headers("Record-Route"));
    }

    @Test
    void shouldPutOwnRecordRouteAboveThoseOfOthers() {
        final CapturingEgress.Sent invite = proxy.receive(request(
                        "INVITE",
                        "sip:bob@example.com",
                        "call-1",
                        "z9hG4bKa1",
                        1,
                        "",
                        "Record-Route: <sip:192.0.2.1;lr>"))
                .sent();

        assertTrue(invite.headers("Record-Route").get(0).startsWith("<sip:198.51.100.1:5060;lr;dt="));
        assertEquals("<sip:192.0.2.1;lr>", invite.headers("Record-Route").get(1));
    }

    @Test
    void shouldWriteReceivedAndRportAsRfc3581Asks() {
        final InetSocketAddress nat = new InetSocketAddress("203.0.113.7", 40_000);
        final String invite = invite("call-1", "z9hG4bKa1").replace("branch=z9hG4bKa1", "rport;branch=z9hG4bKa1");

        final CapturingEgress.Sent sent = proxy.receive(invite, nat).sent();
        assertEquals(
                "SIP/2.0/UDP 192.0.2.1:5060;rport=40000;branch=z9hG4bKa1;received=203.0.113.7",
                sent.headers("Via").get(1));

        proxy.receive(response(200, sent), sent.to());
        assertEquals(nat, proxy.sent().to());
    }

    @Test
    void shouldWriteReceivedEvenIfItIsSentByWhenRportAsksForIt() {
        final String invite = invite("call-1", "z9hG4bKa1").replace("branch=z9hG4bKa1", "branch=z9hG4bKa1;rport");

        final String via = proxy.receive(invite).sent().headers("Via").get(1);

        assertTrue(via.contains(";rport=5060") && via.contains(";received=192.0.2.1"), via);
    }

    @Test
    void shouldSendTheResponseToThePortOfSentByWhenRportIsNotThere() {
        final InetSocketAddress nat = new InetSocketAddress("203.0.113.7", 40_000);

        final CapturingEgress.Sent sent =
                proxy.receive(invite("call-1", "z9hG4bKa1"), nat).sent();
        proxy.receive(response(200, sent), sent.to());

        assertEquals(new InetSocketAddress("203.0.113.7", 5060), proxy.sent().to());
    }

    @Test
    void shouldSendTheResponseToReceivedWhenSentByIsAName() {
        final String invite = invite("call-1", "z9hG4bKa1").replace("192.0.2.1:5060", "phone.example.com");

        final CapturingEgress.Sent sent = proxy.receive(invite).sent();
        assertTrue(sent.headers("Via").get(1).endsWith(";received=192.0.2.1"));

        proxy.receive(response(200, sent), sent.to());
        assertEquals(CALLER, proxy.sent().to());
    }

    @Test
    void shouldReplaceAReceivedThatTheSenderMadeUpAndIgnoreMaddr() {
        final String invite = invite("call-1", "z9hG4bKa1")
                .replace("branch=z9hG4bKa1", "branch=z9hG4bKa1;received=203.0.113.66;maddr=203.0.113.66");

        final CapturingEgress.Sent sent = proxy.receive(invite).sent();
        proxy.receive(response(200, sent), sent.to());

        assertEquals(CALLER, proxy.sent().to());
    }

    @Test
    void shouldFindItsViaParameterWhereverAServerPutIt() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final String via = invite.header("Via");
        final String dt = via.substring(via.indexOf(";dt="));
        final String moved = via.replace(dt, "")
                .replace(";branch", " ; received=198.51.100.1" + dt.toUpperCase(Locale.ROOT) + " ;branch");

        proxy.receive(response(200, invite).replace(via, moved), invite.to());

        assertEquals(CALLER, proxy.sent().to());
    }

    @Test
    void shouldTakeOwnViaOffALineOfSeveral() {
        final CapturingEgress.Sent invite =
                proxy.receive(invite("call-1", "z9hG4bKa1")).sent();
        final String oneLine = response(200, invite).replaceFirst("\r\nVia: (SIP/2.0/UDP 192)", ", $1");

        proxy.receive(oneLine, invite.to());

        assertEquals(
                List.of("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa1"),
                proxy.sent().headers("Via"));
    }

    @Test
    void shouldForwardTheCallersRequestsWithoutTouchingRoutesOfOthers() {
        final CapturingEgress.Sent invite = proxy.receive(request(
                        "INVITE",
                        "sip:bob@example.com",
                        "call-1",
                        "z9hG4bKa1",
                        1,
                        "",
                        "Route: <sip:198.51.100.1;lr>, <sip:far.example.com;lr>"))
                .sent();

        assertEquals(List.of("<sip:far.example.com;lr>"), invite.headers("Route"));
        assertFalse(invite.text().contains("Route: <sip:198.51.100.1;lr>"));
    }

    @Test
    void shouldCountWhatTheTransportDidNotTake() {
        proxy.egress.refusing = true;

        proxy.receive(invite("call-1", "z9hG4bKa1"));

        assertEquals(1, proxy.count(ProxyCounter.DROPPED_BY_EGRESS));
        assertEquals(0, proxy.count(ProxyCounter.REQUESTS_FORWARDED));
    }
}
