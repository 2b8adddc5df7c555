package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.runtime.sip.ClientLimits;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.sip.SipSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** INVITEs that a service sends (RFC 3261 sections 9.1, 13.2 and 17.1.1, RFC 6026). */
class InviteClientTransactionTest {
    private static final int T1_MS = 500;
    private static final Duration SIXTY_FOUR_T1 = Duration.ofSeconds(32);

    private final ScriptedHandler handler = new ScriptedHandler();
    private final TestCluster cluster = TestCluster.of(() -> handler)
            .nodes(2)
            .sip(SipSettings.defaults()
                    .withRingingMaxNs(Duration.ofSeconds(100).toNanos())
                    .withClient(new ClientLimits(1 << 20, 2, 8, 2)))
            .start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");

    InviteClientTransactionTest() {
        handler.onInvite = (invite, session) -> session.request(invite.method(), "callee", "sip:bob@" + bob.address())
                .body("application/sdp", invite.bodyBytes())
                .onBehalfOf(invite)
                .send();
        handler.onResponse = (response, session) -> response.onBehalfOf()
                .ifPresent(invite -> invite.reply(response.status()).send());
        handler.onCancel = (cancel, session) -> session.leg("callee").ifPresent(SipLeg::hangUp);
    }

    // ---- timers A and B

    @Test
    void shouldSendAnInviteThatIsWellFormedAndItsOwn() {
        final SipCall call = alice.invite("sip:service@example.com");

        final SipText invite = bob.expectCall().invite();

        assertEquals("sip:bob@" + bob.address(), invite.requestUri());
        assertEquals("<sip:bob@" + bob.address() + ">", invite.header("To").orElseThrow());
        assertTrue(invite.header("From").orElseThrow().startsWith("<sip:alice@example.com>;tag="));
        assertTrue(invite.header("Via").orElseThrow().startsWith("SIP/2.0/UDP 192.0.2.200:5060;branch=z9hG4bK"));
        assertEquals("1 INVITE", invite.header("CSeq").orElseThrow());
        assertEquals("69", invite.header("Max-Forwards").orElseThrow());
        assertTrue(invite.header("Contact").orElseThrow().startsWith("<sip:192.0.2.200:5060;dt="));
        assertEquals("INVITE, ACK, BYE, CANCEL, OPTIONS", invite.header("Allow").orElseThrow());
        assertTrue(invite.body().contains("m=audio 40000"));
        assertNotEquals(call.callId(), invite.callId());
        assertEquals(1, cluster.count(SipCounter.LEGS_BEGUN));
    }

    @Test
    void shouldDoubleTimerAUntilTimerBFires() {
        alice.invite("sip:service@example.com");
        final SipText invite = bob.expectCall().invite();

        int passedMs = 0;
        for (final int dueMs : List.of(500, 1_500, 3_500, 7_500, 15_500, 31_500)) {
            cluster.advance(Duration.ofMillis(dueMs - 20 - passedMs));
            bob.expectNothing();
            cluster.advance(Duration.ofMillis(40));
            assertArrayEquals(invite.bytes(), bob.expectRequest("INVITE").bytes());
            passedMs = dueMs + 20;
        }
        assertEquals(List.of("INVITE"), handler.told);
        cluster.advance(SIXTY_FOUR_T1.minusMillis(passedMs - 5));

        bob.expectNothing();
        assertEquals(List.of("INVITE", "local 408 INVITE callee"), handler.told);
        assertEquals(1, cluster.count(SipCounter.REQUESTS_TIMED_OUT));
        alice.expect(100);
        alice.expect(408);
        assertEquals(0, cluster.count(SipCounter.CLIENT_TRANSACTIONS));
    }

    @Test
    void shouldStopTimerAWithTheFirstProvisionalAnswerAndShowIt() {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall();

        called.respond(100);
        cluster.advance(Duration.ofSeconds(5));
        bob.expectNothing();
        assertEquals(List.of("INVITE"), handler.told, "100 is the platform's own business");

        called.respond(180);
        alice.expect(100);
        call.expect(180);
        cluster.advance(Duration.ofSeconds(50));
        bob.expectNothing();
        assertEquals(List.of("INVITE", "180 INVITE callee"), handler.told);
    }

