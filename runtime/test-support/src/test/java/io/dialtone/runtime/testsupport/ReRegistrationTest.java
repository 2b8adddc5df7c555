package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Session;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.testsupport.ScriptedHandler.Events;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Phones that lose their connection and register by another one, and say nothing in their calls: requests of ours reach them there (RFC 5626). */
class ReRegistrationTest {
    private static final String DOMAIN = "sip:example.com";
    private static final Duration TALK = Duration.ofSeconds(5);
    private static final Duration A_WHILE = Duration.ofSeconds(3);

    private final ScriptedHandler handler = new ScriptedHandler(SipMethod.REGISTER);
    private final TestCluster cluster =
            TestCluster.replicated(() -> handler, EventsCodec::new).nodes(3).start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");
    private final SipPeer mallory = cluster.peer("mallory");
    /** What the last REGISTER of each user came by; as a registrar keeps it. */
    private final Map<String, String> flows = new HashMap<>();

    private int registerStatus = 200;

    ReRegistrationTest() {
        handler.onInvite = (invite, session) -> {
            session.startTimer("hang up", TALK);
            invite.reply(200).send();
        };
        handler.onTimer = (timer, session) -> session.end();
        handler.onOther = this::onOther;
    }

    private void onOther(final SipRequest request, final Session<Events> session) {
        if (request.method() == SipMethod.REGISTER) {
            flows.put(request.fromUser(), request.flow());
            request.reply(registerStatus).send();
            session.end();
        } else {
            request.reply(200).send();
            session.leg("callee").ifPresent(SipLeg::hangUp);
        }
    }

    /** The peer connects from a port and registers an address of record; what its connection was before is gone. */
    private static void register(
            final SipPeer peer, final int port, final String user, final String contact, final String... more) {
        peer.connectFrom(port);
        final String[] lines = new String[more.length + 1];
        lines[0] = "Contact: <" + contact + ">";
        System.arraycopy(more, 0, lines, 1, more.length);
        peer.registration(DOMAIN, "sip:" + user + "@example.com").send(lines);
    }

    private static String contactOf(final SipPeer peer) {
        return "sip:" + peer.name() + "@k3j2h1.invalid;transport=ws";
    }

    private static void register(final SipPeer peer, final int port) {
        register(peer, port, peer.name(), contactOf(peer));
    }

    /** The same where a proxy brings it to the registrar. */
    private static void registerWith(final SipPeer registrar, final SipPeer peer, final int port) {
        peer.connectFrom(port);
        peer.send("""
                REGISTER %1$s SIP/2.0
                Via: SIP/2.0/TCP %2$s;rport;branch=z9hG4bK-%3$d
                Max-Forwards: 70
                From: <sip:%4$s@example.com>;tag=%3$d
                To: <sip:%4$s@example.com>
                Call-ID: %3$d@%2$s
                CSeq: 1 REGISTER
                Contact: <%5$s>
                Content-Length: 0

                """.formatted(DOMAIN, peer.address(), port, peer.name(), contactOf(peer)));
        registrar.respond(registrar.expectRequest("REGISTER"), 200);
        peer.expect(200);
    }

    private SipCall aliceCalls() {
        register(alice, 40_001);
        final SipCall call = alice.invite("sip:service@example.com");
        call.expect(200);
        call.ack();
        return call;
    }

    private void takeOver(final SipCall call) {
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
    }

    private void hangUp() {
        cluster.advance(TALK.plusMillis(10));
    }

    private void assertHungUp(final SipPeer peer) {
        peer.respond(peer.expectRequest("BYE"), 200);
        peer.drain();
        cluster.advance(Duration.ofSeconds(40));
        peer.expectNothing();
        assertEquals(0, cluster.sessions());
        assertEquals(0, cluster.count(SipCounter.REQUESTS_TIMED_OUT));
    }

    // ---- who has called

    @Test
    void shouldHangUpByTheConnectionByWhichThePeerHasRegisteredSince() {
        aliceCalls();
        register(alice, 40_002);

        hangUp();

        assertHungUp(alice);
    }

