package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Proxying;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.sip.locate.LocateSettings;
import io.dialtone.sip.locate.StaticRoutes;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Proxied requests to names (RFC 3261 section 16.6 step 7, RFC 3263): who gets them, who gets them next, and what goes back. */
class ProxyLocatingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Duration A_TICK = Duration.ofMillis(5);
    private static final String POOL = "sip:bob@pool.example.net";

    private final ScriptedHandler handler = ScriptedHandler.proxying();
    private final SimulatedDns dns = new SimulatedDns();
    private final TestCluster cluster = TestCluster.replicated(() -> handler, EventsCodec::new)
            .nodes(3)
            .dns(dns)
            .locate(LocateSettings.defaults(), StaticRoutes.none())
            .start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");
    private final SipPeer carol = cluster.peer("carol");
    private final SipCall call = alice.newCall(POOL);

    ProxyLocatingTest() {
        dns.server("pool.example.net", 1, bob).server("pool.example.net", 2, carol);
        proxying(proxying -> proxying.to(POOL).recordRoute());
    }

    private void proxying(final Consumer<Proxying> what) {
        handler.onInvite = (invite, session) -> {
            final Proxying proxying = invite.proxy();
            what.accept(proxying);
            proxying.start();
        };
        handler.onOther = handler.onInvite;
    }

    private void invite() {
        call.invite();
        cluster.advance(A_TICK);
    }

    @Test
    void shouldPassOnToTheServerOfANameWhenDnsHasSaidWhoItIs() {
        dns.hold();
        invite();
        bob.expectNothing();

        dns.answer();
        cluster.advance(A_TICK);

        final SipCalled called = bob.expectCall();
        assertEquals(POOL, called.invite().requestUri());
        called.respond(180);
        call.expect(180);
        called.respond(200);
        call.expect(200);
    }

    @Test
    void shouldPassOnToTheNextServerWhenOneSays503() {
        invite();
        final SipCalled first = bob.expectCall();
        first.respond(503);

        first.expectRequest("ACK");
        final SipCalled second = carol.expectCall();
        assertNotEquals(first.invite().header("Via"), second.invite().header("Via"));
        assertEquals(first.invite().header("Record-Route"), second.invite().header("Record-Route"));
        second.respond(200);
        call.expect(200);
        assertEquals(1, cluster.count(SipCounter.REQUESTS_FAILED_OVER));
    }

    @Test
    void shouldPassOnToTheNextServerWhenOneIsSilent() {
        invite();
        bob.expectCall();
        cluster.advance(PATIENCE);

        final SipCalled second = carol.expectCall();
        alice.drain(); // 100
        second.respond(486);
        second.expectRequest("ACK");

        call.expect(486);
    }

    @Test
    void shouldPassOnToTheNextServerAtOnceWhenOneCannotBeConnectedTo() {
        dns.forgetAll().serverByTcp("pool.example.net", 1, bob, 5070).serverByTcp("pool.example.net", 2, carol, 5070);
        carol.connectFrom(5070);

        invite();

        final SipCalled second = carol.expectCall();
        second.respond(486);
        second.expectRequest("ACK");
        call.expect(486);
        assertEquals(1, cluster.count(SipCounter.REQUESTS_UNSENT));
    }

    @Test
    void shouldSay500AtOnceWhenNobodyCanBeConnectedTo() {
        dns.forgetAll().serverByTcp("pool.example.net", 1, bob, 5070).serverByTcp("pool.example.net", 2, carol, 5070);

        invite();

        call.expect(500);
        assertEquals(2, cluster.count(SipCounter.REQUESTS_UNSENT));
    }

    @Test
    void shouldBringBackWhatTheSilentServerSaysAfterAll() {
        invite();
        final SipCalled late = bob.expectCall();
        cluster.advance(PATIENCE);
        alice.drain(); // 100
        final SipCalled second = carol.expectCall().respond(180);
        call.expect(180);

        bob.drain();
        late.respond(200);

        call.expect(200);
        second.expectRequest("CANCEL");
    }

    @Test
    void shouldSay500WhenAllServersSay503AndWhenThereAreNone() {
        invite();
        final SipCalled first = bob.expectCall().respond(503);
        first.expectRequest("ACK");
        final SipCalled second = carol.expectCall().respond(503);
        second.expectRequest("ACK");
        call.expect(500);
        call.ackRefusal();

        proxying(proxying -> proxying.to("sip:bob@nobody.example.net"));
        final SipCall another = alice.newCall(POOL);
        another.invite();
        cluster.advance(A_TICK);
        another.expect(500);
    }

    @Test
    void shouldSearchAnewWhenTheOwnerDiesBeforeDnsHasAnswered() {
        dns.hold();
        invite();
        final String owner = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), owner);
        alice.drain();

        dns.answer();
        cluster.advance(A_TICK);
        final SipCalled called = bob.expectCall();
        called.respond(200);

        call.expect(200);
    }

    @Test
    void shouldGoOnWithTheNextServerWhenTheOwnerDiesAfterTheFirstWasSilent() {
        invite();
        bob.expectCall();
        cluster.advance(PATIENCE);
        carol.expectCall();
        final String owner = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), owner);
        bob.drain();
        alice.drain();

        final SipCalled again = carol.expectCall();
        again.respond(200);

        call.expect(200);
    }

    @Test
    void shouldPassOnWithinACallToANameInItsContact() {
        dns.address("host.example.org", carol);
        invite();
        final SipCalled called = bob.expectCall().moveTo("bob@host.example.org:5060");
        called.respond(200);
        call.expect(200);
        bob.drain();

        call.ack(); // it goes once more when DNS has answered, with the next 200
        call.request("INFO");
        cluster.advance(A_TICK);

        assertEquals(
                "sip:bob@host.example.org:5060", carol.expectRequest("INFO").requestUri());
        assertTrue(cluster.count(SipCounter.REQUESTS_LOCATED) >= 2);
    }

    @Test
    void shouldNotPassOnWhatTheCallerHasGivenUpWhileItWaits() {
        dns.hold();
        invite();
        call.cancel();
        dns.answer();
        cluster.advance(A_TICK);

        call.expect(200);
        call.expect(487);
        bob.expectNothing();
        assertEquals(0, cluster.count(SipCounter.CLIENT_TRANSACTIONS));
    }
}
