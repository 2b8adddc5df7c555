package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Session;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipResponse;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.testsupport.ScriptedHandler.Events;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Calls that go through three services of one cluster: a proxy that screens, a back-to-back agent, and one that answers or passes on. */
class ChainTest {
    private final ScriptedHandler screen = ScriptedHandler.proxying();
    private final ScriptedHandler middle = new ScriptedHandler(SipMethod.INFO);
    private final ScriptedHandler last = new ScriptedHandler(SipMethod.INFO, SipMethod.MESSAGE);
    private final TestCluster cluster = TestCluster.chain(
                    TestCluster.service("screen", () -> screen, EventsCodec::new),
                    TestCluster.service("middle", () -> middle, EventsCodec::new),
                    TestCluster.service("last", () -> last, EventsCodec::new))
            .nodes(3)
            .worker(WorkerConfig.defaults()
                    .withRestAfterNs(Duration.ofSeconds(20).toNanos()))
            .start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");
    private final SipCall call = alice.newCall("sip:bob@example.com");

    ChainTest() {
        screen.onInvite = (invite, session) ->
                invite.proxy().to(invite.requestUri()).recordRoute().start();
        screen.onOther =
                (request, session) -> request.proxy().to(request.requestUri()).start();
        middle.onInvite = ChainTest::call;
        middle.onResponse = ChainTest::relay;
        middle.onAck = (ack, session) -> session.leg("callee")
                .filter(SipLeg::isAckDue)
                .ifPresent(callee -> callee.request(SipMethod.ACK).send());
        middle.onCancel = (cancel, session) -> session.leg("callee").ifPresent(SipLeg::hangUp);
        middle.onOther = ChainTest::relay;
        last.onOther = (request, session) -> {
            request.reply(200).send();
            if (request.method() == SipMethod.BYE) {
                session.end();
            }
        };
    }

    private static void call(final SipRequest invite, final Session<Events> session) {
        if (invite.isInitial()) {
            session.request(SipMethod.INVITE, "callee", invite.requestUri())
                    .onBehalfOf(invite)
                    .body("application/sdp", invite.bodyBytes())
                    .send();
        } else {
            relay(invite, session);
        }
    }

    private static void relay(final SipResponse response, final Session<Events> session) {
        response.onBehalfOf().ifPresent(request -> {
            final var reply = request.reply(response.status());
            if (response.bodyLength() > 0) {
                reply.body("application/sdp", response.bodyBytes());
            }
            reply.send();
        });
    }

    private static void relay(final SipRequest request, final Session<Events> session) {
        if (request.method() == SipMethod.BYE) {
            request.reply(200).send();
            session.end();
        } else {
            final var out = session.leg(request.leg().equals("callee") ? SipLeg.CALLER : "callee")
                    .orElseThrow()
                    .request(request.method())
                    .onBehalfOf(request);
            if (request.bodyLength() > 0) {
                out.body("application/sdp", request.bodyBytes());
            }
            out.send();
        }
    }

    /** The last service passes calls on as well. */
    private void callBob() {
        last.onInvite = (invite, session) -> {
            if (invite.isInitial()) {
                session.request(SipMethod.INVITE, "callee", "sip:bob@" + bob.address())
                        .onBehalfOf(invite)
                        .body("application/sdp", invite.bodyBytes())
                        .send();
            } else {
                relay(invite, session);
            }
        };
        last.onResponse = ChainTest::relay;
        last.onAck = middle.onAck;
        last.onCancel = middle.onCancel;
        last.onOther = ChainTest::relay;
    }