    // ---- refusals and timer D

    @Test
    void shouldAcknowledgeARefusalAndEachOfItsRepetitionsUntilTimerDFires() {
        alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall();

        called.respond(486);
        final SipText ack = called.expectRequest("ACK");

        assertEquals(called.invite().header("Via"), ack.header("Via"));
        assertEquals(called.invite().requestUri(), ack.requestUri());
        assertEquals("1 ACK", ack.header("CSeq").orElseThrow());
        assertEquals("bob-tag", ack.tag("To").orElseThrow());
        assertEquals(called.invite().header("From"), ack.header("From"));
        called.retransmit();
        assertArrayEquals(ack.bytes(), called.expectRequest("ACK").bytes());
        cluster.advance(SIXTY_FOUR_T1.minusMillis(50));
        called.retransmit();
        assertArrayEquals(ack.bytes(), called.expectRequest("ACK").bytes());
        assertEquals(List.of("INVITE", "486 INVITE callee"), handler.told);
        assertEquals(1, cluster.count(SipCounter.CLIENT_TRANSACTIONS));

        cluster.advance(Duration.ofMillis(60));

        assertEquals(0, cluster.count(SipCounter.CLIENT_TRANSACTIONS));
        called.retransmit();
        bob.expectNothing();
        assertEquals(1, cluster.count(SipCounter.RESPONSES_STRAY));
    }

    // ---- 2xx and timer M

    @Test
    void shouldAcknowledgeA2xxAndEachOfItsRepetitionsUntilTimerMFires() {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall();

        called.respondWithBody(200, SipCalled.SDP);
        final SipText ack = called.expectRequest("ACK");

        assertEquals("sip:bob@" + bob.address(), ack.requestUri());
        assertNotEquals(called.invite().header("Via"), ack.header("Via"), "a transaction of its own");
        assertEquals("1 ACK", ack.header("CSeq").orElseThrow());
        assertEquals("bob-tag", ack.tag("To").orElseThrow());
        call.expect(200);
        cluster.advance(Duration.ofSeconds(31));
        alice.drain();
        called.retransmit();
        assertArrayEquals(ack.bytes(), called.expectRequest("ACK").bytes());
        assertEquals(1, cluster.count(SipCounter.CLIENT_TRANSACTIONS));

        cluster.advance(Duration.ofMillis(1_100));
        called.retransmit();

        bob.drain(); // the caller has never acknowledged: hung up, but not acknowledged again
        assertEquals(List.of("INVITE", "200 INVITE callee"), handler.told.subList(0, 2));
    }

    @Test
    void shouldTellOnceOfA2xxThatComesAgain() {
        alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall();

        called.respond(200).retransmit().retransmit();

        assertEquals(List.of("INVITE", "200 INVITE callee"), handler.told);
        assertEquals(2, cluster.count(SipCounter.RESPONSES_REPEATED));
    }

    @Test
    void shouldLetTheHandlerAnswerTheOfferOfA2xxInItsAck() {
        handler.onInvite = (invite, session) -> session.request(invite.method(), "callee", "sip:bob@" + bob.address())
                .onBehalfOf(invite)
                .send();
        handler.onAck = (ack, session) -> {
            final SipLeg callee = session.leg("callee").orElseThrow();
            assertTrue(callee.isAckDue());
            callee.request(ack.method())
                    .body("application/sdp", ack.bodyBytes())
                    .send();
        };
        final SipCall call = alice.newCall("sip:service@example.com").inviteWithoutOffer();
        final SipCalled called = bob.expectCall();

        called.respondWithBody(200, SipCalled.SDP);
        bob.expectNothing();
        call.expect(200);
        call.ackWithBody("v=0\r\n");

        final SipText ack = called.expectRequest("ACK");
        assertEquals("v=0\r\n", ack.body());
        called.retransmit();
        assertArrayEquals(ack.bytes(), called.expectRequest("ACK").bytes());
    }

