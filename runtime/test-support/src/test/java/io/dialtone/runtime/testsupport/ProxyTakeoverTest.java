package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Proxying;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.sip.SipCounter;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Proxied calls whose node dies: on the new owner any branch can be answered, and what was to be withdrawn is. */
class ProxyTakeoverTest {
    private static final Duration RING = Duration.ofSeconds(10);

    private final ScriptedHandler handler = ScriptedHandler.proxying();
    private final TestCluster cluster = TestCluster.replicated(() -> handler, EventsCodec::new)
            .nodes(3)
            .worker(WorkerConfig.defaults()
                    .withRestAfterNs(Duration.ofSeconds(20).toNanos()))
            .start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");
    private final SipPeer carol = cluster.peer("carol");
    private final SipCall call = alice.newCall("sip:bob@example.com");

    ProxyTakeoverTest() {
        proxying(proxying -> proxying.to(uriOf(bob)).to(uriOf(carol)).recordRoute());
    }

    private static String uriOf(final SipPeer peer) {
        return "sip:" + peer.name() + "@" + peer.address();
    }

    private void proxying(final Consumer<Proxying> what) {
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
        cluster.advance(Duration.ofMillis(5));
        // What may not have left is sent once more; peers know it again.
        alice.drain();
        bob.drain();
        carol.drain();
    }

    private void hangUp(final SipCalled called) {
        call.bye();
        called.expectRequest("BYE");
        called.answer(200);
        call.expect(200);
    }

    private void forgetAll() {
        cluster.advance(Duration.ofSeconds(45));
        assertEquals(0, cluster.images());
    }

    @Test
    void shouldGoOnCallingWithTheSameBytesWhenNobodyHasAnswered() {
        call.invite();
        final SipCalled one = bob.expectCall();
        final SipCalled two = carol.expectCall();

        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofMillis(5));

