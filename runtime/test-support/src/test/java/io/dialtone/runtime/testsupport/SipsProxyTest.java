package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Proxying;
import io.dialtone.runtime.sip.SipCounter;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a proxy does with {@code sips} (RFC 3261 section 16.6 step 4, RFC 5630 section 5.3): who gets the request and by which way, and what Record-Route says. */
class SipsProxyTest {
    private static final int SIPS_PORT = 5061;
    private static final int SOME_PORT = 40_000;
    private static final String BOB = "bob@192.0.2.2:5061";

    private final ScriptedHandler handler = ScriptedHandler.proxying();
    private TestCluster cluster = start(true);
    private SipPeer alice = cluster.peer("alice");
    private SipPeer bob = cluster.peer("bob");
    private SipPeer carol = cluster.peer("carol");

    @BeforeEach
    void connectBob() {
        bob.connectByTlsFrom(SIPS_PORT);
        bob.scheme("sips");
    }

    private TestCluster start(final boolean hasTls) {
        final TestCluster.Builder builder =
                TestCluster.replicated(() -> handler, EventsCodec::new).nodes(3);
        return (hasTls ? builder.tls() : builder).start();
    }

    private void proxying(final Consumer<Proxying> what) {
        handler.onInvite = (invite, session) -> {
            final Proxying proxying = invite.proxy();
            what.accept(proxying);
            proxying.start();
        };
    }

    private SipCall secureCall() {
        alice.connectByTlsFrom(SOME_PORT);
        alice.scheme("sips");
        return alice.newCall("sips:bob@example.com");
    }

    private static void assertNotAllowed(final SipText refusal) {
        assertTrue(refusal.header("Warning").orElseThrow().endsWith(" \"SIPS Not Allowed\""), refusal::toString);
    }

    private static List<String> recordRoutes(final SipText message) {
        return message.headers("Record-Route").stream()
                .map(value -> value.replaceAll(";(dt|df)=[^;>]*", ""))
                .toList();
    }

    @Test
    void shouldPutSipsIntoRecordRouteOfASipsRequest() {
        proxying(proxying -> proxying.to("sips:" + BOB).recordRoute());
        final SipCall call = secureCall();

        call.invite();

        final SipCalled called = bob.expectCall();
        assertEquals("INVITE sips:bob@192.0.2.2:5061 SIP/2.0", called.invite().startLine());
        assertTrue(called.invite().header("Via").orElseThrow().startsWith("SIP/2.0/TLS 192.0.2.200:5061;"));
        assertEquals(
                List.of("<sips:192.0.2.200:5061;lr;r2=on>", "<sips:192.0.2.200:5061;lr;r2=on>"),
                recordRoutes(called.invite()));
    }

    @Test
    void shouldBringSipsRequestsOfBothSidesThroughAnotherNode() {
        proxying(proxying -> proxying.to("sips:" + BOB).recordRoute());
        final SipCall call = secureCall().moveTo("alice@192.0.2.1:40000");
        call.invite();
        final SipCalled called = bob.expectCall().moveTo(BOB).respond(200);
        call.expect(200);
        call.ack();
        called.expectRequest("ACK");

        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofMillis(5));
        alice.drain();
        bob.drain();
        call.invite();
        final SipText again = called.expectRequest("INVITE");
        assertEquals("INVITE sips:" + BOB + " SIP/2.0", again.startLine());
        assertEquals(List.of(), again.headers("Route"));
        called.answer(200);
        call.expect(200);
        call.ack();
        called.expectRequest("ACK");

