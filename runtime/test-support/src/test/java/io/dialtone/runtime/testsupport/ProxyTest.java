package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Proxying;
import io.dialtone.api.SipMethod;
import io.dialtone.runtime.sip.SipCounter;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stateful proxy of RFC 3261 section 16, with RFC 4320 and RFC 6026: what goes to whom, and what comes back. */
class ProxyTest {
    private static final Duration RING = Duration.ofSeconds(10);

    private final ScriptedHandler handler = ScriptedHandler.proxying();
    private final TestCluster cluster;
    private final SipPeer alice;
    private final SipPeer bob;
    private final SipPeer carol;
    private final SipPeer dave;
    private final SipCall call;

    ProxyTest() {
        cluster = TestCluster.of(() -> handler).nodes(2).start();
        alice = cluster.peer("alice");
        bob = cluster.peer("bob");
        carol = cluster.peer("carol");
        dave = cluster.peer("dave");
        call = alice.newCall("sip:bob@example.com");
    }

    private static String uriOf(final SipPeer peer) {
        return "sip:" + peer.name() + "@" + peer.address();
    }

    private void proxying(final Consumer<Proxying> what) {
        handler.onInvite = (invite, session) -> {
            final Proxying proxying = invite.proxy();
            what.accept(proxying);
            proxying.start();
        };
        handler.onOther = handler.onInvite;
    }

    private void proxyTo(final SipPeer... targets) {
        proxying(proxying -> {
            for (final SipPeer target : targets) {
                proxying.to(uriOf(target));
            }
        });
    }

    private SipCall established() {
        proxying(proxying -> proxying.to(uriOf(bob)).recordRoute());
        return call.invite();
    }

    // ---- what is passed on

    @Test
    void shouldPassOnARequestAsItCameSaveWhatAProxyMustChange() {
        proxyTo(bob);

        alice.send("""
                INVITE sip:bob@example.com SIP/2.0
                v:  SIP/2.0/UDP 192.0.2.1:5060 ;branch=z9hG4bKodd ;rport
                X-Unknown:    odd ,  but = legal ;;
                MAX-forwards: 071
                f: "A \\"quoted\\" name" <sip:alice@example.com>;tag=from
                t:
                 <sip:bob@example.com>
                i: odd-call@192.0.2.1
                CSeq: 009 INVITE
                Require: something-new
                m: <sip:alice@192.0.2.1>;x="a,b"
                Subject: folded
                 	line
                c: text/odd
                l: 5

                body!""");

        final String invite = bob.expectRequest("INVITE").toString();
        assertTrue(
                invite.startsWith(
                        "INVITE sip:bob@192.0.2.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.200:5060;branch=z9hG4bK"),
                invite);
        final String rest = invite.substring(invite.indexOf("v:  SIP"));
        assertEquals("""
                v:  SIP/2.0/UDP 192.0.2.1:5060 ;branch=z9hG4bKodd ;rport
                X-Unknown:    odd ,  but = legal ;;
                MAX-forwards: 070
                f: "A \\"quoted\\" name" <sip:alice@example.com>;tag=from
                t:
                 <sip:bob@example.com>
                i: odd-call@192.0.2.1
                CSeq: 009 INVITE
                Require: something-new
                m: <sip:alice@192.0.2.1>;x="a,b"
                Subject: folded
                 	line
                c: text/odd
                l: 5

                body!""".replace("\n", "\r\n"), rest);
    }

    @Test
    void shouldBringBackAnAnswerAsItCameWithoutOurVia() {
        proxyTo(bob);
        call.invite();
        final SipCalled called = bob.expectCall();

        called.respondWithBody(183, SipCalled.SDP, "X-Odd:  as it is ", "Supported: 100rel");

        final SipText progress = call.expect(183);
        assertEquals(1, progress.headers("Via").size());
        assertTrue(progress.toString().contains("\r\nX-Odd:  as it is \r\n"));
        assertEquals("bob-tag", progress.tag("To").orElseThrow());
        assertEquals(SipCalled.SDP, progress.body());
    }

