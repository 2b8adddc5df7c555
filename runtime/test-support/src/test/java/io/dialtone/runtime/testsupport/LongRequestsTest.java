package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Session;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipResponse;
import io.dialtone.runtime.sip.ClientLimits;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.sip.SipSettings;
import io.dialtone.runtime.testsupport.ScriptedHandler.Events;
import io.dialtone.sip.locate.LocateSettings;
import io.dialtone.sip.locate.StaticRoutes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests that are too long for a datagram (RFC 3261 section 18.1.1): by which transport they go, and by which those go that come after them. */
class LongRequestsTest {
    private static final int SIP_PORT = 5060;
    private static final int LONG = 1_400;
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Duration A_TICK = Duration.ofMillis(5);
    private static final Duration SHUNNED = Duration.ofSeconds(31);

    private final ScriptedHandler handler = ScriptedHandler.proxying();
    private final SimulatedDns dns = new SimulatedDns();
    private TestCluster cluster = start(SipSettings.defaults());
    private SipPeer alice = cluster.peer("alice");
    private SipPeer bob = cluster.peer("bob");
    private SipPeer carol = cluster.peer("carol");
    private SipCall call = alice.newCall("sip:service@example.com");
    private String uri = "sip:bob@" + bob.address();
    private int bodyBytes = LONG;

    LongRequestsTest() {
        handler.onInvite = this::call;
        handler.onResponse = LongRequestsTest::relay;
        handler.onCancel = (cancel, session) -> session.leg("callee").ifPresent(SipLeg::hangUp);
        dns.server("example.net", 1, bob).server("example.net", 2, carol);
    }

    private TestCluster start(final SipSettings settings) {
        return TestCluster.replicated(() -> handler, EventsCodec::new)
                .nodes(3)
                .dns(dns)
                .locate(LocateSettings.defaults(), StaticRoutes.none())
                .sip(settings)
                .start();
    }

    private void call(final SipRequest invite, final Session<Events> session) {
        session.request(SipMethod.INVITE, "callee", uri)
                .onBehalfOf(invite)
                .body("application/sdp", body())
                .send();
    }

    private byte[] body() {
        return "a".repeat(bodyBytes).getBytes(StandardCharsets.US_ASCII);
    }

    private static void relay(final SipResponse response, final Session<Events> session) {
        response.onBehalfOf()
                .ifPresent(request -> request.reply(response.status()).send());
    }

    /** Whoever calls, and by which way the peer can be reached. */
    private SipText inviteOf(final SipPeer peer) {
        call.invite();
        cluster.advance(A_TICK);
        return peer.expectRequest("INVITE");
    }

    /** The call is answered: its caller acknowledges it, and then ends it, on both sides. */
    private void hangUp() {
        handler.onOther = (bye, session) -> {
            bye.reply(200).send();
            session.leg("callee").ifPresent(SipLeg::hangUp);
        };
        call.expect(200);
        call.ack();

        call.bye();
    }

    private static void assertTransport(final String transport, final SipText request) {
        final String via = request.header("Via").orElseThrow();
        assertTrue(via.startsWith("SIP/2.0/" + transport + " "), via);
    }

    @Test
    void shouldGoByConnectionWhereDatagramsAreTooShort() {
        bob.connectFrom(SIP_PORT);

        final SipText invite = inviteOf(bob);

        assertTransport("TCP", invite);
        assertEquals(1, cluster.count(SipCounter.REQUESTS_TOO_LONG_FOR_DATAGRAMS));
        assertEquals(
                "<sip:192.0.2.200:5060>", invite.header("Contact").orElseThrow().replaceAll(";[^>]*", ""));
    }

    @Test
    void shouldGoByDatagramUpToTheLimit() {
        bodyBytes = 100;
        final int others = inviteOf(bob).bytes().length - bodyBytes;
        bob.drain();
        bodyBytes = 1_300 - others;
        call = alice.newCall("sip:service@example.com");
        final SipText longest = inviteOf(bob);
        assertEquals(1_300, longest.bytes().length);
        assertTransport("UDP", longest);

        bodyBytes++;
        call = alice.newCall("sip:service@example.com");
        call.invite();
        bob.connectFrom(SIP_PORT);
        cluster.advance(SHUNNED); // it was asked while nobody listened
        bob.drain();
        call = alice.newCall("sip:service@example.com");
        final SipText tooLong = inviteOf(bob);

        assertEquals(1_301, tooLong.bytes().length);
        assertTransport("TCP", tooLong);
    }

    @Test
    void shouldGoByDatagramAllTheSameWhereNobodyCanBeConnectedTo() {
        final SipText invite = inviteOf(bob);

        assertTransport("UDP", invite);
        assertEquals(1, cluster.count(SipCounter.REQUESTS_UNSENT));
        bob.expectNothing();
    }

    @Test
    void shouldNotTryAgainForAWhileWhoCannotBeConnectedTo() {
        inviteOf(bob);
        for (int i = 0; i < 8; i++) {
            call = alice.newCall("sip:service@example.com");
            inviteOf(bob);
        }

        final long unsent = cluster.count(SipCounter.REQUESTS_UNSENT);

        assertTrue(unsent <= 3, () -> "each of three nodes tries once, not " + unsent);
        bob.connectFrom(SIP_PORT);
        cluster.advance(SHUNNED);
        bob.drain();
        call = alice.newCall("sip:service@example.com");
        assertTransport("TCP", inviteOf(bob));
    }

