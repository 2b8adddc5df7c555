package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Proxying;
import io.dialtone.runtime.sip.SipCounter;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Calls that two proxies of one cluster pass on one after the other: both remember them by the same Call-ID, and are to each other as if they were servers of their own. */
class ChainOfProxiesTest {
    private final ScriptedHandler first = ScriptedHandler.proxying();
    private final ScriptedHandler second = ScriptedHandler.proxying();
    private final TestCluster cluster = TestCluster.chain(
                    TestCluster.service("first", () -> first, EventsCodec::new),
                    TestCluster.service("second", () -> second, EventsCodec::new))
            .nodes(3)
            .start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");
    private final SipPeer carol = cluster.peer("carol");
    private final SipCall call = alice.newCall("sip:bob@" + bob.address());

    ChainOfProxiesTest() {
        passing(first, proxying -> proxying.to("sip:bob@" + bob.address()).recordRoute());
        passing(second, proxying -> proxying.to("sip:bob@" + bob.address()).recordRoute());
    }

    private static void passing(final ScriptedHandler handler, final Consumer<Proxying> what) {
        handler.onInvite = (invite, session) -> {
            final Proxying proxying = invite.proxy();
            what.accept(proxying);
            proxying.start();
        };
        handler.onOther = handler.onInvite;
    }

    private void takeOver() {
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofMillis(50));
        alice.drain();
        bob.drain();
        carol.drain();
    }

    private void assertNothingLeft() {
        cluster.advance(Duration.ofSeconds(90), Duration.ofMillis(20));
        assertEquals(List.of(), cluster.leftovers());
    }

    private SipCalled up() {
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);
        called.respondWithBody(200, SipCalled.SDP);
        call.expect(200);
        call.ack();
        called.expectRequest("ACK");
        return called;
    }

    @Test
    void shouldLeaveAViaAndARouteOfEach() {
        call.invite();

        final SipText invite = bob.expectCall().invite();

        assertEquals(3, invite.headers("Via").size());
        assertEquals("68", invite.header("Max-Forwards").orElseThrow());
        final List<String> routes = invite.headers("Record-Route");
        assertEquals(2, routes.size());
        assertTrue(routes.getFirst().contains(";app=second"), routes::toString);
        assertTrue(!routes.getLast().contains(";app="), routes::toString);
        assertEquals(0, cluster.count(SipCounter.REQUESTS_LOOPED));
        assertEquals(List.of("INVITE"), first.told);
        assertEquals(List.of("INVITE"), second.told);
    }

    @Test
    void shouldPassOnWhatIsSaidInACallThroughBothOfThem() {
        final SipCalled called = up();

        call.request("INFO");
        assertEquals(3, called.expectRequest("INFO").headers("Via").size());
        called.answer(200);
        call.expect(200);
        called.request("BYE", "");
        final SipText bye = alice.expectRequest("BYE");
        assertEquals(3, bye.headers("Via").size());
        assertEquals(0, bye.headers("Route").size());
        alice.respond(bye, 200);
        called.expect(200);

        assertEquals(0, cluster.strayDatagrams());
        assertNothingLeft();
    }

    @Test
    void shouldPassOnWhatIsSaidInACallWhoseOwnerHasDied() {
        final SipCalled called = up();

        takeOver();

        call.request("INFO");
        called.expectRequest("INFO");
        called.answer(200);
        call.expect(200);
        called.request("BYE", "");
        alice.respond(alice.expectRequest("BYE"), 200);
        called.expect(200);
        assertNothingLeft();
    }

    @Test
    void shouldWithdrawACallThatRingsWhenItsOwnerHasDied() {
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);

        takeOver();
        call.cancel();
        call.expect(200);
        called.expectRequest("CANCEL");
        called.answer(200);
        called.respond(487);
        call.expect(487);
        call.ackRefusal();
        called.expectRequest("ACK");
        cluster.advance(Duration.ofSeconds(1));

        alice.expectNothing();
        bob.expectNothing();
        assertNothingLeft();
    }

    @Test
    void shouldAskAllBranchesOfTheFirstThroughTheSecond() {
        passing(first, proxying -> proxying.to("sip:bob@" + bob.address()).to("sip:carol@" + carol.address()));
        second.onInvite =
                (invite, session) -> invite.proxy().to(invite.requestUri()).start();
        call.invite();
        final SipCalled one = bob.expectCall();
        final SipCalled other = carol.expectCall();

        one.respond(486);
        one.expectRequest("ACK");
        other.respond(200);
        call.expect(200);

        assertEquals(2, second.told.stream().filter("INVITE"::equals).count());
    }

    @Test
    void shouldServeACallerWhoIsConnected() {
        alice.connectFrom(40_001);
        final SipCalled called = up();

        takeOver();
        called.request("INFO", "");
        alice.respond(alice.expectRequest("INFO"), 200);
        called.expect(200);
        call.bye();
        called.expectRequest("BYE");
        called.answer(200);
        call.expect(200);

        assertNothingLeft();
    }

    @Test
    void shouldLeaveByTheRouteThatAHandlerNames() {
        passing(first, proxying -> proxying.to("sip:bob@example.com").route("sip:" + carol.address() + ";lr"));
        call.invite();

        assertEquals(2, carol.expectRequest("INVITE").headers("Via").size());
        assertEquals(List.of(), second.told);
    }

    @Test
    void shouldNotBePassedByWithARouteOfTheCaller() {
        call.invite("Route: <sip:" + carol.address() + ";lr>");

        assertEquals(3, carol.expectRequest("INVITE").headers("Via").size());
        assertEquals(List.of("INVITE"), second.told);
    }
}