    @Test
    void shouldPassOnMethodsThatNobodyKnows() {
        proxyTo(bob);

        call.request("FROBNICATE");

        final SipText request = bob.expectRequest("FROBNICATE");
        bob.respond(request, 299);
        call.expect(299);
    }

    @Test
    void shouldAddMaxForwardsWhenThereIsNone() {
        proxyTo(bob);

        alice.send("""
                OPTIONS sip:bob@example.com SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnone
                From: <sip:alice@example.com>;tag=from
                To: <sip:bob@example.com>
                Call-ID: none@192.0.2.1
                CSeq: 1 OPTIONS
                Content-Length: 0

                """);

        assertEquals("70", bob.expectRequest("OPTIONS").header("Max-Forwards").orElseThrow());
    }

    @Test
    void shouldAnswer483WhenTheHopsAreUsedUp() {
        proxyTo(bob);

        alice.send("""
                OPTIONS sip:bob@example.com SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKhops
                Max-Forwards: 0
                From: <sip:alice@example.com>;tag=from
                To: <sip:bob@example.com>
                Call-ID: hops@192.0.2.1
                CSeq: 1 OPTIONS
                Content-Length: 0

                """);

        alice.expect(483);
        bob.expectNothing();
        assertEquals(List.of(), handler.told);
    }

    @Test
    void shouldAnswer420ToAProxyRequireThatNobodyUnderstands() {
        proxyTo(bob);

        call.invite("Proxy-Require: teleport");

        assertEquals("teleport", call.expect(420).header("Unsupported").orElseThrow());
        bob.expectNothing();
    }

    @Test
    void shouldAnswer482ToARequestThatComesAgainUnchanged() {
        proxyTo(bob);
        call.invite();
        final String looped = bob.expectRequest("INVITE")
                .toString()
                .replaceFirst("INVITE \\S+ ", "INVITE sip:bob@example.com ")
                .replaceFirst("Via: ", "Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKback\r\nVia: ");

        bob.send(looped);

        bob.expect(482);
        assertEquals(1, cluster.count(SipCounter.REQUESTS_LOOPED));
    }

    @Test
    void shouldPassOnARequestThatSpiralsWithAnotherRequestUri() {
        proxyTo(bob);
        call.invite();
        final String spiral = bob.expectRequest("INVITE")
                .toString()
                .replaceFirst("INVITE \\S+ ", "INVITE sip:bob-at-home@example.com ")
                .replaceFirst("Via: ", "Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKback\r\nVia: ");

        bob.send(spiral);

        assertEquals(4, bob.expectRequest("INVITE").headers("Via").size());
    }

    @Test
    void shouldAbsorbARetransmissionAndRepeatTheLastProvisionalAnswer() {
        proxyTo(bob);
        call.invite();
        final SipCalled called = bob.expectCall();
        call.retransmit();
        bob.expectNothing();

        called.respond(180);
        call.expect(180);
        call.retransmit();

        call.expect(180);
        bob.expectNothing();
    }

    @Test
    void shouldSay100WhenNobodyAnswersFor200Ms() {
        proxyTo(bob);
        call.invite();
        bob.expectCall();

        cluster.advance(Duration.ofMillis(201));

        call.expect(100);
    }

    // ---- parallel

    @Test
    void shouldCallAllAtOnceAndWithdrawTheOthersWhenOneAccepts() {
        proxyTo(bob, carol, dave);
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        final SipCalled two = carol.expectCall().respond(183);
        final SipCalled three = dave.expectCall();
        call.expect(180);
        call.expect(183);

        two.respondWithBody(200, SipCalled.SDP);

        assertEquals("carol-tag", call.expect(200).tag("To").orElseThrow());
        one.expectRequest("CANCEL");
        dave.expectNothing(); // it has said nothing yet, so it cannot be withdrawn (RFC 3261 section 9.1)
        one.answer(200);
        one.respond(487);
        bob.expectRequest("ACK");
        three.respond(180);
        dave.expectRequest("CANCEL");
        alice.expectNothing();
        carol.expectNothing();
    }

