package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.SessionTimers;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.runtime.sip.SipCounter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Dialogs of {@code sips} URIs (RFC 3261 sections 8.1.1.8, 12.1.1, 12.1.2 and 26.2.2): what Contact says, on whichever node, and that nothing leaves without TLS. */
class SipsTest {
    private static final int SIPS_PORT = 5061;
    private static final int SOME_PORT = 40_000;
    private static final String SIPS_CONTACT = "<sips:192.0.2.200:5061;dt=";
    private static final String TO_BOB = "sips:bob@192.0.2.2:5061";

    private final ScriptedHandler handler = new ScriptedHandler(SipMethod.MESSAGE, SipMethod.UPDATE);
    private TestCluster cluster = start(true);
    private SipPeer alice = cluster.peer("alice");
    private SipPeer bob = cluster.peer("bob");

    private TestCluster start(final boolean hasTls) {
        final TestCluster.Builder builder =
                TestCluster.replicated(() -> handler, EventsCodec::new).nodes(3);
        return (hasTls ? builder.tls() : builder).start();
    }

    private void startWithoutTls() {
        cluster = start(false);
        alice = cluster.peer("alice");
        bob = cluster.peer("bob");
    }

    private SipCall secureCall() {
        alice.connectByTlsFrom(SOME_PORT);
        alice.scheme("sips");
        return alice.newCall("sips:service@example.com");
    }

    private SipCall established(final SipCall call) {
        call.invite();
        call.expect(200);
        return call.ack();
    }

    private void callBob() {
        bob.connectByTlsFrom(SIPS_PORT);
        bob.scheme("sips");
        handler.onInvite = (invite, session) -> {
            session.request(SipMethod.INVITE, "callee", TO_BOB)
                    .onBehalfOf(invite)
                    .body("application/sdp", invite.bodyBytes())
                    .send();
        };
        handler.onResponse = (response, session) -> response.onBehalfOf()
                .ifPresent(request -> request.reply(response.status()).send());
    }

    /** A MESSAGE within the call makes the service ask for a new session on that leg. */
    private void reinviteAsTold(final String leg) {
        handler.onOther = (request, session) -> {
            request.reply(200).send();
            if (request.method() == SipMethod.MESSAGE) {
                session.leg(leg)
                        .orElseThrow()
                        .request(SipMethod.INVITE)
                        .body("application/sdp", SipCalled.SDP.getBytes(StandardCharsets.US_ASCII))
                        .send();
            }
        };
    }