        assertArrayEquals(one.invite().bytes(), bob.expectRequest("INVITE").bytes());
        assertArrayEquals(two.invite().bytes(), carol.expectRequest("INVITE").bytes());
    }

    @Test
    void shouldBringBackTheAnswerOfAnyBranchThatRangWhenTheOwnerDied() {
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        final SipCalled two = carol.expectCall().respond(180);

        takeOver();
        two.respondWithBody(200, SipCalled.SDP);

        final SipText ok = call.expect(200);
        assertEquals("carol-tag", ok.tag("To").orElseThrow());
        assertEquals(SipCalled.SDP, ok.body());
        one.expectRequest("CANCEL");
        one.answer(200);
        one.respond(487);
        one.expectRequest("ACK");
        alice.expectNothing();
        hangUp(two);
        forgetAll();
    }

    @Test
    void shouldPassOnALate2xxAtTheNewOwner() {
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        final SipCalled two = carol.expectCall().respond(200);
        one.expectRequest("CANCEL");

        takeOver();
        one.respond(200);
        assertEquals("bob-tag", call.expect(200).tag("To").orElseThrow());
        two.retransmit();

        assertEquals("carol-tag", call.expect(200).tag("To").orElseThrow());
        hangUp(two);
        bob.drain();
        one.request("BYE", "");
        alice.respond(alice.expectRequest("BYE"), 200);
        one.expect(200);
        forgetAll();
    }

    @Test
    void shouldAnswerTheBestOfWhatTheDeadOwnerHeardAndTheNewOne() {
        call.invite();
        final SipCalled one = bob.expectCall().respond(407, "Proxy-Authenticate: Digest realm=\"b\", nonce=\"1\"");
        final SipCalled two = carol.expectCall();
        one.expectRequest("ACK");

        takeOver();
        two.respond(407, "Proxy-Authenticate: Digest realm=\"c\", nonce=\"2\"");

        final SipText best = call.expect(407);
        assertEquals("bob-tag", best.tag("To").orElseThrow());
        assertEquals(
                List.of("Digest realm=\"b\", nonce=\"1\"", "Digest realm=\"c\", nonce=\"2\""),
                best.headers("Proxy-Authenticate"));
        call.ackRefusal();
        forgetAll();
    }

    @Test
    void shouldTryTheNextGroupWhenItsTimeComesAtTheNewOwner() {
        proxying(proxying -> proxying.to(uriOf(bob))
                .ringFor(RING)
                .thenTo(uriOf(carol))
                .header("X-Added", "yes")
                .recordRoute());
        call.invite();
        bob.expectCall().respond(180);
        cluster.advance(Duration.ofSeconds(6));

        takeOver();
        cluster.advance(Duration.ofSeconds(3));
        carol.expectNothing();
        cluster.advance(Duration.ofSeconds(2));

        bob.expectRequest("CANCEL");
        final SipCalled two = carol.expectCall();
        assertEquals("yes", two.invite().header("X-Added").orElseThrow());
        assertEquals(1, two.invite().headers("Record-Route").size());
        two.respond(200);
        call.expect(200);
    }

    @Test
    void shouldWithdrawAtTheNewOwnerWhatTheCallerWithdraws() {
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        final SipCalled two = carol.expectCall();

        takeOver();
        call.cancel();
        call.expect(200);
        one.expectRequest("CANCEL");
        one.respond(487);
        two.respond(487);

        call.expect(487);
        call.ackRefusal();
    }

    @Test
    void shouldGoOnWithdrawingWhenTheOwnerDiesAfterTheCancelOfTheCaller() {
        call.invite();
        final SipCalled one = bob.expectCall();
        final SipCalled two = carol.expectCall().respond(486);
        call.cancel();

        takeOver();
        one.respond(180);
        bob.expectRequest("CANCEL");
        one.respond(487);

        assertEquals("carol-tag", call.expect(486).tag("To").orElseThrow());
        assertEquals(call.callId(), two.callId());
    }

    @Test
    void shouldKeepTimerCWhereItWas() {
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        carol.expectCall().respond(486);
        cluster.advance(Duration.ofSeconds(150));

        takeOver();
        cluster.advance(Duration.ofSeconds(45));
        bob.expectNothing();
        cluster.advance(Duration.ofSeconds(6));

        one.expectRequest("CANCEL");
    }

    @Test
    void shouldPassOnWhatIsSaidInACallWhoseOwnerDied() {
        call.invite();
        final SipCalled one = bob.expectCall().respond(200);
        carol.expectCall().respond(487);
        call.expect(200);

        takeOver();
        call.ack();
        one.expectRequest("ACK");
        one.request("BYE", "");
        alice.respond(alice.expectRequest("BYE"), 200);

        one.expect(200);
        forgetAll();
    }

    @Test
    void shouldRepeatTheAnswerToAByeWhoseOwnerDied() {
        call.invite();
        final SipCalled one = bob.expectCall().respond(200);
        carol.expectCall();
        call.expect(200);
        call.ack();
        call.bye();
        one.expectRequest("ACK");
        one.expectRequest("BYE");

        takeOver();
        one.answer(200);
        call.expect(200);
        call.retransmit();

        call.expect(200);
        bob.expectNothing();
    }

    @Test
    void shouldPassOnAReinviteThatWaitedWhenTheOwnerDied() {
        call.invite();
        final SipCalled one = bob.expectCall().respond(200);
        carol.expectCall();
        call.expect(200);
        call.ack();
        one.expectRequest("ACK");
        call.invite();
        one.expectRequest("INVITE");

        takeOver();
        one.answer(491);

        one.expectRequest("ACK");
        call.expect(491);
    }

    @Test
    void shouldWakeASessionAtRestForTheAnswerOfABranch() {
        proxying(proxying -> proxying.to(uriOf(bob)).to(uriOf(carol)).recordRoute());
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        carol.expectCall().respond(180);
        call.expect(180);
        call.expect(180);
        cluster.advance(Duration.ofSeconds(60));
        assertEquals(0, cluster.sessions());
        assertEquals(1, cluster.count(WorkerCounter.SESSIONS_DORMANT));

        one.respond(200);

        call.expect(200);
        carol.expectRequest("CANCEL");
    }

    @Test
    void shouldAskTheHandlerOfTheNewOwnerWhenNobodyHasAccepted() {
        handler.onBest = (best, session) -> {
            if (best.status() == 486) {
                best.onBehalfOf().orElseThrow().proxy().to(uriOf(alice)).start();
            }
        };
        call.invite();
        bob.expectCall().respond(486);
        final SipCalled two = carol.expectCall();

        takeOver();
        two.respond(480);

        assertEquals("best 486", handler.told.getLast());
        alice.expectRequest("INVITE");
    }

    @Test
    void shouldDropAndCountAProxiedCallWhoseImageNobodyCanRead() {
        final TestCluster restless = TestCluster.replicated(() -> handler, EventsCodec::new)
                .worker(WorkerConfig.defaults()
                        .withRestAfterNs(Duration.ofSeconds(1).toNanos()))
                .start();
        final SipPeer dave = restless.peer("dave").toleratesAnything();
        final SipPeer erin = restless.peer("erin").toleratesAnything();
        proxying(proxying ->
                proxying.to(uriOf(erin)).ringFor(Duration.ofMinutes(2)).thenTo(uriOf(dave)));
        for (int bytesToChange = 1; bytesToChange < 40; bytesToChange++) {
            final SipCall damaged = dave.invite("sip:erin@example.com");
            final SipCalled called = erin.expectCall().respond(180);
            damaged.expect(180);
            restless.advance(Duration.ofSeconds(3));
            restless.imagesOfOwnerOf(damaged.callId()).corrupt(bytesToChange);

            called.respond(200);

            restless.imagesOfOwnerOf(damaged.callId()).corrupt(0);
            restless.advance(Duration.ofSeconds(5));
            dave.drain();
            erin.drain();
        }
        restless.advance(Duration.ofSeconds(250));
        assertTrue(restless.count(WorkerCounter.IMAGES_UNREADABLE) > 10);
        assertEquals(0, restless.count(SipCounter.CLIENT_TRANSACTIONS));
    }
}