    @Test
    void shouldWithdrawInTheTransactionOfTheInvite() {
        proxyTo(bob, carol);
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        carol.expectCall().respond(200);

        final SipText cancel = one.expectRequest("CANCEL");

        assertEquals(one.invite().header("Via"), cancel.header("Via"));
        assertEquals(1, cancel.headers("Via").size());
        assertEquals(one.invite().requestUri(), cancel.requestUri());
        assertEquals(one.invite().header("To"), cancel.header("To"));
        assertEquals("1 CANCEL", cancel.header("CSeq").orElseThrow());
    }

    @Test
    void shouldPassOnA2xxThatHasCrossedTheCancel() {
        proxyTo(bob, carol);
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        final SipCalled two = carol.expectCall().respond(200);
        call.expect(180);
        call.expect(200);
        one.expectRequest("CANCEL");

        one.respond(200);

        assertEquals("bob-tag", call.expect(200).tag("To").orElseThrow());
        two.retransmit();
        assertEquals("carol-tag", call.expect(200).tag("To").orElseThrow());
    }

    @Test
    void shouldPassOnA2xxEachTimeItComesUntilTimerM() {
        proxyTo(bob);
        call.invite();
        final SipCalled called = bob.expectCall().respond(200);
        call.expect(200);
        called.retransmit();
        call.expect(200);

        cluster.advance(Duration.ofSeconds(33));
        called.retransmit();

        alice.expectNothing();
        assertEquals(0, cluster.sessions());
    }