    @Test
    void shouldHangUpWhenTheHandlerNeverAnswersTheOfferOfA2xx() {
        handler.onInvite = (invite, session) -> {
            invite.reply(180).send();
            session.request(invite.method(), "callee", "sip:bob@" + bob.address())
                    .send();
        };
        handler.onResponse = (response, session) -> {};
        alice.invite("sip:service@example.com").expect(180);
        final SipCalled called = bob.expectCall().respond(200);

        cluster.advance(SIXTY_FOUR_T1.plusMillis(10));

        called.expectRequest("ACK");
        called.expectRequest("BYE");
        called.answer(200);
        assertEquals(List.of("INVITE", "200 INVITE callee", "local 408 INVITE callee"), handler.told);
        assertEquals(1, cluster.count(SipCounter.ACKS_NOT_GIVEN));
    }

    @Test
    void shouldHangUpACallWhoseHandlerThrewWhenItWasAnswered() {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall();
        handler.onResponse = (response, session) -> {
            throw new IllegalStateException("on purpose");
        };

        called.respond(200);

        called.expectRequest("ACK");
        called.expectRequest("BYE");
        call.expect(500);
        call.ackRefusal();
        assertEquals(0, cluster.sessions());
    }

    // ---- CANCEL

    @Test
    void shouldWithdrawAnInviteThatRings() {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);

        call.cancel();
        alice.expect(200);
        alice.expect(487);
        call.ackRefusal();

