package io.dialtone.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.testsupport.SipCall;
import io.dialtone.runtime.testsupport.SipCalled;
import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.SipText;
import io.dialtone.runtime.testsupport.TestCluster;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TransferServiceTest {
    private static final String CAROLS_SDP = SipCalled.SDP.replace("50000", "60000");

    private final RecordStateCodec<TransferService.Call> codec =
            RecordStateCodec.of(TransferService.Call.class, StateLimits.defaults());
    private TestCluster cluster = start(TestCluster.replicated(this::service, codec::forAnotherWorker));

    @SuppressWarnings("NullAway.Init") // start sets it
    private SipPeer alice;

    @SuppressWarnings("NullAway.Init") // start sets it
    private SipPeer bob;

    @SuppressWarnings("NullAway.Init") // start sets it
    private SipPeer carol;

    @SuppressWarnings("NullAway.Init") // start sets it
    private SipCall call;

    private TransferService service() {
        return new TransferService(
                invite -> invite.requestUriUser().equals("carol") ? "192.0.2.3:5060" : "192.0.2.2:5060");
    }

    private TestCluster start(final TestCluster.Builder builder) {
        final TestCluster started = builder.nodes(3).start();
        alice = started.peer("alice");
        bob = started.peer("bob");
        carol = started.peer("carol");
        call = alice.newCall("sip:bob@example.com");
        return started;
    }

    private SipCalled up() {
        call.invite();
        final SipCalled called = bob.expectCall().respondWithBody(200, SipCalled.SDP);
        called.expectRequest("ACK");
        assertEquals(SipCalled.SDP, call.expect(200).body());
        call.ack();
        return called;
    }

    private void expectNotify(final SipCalled called, final String state, final String fragment) {
        final SipText notify = called.expectRequest("NOTIFY");
        assertEquals(fragment + "\r\n", notify.body());
        assertEquals(
                "message/sipfrag;version=2.0", notify.header("Content-Type").orElseThrow());
        assertEquals("refer;id=101", notify.header("Event").orElseThrow());
        assertEquals(state, notify.header("Subscription-State").orElseThrow());
        called.answer(200);
    }

    private void takeOver() {
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofSeconds(1));
        alice.drain();
        bob.drain();
        carol.drain();
    }

    private void expectTold(final String description) {
        final SipText told = alice.expectRequest("INVITE");
        assertEquals(description, told.body());
        call.respond(told, 200, "Contact: <sip:alice@" + alice.address() + ">");
        alice.expectRequest("ACK");
    }

    @Test
    void shouldHandACallOnToWhomItsCalleeNames() {
        handOn();
    }

    private void handOn() {
        final SipCalled called = up();
        called.request(
                "REFER", "", "Refer-To: <sip:carol@" + carol.address() + ">", "Referred-By: <sip:bob@example.com>");
        called.expect(202);
        expectNotify(called, "active;expires=180", "SIP/2.0 100 Trying");
        final SipCalled newcomer = carol.expectCall();
        assertTrue(newcomer.invite().body().contains("m=audio 40000"), "what Alice has said");
        assertEquals(
                "<sip:bob@example.com>", newcomer.invite().header("Referred-By").orElseThrow());

        newcomer.respond(180);
        expectNotify(called, "active;expires=180", "SIP/2.0 180 Answer");
        newcomer.respondWithBody(200, CAROLS_SDP);

        newcomer.expectRequest("ACK");
        expectNotify(called, "terminated;reason=noresource", "SIP/2.0 200 Answer");
        called.expectRequest("BYE");
        called.answer(200);
        expectTold(CAROLS_SDP);
        newcomer.request("BYE", "").expect(200);
        alice.respond(alice.expectRequest("BYE"), 200);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldKeepACallWhoseNewCalleeDoesNotWantIt() {
        final SipCalled called = up();
        called.request("REFER", "", "Refer-To: <sip:carol@" + carol.address() + ">");
        called.expect(202);
        expectNotify(called, "active;expires=180", "SIP/2.0 100 Trying");

        carol.expectCall().respond(486).expectRequest("ACK");

        expectNotify(called, "terminated;reason=noresource", "SIP/2.0 486 Answer");
        called.request("INFO", "");
        alice.respond(alice.expectRequest("INFO"), 200);
        called.expect(200);
    }

    @Test
    void shouldGoOnWithATransferOfADeadOwner() {
        final SipCalled called = up();
        called.request("REFER", "", "Refer-To: <sip:carol@" + carol.address() + ">");
        called.expect(202);
        expectNotify(called, "active;expires=180", "SIP/2.0 100 Trying");
        final SipCalled newcomer = carol.expectCall();
        takeOver();

        newcomer.respondWithBody(200, CAROLS_SDP);

        newcomer.expectRequest("ACK");
        expectNotify(called, "terminated;reason=noresource", "SIP/2.0 200 Answer");
        called.expectRequest("BYE");
        expectTold(CAROLS_SDP);
    }

    @Test
    void shouldRefuseWhatPointsNowhere() {
        final SipCalled called = up();

        called.request("REFER", "").expect(400);
        called.request("REFER", "", "Refer-To: <mailto:carol@example.com>").expect(400);
        called.request("REFER", "", "Refer-To: <sip:carol@192.0.2.3;method=BYE>")
                .expect(400);
        carol.expectNothing();
    }

    @Test
    void shouldPassOnWhichCallIsToBeReplaced() {
        final SipCalled called = up();

        called.request(
                "REFER", "", "r: Carol <sip:carol@" + carol.address() + "?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>");

        called.expect(202);
        final SipText invite = carol.expectCall().invite();
        assertEquals("a@b;to-tag=1;from-tag=2", invite.header("Replaces").orElseThrow());
        assertEquals("replaces", invite.header("Require").orElseThrow());
    }

    /** Dave takes the place of Bob, whom he has called over another call of the service, or has asked to hand it over. */
    private SipCall replaceBob(final SipCalled called, final SipPeer dave) {
        final SipCall other = dave.newCall("sip:whoever@example.com");
        other.invite("Replaces: " + called.callId() + ";to-tag="
                + called.invite().tag("From").orElseThrow() + ";from-tag=bob-tag");
        assertTrue(other.expect(200).body().contains("m=audio 40000"), "what Alice has said");
        other.ack();
        called.expectRequest("BYE");
        called.answer(200);
        expectTold(invited(other));
        return other;
    }

    private static String invited(final SipCall call) {
        return call.offer();
    }

    @Test
    void shouldLetAnInviteTakeThePlaceOfALegThatLivesInAnotherSlot() {
        final SipCalled called = up();
        final SipPeer dave = cluster.peer("dave");

        final SipCall other = replaceBob(called, dave);

        other.request("INFO");
        alice.respond(alice.expectRequest("INFO"), 200);
        other.expect(200);
        takeOver();
        other.request("INFO");
        alice.respond(alice.expectRequest("INFO"), 200);
        other.expect(200);
        other.bye().expect(200);
        alice.expectRequest("BYE");
    }

    @Test
    void shouldTransferIntoACallOfTheSameService() {
        final SipPeer proxy = cluster.peer("proxy");
        final SipCalled called = up();
        final SipCall second = bob.newCall("sip:carol@example.com");
        second.invite();
        final SipCalled carols = carol.expectCall().respondWithBody(200, CAROLS_SDP);
        carols.expectRequest("ACK");
        second.expect(200);
        second.ack();

        called.request(
                "REFER",
                "",
                "Refer-To: <sip:carol@" + proxy.address() + "?Replaces="
                        + second.callId().replace("@", "%40") + "%3Bto-tag%3D" + second.remoteTag()
                        + "%3Bfrom-tag%3Dfrom>");
        called.expect(202);
        expectNotify(called, "active;expires=180", "SIP/2.0 100 Trying");
        final SipText invite = proxy.expectRequest("INVITE");
        proxy.send(invite.toString()
                .replaceFirst("Via: ", "Via: SIP/2.0/UDP " + proxy.address() + ";branch=z9hG4bKproxy\r\nVia: "));
        final SipText answer = proxy.expect(200);
        assertEquals(CAROLS_SDP, answer.body());
        second.respond(bob.expectRequest("BYE"), 200);
        final SipText told = carols.expectRequest("INVITE");
        assertTrue(told.body().contains("m=audio 40000"), "what Alice has said");
        carols.answerWithBody(200, CAROLS_SDP);
        carols.expectRequest("ACK");
        proxy.send(answer.toString().replaceFirst("Via: [^\r]*\r\n", ""));

        expectNotify(called, "terminated;reason=noresource", "SIP/2.0 200 OK");
        called.expectRequest("BYE");
        expectTold(CAROLS_SDP);
    }

    @Test
    void shouldTransferWhenEachMessageMeetsAnotherNode() {
        cluster = start(
                TestCluster.replicated(this::service, codec::forAnotherWorker).worstCase());
        handOn();
        call = alice.newCall("sip:bob@example.com");
        replaceBob(up(), cluster.peer("dave"));
    }
}
