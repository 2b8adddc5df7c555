package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.Proxying;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.sip.CallRecord.EndedBy;
import io.dialtone.runtime.sip.ProxySettings;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.sip.SipSettings;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Calls that were passed on and are kept: their handler hears when they are answered and how they end, whoever owns the session then, and a record of each is told. */
class KeptCallTest {
    private static final Duration RING = Duration.ofSeconds(10);

    private final ScriptedHandler handler = ScriptedHandler.proxying();
    private TestCluster cluster = cluster("call-id", SipSettings.defaults(), true);
    private SipPeer alice = cluster.peer("alice");
    private SipPeer bob = cluster.peer("bob");
    private SipPeer carol = cluster.peer("carol");
    private SipCall call = alice.newCall("sip:bob@example.com");

    KeptCallTest() {
        proxying(proxying -> proxying.to(uriOf(bob)).keepCall());
    }

    private TestCluster cluster(final String affinity, final SipSettings sip, final boolean hasCallRecords) {
        final TestCluster.Builder builder = TestCluster.replicated(() -> handler, EventsCodec::new)
                .nodes(3)
                .affinity(affinity)
                .sip(sip)
                .worker(WorkerConfig.defaults()
                        .withRestAfterNs(Duration.ofSeconds(20).toNanos()));
        return (hasCallRecords ? builder : builder.withoutCallRecords()).start();
    }