    @ParameterizedTest
    @CsvSource({
        "486, 404, 486", // the first of equals
        "404, 302, 302", // the lower class
        "503, 500, 500",
        "500, 486, 486",
        "486, 415, 415", // what tells the caller how to ask again
        "408, 480, 480", // what tells something
        "480, 484, 484",
        "302, 603, 603", // 6xx before all
        "503, 503, 500" // 503 speaks of one server only
    })
    void shouldAnswerTheBestOfAllRefusals(final int first, final int second, final int best) {
        proxyTo(bob, carol);
        call.invite();
        final SipCalled one = bob.expectCall();
        final SipCalled two = carol.expectCall();

        one.respond(first);
        bob.expectRequest("ACK");
        alice.expectNothing();
        two.respond(second);
        carol.expectRequest("ACK");

        call.expect(best);
        call.ackRefusal();
        cluster.advance(Duration.ofSeconds(40));
        alice.expectNothing();
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldAcknowledgeARefusalInTheTransactionOfTheInvite() {
        proxyTo(bob);
        call.invite();
        final SipCalled called = bob.expectCall().respond(486);

        final SipText ack = bob.expectRequest("ACK");

        assertEquals(List.of(called.invite().header("Via").orElseThrow()), ack.headers("Via"));
        assertEquals("bob-tag", ack.tag("To").orElseThrow());
        called.respond(486);
        bob.expectRequest("ACK");
        call.expect(486);
        alice.expectNothing();
    }

    @Test
    void shouldNotAnswerA6xxBeforeAllBranchesHaveEnded() {
        proxyTo(bob, carol);
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        call.expect(180);
        final SipCalled two = carol.expectCall().respond(603);
        carol.expectRequest("ACK");
        one.expectRequest("CANCEL");
        alice.expectNothing();

        one.respond(487);

        call.expect(603);
        assertTrue(handler.told.stream().noneMatch(event -> event.startsWith("best")));
        assertFalse(two.callId().isEmpty());
    }

    @Test
    void shouldPassOnA2xxThatComesAfterA6xx() {
        proxyTo(bob, carol);
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        carol.expectCall().respond(603);
        one.expectRequest("CANCEL");
        call.expect(180);

        one.respond(200);

        call.expect(200);
        alice.expectNothing();
    }

    @Test
    void shouldBringBackAllChallenges() {
        proxyTo(bob, carol, dave);
        call.invite();
        final SipCalled one = bob.expectCall();
        final SipCalled two = carol.expectCall();
        final SipCalled three = dave.expectCall();

        one.respond(401, "WWW-Authenticate: Digest realm=\"b\", nonce=\"1\"");
        two.respond(
                407,
                "Proxy-Authenticate: Digest realm=\"c\", nonce=\"2\"",
                "Proxy-Authenticate: Digest realm=\"c2\", nonce=\"3\"");
        three.respond(486, "WWW-Authenticate: Digest realm=\"not a challenge\", nonce=\"4\"");

        final SipText best = call.expect(401);
        assertEquals(List.of("Digest realm=\"b\", nonce=\"1\""), best.headers("WWW-Authenticate"));
        assertEquals(
                List.of("Digest realm=\"c\", nonce=\"2\"", "Digest realm=\"c2\", nonce=\"3\""),
                best.headers("Proxy-Authenticate"));
        assertEquals("bob-tag", best.tag("To").orElseThrow());
    }

    // ---- the caller gives up

    @Test
    void shouldWithdrawAllBranchesWhenTheCallerGivesUp() {
        proxyTo(bob, carol);
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        final SipCalled two = carol.expectCall();
        call.expect(180);

        call.cancel();
        call.expect(200);
        one.expectRequest("CANCEL");
        one.respond(487);
        alice.expectNothing();
        two.respond(180);
        carol.expectRequest("CANCEL");
        two.respond(487);

        call.expect(487);
        call.ackRefusal();
        assertEquals(List.of("INVITE", "CANCEL"), handler.told);
        cluster.advance(Duration.ofSeconds(40));
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldPassOnA2xxThatHasCrossedTheCancelOfTheCaller() {
        proxyTo(bob);
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);
        call.cancel();
        call.expect(200);
        called.expectRequest("CANCEL");

        called.respond(200);

        call.expect(200);
    }

    @Test
    void shouldAnswer487WhenTheCallerGaveUpAndNobodyEverAnswered() {
        proxyTo(bob);
        call.invite();
        bob.expectCall();
        call.cancel();
        call.expect(200);

        cluster.advance(Duration.ofSeconds(33));

        call.expect(100);
        call.expect(487);
    }

    // ---- time

    @Test
    void shouldAnswer408WhenNobodyHasAnsweredByTimerB() {
        proxyTo(bob);
        call.invite();

        cluster.advance(Duration.ofSeconds(33));

        assertEquals(7, bob.drain());
        call.expect(100);
        call.expect(408);
        assertEquals(List.of("INVITE", "best local 408"), handler.told);
    }

    @Test
    void shouldNeverAnswer408ToAnythingButInvite() {
        proxyTo(bob);
        call.request("MESSAGE");
        final SipText message = bob.expectRequest("MESSAGE");

        bob.respond(message, 408);
        cluster.advance(Duration.ofSeconds(40));

        alice.expectNothing();
        assertEquals(0, cluster.sessions());
        assertEquals(1, cluster.count(SipCounter.TIMEOUTS_NOT_PASSED_ON));
    }

    @Test
    void shouldSayNothingWhenAnythingButInviteIsNotAnsweredByTimerF() {
        proxyTo(bob);
        call.request("MESSAGE");

        cluster.advance(Duration.ofSeconds(40));

        alice.expectNothing();
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldNotPassOnProvisionalAnswersToAnythingButInvite() {
        proxyTo(bob);
        call.request("MESSAGE");
        final SipText message = bob.expectRequest("MESSAGE");

        bob.respond(message, 183);
        alice.expectNothing();
        bob.respond(message, 200);

        call.expect(200);
        call.retransmit();
        call.expect(200);
        bob.expectNothing();
    }

    @Test
    void shouldWithdrawWhatRingsWithoutAWordUntilTimerC() {
        proxyTo(bob);
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);
        cluster.advance(Duration.ofSeconds(150));
        called.respond(180); // timer C begins anew
        call.expect(180);
        called.respond(100); // that is no sign of life
        cluster.advance(Duration.ofSeconds(199));
        bob.expectNothing();

        cluster.advance(Duration.ofSeconds(2));
        called.expectRequest("CANCEL");
        called.respond(487);

        call.expect(408);
        assertEquals(1, cluster.count(SipCounter.BRANCHES_RANG_TOO_LONG));
    }

    // ---- serial

    @Test
    void shouldTryTheNextGroupWhenAllOfTheFirstHaveRefused() {
        proxying(proxying -> proxying.to(uriOf(bob)).to(uriOf(carol)).thenTo(uriOf(dave)));
        call.invite();
        final SipCalled one = bob.expectCall();
        final SipCalled two = carol.expectCall();
        dave.expectNothing();

        one.respond(486);
        dave.expectNothing();
        two.respond(480);
        dave.expectCall().respond(200);

        call.expect(200);
    }

    @Test
    void shouldTryTheNextGroupWhenNobodyOfTheFirstAnswersInTime() {
        proxying(proxying -> proxying.to(uriOf(bob)).ringFor(RING).thenTo(uriOf(carol)));
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        call.expect(180);

        cluster.advance(RING.plusMillis(5));
        final SipCalled two = carol.expectCall();
        one.expectRequest("CANCEL");
        one.respond(487);
        two.respond(486);

        call.expect(486);
    }

    @Test
    void shouldTakeThe2xxOfWhoWasWithdrawn() {
        proxying(proxying -> proxying.to(uriOf(bob)).ringFor(RING).thenTo(uriOf(carol)));
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        call.expect(180);
        cluster.advance(RING.plusMillis(5));
        final SipCalled two = carol.expectCall().respond(180);
        call.expect(180);
        one.expectRequest("CANCEL");

        one.respond(200);

        assertEquals("bob-tag", call.expect(200).tag("To").orElseThrow());
        two.expectRequest("CANCEL");
    }

    @Test
    void shouldNotTryTheNextGroupAfterA6xx() {
        proxying(proxying -> proxying.to(uriOf(bob)).thenTo(uriOf(carol)));
        call.invite();

        bob.expectCall().respond(600);

        call.expect(600);
        carol.expectNothing();
    }

    @Test
    void shouldNotTryTheNextGroupWhenTheCallerHasGivenUp() {
        proxying(proxying -> proxying.to(uriOf(bob)).thenTo(uriOf(carol)));
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        call.expect(180);
        call.cancel();
        call.expect(200);

        one.respond(486);

        call.expect(486);
        carol.expectNothing();
    }

    @Test
    void shouldLetTheHandlerForwardOnBusy() {
        proxyTo(bob);
        handler.onBest = (best, session) -> {
            if (best.status() == 486) {
                best.onBehalfOf().orElseThrow().proxy().to(uriOf(carol)).start();
            }
        };
        call.invite();

        bob.expectCall().respond(486);
        bob.expectRequest("ACK");
        carol.expectCall().respond(480);

        call.expect(480);
        assertEquals(List.of("INVITE", "best 486", "best 480"), handler.told);
    }

    @Test
    void shouldLetTheHandlerForwardOnNoAnswerBeforeTheCancelIsAnswered() {
        proxying(proxying -> proxying.to(uriOf(bob)).ringFor(RING));
        handler.onBest = (best, session) ->
                best.onBehalfOf().orElseThrow().proxy().to(uriOf(carol)).start();
        call.invite();
        bob.expectCall().respond(180);

        cluster.advance(RING.plusMillis(5));

        bob.expectRequest("CANCEL");
        carol.expectCall();
        assertEquals(List.of("INVITE", "best local 408"), handler.told);
    }

    @Test
    void shouldLetTheHandlerAnswerInsteadOfTheBest() {
        proxyTo(bob);
        handler.onBest =
                (best, session) -> best.onBehalfOf().orElseThrow().reply(410).send();
        call.invite();

        bob.expectCall().respond(404);

        call.expect(410);
        alice.expectNothing();
    }

    @Test
    void shouldShowTheHandlerWhatBranchesSayWhenItWatches() {
        proxying(proxying -> proxying.to(uriOf(bob)).to(uriOf(carol)).watch());
        call.invite();
        bob.expectCall().respond(180).respond(486);
        carol.expectCall();

        cluster.advance(Duration.ofSeconds(33));

        assertEquals(
                List.of(
                        "INVITE",
                        "branch 180 " + uriOf(bob),
                        "branch 486 " + uriOf(bob),
                        "branch local 408 " + uriOf(carol),
                        "best 486"),
                handler.told);
    }

    @Test
    void shouldWithdrawBranchesWhenTheHandlerAnswersItself() {
        proxyTo(bob);
        handler.onOther = (request, session) -> {};
        handler.onTimer = (timer, session) ->
                session.pending(SipMethod.INVITE).orElseThrow().reply(480).send();
        final var first = handler.onInvite;
        handler.onInvite = (invite, session) -> {
            first.accept(invite, session);
            session.startTimer("enough", RING);
        };
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);

        cluster.advance(RING.plusMillis(5));

        call.expect(480);
        called.expectRequest("CANCEL");
    }