    private void takeOver(final SipCall call) {
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofMillis(5));
        alice.drain();
        bob.drain();
    }

    private static void assertSips(final SipText message) {
        final String contact = message.header("Contact").orElseThrow();
        assertTrue(contact.startsWith(SIPS_CONTACT), contact);
    }

    private static void assertNotAllowed(final SipText refusal) {
        assertEquals(
                "380 192.0.2.200:5060 \"SIPS Not Allowed\"",
                refusal.header("Warning").orElseThrow());
    }

    // ---- calls that come in

    @Test
    void shouldAnswerWithASipsContactWhenTheRequestUriIsSips() {
        handler.onInvite = (invite, session) -> {
            invite.reply(180).send();
            invite.reply(200).send();
        };
        final SipCall call = secureCall();

        call.invite();
        assertSips(call.expect(180));
        assertSips(call.expect(200));
        call.ack();
        call.request("UPDATE");
        assertSips(call.expect(200));

        takeOver(call);
        call.invite();
        call.expect(180);
        assertSips(call.expect(200));
        call.ack();
        call.bye();
        call.expect(200);
    }

    @Test
    void shouldAnswerWithASipsContactWhenOnlyTheTopRecordRouteIsSips() {
        alice.connectByTlsFrom(SOME_PORT);
        final SipCall call = alice.newCall("sip:service@example.com");

        call.invite("Record-Route: <sips:192.0.2.77;lr>, <sip:192.0.2.78;lr>");

        assertSips(call.expect(200));
    }

    @Test
    void shouldAnswerWithASipsContactWhenOnlyContactIsSips() {
        alice.scheme("sips");
        final SipCall call = alice.newCall("sip:service@example.com");

        call.invite();

        assertSips(call.expect(200)); // by the edge's listener for TLS, though the request came by UDP
    }

    @Test
    void shouldLookAtContactOnlyWhereThereIsNoRecordRoute() {
        alice.connectByTlsFrom(SOME_PORT);
        alice.scheme("sips");
        final SipCall call = alice.newCall("sip:service@example.com");

        call.invite("Record-Route: <sip:192.0.2.77;lr>, <sips:192.0.2.78;lr>");

        final String contact = call.expect(200).header("Contact").orElseThrow();
        assertTrue(contact.startsWith("<sip:192.0.2.200:5061;transport=tls;dt="), contact);
    }

    @Test
    void shouldStaySipsOnAnotherNodeWhereThePeersContactIsNot() {
        reinviteAsTold(SipLeg.CALLER);
        alice.connectByTlsFrom(SOME_PORT); // and its Contact is sip, as that of many a phone
        final SipCall call = established(alice.newCall("sips:service@example.com"));

        takeOver(call);
        call.request("MESSAGE");
        call.expect(200);

        assertSips(alice.expectRequest("INVITE"));
    }

    @Test
    void shouldRefreshASessionWithASipsContact() {
        handler.timers = Optional.of(SessionTimers.of(Duration.ofMinutes(2)));
        cluster = start(true);
        alice = cluster.peer("alice");
        bob = cluster.peer("bob");
        final SipCall call = secureCall();
        call.invite(
                "Supported: timer", "Session-Expires: 120;refresher=uas", "Allow: INVITE, ACK, BYE, CANCEL, UPDATE");
        call.expect(200);
        call.ack();

        takeOver(call);
        cluster.advance(Duration.ofSeconds(61), Duration.ofSeconds(1));

        assertSips(alice.expectRequest("UPDATE"));
    }

    @Test
    void shouldRefuseSipsThatDidNotComeByTls() {
        alice.invite("sips:service@example.com");

        assertNotAllowed(alice.expect(480));
        assertEquals(1, cluster.count(SipCounter.SIPS_REFUSED));
        assertEquals(List.of(), handler.told);
    }

    @Test
    void shouldRefuseADialogBySipsWhereNobodyListensByTls() {
        startWithoutTls();
        alice.scheme("sips");

        alice.invite("sip:service@example.com");

        assertNotAllowed(alice.expect(480));
    }

    @Test
    void shouldLetASipsCallBeHungUpByAnyTransport() {
        final SipCall call = established(secureCall());
        alice.connectFrom(0);

        call.bye();

        call.expect(200);
    }

    // ---- calls of ours

    @Test
    void shouldCallASipsUriByTlsAndSayThatItIsReachedSo() {
        callBob();
        reinviteAsTold("callee");
        final SipCall call = alice.newCall("sip:service@example.com");
        call.invite();
        final SipCalled called = bob.expectCall().moveTo("bob@192.0.2.2:5061");
        assertTrue(called.invite().header("Via").orElseThrow().startsWith("SIP/2.0/TLS 192.0.2.200:5061;"));
        assertSips(called.invite());
        called.respondWithBody(200, SipCalled.SDP);
        called.expectRequest("ACK");
        call.expect(200);
        call.ack();

        takeOver(call);
        called.request("MESSAGE", "");
        called.expect(200);
        final SipText reinvite = called.expectRequest("INVITE");
        assertEquals("INVITE sips:bob@192.0.2.2:5061 SIP/2.0", reinvite.startLine());
        assertSips(reinvite);
        called.answerWithBody(200, SipCalled.SDP);
        called.expectRequest("ACK");

        called.request("BYE", "");
        called.expect(200);
    }

    @Test
    void shouldKeepAnEarlyDialogOfOursSipsOnAnotherNode() {
        callBob();
        handler.onOther = (request, session) -> {
            request.reply(200).send();
            session.leg("callee").orElseThrow().request(SipMethod.UPDATE).send();
        };
        final SipCall call = alice.newCall("sip:service@example.com");
        call.invite();
        final SipCalled called = bob.expectCall().moveTo("bob@192.0.2.2:5061").respond(180);
        call.expect(180);

        takeOver(call);
        called.request("MESSAGE", "");
        called.expect(200);

        assertSips(called.expectRequest("UPDATE"));
    }

    @Test
    void shouldBeSipsWhenTheFirstRouteIs() {
        bob.connectByTlsFrom(SIPS_PORT);
        handler.onInvite = (invite, session) -> session.request(SipMethod.INVITE, "callee", "sip:carol@example.net")
                .route("sips:192.0.2.2;lr")
                .send();

        alice.invite("sip:service@example.com");

        assertSips(bob.expectRequest("INVITE"));
    }

    @Test
    void shouldNotCallASipsUriWhereThereIsNoListenerForTls() {
        startWithoutTls();
        final List<String> refusals = new ArrayList<>();
        handler.onInvite = (invite, session) -> {
            try {
                session.request(SipMethod.INVITE, "callee", TO_BOB).send();
            } catch (IllegalArgumentException e) {
                refusals.add(e.getMessage());
            }
            invite.reply(404).send();
        };

        alice.invite("sip:service@example.com");

        alice.expect(404);
        bob.expectNothing();
        assertTrue(refusals.getFirst().contains("TLS for sips"), refusals::toString);
    }

    @Test
    void shouldNotFollowAPeerToASipsTargetWithoutTls() {
        startWithoutTls();
        reinviteAsTold(SipLeg.CALLER);
        final SipCall call = established(alice.newCall("sip:service@example.com"));
        alice.scheme("sips");
        call.invite(); // the peer says within the call that it is to be reached by TLS from now on
        call.expect(200);
        call.ack();

        call.request("MESSAGE");
        call.expect(200);
        cluster.advance(Duration.ofMillis(5));

        alice.expectNothing();
        assertEquals("local 503 INVITE " + SipLeg.CALLER, handler.told.getLast());
    }
}