    private void useCluster(final TestCluster other) {
        cluster = other;
        alice = cluster.peer("alice");
        bob = cluster.peer("bob");
        carol = cluster.peer("carol");
        call = alice.newCall("sip:bob@example.com");
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

    private SipCalled up(final String... headers) {
        call.invite();
        final SipCalled called = bob.expectCall().respond(180).respond(200, headers);
        call.expect(180);
        call.expect(200);
        call.ack();
        called.expectRequest("ACK");
        return called;
    }

    private void hangUp(final SipCalled called) {
        call.bye();
        called.expectRequest("BYE");
        called.answer(200);
        call.expect(200);
    }

    private void takeOver(final String key) {
        final String former = cluster.killOwnerOf(key);
        cluster.awaitNewOwner(key, former);
        cluster.advance(Duration.ofMillis(5));
        alice.drain();
        bob.drain();
        carol.drain();
    }

    private void forgetAll() {
        cluster.advance(Duration.ofSeconds(45));
        assertEquals(0, cluster.images());
    }

    private EndedCall ended() {
        assertEquals(1, cluster.endedCalls().size(), () -> cluster.endedCalls().toString());
        return cluster.endedCalls().getFirst();
    }

    // ---- how it ends

    @Test
    void shouldTellWhenACallIsAnsweredAndWhenTheCallerHangsUp() {
        final SipCalled called = up();
        assertEquals(List.of("INVITE", "answered 200 bob"), handler.told);
        assertEquals(List.of(), cluster.endedCalls());
        cluster.advance(Duration.ofSeconds(7));

        hangUp(called);

        assertEquals("end CALLER 200 bob after 7 s", handler.told.getLast());
        final EndedCall record = ended();
        assertTrue(record.isProxied() && record.isAnswered());
        assertEquals(EndedBy.CALLER, record.endedBy());
        assertEquals(uriOf(bob), record.target());
        assertEquals(call.callId(), record.callId());
        assertEquals("sip:bob@example.com", record.to());
        assertEquals("caller", record.leg());
        forgetAll();
        assertEquals(3, handler.told.size());
        assertEquals(0, cluster.count(SipCounter.KEPT_CALLS));
    }

    @Test
    void shouldTellWhenTheCalleeHangsUp() {
        final SipCalled called = up();

        called.request("BYE", "");
        alice.respond(alice.expectRequest("BYE"), 200);
        called.expect(200);

        assertEquals("end CALLEE 200 bob after 0 s", handler.told.getLast());
        assertEquals(EndedBy.CALLEE, ended().endedBy());
        forgetAll();
    }

    @Test
    void shouldTellWhenAllHaveRefused() {
        proxying(proxying -> proxying.to(uriOf(bob)).to(uriOf(carol)).keepCall());
        call.invite();
        bob.expectCall().respond(486);
        carol.expectCall().respond(480);
        call.expect(486);
        call.ackRefusal();

        assertEquals(List.of("INVITE", "best 486", "end CALLEE 486 nobody"), handler.told);
        assertEquals(EndedBy.CALLEE, ended().endedBy());
        assertFalse(ended().isAnswered());
        forgetAll();
    }

    @Test
    void shouldTellWhenTheCallerGivesUp() {
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        call.expect(180);
        call.cancel();
        call.expect(200);
        called.expectRequest("CANCEL");
        called.answer(200);
        called.respond(487);
        call.expect(487);
        call.ackRefusal();

        assertEquals("end CALLER 487 nobody", handler.told.getLast());
        assertEquals(EndedBy.CALLER, ended().endedBy());
    }

    @Test
    void shouldTellWhenNobodyAnswersInTime() {
        proxying(proxying -> proxying.to(uriOf(bob)).ringFor(RING).keepCall());
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        cluster.advance(Duration.ofSeconds(11));
        called.expectRequest("CANCEL");
        called.respond(487);
        call.expect(180);
        call.expect(408);
        call.ackRefusal();

        assertEquals("end TIMEOUT 408 nobody", handler.told.getLast());
        assertEquals(EndedBy.TIMEOUT, ended().endedBy());
        assertEquals(408, ended().status());
    }

    @Test
    void shouldTellWhenTheServiceAnswersItself() {
        handler.onBest =
                (best, session) -> best.onBehalfOf().orElseThrow().reply(480).send();
        call.invite();
        bob.expectCall().respond(486);
        call.expect(480);
        call.ackRefusal();

        assertEquals("end SERVICE 480 nobody", handler.told.getLast());
        assertEquals(EndedBy.SERVICE, ended().endedBy());
        forgetAll();
    }

    @Test
    void shouldGoOnWithACallWhoseByeIsChallenged() {
        final SipCalled called = up();
        call.bye();
        called.expectRequest("BYE");
        called.answer(407);
        call.expect(407);
        assertEquals(2, handler.told.size());

        hangUp(called);

        assertEquals("end CALLER 200 bob after 0 s", handler.told.getLast());
        assertEquals(3, handler.told.size());
        assertEquals(1, cluster.endedCalls().size());
    }

    @Test
    void shouldTellWhenNobodyAnswersTheBye() {
        final SipCalled called = up();
        cluster.advance(Duration.ofSeconds(5));
        call.bye();
        called.expectRequest("BYE");
        cluster.advance(Duration.ofSeconds(33));
        bob.drain();

        assertEquals("end CALLER 200 bob after 5 s", handler.told.getLast());
        assertEquals(1, cluster.endedCalls().size());
    }

    @Test
    void shouldPassOnAByeOfAnotherCallWithoutEndingThisOne() {
        final SipCalled called = up();
        alice.send("""
            BYE sip:bob@%s SIP/2.0
            Via: SIP/2.0/UDP %s;branch=z9hG4bKforged
            Max-Forwards: 70
            Route: %s
            From: <sip:alice@example.com>;tag=another
            To: <sip:bob@example.com>;tag=%s
            Call-ID: %s
            CSeq: 9 BYE
            Content-Length: 0

            """.formatted(
                        bob.address(),
                        alice.address(),
                        called.invite().header("Record-Route").orElseThrow(),
                        call.remoteTag(),
                        call.callId()));
        bob.respond(bob.expectRequest("BYE"), 481);
        alice.expect(481);

        assertEquals(2, handler.told.size());
        assertEquals(List.of(), cluster.endedCalls());
    }

    // ---- forks

    @Test
    void shouldTellOfEachWhoHasAcceptedAForkedCall() {
        proxying(proxying -> proxying.to(uriOf(bob)).to(uriOf(carol)).keepCall());
        call.invite();
        final SipCalled one = bob.expectCall().respond(180);
        final SipCalled two = carol.expectCall().respond(180);
        call.expect(180);
        call.expect(180);
        one.respond(200);
        two.respond(200); // crosses the CANCEL
        one.retransmit();
        two.retransmit();
        alice.drain();
        bob.drain();
        carol.drain();

        assertEquals(List.of("INVITE", "answered 200 bob", "answered 200 carol"), handler.told);
        one.request("BYE", "");
        alice.respond(alice.expectRequest("BYE"), 200);
        takeOver(call.callId());
        cluster.advance(Duration.ofSeconds(3));
        two.request("BYE", "");
        alice.respond(alice.expectRequest("BYE"), 200);

        assertEquals(
                List.of("end CALLEE 200 bob after 0 s", "end CALLEE 200 carol after 3 s"), handler.told.subList(3, 5));
        final List<EndedCall> carols = cluster.endedCalls().stream()
                .filter(ended -> ended.target().equals(uriOf(carol)))
                .toList();
        assertEquals(1, carols.size());
        assertEquals("caller-fork-2", carols.getFirst().leg());
    }

    // ---- take-over

    @Test
    void shouldTellOnceAtTheNewOwnerOfACallThatWasUp() {
        final SipCalled called = up();
        takeOver(call.callId());

        hangUp(called);

        assertEquals(List.of("INVITE", "answered 200 bob", "end CALLER 200 bob after 0 s"), handler.told);
        assertEquals(1, ended().takeOvers());
        assertEquals(uriOf(bob), ended().target());
        forgetAll();
    }

    @Test
    void shouldTellAtTheNewOwnerOfACallThatRang() {
        call.invite();
        final SipCalled called = bob.expectCall().respond(180);
        takeOver(call.callId());
        called.respond(200);
        call.expect(200);

        hangUp(called);

        assertEquals(List.of("INVITE", "answered 200 bob", "end CALLER 200 bob after 0 s"), handler.told);
        assertEquals(1, ended().takeOvers());
    }

    @Test
    void shouldTellWhoHungUpIfTheOwnerDiesBeforeTheByeHasItsAnswer() {
        final SipCalled called = up();
        called.request("BYE", "");
        final SipText bye = alice.expectRequest("BYE");
        takeOver(call.callId());

        alice.respond(bye, 200);

        called.expect(200);
        assertEquals("end CALLEE 200 bob after 0 s", handler.told.getLast());
        assertEquals(EndedBy.CALLEE, ended().endedBy());
    }

    // ---- silence

    @Test
    void shouldTakeACallForEndedWhoseSessionTimerHasRunOut() {
        final SipCalled called = up("Session-Expires: 90;refresher=uac");
        cluster.advance(Duration.ofSeconds(80));
        call.request("UPDATE");
        called.expectRequest("UPDATE");
        called.answer(200, "Session-Expires: 90;refresher=uac");
        call.expect(200);
        cluster.advance(Duration.ofSeconds(70));
        takeOver(call.callId());
        cluster.advance(Duration.ofSeconds(50));
        assertEquals(2, handler.told.size());

        cluster.advance(Duration.ofSeconds(5));

        assertEquals("end SILENCE 200 bob after 202 s", handler.told.getLast());
        assertEquals(EndedBy.SILENCE, ended().endedBy());
        forgetAll();
    }

    @Test
    void shouldTakeACallForEndedOfWhichNothingWasHeardForTooLong() {
        useCluster(cluster(
                "call-id",
                SipSettings.defaults()
                        .withProxy(new ProxySettings(
                                Duration.ofSeconds(200).toNanos(),
                                16,
                                16,
                                Duration.ofMinutes(10).toNanos())),
                true));
        up();
        cluster.advance(Duration.ofMinutes(9));
        assertEquals(1, cluster.count(WorkerCounter.SESSIONS_DORMANT));
        call.request("INFO");
        bob.respond(bob.expectRequest("INFO"), 200);
        call.expect(200);
        cluster.advance(Duration.ofMinutes(9));
        assertEquals(2, handler.told.size());

        cluster.advance(Duration.ofMinutes(2));

        assertEquals("end SILENCE 200 bob after 1140 s", handler.told.getLast());
        assertEquals(1, cluster.count(SipCounter.KEPT_CALLS_SILENT));
        forgetAll();
    }

    // ---- sessions that are not named by the Call-ID

    @Test
    void shouldTellTheSessionOfTheSubscriberWhenItsCallEnds() {
        useCluster(cluster("address-of-record", SipSettings.defaults(), true));
        cluster.advance(Duration.ofSeconds(1)); // slots go to who is to own them
        final SipCalled called = up();
        cluster.advance(Duration.ofSeconds(60));
        takeOver("bob@example.com");

        hangUp(called);

        assertEquals("end CALLER 200 bob after 60 s", handler.told.getLast());
        assertEquals(1, ended().takeOvers());
        forgetAll();
    }

    @Test
    void shouldRefuseToKeepMoreCallsThanASessionMayKeep() {
        useCluster(cluster(
                "address-of-record",
                SipSettings.defaults()
                        .withProxy(new ProxySettings(
                                Duration.ofSeconds(200).toNanos(),
                                16,
                                1,
                                Duration.ofMinutes(10).toNanos())),
                true));
        final SipCalled called = up();
        final SipCall another = carol.invite("sip:bob@example.com");
        another.expect(500);
        another.ackRefusal();

        hangUp(called);
        carol.invite("sip:bob@example.com");

        bob.expectCall();
    }

    // ---- who is told

    @Test
    void shouldNotTellAHandlerThatDoesNotKeepItsCallsButWriteRecords() {
        proxying(proxying -> proxying.to(uriOf(bob)).recordRoute());
        hangUp(up());

        assertEquals(List.of("INVITE"), handler.told);
        assertEquals(EndedBy.CALLER, ended().endedBy());
        forgetAll();
    }

    @Test
    void shouldRememberNothingOfACallThatNobodyKeeps() {
        useCluster(cluster("call-id", SipSettings.defaults(), false));
        proxying(proxying -> proxying.to(uriOf(bob)).recordRoute());
        up();

        forgetAll();
    }

    @Test
    void shouldTellAHandlerWithoutCallRecords() {
        useCluster(cluster("call-id", SipSettings.defaults(), false));
        final SipCalled called = up();
        takeOver(call.callId());
        hangUp(called);

        assertEquals(List.of("INVITE", "answered 200 bob", "end CALLER 200 bob after 0 s"), handler.told);
        forgetAll();
    }

    @Test
    void shouldForgetACallWhoseSessionTheHandlerEnds() {
        useCluster(cluster("call-id", SipSettings.defaults(), false));
        handler.onAnswered = (answered, session) -> session.end();
        final SipCalled called = up();
        hangUp(called);

        assertEquals(2, handler.told.size());
        forgetAll();
    }
}