    @Test
    void shouldUndoAHandlerThatThrowsAfterItHasBegun() {
        handler.onInvite = (invite, session) -> {
            invite.proxy().to(uriOf(bob)).start();
            throw new IllegalStateException("a bug");
        };

        call.invite();

        call.expect(500);
        bob.expectNothing();
    }

    @Test
    void shouldRefuseTargetsThatNobodyCanSendTo() {
        handler.onInvite =
                (invite, session) -> invite.proxy().to("mailto:bob@example.com").start();
        call.invite();
        call.expect(500);
        handler.onInvite = (invite, session) -> invite.proxy().start();

        alice.invite("sip:bob@example.com").expect(500);

        bob.expectNothing();
    }

    // ---- within a dialog

    @Test
    void shouldPassOnWhatBothSidesSayLater() {
        established();
        final SipCalled called = bob.expectCall();
        final String route = called.invite().header("Record-Route").orElseThrow();
        assertTrue(route.matches("<sip:192\\.0\\.2\\.200:5060;lr;dt=[a-z2-7]{16}>"), route);
        called.respond(200);
        call.expect(200);

        call.ack();
        final SipText ack = called.expectRequest("ACK");
        assertEquals(List.of(), ack.headers("Route"));
        assertEquals(2, ack.headers("Via").size());
        assertEquals("69", ack.header("Max-Forwards").orElseThrow());

        call.invite();
        final SipText again = called.expectRequest("INVITE");
        assertEquals("sip:bob@" + bob.address(), again.requestUri());
        called.answer(200);
        call.expect(200);
        call.ack();
        called.expectRequest("ACK");

        called.request("INVITE", SipCalled.SDP);
        final SipText toAlice = alice.expectRequest("INVITE");
        assertEquals("sip:alice@" + alice.address(), toAlice.requestUri());
        assertEquals(List.of(), toAlice.headers("Route"));
        alice.respond(toAlice, 488);
        alice.expectRequest("ACK");
        called.expect(488);
        called.ackRefusal();

        called.request("BYE", "");
        alice.respond(alice.expectRequest("BYE"), 200);
        called.expect(200);
        alice.expectNothing();
        cluster.advance(Duration.ofSeconds(40));
        assertEquals(0, cluster.sessions());
        assertEquals(List.of("INVITE"), handler.told);
    }