    private void takeOver() {
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofMillis(50));
        alice.drain(); // what may not have left is sent once more; peers know it again
        bob.drain();
    }

    private void assertNothingLeft() {
        cluster.advance(Duration.ofSeconds(90), Duration.ofMillis(20));
        assertEquals(List.of(), cluster.leftovers());
    }

    @Test
    void shouldBringACallToEachServiceOnce() {
        call.invite();
        call.expect(200);
        call.ack();

        assertEquals(List.of("INVITE"), screen.told);
        assertEquals(List.of("INVITE", "200 INVITE callee", "ACK"), middle.told);
        assertEquals(List.of("INVITE", "ACK"), last.told);
        assertEquals(3, cluster.sessions());
    }

    @Test
    void shouldHangUpWhenTheCallerDoes() {
        call.invite();
        call.expect(200);
        call.ack();

        call.bye();
        call.expect(200);

        assertEquals("BYE", middle.told.getLast());
        assertEquals("BYE", last.told.getLast());
        assertNothingLeft();
    }

    @Test
    void shouldHangUpWhenTheLastServiceDoes() {
        last.onInvite = (invite, session) -> {
            invite.reply(200).send();
            session.startTimer("end", Duration.ofSeconds(1));
        };
        last.onTimer = (timer, session) -> session.end();
        call.invite();
        call.expect(200);
        call.ack();

        cluster.advance(Duration.ofSeconds(2));
        alice.respond(alice.expectRequest("BYE"), 200);

        assertEquals("BYE", middle.told.getLast());
        assertNothingLeft();
    }

    @Test
    void shouldWithdrawACallAtAllServicesWhileItRings() {
        last.onInvite = (invite, session) -> invite.reply(180).send();
        call.invite();
        call.expect(180);

        call.cancel();
        call.expect(200);
        call.expect(487);
        call.ackRefusal();

        assertTrue(middle.told.contains("CANCEL"));
        assertTrue(last.told.contains("CANCEL"));
        assertNothingLeft();
    }

    @Test
    void shouldBringBackTheRefusalOfAServiceInTheMiddle() {
        middle.onInvite = (invite, session) -> {
            invite.reply(486).send();
            session.end();
        };
        call.invite();
        call.expect(486);
        call.ackRefusal();

        assertEquals(List.of(), last.told);
        assertEquals(0, cluster.count(SipCounter.REFUSALS_NOT_ACKED));
        assertNothingLeft();
    }

    @Test
    void shouldLeaveTheClusterBehindTheLastService() {
        callBob();
        call.invite();
        final SipCalled called = bob.expectCall();
        assertEquals(1, called.invite().headers("Via").size());
        assertTrue(called.invite().header("Contact").orElseThrow().contains(";app=last"));
        called.respond(180).respondWithBody(200, SipCalled.SDP);
        call.expect(180);
        assertEquals(SipCalled.SDP, call.expect(200).body());
        called.expectRequest("ACK");
        call.ack();

        call.request("INFO");
        called.expectRequest("INFO");
        called.answer(200);
        call.expect(200);
        called.request("INFO", "");
        final SipText info = alice.expectRequest("INFO");
        alice.respond(info, 200);
        called.expect(200);
        call.invite();
        called.expectRequest("INVITE");
        called.answerWithBody(200, SipCalled.SDP);
        assertEquals(SipCalled.SDP, call.expect(200).body());
        call.ack();
        called.expectRequest("ACK");
        called.request("BYE", "");
        called.expect(200);
        alice.respond(alice.expectRequest("BYE"), 200);

        assertNothingLeft();
    }

    @Test
    void shouldAnswerARingingCallWhoseOwnerHasDied() {
        callBob();
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);

        takeOver();
        called.respondWithBody(200, SipCalled.SDP);
        call.expect(200);
        called.expectRequest("ACK");
        call.ack();
        cluster.advance(Duration.ofSeconds(1));
        alice.expectNothing();
        bob.expectNothing();

        call.bye();
        call.expect(200);
        called.expectRequest("BYE");
        called.answer(200);
        assertNothingLeft();
    }

    @Test
    void shouldGoOnWithACallThatIsUpWhoseOwnerHasDied() {
        callBob();
        call.invite();
        final SipCalled called = bob.expectCall().respondWithBody(200, SipCalled.SDP);
        call.expect(200);
        called.expectRequest("ACK");
        call.ack();

        takeOver();
        call.invite();
        called.expectRequest("INVITE");
        called.answerWithBody(200, SipCalled.SDP);
        call.expect(200);
        call.ack();
        called.expectRequest("ACK");
        called.request("BYE", "");
        called.expect(200);
        alice.respond(alice.expectRequest("BYE"), 200);
        assertNothingLeft();
    }

    @Test
    void shouldTellTheNextServiceAfterATakeoverWhatWasNotReleased() {
        callBob();
        final int backup = cluster.backupOf(call.callId());
        cluster.link().slow(backup, 0, true);
        call.invite();
        assertEquals(List.of("INVITE"), screen.told);
        assertEquals(List.of(), middle.told, "the backups have not got what the first one says");

        final String former = cluster.killOwnerOf(call.callId());
        cluster.link().slow(backup, 0, false);
        cluster.awaitNewOwner(call.callId(), former);
        call.retransmit();
        cluster.advance(Duration.ofMillis(50));

        assertEquals(1, middle.told.stream().filter("INVITE"::equals).count());
        bob.expectCall().respond(486);
        call.expect(486);
    }

    @Test
    void shouldTellTheNextServiceAfterATakeoverWhatTheBackupsHadAndTheOwnerDidNotKnow() {
        callBob();
        final var pass = screen.onInvite;
        screen.onInvite = (invite, session) -> {
            pass.accept(invite, session);
            cluster.pauseOwnerOf(call.callId()); // it does not hear what the backups say of this any more
        };
        call.invite();
        assertEquals(List.of("INVITE"), screen.told);
        assertEquals(List.of(), middle.told);

        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofMillis(50));

        assertTrue(cluster.count(WorkerCounter.OUTPUTS_TAKEN_OVER) > 0);
        assertEquals(List.of("INVITE"), screen.told);
        assertEquals(List.of("INVITE"), middle.told);
        assertEquals(List.of("INVITE"), last.told);
        alice.drain(); // 100
        bob.expectCall().respond(486);
        call.expect(486);
        bob.expectRequest("ACK");
        bob.expectNothing();
    }

    @Test
    void shouldAnswerAllCallsThoughWhatServicesSayToEachOtherFillsTheOutbox() {
        final TestCluster narrow = TestCluster.chain(
                        TestCluster.service("screen", () -> screen, EventsCodec::new),
                        TestCluster.service("middle", () -> middle, EventsCodec::new),
                        TestCluster.service("last", () -> last, EventsCodec::new))
                .worker(WorkerConfig.defaults().withOutboxBytesMax(1 << 17))
                .start();
        final SipPeer caller = narrow.peer("alice");
        narrow.holdBack(true);
        for (int i = 0; i < 200; i++) {
            caller.invite("sip:bob@example.com");
        }
        narrow.holdBack(false);

        for (int i = 0; i < 60; i++) {
            narrow.advance(Duration.ofMillis(100));
        }
        final long accepted = caller.drainAll().stream()
                .filter(message -> message.isResponse() && message.status() == 200)
                .map(SipText::callId)
                .distinct()
                .count();
        assertEquals(200, accepted);
        assertTrue(narrow.count(WorkerCounter.TURNS_WITHOUT_ROOM) > 0);
        assertEquals(0, narrow.count(WorkerCounter.MESSAGES_WITHIN_DROPPED));
    }

    @Test
    void shouldWakeAllServicesOfACallThatHasRested() {
        callBob();
        call.invite();
        final SipCalled called = bob.expectCall().respondWithBody(200, SipCalled.SDP);
        call.expect(200);
        called.expectRequest("ACK");
        call.ack();
        cluster.advance(Duration.ofMinutes(2), Duration.ofMillis(20));
        assertTrue(cluster.count(WorkerCounter.SESSIONS_PUT_TO_REST) >= 2);

        called.request("INFO", "");
        alice.respond(alice.expectRequest("INFO"), 200);
        called.expect(200);
        cluster.advance(Duration.ofMinutes(2), Duration.ofMillis(20));
        call.bye();
        call.expect(200);
        called.expectRequest("BYE");
        called.answer(200);
        assertNothingLeft();
    }

    @Test
    void shouldServeACallerWhoIsConnected() {
        callBob();
        alice.connectFrom(40_001);
        call.invite();
        final SipCalled called = bob.expectCall().respondWithBody(200, SipCalled.SDP);
        call.expect(200);
        called.expectRequest("ACK");
        call.ack();

        takeOver();
        called.request("INFO", "");
        alice.respond(alice.expectRequest("INFO"), 200);
        called.expect(200);
        call.bye();
        call.expect(200);
        called.expectRequest("BYE");
        called.answer(200);
        assertNothingLeft();
    }

    @Test
    void shouldWorkAsEverWhereEachMessageMeetsAnotherNode() {
        callBob();
        final TestCluster restless = TestCluster.chain(
                        TestCluster.service("screen", () -> screen, EventsCodec::new),
                        TestCluster.service("middle", () -> middle, EventsCodec::new),
                        TestCluster.service("last", () -> last, EventsCodec::new))
                .nodes(3)
                .worstCase()
                .start();
        final SipPeer caller = restless.peer("alice");
        final SipPeer callee = restless.peer("bob");
        final SipCall restlessCall = caller.invite("sip:bob@example.com");
        final SipCalled called = callee.expectCall().respond(180).respondWithBody(200, SipCalled.SDP);
        restlessCall.expect(180);
        restlessCall.expect(200);
        called.expectRequest("ACK");
        restlessCall.ack();
        restlessCall.request("INFO");
        called.expectRequest("INFO");
        called.answer(200);
        restlessCall.expect(200);
        restlessCall.bye();
        restlessCall.expect(200);
        called.expectRequest("BYE");
        called.answer(200);

        assertTrue(restless.moves() > 5);
        caller.expectNothing();
        callee.expectNothing();
    }

    @Test
    void shouldHarmOnlyWhatAServiceThatThrowsHasBegun() {
        middle.onInvite = (invite, session) -> {
            throw new IllegalStateException("on purpose");
        };
        call.invite();
        call.expect(500);
        call.ackRefusal();

        assertEquals(1, cluster.count(WorkerCounter.HANDLER_FAILURES));
        middle.onInvite = ChainTest::call;
        final SipCall another = alice.invite("sip:bob@example.com");
        another.expect(200);
    }

    @Test
    void shouldBringARequestWithinADialogOfTheMiddleOneToThatOne() {
        screen.onInvite = (invite, session) ->
                invite.proxy().to(invite.requestUri()).start(); // it is not in the path of what follows
        call.invite();
        final SipText ok = call.expect(200);
        assertTrue(ok.header("Contact").orElseThrow().contains(";app=middle"));
        call.ack();

        call.request("INFO");
        call.expect(200);
        assertEquals("INFO", last.told.getLast());
        assertEquals(List.of("INVITE"), screen.told);
        call.bye();
        call.expect(200);
        assertNothingLeft();
    }

    @Test
    void shouldLetNobodyPassByTheFirstServiceByTheNameOfAnother() {
        screen.onInvite =
                (invite, session) -> invite.proxy().to(invite.requestUri()).start();
        call.invite();
        final String contact = call.expect(200).header("Contact").orElseThrow();
        call.ack();
        final String stolen = contact.substring(contact.indexOf('<') + 1, contact.indexOf('>'));
        assertTrue(stolen.contains(";app=middle"));
        screen.told.clear();
        middle.told.clear();
        screen.onInvite = (invite, session) -> {
            invite.reply(603).send();
            session.end();
        };

        final SipCall byUri = alice.invite(stolen);
        byUri.expect(603);
        byUri.ackRefusal();
        final SipCall byRoute = alice.newCall("sip:bob@example.com");
        byRoute.invite("Route: <" + stolen + ";lr>");
        byRoute.expect(603);
        byRoute.ackRefusal();

        assertEquals(List.of("INVITE", "INVITE"), screen.told);
        assertEquals(List.of(), middle.told);
    }

    @Test
    void shouldAnswer481WhenNobodyOfTheChainHasTheName() {
        call.invite();
        final String contact = call.expect(200).header("Contact").orElseThrow();
        call.ack();
        final String token = contact.substring(contact.indexOf(";dt="), contact.indexOf('>'));

        alice.send(
                "OPTIONS sip:192.0.2.200:5060;app=former" + token.replaceAll(";app=[a-z]*", "") + " SIP/2.0\n"
                        + "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKformer\nMax-Forwards: 70\n"
                        + "From: <sip:a@b>;tag=1\nTo: <sip:b@c>;tag=2\nCall-ID: former\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n");

        alice.expect(481);
        assertEquals(1, cluster.count(SipCounter.SERVICES_UNKNOWN));
    }

    @Test
    void shouldBringWhatTheFirstOneDoesNotTakeToTheFirstThatDoes() {
        screen.proxied = Set.of(SipMethod.INVITE);
        // what a service takes is asked for when its worker starts, so this is another cluster
        final TestCluster other = TestCluster.chain(
                        TestCluster.service("screen", () -> screen, EventsCodec::new),
                        TestCluster.service("last", () -> last, EventsCodec::new))
                .start();
        final SipCall message = other.peer("alice").newCall("sip:bob@example.com");

        message.request("MESSAGE");

        message.expect(200);
        assertEquals(List.of("MESSAGE"), last.told);
        assertFalse(screen.told.contains("MESSAGE"));
    }
}