        final SipText cancel = called.expectRequest("CANCEL");
        assertEquals(called.invite().header("Via"), cancel.header("Via"));
        assertEquals(called.invite().header("To"), cancel.header("To"));
        assertEquals(called.invite().header("From"), cancel.header("From"));
        assertEquals(called.invite().requestUri(), cancel.requestUri());
        assertEquals("1 CANCEL", cancel.header("CSeq").orElseThrow());
        called.answer(200);
        called.respond(487);
        called.expectRequest("ACK");
        cluster.advance(Duration.ofSeconds(40));
        bob.expectNothing();
        assertEquals(List.of("INVITE", "180 INVITE callee", "CANCEL"), handler.told);
        assertEquals(0, cluster.sessions());
        assertEquals(0, cluster.count(SipCounter.CLIENT_TRANSACTIONS));
        assertEquals(0, cluster.count(SipCounter.DIALOGS));
    }

    @Test
    void shouldNotSendCancelBeforeAProvisionalAnswer() {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall();

        call.cancel();
        bob.expectNothing();
        cluster.advance(Duration.ofMillis(T1_MS + 3));
        bob.expectRequest("INVITE");

        called.respond(100);
        called.expectRequest("CANCEL");
        assertEquals(1, cluster.count(SipCounter.CANCELS_SENT));
    }

    @Test
    void shouldTellHowAWithdrawnInviteEnded() {
        handler.onTimer =
                (timer, session) -> session.leg("callee").orElseThrow().cancel();
        handler.onInvite = (invite, session) -> {
            session.startTimer("no answer", Duration.ofSeconds(10));
            session.request(invite.method(), "callee", "sip:bob@" + bob.address())
                    .onBehalfOf(invite)
                    .send();
        };
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);
        cluster.advance(Duration.ofSeconds(10).plusMillis(5));
        called.expectRequest("CANCEL");
        called.answer(200).respond(487);

        called.expectRequest("ACK");

        assertEquals(List.of("INVITE", "180 INVITE callee", "timer no answer", "487 INVITE callee"), handler.told);
        call.expect(487);
    }

    @Test
    void shouldAcknowledgeAndHangUpA2xxThatCrossesTheCancel() {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);
        call.cancel();
        called.expectRequest("CANCEL");

        called.respond(200);

        final SipText ack = called.expectRequest("ACK");
        assertEquals("1 ACK", ack.header("CSeq").orElseThrow());
        final SipText bye = called.expectRequest("BYE");
        assertEquals("2 BYE", bye.header("CSeq").orElseThrow());
        called.answer(200);
        called.respond(200);
        called.expectRequest("ACK");
        bob.expectNothing();
        assertEquals(1, cluster.count(SipCounter.ACCEPTS_UNWANTED));
        assertEquals(List.of("INVITE", "180 INVITE callee", "CANCEL"), handler.told);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldGiveUpAWithdrawnInviteOfWhichNothingMoreIsHeard() {
        handler.onTimer =
                (timer, session) -> session.leg("callee").orElseThrow().cancel();
        handler.onInvite = (invite, session) -> {
            session.startTimer("no answer", Duration.ofSeconds(10));
            session.request(invite.method(), "callee", "sip:bob@" + bob.address())
                    .onBehalfOf(invite)
                    .send();
        };
        alice.invite("sip:service@example.com");
        bob.expectCall().respond(180);

        cluster.advance(Duration.ofSeconds(43));

        assertEquals(
                List.of("INVITE", "180 INVITE callee", "timer no answer", "local 487 INVITE callee"), handler.told);
        alice.expect(180);
        alice.expect(487);
    }

    @Test
    void shouldWithdrawAnInviteThatRingsForAsLongAsItMay() {
        handler.onInvite = (invite, session) -> {
            session.request(invite.method(), "callee", "sip:bob@" + bob.address())
                    .send();
            invite.reply(486).send();
        };
        final SipCall call = alice.invite("sip:service@example.com");
        call.expect(486);
        call.ackRefusal();
        final SipCalled called = bob.expectCall().respond(180);

        cluster.advance(Duration.ofSeconds(100).plusMillis(5));

        called.expectRequest("CANCEL");
        called.answer(200).respond(487);
        called.expectRequest("ACK");
        assertEquals(1, cluster.count(SipCounter.LEGS_RANG_TOO_LONG));
        assertEquals(List.of("INVITE", "180 INVITE callee", "487 INVITE callee"), handler.told);
        assertEquals(0, cluster.sessions());
    }

    // ---- forks

    @Test
    void shouldTakeTheFirst2xxOfForksAndHangUpTheOthers() {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled one = bob.expectCall();
        final SipCalled two = bob.fork(one, "two");
        final SipCalled three = bob.fork(one, "three");
        one.respond(180);
        two.respond(180);
        three.respond(180);
        alice.drain();
        assertEquals(1, cluster.count(SipCounter.FORKS_IGNORED), "two may be remembered");

        two.respond(200);
        assertEquals("two", two.expectRequest("ACK").tag("To").orElseThrow());
        call.expect(200);
        one.respond(200);

        assertEquals("bob-tag", one.expectRequest("ACK").tag("To").orElseThrow());
        assertEquals("bob-tag", one.expectRequest("BYE").tag("To").orElseThrow());
        one.answer(200);
        one.respond(200);
        one.expectRequest("ACK");
        bob.expectNothing();
        call.ack();
        assertEquals(
                List.of(
                        "INVITE",
                        "180 INVITE callee",
                        "180 INVITE callee",
                        "180 INVITE callee",
                        "200 INVITE callee",
                        "ACK"),
                handler.told);
        assertEquals(2, cluster.count(SipCounter.DIALOGS), "the caller and the winner");
    }

    @Test
    void shouldAcceptA2xxOfAForkThatNeverRang() {
        final SipCall call = alice.invite("sip:service@example.com");
        final SipCalled one = bob.expectCall().respond(183);
        call.expect(183);

        bob.fork(one, "other").respond(200);

        assertEquals("other", one.expectRequest("ACK").tag("To").orElseThrow());
        call.expect(200);
        assertEquals(2, cluster.count(SipCounter.DIALOGS));
    }

    // ---- limits

    @Test
    void shouldUndoAHandlerThatBeginsMoreLegsThanASessionMayHave() {
        handler.onInvite = (invite, session) -> {
            for (int i = 1; i <= 3; i++) {
                session.request(invite.method(), "leg-" + i, "sip:bob@" + bob.address())
                        .send();
            }
        };

        alice.invite("sip:service@example.com").expect(500);

        bob.expectNothing();
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldUndoAHandlerThatAsksMoreThanASessionMayAskAtATime() {
        handler.onOther = (request, session) -> {
            for (int i = 1; i <= 9; i++) {
                session.request(SipMethod.OPTIONS, "question", "sip:bob@" + bob.address())
                        .send();
            }
        };

        alice.newCall("sip:service@example.com").request("OPTIONS").expect(500);

        bob.expectNothing();
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldAnswer503WhenThereAreAsManyClientTransactionsAsThereMayBe() {
        final TestCluster small = TestCluster.of(() -> handler)
                .nodes(1)
                .sip(SipSettings.defaults().withClient(new ClientLimits(1, 2, 8, 2)))
                .start();
        final SipPeer carol = small.peer("carol");
        final SipPeer dave = small.peer("dave");
        handler.onInvite = (invite, session) -> session.request(invite.method(), "callee", "sip:dave@" + dave.address())
                .onBehalfOf(invite)
                .send();
        carol.invite("sip:service@example.com");
        dave.expectCall();

        final SipCall second = carol.invite("sip:service@example.com");

        second.expect(503);
        dave.expectNothing();
        assertEquals(1, small.count(SipCounter.CLIENT_TRANSACTIONS_REFUSED));
        assertEquals(1, small.sessions());
    }

    @Test
    void shouldRefuseADestinationThatIsNoAddress() {
        final StringBuilder refusals = new StringBuilder();
        handler.onInvite = (invite, session) -> {
            for (final String uri : List.of(
                    "sip:bob@exa_mple..com", "sips:bob@192.0.2.2", "tel:+4930123", "bob", "sip:bob@192.0.2.2 x")) {
                try {
                    session.request(invite.method(), "callee", uri).send();
                } catch (IllegalArgumentException e) {
                    refusals.append(e.getMessage()).append('\n');
                }
            }
            invite.reply(404).send();
        };

        alice.invite("sip:service@example.com").expect(404);

        bob.expectNothing();
        assertEquals(5, refusals.toString().lines().count(), refusals::toString);
        assertTrue(refusals.toString().contains("a name that DNS may know"), refusals::toString);
        assertTrue(refusals.toString().contains("TLS for sips"), refusals::toString);
    }

    @Test
    void shouldRefuseWhatWouldNotBeWellFormed() {
        final StringBuilder refusals = new StringBuilder();
        handler.onInvite = (invite, session) -> {
            try {
                session.request(invite.method(), "callee", "sip:bob@" + bob.address())
                        .header("P-Asserted-Identity", "no address <at all")
                        .send();
            } catch (IllegalArgumentException e) {
                refusals.append(e.getMessage());
            }
            invite.reply(404).send();
        };

        alice.invite("sip:service@example.com").expect(404);

        bob.expectNothing();
        assertTrue(refusals.toString().contains("INVITE would not be well formed"), refusals::toString);
    }

    @Test
    void shouldSendByARouteToANumber() {
        handler.onInvite = (invite, session) -> session.request(invite.method(), "callee", "tel:+4930123")
                .route("sip:" + bob.address() + ";lr")
                .from("\"The Service\" <sip:service@example.com>")
                .to("<sip:+4930123@example.com>")
                .send();

        alice.invite("sip:service@example.com");

        final SipText invite = bob.expectRequest("INVITE");
        assertEquals("tel:+4930123", invite.requestUri());
        assertEquals("<sip:" + bob.address() + ";lr>", invite.header("Route").orElseThrow());
        assertTrue(invite.header("From").orElseThrow().startsWith("\"The Service\" <sip:service@example.com>;tag="));
        assertEquals("<sip:+4930123@example.com>", invite.header("To").orElseThrow());
        assertEquals("70", invite.header("Max-Forwards").orElseThrow());
    }
}