    @Test
    void shouldWithdrawAReinviteThatItsSenderWithdraws() {
        established();
        final SipCalled called = bob.expectCall().respond(200);
        call.expect(200);
        call.ack();
        called.expectRequest("ACK");
        call.invite();
        called.expectRequest("INVITE");
        called.answer(180);
        call.expect(180);

        call.cancel();
        call.expect(200);
        bob.expectRequest("CANCEL");

        alice.expectNothing();
    }

    @Test
    void shouldPutTheRequestUriBackThatAStrictRouterHasMoved() {
        established();
        final SipCalled called = bob.expectCall().respond(200);
        call.expect(200);
        final String route = called.invite().header("Record-Route").orElseThrow();

        alice.send("BYE " + route.substring(1, route.length() - 1) + " SIP/2.0\n"
                + "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKstrict\n"
                + "Route: <sip:bob@192.0.2.2:5060>\n"
                + "Max-Forwards: 70\n"
                + "From: <sip:alice@example.com>;tag=from\n"
                + "To: <sip:bob@example.com>;tag=bob-tag\n"
                + "Call-ID: " + call.callId() + "\n"
                + "CSeq: 2 BYE\n"
                + "Content-Length: 0\n\n");

        final SipText bye = called.expectRequest("BYE");
        assertEquals("sip:bob@192.0.2.2:5060", bye.requestUri());
        assertEquals(List.of(), bye.headers("Route"));
    }