        called.request("BYE", "");
        final SipText bye = alice.expectRequest("BYE");
        assertEquals("BYE sips:alice@192.0.2.1:40000 SIP/2.0", bye.startLine());
        assertTrue(bye.header("Via").orElseThrow().startsWith("SIP/2.0/TLS "));
        alice.respond(bye, 200);
        called.expect(200);
    }

    @Test
    void shouldReachASipsTargetOfASipRequestByTls() {
        proxying(proxying -> proxying.to("sips:" + BOB).recordRoute());

        alice.invite("sip:bob@example.com");

        final SipText invite = bob.expectRequest("INVITE");
        assertEquals("INVITE sip:bob@192.0.2.2:5061 SIP/2.0", invite.startLine());
        assertTrue(invite.header("Via").orElseThrow().startsWith("SIP/2.0/TLS 192.0.2.200:5061;"));
        assertEquals(
                List.of("<sip:192.0.2.200:5061;transport=tls;lr;r2=on>", "<sip:192.0.2.200:5060;lr;r2=on>"),
                recordRoutes(invite));
    }

    @Test
    void shouldNotPassASipsRequestOnToASipTarget() {
        proxying(proxying -> proxying.to("sip:carol@" + carol.address()));
        final SipCall call = secureCall();

        call.invite();

        assertNotAllowed(call.expect(480));
        carol.expectNothing();
        assertEquals(1, cluster.count(SipCounter.SIPS_REFUSED));
    }

    @Test
    void shouldAskOnlyThoseOfSeveralTargetsWhoAreSipsToo() {
        proxying(proxying ->
                proxying.to("sip:carol@" + carol.address()).to("sips:" + BOB).thenTo("tel:+361"));
        final SipCall call = secureCall();

        call.invite();
        final SipCalled called = bob.expectCall();
        carol.expectNothing();

        called.respond(486);
        called.expectRequest("ACK");
        call.expect(486);
        assertEquals(2, cluster.count(SipCounter.SIPS_REFUSED));
    }

    @Test
    void shouldRefuseWhereNobodyListensByTls() {
        cluster = start(false);
        alice = cluster.peer("alice");
        proxying(proxying -> proxying.to("sips:" + BOB));

        alice.invite("sip:bob@example.com");

        assertNotAllowed(alice.expect(480));
    }

    @Test
    void shouldNotUseAFlowWithoutTlsForASipsTarget() {
        final StringBuilder flow = new StringBuilder();
        handler.onOther = (request, session) -> {
            flow.append(request.flow());
            request.reply(200).send();
        };
        carol.connectFrom(SOME_PORT);
        carol.newCall("sip:service@example.com").request("OPTIONS");
        carol.expect(200);
        proxying(proxying -> proxying.to("sips:carol@example.net").flow(flow.toString()));

        alice.invite("sip:bob@example.com");

        assertNotAllowed(alice.expect(480));
        carol.expectNothing();
    }

    @Test
    void shouldFollowARedirectToTheSameSchemeOnly() {
        proxying(proxying -> proxying.to("sips:" + BOB).followRedirects(5));
        carol.connectByTlsFrom(SIPS_PORT);
        final SipCall call = secureCall();
        call.invite();
        final SipCalled called = bob.expectCall();

        called.respond(302, "Contact: <sip:dave@192.0.2.4>, <sips:carol@192.0.2.3>");
        called.expectRequest("ACK");
        final SipCalled other = carol.expectCall();
        assertEquals("INVITE sips:carol@192.0.2.3 SIP/2.0", other.invite().startLine());
        other.respond(404);
        other.expectRequest("ACK");

        assertEquals(List.of("<sip:dave@192.0.2.4>"), call.expect(302).headers("Contact"));
    }

    @Test
    void shouldRefuseASipsRequestWithinADialogThatDidNotComeByTls() {
        proxying(proxying -> proxying.to("sips:" + BOB).recordRoute());
        final SipCall call = secureCall();
        call.invite();
        final SipCalled called = bob.expectCall().moveTo(BOB).respond(200);
        call.expect(200);
        call.ack();
        called.expectRequest("ACK");
        alice.connectFrom(0);

        call.request("INFO");
        assertNotAllowed(call.expect(480));

        call.bye();
        called.expectRequest("BYE"); // which ends it, and goes on by TLS
        called.answer(200);
        call.expect(200);
    }
}