    @Test
    void shouldGoByDatagramsWhereTheLimitIsOff() {
        final ClientLimits limits = ClientLimits.defaults();
        cluster = start(SipSettings.defaults()
                .withClient(new ClientLimits(
                        limits.transactionsMax(),
                        limits.legsPerSessionMax(),
                        limits.requestsPerSessionMax(),
                        limits.forksMax(),
                        limits.locateNs(),
                        limits.nextTargetAfterNs(),
                        0)));
        alice = cluster.peer("alice");
        bob = cluster.peer("bob");
        call = alice.newCall("sip:service@example.com");

        assertTransport("UDP", inviteOf(bob));
        assertEquals(0, cluster.count(SipCounter.REQUESTS_UNSENT));
    }

    @Test
    void shouldGoOnByDatagramsWithinTheCall() {
        bob.connectFrom(SIP_PORT);
        final SipText invite = inviteOf(bob);
        final SipCalled called = new SipCalled(bob, invite, "bob-tag");
        called.respondWithBody(200, SipCalled.SDP);
        bob.connectFrom(0); // as it speaks by both
        bob.drain();
        hangUp();

        assertTransport("UDP", bob.expectRequest("BYE"));
    }

    @Test
    void shouldGoByTheTransportThatThePeersContactAsksFor() {
        bodyBytes = 10;
        final SipCalled called = new SipCalled(bob, inviteOf(bob), "bob-tag");
        bob.connectFrom(SIP_PORT);
        called.moveTo("bob@" + bob.address() + ";transport=tcp").respondWithBody(200, SipCalled.SDP);
        assertTransport("TCP", bob.expectRequest("ACK"));
        hangUp();

        assertTransport("TCP", bob.expectRequest("BYE"));
    }

    @Test
    void shouldWithdrawByTheSameConnection() {
        bob.connectFrom(SIP_PORT);
        final SipCalled called = new SipCalled(bob, inviteOf(bob), "bob-tag").respond(180);
        handler.onCancel = (cancel, session) -> session.leg("callee").ifPresent(SipLeg::cancel);

        call.cancel();

        final SipText cancel = called.expectRequest("CANCEL");
        assertTransport("TCP", cancel);
        assertEquals(called.invite().header("Via"), cancel.header("Via"));
    }

    @Test
    void shouldTryServersOfANameByConnectionsToo() {
        uri = "sip:bob@example.net";
        carol.connectFrom(SIP_PORT);

        final SipText first = inviteOf(bob);
        assertTransport("UDP", first);
        bob.respond(first, 503);
        bob.expectRequest("ACK");

        assertTransport("TCP", carol.expectRequest("INVITE"));
        bob.expectNothing();
    }

    @Test
    void shouldGiveItToTheNextServerAndNotToTheSameByDatagramsWhenItSays503() {
        uri = "sip:bob@example.net";
        bob.connectFrom(SIP_PORT);
        final SipText first = inviteOf(bob);
        assertTransport("TCP", first);

        bob.respond(first, 503);

        bob.expectRequest("ACK");
        bob.connectFrom(0);
        assertTransport("UDP", carol.expectRequest("INVITE"));
        bob.expectNothing();
    }

    @Test
    void shouldNotAskAgainByDatagramsWhoWasReachedAndIsSilent() {
        bob.connectFrom(SIP_PORT);
        inviteOf(bob);
        bob.connectFrom(0);

        cluster.advance(PATIENCE.multipliedBy(5));

        bob.expectNothing();
        assertEquals(List.of("INVITE", "local 408 INVITE callee"), handler.told);
    }

    @Test
    void shouldGoOnWhenItsOwnerDies() {
        bob.connectFrom(SIP_PORT);
        final SipText invite = inviteOf(bob);

        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);

        final SipText again = bob.expectRequest("INVITE");
        assertEquals(invite.header("Via"), again.header("Via"));
        bob.drain();
        alice.drain();
        new SipCalled(bob, again, "bob-tag").respond(486);
        bob.expectRequest("ACK");
        call.expect(486);
    }

    @Test
    void shouldPassOnWhatIsTooLongByConnectionToo() {
        handler.onInvite = (invite, session) -> invite.proxy().to(uri).start();
        bob.connectFrom(SIP_PORT);

        call.invite("Subject: " + "a".repeat(LONG));

        final SipText first = bob.expectRequest("INVITE");
        assertTransport("TCP", first);
        assertEquals(2, first.headers("Via").size());
        bob.connectFrom(0);
        call = alice.newCall("sip:service@example.com");
        cluster.advance(SHUNNED);
        call.invite("Subject: " + "a".repeat(LONG));
        cluster.advance(A_TICK);
        final SipText second = bob.expectRequest("INVITE");
        assertTransport("UDP", second);
        new SipCalled(bob, second, "bob-tag").respond(486);
        alice.drain();
        bob.expectRequest("ACK");
    }
}