    @Test
    void shouldMoveTheTargetToTheLastRouteForAStrictRouter() {
        established();
        final SipCalled called = bob.expectCall().respond(200);
        call.expect(200);
        final String route = called.invite().header("Record-Route").orElseThrow();

        alice.send("BYE sip:bob@192.0.2.2:5060 SIP/2.0\n"
                + "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKstrict\n"
                + "Route: " + route + " , <sip:" + carol.address() + ">\n"
                + "Max-Forwards: 70\n"
                + "From: <sip:alice@example.com>;tag=from\n"
                + "To: <sip:bob@example.com>;tag=bob-tag\n"
                + "Call-ID: " + call.callId() + "\n"
                + "CSeq: 2 BYE\n"
                + "Content-Length: 0\n\n");

        final SipText bye = carol.expectRequest("BYE");
        assertEquals("sip:" + carol.address(), bye.requestUri());
        assertEquals(List.of("<sip:bob@192.0.2.2:5060>"), bye.headers("Route"));
        bob.expectNothing();
    }

    @Test
    void shouldGoOnToTheNextRouteOfTheRequest() {
        established();
        final SipCalled called = bob.expectCall().respond(200);
        call.expect(200);
        final String route = called.invite().header("Record-Route").orElseThrow();

        alice.send("BYE sip:bob@192.0.2.2:5060 SIP/2.0\n"
                + "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKloose\n"
                + "Route: " + route + "\n"
                + "Route:  <sip:" + carol.address() + ";lr>,<sip:" + dave.address() + ";lr>\n"
                + "Max-Forwards: 70\n"
                + "From: <sip:alice@example.com>;tag=from\n"
                + "To: <sip:bob@example.com>;tag=bob-tag\n"
                + "Call-ID: " + call.callId() + "\n"
                + "CSeq: 2 BYE\n"
                + "Content-Length: 0\n\n");

        final SipText bye = carol.expectRequest("BYE");
        assertEquals("sip:bob@192.0.2.2:5060", bye.requestUri());
        assertEquals(List.of("<sip:" + carol.address() + ";lr>,<sip:" + dave.address() + ";lr>"), bye.headers("Route"));
    }

    @Test
    void shouldTakeAwayTheRouteThatNamesOurListener() {
        proxyTo(bob);

        call.invite("Route: <sip:192.0.2.200;lr>");

        assertEquals(List.of(), bob.expectCall().invite().headers("Route"));
    }

    @Test
    void shouldGiveATargetItsRoutesAndHeaders() {
        proxying(proxying -> proxying.to("sip:bob@example.net")
                .route("sip:" + carol.address() + ";lr")
                .header("Diversion", "<sip:bob@example.com>"));

        call.invite();

        final SipText invite = carol.expectCall().invite();
        assertEquals("sip:bob@example.net", invite.requestUri());
        assertEquals(List.of("<sip:" + carol.address() + ";lr>"), invite.headers("Route"));
        assertEquals("<sip:bob@example.com>", invite.header("Diversion").orElseThrow());
    }

