package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Session;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipResponse;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.testsupport.ScriptedHandler.Events;
import io.dialtone.sip.locate.LocateSettings;
import io.dialtone.sip.locate.StaticRoutes;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests of services to names (RFC 3263): who gets them, who gets them next, and what a death changes. */
class LocatingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Duration A_TICK = Duration.ofMillis(5);

    private final ScriptedHandler handler = new ScriptedHandler(SipMethod.MESSAGE);
    private final SimulatedDns dns = new SimulatedDns();
    private TestCluster cluster = start(LocateSettings.defaults(), StaticRoutes.none());
    private SipPeer alice = cluster.peer("alice");
    private SipPeer bob = cluster.peer("bob");
    private SipPeer carol = cluster.peer("carol");
    private SipPeer dave = cluster.peer("dave");
    private SipCall call = alice.newCall("sip:service@example.com");
    private String uri = "sip:bob@example.net";

    LocatingTest() {
        handler.onInvite = this::call;
        handler.onResponse = LocatingTest::relay;
        handler.onCancel = (cancel, session) -> session.leg("callee").ifPresent(SipLeg::hangUp);
        dns.server("example.net", 1, bob).server("example.net", 2, carol).server("example.net", 3, dave);
    }

    private TestCluster start(final LocateSettings settings, final StaticRoutes routes) {
        return TestCluster.replicated(() -> handler, EventsCodec::new)
                .nodes(3)
                .dns(dns)
                .locate(settings, routes)
                .worker(WorkerConfig.defaults()
                        .withRestAfterNs(Duration.ofMinutes(5).toNanos()))
                .start();
    }

    private void call(final SipRequest invite, final Session<Events> session) {
        session.request(SipMethod.INVITE, "callee", uri)
                .onBehalfOf(invite)
                .body("application/sdp", invite.bodyBytes())
                .send();
    }

    private static void relay(final SipResponse response, final Session<Events> session) {
        response.onBehalfOf()
                .ifPresent(request -> request.reply(response.status()).send());
    }

    private void invite() {
        call.invite();
        cluster.advance(A_TICK);
    }

    // ---- finding

    @Test
    void shouldCallTheServerOfANameWhenDnsHasSaidWhoItIs() {
        dns.hold();
        invite();
        bob.expectNothing();

        dns.answer();
        cluster.advance(A_TICK);

        final SipText invite = bob.expectCall().invite();
        assertEquals("sip:bob@example.net", invite.requestUri());
        assertTrue(invite.header("Via").orElseThrow().startsWith("SIP/2.0/UDP 192.0.2.200:5060;branch=z9hG4bK"));
        assertEquals(1, cluster.count(SipCounter.REQUESTS_LOCATED));
    }

    @Test
    void shouldCallAtOnceWhereDnsHasSaidSoBefore() {
        invite();
        bob.expectCall();
        final int asked = dns.asked();
        dns.hold();
        SipCall another = alice.newCall("sip:service@example.com");
        while (!cluster.ownerOf(another.callId()).equals(cluster.ownerOf(call.callId()))) {
            another = alice.newCall("sip:service@example.com");
        }

        another.invite(); // and no time passes

        bob.expectCall();
        assertEquals(asked, dns.asked());
    }

    @Test
    void shouldFollowRecordsThatChangeWhenTheirTimeIsOver() {
        dns.ttl(Duration.ofSeconds(20));
        invite();
        bob.expectCall().respond(486);

        dns.forgetAll().address("example.net", carol);
        cluster.advance(Duration.ofSeconds(21));
        alice.drain();
        call = alice.newCall("sip:service@example.com");
        invite();

        carol.expectCall();
    }

    @Test
    void shouldTakeStaticRoutesBeforeDns() {
        cluster = start(
                LocateSettings.defaults(),
                StaticRoutes.of(List.of(StaticRoutes.Route.parse("*.net=sip:192.0.2.3;priority=1"))));
        alice = cluster.peer("alice");
        cluster.peer("bob");
        carol = cluster.peer("carol");
        call = alice.newCall("sip:service@example.com");

        invite();

        carol.expectCall();
        assertEquals(0, dns.asked());
    }

    @Test
    void shouldSendARequestWithARouteToTheServerOfTheRoute() {
        handler.onInvite = (invite, session) -> session.request(SipMethod.INVITE, "callee", "sip:x@nowhere.example.org")
                .route("sip:example.net;lr")
                .onBehalfOf(invite)
                .send();

        invite();

        assertEquals("sip:x@nowhere.example.org", bob.expectCall().invite().requestUri());
    }

    @Test
    void shouldRefuseANameThatIsNoneAtTheHandler() {
        handler.onInvite = (invite, session) -> {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> session.request(SipMethod.OPTIONS, "o", "sip:" + "x".repeat(64) + ".example.net")
                            .send());
            invite.reply(486).send();
        };

        invite();

        call.expect(486);
    }

    // ---- nobody

    @Test
    void shouldTellTheHandler503WhenDnsKnowsNobody() {
        uri = "sip:bob@nobody.example.net";

        invite();

        assertEquals(List.of("INVITE", "local 503 INVITE callee"), handler.told);
        call.expect(503);
        assertEquals(1, cluster.count(SipCounter.REQUESTS_NOT_LOCATED));
        assertEquals(0, cluster.count(SipCounter.CLIENT_TRANSACTIONS));

        call = alice.newCall("sip:service@example.com");
        invite(); // it is known that there is nobody
        assertEquals("local 503 INVITE callee", handler.told.getLast());
    }

    @Test
    void shouldTellTheHandler503WhenDnsSaysNothingInTime() {
        dns.hold();
        invite();

        cluster.advance(Duration.ofSeconds(4));
        assertEquals(List.of("INVITE"), handler.told);
        cluster.advance(Duration.ofMillis(1_010));

        assertEquals(List.of("INVITE", "local 503 INVITE callee"), handler.told);
        dns.answer(); // too late, and nobody is confused by it
        cluster.advance(A_TICK);
        bob.expectNothing();
    }

    @Test
    void shouldTellTheHandler503WhenTooManyWait() {
        cluster = start(LocateSettings.defaults().withWaitingMax(0), StaticRoutes.none());
        alice = cluster.peer("alice");
        call = alice.newCall("sip:service@example.com");

        invite();

        assertEquals(List.of("INVITE", "local 503 INVITE callee"), handler.told);
    }

    @Test
    void shouldNotSendWhatIsWithdrawnWhileItWaits() {
        handler.onCancel = (cancel, session) -> session.leg("callee").ifPresent(SipLeg::cancel);
        dns.hold();
        invite();

        call.cancel();
        cluster.advance(A_TICK);
        dns.answer();
        cluster.advance(A_TICK);

        assertEquals(List.of("INVITE", "CANCEL", "local 487 INVITE callee"), handler.told);
        bob.expectNothing();
        assertEquals(0, cluster.count(SipCounter.CLIENT_TRANSACTIONS));
    }

    // ---- the next one

    @Test
    void shouldGiveTheSameRequestToTheNextServerWhenOneIsSilent() {
        invite();
        final SipText first = bob.expectCall().invite();

        cluster.advance(PATIENCE);
        final SipCalled second = carol.expectCall();

        assertEquals(first.callId(), second.invite().callId());
        assertEquals(first.header("From"), second.invite().header("From"));
        assertEquals(first.header("CSeq"), second.invite().header("CSeq"));
        assertEquals(first.header("Contact"), second.invite().header("Contact"));
        assertEquals(first.body(), second.invite().body());
        assertNotEquals(first.header("Via"), second.invite().header("Via"));
        assertEquals(1, cluster.count(SipCounter.REQUESTS_FAILED_OVER));

        second.respond(200);
        second.expectRequest("ACK");
        assertEquals(List.of("INVITE", "200 INVITE callee"), handler.told);
        bob.drain();
        cluster.advance(Duration.ofSeconds(40));
        bob.expectNothing();
    }

    @Test
    void shouldHangUpWhoAcceptsAfterTheNextServerHasIt() {
        invite();
        final SipCalled late = bob.expectCall();
        cluster.advance(PATIENCE);
        carol.expectCall();
        bob.drain();

        late.respondWithBody(200, SipCalled.SDP);

        late.expectRequest("ACK");
        late.expectRequest("BYE");
        assertEquals(List.of("INVITE"), handler.told);
    }

    @Test
    void shouldWithdrawWhatRingsAfterTheNextServerHasIt() {
        invite();
        final SipCalled late = bob.expectCall();
        cluster.advance(PATIENCE);
        carol.expectCall();
        bob.drain();

        late.respond(180);

        late.expectRequest("CANCEL");
        assertEquals(List.of("INVITE"), handler.told);
    }

    @Test
    void shouldGiveTheRequestToTheNextServerWhenOneSays503() {
        invite();
        final SipCalled first = bob.expectCall();

        first.respond(503);

        first.expectRequest("ACK");
        final SipCalled second = carol.expectCall();
        second.respond(503);
        second.expectRequest("ACK");
        final SipCalled third = dave.expectCall();
        third.respond(503);
        third.expectRequest("ACK");
        assertEquals(List.of("INVITE", "503 INVITE callee"), handler.told);
        first.retransmit().expectRequest("ACK");
    }

    @Test
    void shouldNotGiveTheRequestToTheNextServerWhenOneSaysAnythingElse() {
        invite();

        bob.expectCall().respond(500);

        carol.expectNothing();
        assertEquals(List.of("INVITE", "500 INVITE callee"), handler.told);
    }

    @Test
    void shouldWaitForAServerThatRings() {
        invite();
        final SipCalled called = bob.expectCall().respond(180);

        cluster.advance(PATIENCE.multipliedBy(3));

        carol.expectNothing();
        called.respond(200);
        called.expectRequest("ACK");
    }

    @Test
    void shouldGiveAMessageToTheNextServerToo() {
        handler.onInvite = (invite, session) -> session.request(SipMethod.MESSAGE, "text", uri)
                .body("text/plain", "hello")
                .onBehalfOf(invite)
                .send();
        invite();
        final SipText first = bob.expectRequest("MESSAGE");

        cluster.advance(PATIENCE);
        final SipText second = carol.expectRequest("MESSAGE");
        carol.respond(second, 503);
        final SipText third = dave.expectRequest("MESSAGE");
        dave.respond(third, 200);

        assertEquals(first.callId(), third.callId());
        assertEquals(first.body(), third.body());
        assertEquals(List.of("INVITE", "200 MESSAGE text"), handler.told);
    }

    @Test
    void shouldTryAServerThatWasSilentAfterTheOthersForAWhile() {
        invite();
        bob.expectCall();
        cluster.advance(PATIENCE);
        carol.expectCall().respond(486);
        carol.drain();
        bob.drain();
        SipCall another = alice.newCall("sip:service@example.com");
        while (!cluster.ownerOf(another.callId()).equals(cluster.ownerOf(call.callId()))) {
            another = alice.newCall("sip:service@example.com");
        }

        another.invite();
        cluster.advance(A_TICK);

        bob.expectNothing();
        carol.expectCall();
    }

    @Test
    void shouldTell408WhenAllHaveBeenSilent() {
        invite();

        cluster.advance(PATIENCE.multipliedBy(2));
        dave.expectCall();
        cluster.advance(Duration.ofMillis(32_010));

        assertEquals("local 408 INVITE callee", handler.told.getLast());
    }

    @Test
    void shouldWriteViaAndContactForTheListenerByWhichTheNextServerIsReached() {
        dns.forgetAll().server("example.net", 1, bob).serverByTcp("example.net", 1, carol, 5070);
        carol.connectFrom(5070);
        invite();
        final SipText first = bob.expectCall().invite();
        assertTrue(first.header("Via").orElseThrow().startsWith("SIP/2.0/UDP "));

        cluster.advance(PATIENCE);
        final SipText second = carol.expectCall().invite();

        assertTrue(second.header("Via").orElseThrow().startsWith("SIP/2.0/TCP 192.0.2.200:5060;branch="));
        final String contact = first.header("Contact").orElseThrow();
        assertEquals(
                contact.replace(";dt=", ";transport=tcp;dt="),
                second.header("Contact").orElseThrow());
        assertEquals(first.body(), second.body());
        assertEquals(first.header("Allow"), second.header("Allow"));
        cluster.advance(Duration.ofSeconds(5));
        carol.expectNothing(); // a connection loses nothing
    }

    // ---- who cannot be connected to

    private void serveByTcp() {
        dns.forgetAll().serverByTcp("example.net", 1, bob, 5070).serverByTcp("example.net", 2, carol, 5070);
    }

    @Test
    void shouldGiveTheRequestToTheNextServerAtOnceWhenOneCannotBeConnectedTo() {
        serveByTcp();
        carol.connectFrom(5070);

        invite();

        final SipCalled called = carol.expectCall();
        assertEquals(1, cluster.count(SipCounter.REQUESTS_UNSENT));
        assertEquals(1, cluster.count(SipCounter.REQUESTS_FAILED_OVER));
        called.respond(200);
        called.expectRequest("ACK");
        assertEquals(List.of("INVITE", "200 INVITE callee"), handler.told);
        bob.expectNothing();
    }

    @Test
    void shouldGiveAMessageToTheNextServerAtOnceToo() {
        handler.onInvite = (invite, session) -> session.request(SipMethod.MESSAGE, "text", uri)
                .onBehalfOf(invite)
                .send();
        serveByTcp();
        carol.connectFrom(5070);

        invite();

        carol.respond(carol.expectRequest("MESSAGE"), 200);
        assertEquals(List.of("INVITE", "200 MESSAGE text"), handler.told);
    }

    @Test
    void shouldTellTheHandler503AtOnceWhenNobodyCanBeConnectedTo() {
        serveByTcp();

        invite();

        assertEquals(List.of("INVITE", "local 503 INVITE callee"), handler.told);
        call.expect(503);
        assertEquals(2, cluster.count(SipCounter.REQUESTS_UNSENT));
        assertEquals(0, cluster.count(SipCounter.REQUESTS_TIMED_OUT));
    }

    @Test
    void shouldTellTheHandler503AtOnceWhenAnAddressCannotBeConnectedTo() {
        uri = "sip:bob@192.0.2.2:5070;transport=tcp";

        invite();

        assertEquals(List.of("INVITE", "local 503 INVITE callee"), handler.told);
        assertEquals(0, cluster.count(SipCounter.CLIENT_TRANSACTIONS));
    }

    @Test
    void shouldGiveTheRequestToTheNextServerWhenItsNewOwnerCannotConnectToTheFirst() {
        serveByTcp();
        bob.connectFrom(5070);
        carol.connectFrom(5070);
        invite();
        bob.expectCall();
        bob.connectFrom(5071); // what it had heard is forgotten with the connection

        takeOver();

        carol.expectCall().respond(200).expectRequest("ACK");
        assertEquals("200 INVITE callee", handler.told.getLast());
    }

    @Test
    void shouldSay503AtOnceToARequestWithinACallWhenWhoWasCalledCannotBeConnectedToAgain() {
        uri = "sip:bob@192.0.2.2:5070;transport=tcp";
        bob.connectFrom(5070);
        invite();
        accept(bob.expectCall().invite(), uri);
        bob.expectRequest("ACK");
        bob.connectFrom(5071); // it has gone, and come back elsewhere
        handler.onOther = (message, session) -> {
            message.reply(200).send();
            session.leg("callee").orElseThrow().request(SipMethod.INFO).send();
        };
        alice.expect(200);

        call.ack().request("MESSAGE");

        assertEquals("local 503 INFO callee", handler.told.getLast());
    }

    // ---- within a call

    @Test
    void shouldFindWhoACallIsWithByTheNameInItsContact() {
        dns.address("phone.example.net", dave);
        invite();
        final SipText invite = bob.expectCall().invite();

        accept(invite, "sip:bob@phone.example.net");
        bob.expectRequest("ACK"); // nobody had asked for the name yet
        cluster.advance(A_TICK);
        dave.expectRequest("ACK");
        hangUp();

        assertEquals("sip:bob@phone.example.net", dave.expectRequest("BYE").requestUri());
        bob.expectNothing();
    }

    @Test
    void shouldSayItWhereTheCallWentWhenNobodyKnowsTheNameInItsContact() {
        invite();
        final SipText invite = bob.expectCall().invite();

        accept(invite, "sip:bob@my-laptop");
        bob.expectRequest("ACK");
        hangUp();

        bob.expectRequest("BYE");
    }

    private void accept(final SipText invite, final String contact) {
        final StringBuilder text = new StringBuilder("SIP/2.0 200 OK\n");
        for (final String name : List.of("Via", "From", "To", "Call-ID", "CSeq")) {
            text.append(name)
                    .append(": ")
                    .append(invite.header(name).orElseThrow())
                    .append(name.equals("To") ? ";tag=b" : "")
                    .append('\n');
        }
        bob.send(
                text.append("Contact: <" + contact + ">\nContent-Length: 0\n\n").toString());
        cluster.advance(A_TICK);
    }

    private void hangUp() {
        handler.onOther = (bye, session) -> {
            bye.reply(200).send();
            session.leg("callee").ifPresent(SipLeg::hangUp);
        };
        alice.expect(200);
        call.ack().bye();
        cluster.advance(A_TICK);
    }

    // ---- deaths

    private void takeOver() {
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(A_TICK);
    }

    @Test
    void shouldGoOnLookingForANameWhenItsOwnerIsKilled() {
        dns.hold();
        invite();

        takeOver();
        bob.expectNothing();
        dns.answer();
        cluster.advance(A_TICK);

        final SipCalled called = bob.expectCall().respondWithBody(200, SipCalled.SDP);
        called.expectRequest("ACK");
        assertEquals("200 INVITE callee", handler.told.getLast());
        assertEquals(
                1, handler.told.stream().filter(each -> each.startsWith("200")).count());
    }

    @Test
    void shouldGoOnWithTheSecondServerAndThenTheThirdWhenItsOwnerIsKilled() {
        invite();
        bob.expectCall();
        cluster.advance(PATIENCE);
        final SipText second = carol.expectCall().invite();
        bob.drain();
        carol.drain();

        takeOver();
        assertEquals(second.header("Via"), carol.expectCall().invite().header("Via"));
        bob.expectNothing();
        cluster.advance(PATIENCE);

        final SipCalled third = dave.expectCall();
        assertEquals(second.callId(), third.invite().callId());
        third.respond(200);
        third.expectRequest("ACK");
        assertEquals("200 INVITE callee", handler.told.getLast());
        bob.expectNothing();
    }

    @Test
    void shouldHangUpALateServerWhenItsOwnerIsKilledMeanwhile() {
        invite();
        final SipCalled late = bob.expectCall();
        cluster.advance(PATIENCE);
        carol.expectCall();
        takeOver();
        bob.drain();

        late.respondWithBody(200, SipCalled.SDP);

        late.expectRequest("ACK");
        late.expectRequest("BYE");
    }
}