    @Test
    void shouldHangUpWhenThePeerRegistersAfterTheByeWasLost() {
        aliceCalls();
        alice.connectFrom(39_999); // it is away
        hangUp();
        alice.expectNothing();
        assertEquals(1, cluster.count(SipCounter.REQUESTS_UNSENT));

        cluster.advance(A_WHILE);
        register(alice, 40_002);
        cluster.advance(Duration.ofSeconds(8));

        assertHungUp(alice);
    }

    @Test
    void shouldHangUpAlsoWhereTheRouteLeadsWhenTheConnectionIsGone() {
        register(alice, 40_001);
        final SipCall call =
                alice.newCall("sip:bob@example.com").invite("Record-Route: <sip:192.0.2.1:5070;transport=tcp;lr>");
        call.expect(200);
        call.ack();
        alice.connectFrom(5070); // and listens there, and has not registered again

        hangUp();

        assertHungUp(alice);
    }

    @Test
    void shouldReachThePeerWhereverItHasRegisteredLast() {
        aliceCalls();
        register(alice, 40_002);
        register(alice, 40_003);

        hangUp();

        assertHungUp(alice);
    }

    @Test
    void shouldKnowAPeerByItsInstanceThoughItsContactHasChanged() {
        final String instance = ";+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\";reg-id=";
        alice.connectFrom(40_001);
        alice.registration(DOMAIN, "sip:alice@example.com").send("Contact: <sip:alice@10.0.0.1>" + instance + 1);
        alice.invite("sip:service@example.com").expect(200);
        alice.newCall("sip:x@y"); // and its ACK is lost
        alice.connectFrom(40_002);
        alice.registration(DOMAIN, "sip:alice@Example.com").send("Contact: <sip:alice@10.7.7.7>" + instance + 2);

        hangUp();
        cluster.advance(Duration.ofSeconds(33));

        assertTrue(alice.drain() > 0, "a BYE, for want of an ACK");
    }

    // ---- who was called

    private void bobIsCalled(final SipCall call) {
        register(bob, 50_001);
        handler.onInvite = (invite, session) -> session.request(SipMethod.INVITE, "callee", contactOf(bob))
                .flow(String.valueOf(flows.get("bob")))
                .onBehalfOf(invite)
                .body("application/sdp", invite.bodyBytes())
                .send();
        handler.onResponse = (response, session) -> response.onBehalfOf()
                .ifPresent(request -> request.reply(response.status()).send());
        call.invite();
        final SipCalled called = bob.expectCall().respondWithBody(200, SipCalled.SDP);
        called.expectRequest("ACK");
        call.expect(200);
        call.ack();
    }