    @Test
    void shouldReachAPhoneByTheConnectionThatItHasOpened() {
        final String[] flow = {""};
        handler.onOther = (request, session) -> flow[0] = request.flow();
        bob.connectFrom(40_000);
        bob.newCall("sip:service@example.com").request("OPTIONS");
        handler.onInvite = (invite, session) -> invite.proxy()
                .to("sip:bob@10.1.1.1:9999;transport=tcp")
                .flow(flow[0])
                .recordRoute()
                .start();

        call.invite();
        bob.drain();
        call.retransmit();
        final SipCall second = alice.newCall("sip:bob@example.com").invite();
        final SipCalled called = bob.expectCall();
        assertEquals(2, called.invite().headers("Record-Route").size());
        called.respond(200);
        alice.drain();
        final String[] routes = called.invite().headers("Record-Route").toArray(String[]::new);
        alice.send("BYE sip:bob@10.1.1.1:9999;transport=tcp SIP/2.0\n"
                + "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKflow\n"
                + "Route: " + routes[1] + "," + routes[0] + "\n"
                + "Max-Forwards: 70\n"
                + "From: <sip:alice@example.com>;tag=from\n"
                + "To: <sip:bob@example.com>;tag=bob-tag\n"
                + "Call-ID: " + second.callId() + "\n"
                + "CSeq: 2 BYE\n"
                + "Content-Length: 0\n\n");
        final SipText bye = bob.expectRequest("BYE");
        assertEquals(List.of(), bye.headers("Route"));

        called.request("INFO", "");
        assertEquals("sip:alice@" + alice.address(), alice.expectRequest("INFO").requestUri());
    }

    @Test
    void shouldNotFollowAFlowThatWeHaveNotWritten() {
        established();
        final SipCalled called = bob.expectCall().respond(200);
        call.expect(200);
        final String route =
                called.invite().header("Record-Route").orElseThrow().replace(">", ";df=" + "a".repeat(52) + ">");

        alice.send("BYE sip:bob@192.0.2.2:5060 SIP/2.0\n"
                + "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKforged\n"
                + "Route: " + route + "\n"
                + "Max-Forwards: 70\n"
                + "From: <sip:alice@example.com>;tag=from\n"
                + "To: <sip:bob@example.com>;tag=bob-tag\n"
                + "Call-ID: " + call.callId() + "\n"
                + "CSeq: 2 BYE\n"
                + "Content-Length: 0\n\n");

        bob.expectRequest("BYE");
    }

    @Test
    void shouldAnswerWhatItDoesNotProxyItself() {
        handler.proxied = EnumSet.of(SipMethod.INVITE);
        final TestCluster other = TestCluster.of(() -> handler).nodes(1).start();
        handler.onOther = (request, session) -> request.reply(200).send();

        final SipCall options = other.peer("alice").newCall("sip:bob@example.com");
        options.request("OPTIONS");
        options.expect(200);
        final SipCall strange = other.peer("alice").newCall("sip:bob@example.com");
        strange.request("OPTIONS", "Require: nonsense");
        strange.expect(420);
    }

    @Test
    void shouldEndASessionThatEndsWhileItsCallRings() {
        handler.onInvite = (invite, session) -> {
            invite.proxy().to(uriOf(bob)).start();
            session.startTimer("end", RING);
        };
        handler.onTimer = (timer, session) -> session.end();
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);

        cluster.advance(RING.plusMillis(5));

        call.expect(480);
        called.expectRequest("CANCEL");
    }

    @Test
    void shouldLeaveNoRecordOfACallThatWasPassedOn() {
        final SipCall passed = established();
        final SipCalled called = bob.expectCall().respond(200);
        passed.expect(200);
        passed.ack();
        called.expectRequest("ACK");
        passed.bye();
        called.expectRequest("BYE");
        assertEquals(List.of(), cluster.endedCalls());

        handler.onInvite = (invite, session) -> invite.reply(480).send();
        final SipCall refused = alice.invite("sip:carol@example.com");
        refused.expect(480);

        assertEquals(
                List.of(480),
                cluster.endedCalls().stream().map(ended -> ended.status()).toList());
    }
}