    @Test
    void shouldHangUpWhoWasCalledByTheConnectionByWhichItHasRegisteredSince() {
        final SipCall call = alice.newCall("sip:bob@example.com");
        bobIsCalled(call);
        register(bob, 50_002);

        call.bye().expect(200);

        bob.respond(bob.expectRequest("BYE"), 200);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldCallWhoHasRegisteredByAnotherConnectionThanTheRegistrarKnows() {
        register(bob, 50_001);
        final String flow = String.valueOf(flows.get("bob"));
        register(bob, 50_002);
        handler.onInvite = (invite, session) -> session.request(SipMethod.INVITE, "callee", contactOf(bob))
                .flow(flow)
                .onBehalfOf(invite)
                .send();

        alice.invite("sip:bob@example.com");

        bob.expectCall();
    }

    @Test
    void shouldGiveUpSoonToCallWhoIsAway() {
        register(bob, 50_001);
        bob.connectFrom(39_999);
        handler.onInvite = (invite, session) -> session.request(SipMethod.INVITE, "callee", contactOf(bob))
                .flow(String.valueOf(flows.get("bob")))
                .onBehalfOf(invite)
                .send();
        handler.onResponse = (response, session) ->
                response.onBehalfOf().ifPresent(request -> request.reply(480).send());

        final SipCall call = alice.invite("sip:bob@example.com");
        cluster.advance(Duration.ofMillis(1_010));

        alice.expect(100);
        call.expect(480);
    }

    @Test
    void shouldHangUpThroughAProxyByTheConnectionByWhichTheCalleeHasRegisteredSince() {
        final ScriptedHandler proxying = ScriptedHandler.proxying();
        final TestCluster proxy = TestCluster.replicated(() -> proxying, EventsCodec::new)
                .nodes(3)
                .start();
        final SipPeer caller = proxy.peer("alice");
        final SipPeer callee = proxy.peer("bob");
        proxying.onOther = this::onOther;
        proxying.onInvite = (invite, session) -> invite.proxy()
                .to(contactOf(callee))
                .flow(String.valueOf(flows.get("bob")))
                .recordRoute()
                .start();
        register(callee, 50_001);
        final SipCall call = caller.newCall("sip:bob@example.com");
        call.invite();
        callee.expectCall().respond(200);
        call.expect(200);
        call.ack();
        callee.drain();
        register(callee, 50_002);

        call.bye();

        callee.respond(callee.expectRequest("BYE"), 200);
        call.expect(200);
    }

    @Test
    void shouldHangUpByTheConnectionByWhichTheCalleeHasRegisteredBehindTheProxySince() {
        final ScriptedHandler proxying = ScriptedHandler.proxying();
        final TestCluster proxy = TestCluster.replicated(() -> proxying, EventsCodec::new)
                .nodes(3)
                .start();
        final SipPeer caller = proxy.peer("alice");
        final SipPeer callee = proxy.peer("bob");
        final SipPeer registrar = proxy.peer("registrar");
        proxying.onOther = (request, session) -> {
            flows.put(request.fromUser(), request.flow());
            request.proxy().to("sip:registrar@" + registrar.address()).start();
        };
        proxying.onInvite = (invite, session) -> invite.proxy()
                .to(contactOf(callee))
                .flow(String.valueOf(flows.get("bob")))
                .recordRoute()
                .start();
        registerWith(registrar, callee, 50_001);
        final SipCall call = caller.newCall("sip:bob@example.com");
        call.invite();
        callee.expectCall().respond(200);
        call.expect(200);
        call.ack();
        callee.drain();
        registerWith(registrar, callee, 50_002);

        call.bye();

        callee.respond(callee.expectRequest("BYE"), 200);
        call.expect(200);
    }

    // ---- deaths

    private void expectToBeHungUpOnOnce() {
        alice.respond(alice.expectRequest("BYE"), 200);
        alice.drain();
        cluster.advance(Duration.ofSeconds(40));
        alice.expectNothing();
        assertEquals(0, cluster.count(SipCounter.REQUESTS_TIMED_OUT));
    }

    @Test
    void shouldFindThePeerWhenTheOwnerOfItsCallIsKilledBeforeItHangsUp() {
        final SipCall call = aliceCalls();
        takeOver(call);
        register(alice, 40_002);

        hangUp();

        expectToBeHungUpOnOnce();
    }

    @Test
    void shouldFindThePeerWhenTheOwnerOfItsCallIsKilledBetweenItsRegistrationAndTheBye() {
        final SipCall call = aliceCalls();
        register(alice, 40_002);
        takeOver(call);
        alice.drain();

        hangUp();

        expectToBeHungUpOnOnce();
    }

    @Test
    void shouldFindThePeerWhenTheOwnerOfItsCallIsKilledWhileItLooks() {
        final SipCall call = aliceCalls();
        alice.connectFrom(39_999);
        hangUp();
        alice.expectNothing();

        takeOver(call);
        register(alice, 40_002);
        cluster.advance(Duration.ofSeconds(8));

        expectToBeHungUpOnOnce();
    }

    // ---- who is not believed

    @Test
    void shouldNotBringToAStrangerWhatIsForThePeer() {
        aliceCalls();
        alice.connectFrom(39_999);
        register(mallory, 60_001, "mallory", contactOf(alice));
        registerStatus = 403;
        register(mallory, 60_002, "alice", contactOf(alice));
        mallory.drain();

        hangUp();
        cluster.advance(Duration.ofSeconds(40));

        mallory.expectNothing();
        assertEquals(0, cluster.count(SipCounter.PEERS_FOUND));
    }

    @Test
    void shouldNotTakeAProxyForWhoRegistersThroughIt() {
        aliceCalls();
        alice.connectFrom(39_999);
        register(
                mallory,
                60_001,
                "alice",
                contactOf(alice),
                "Via: SIP/2.0/WS 192.0.2.77;branch=z9hG4bKbehind",
                "Path: <sip:192.0.2.3;lr>");
        mallory.drain();

        hangUp();
        cluster.advance(Duration.ofSeconds(40));

        mallory.expectNothing();
    }
}
