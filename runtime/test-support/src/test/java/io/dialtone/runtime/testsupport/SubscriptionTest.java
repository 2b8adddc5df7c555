package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.EventPackage;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipSubscription;
import io.dialtone.api.SipSubscription.Reason;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.sip.ClientLimits;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.sip.SipSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Services that tell subscribers how things are (RFC 6665 section 4.2). */
class SubscriptionTest {
    private static final String EVENT = "Event: message-summary";
    private static final String TYPE = "application/simple-message-summary";
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Telling handler = new Telling();
    private final TestCluster cluster =
            TestCluster.replicated(() -> handler, EventsCodec::new).nodes(3).start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipCall call = alice.newCall("sip:mailbox@example.com");

    /** Tells each SUBSCRIBE a number, and does to subscriptions what the header {@code X-Do} of a MESSAGE or SUBSCRIBE says. */
    private static final class Telling implements SipHandler<ScriptedHandler.Events> {
        final List<String> told = new ArrayList<>();
        String word = "";

        @Override
        public ScriptedHandler.Events initialState(final SipRequest request) {
            return new ScriptedHandler.Events(0);
        }

        @Override
        public void onSubscribe(
                final SipSubscription subscription,
                final SipRequest subscribe,
                final Session<ScriptedHandler.Events> session) {
            told.add("subscribe " + subscription.number() + " for "
                    + subscription.timeLeft().toSeconds());
            session.update(new ScriptedHandler.Events(session.state().count() + 1));
            final String order = subscribe.header("X-Do").orElse("");
            switch (order) {
                case "refuse" -> subscribe.reply(403).send();
                case "fail" -> throw new IllegalStateException("as the test wants it");
                case "say nothing" -> {}
                case "hold" -> subscription.hold();
                default -> subscription.tell(TYPE, "n=" + session.state().count() + "\r\n");
            }
        }

        @Override
        public void onSubscriptionEnd(
                final SipSubscription subscription, final Session<ScriptedHandler.Events> session) {
            told.add("end " + subscription.number() + " " + subscription.end().orElseThrow() + " "
                    + session.subscriptions().size());
        }

        @Override
        public void onRequest(final SipRequest request, final Session<ScriptedHandler.Events> session) {
            request.reply(request.header("X-Do").orElse("").equals("ring") ? 180 : 200)
                    .send();
            for (final SipSubscription subscription : session.subscriptions()) {
                switch (request.header("X-Do").orElse("")) {
                    case "tell" -> told.add("tell " + subscription.tell(TYPE, request.body()));
                    case "activate" -> subscription.activate();
                    case "word" -> subscription.tell(TYPE, word);
                    case "last word" -> {
                        subscription.tell(TYPE, word);
                        subscription.terminate(Reason.NORESOURCE);
                    }
                    case "gone" -> subscription.terminate(Reason.NORESOURCE);
                    case "later" -> subscription.terminate(Reason.PROBATION, MINUTE);
                    case "end" -> session.end();
                    case "hang up" -> session.leg(SipLeg.CALLER).orElseThrow().hangUp();
                    default -> {
                        if (request.method() == SipMethod.MESSAGE) {
                            subscription.tell(TYPE, request.body());
                        }
                    }
                }
            }
        }

        @Override
        public Set<EventPackage> eventPackages() {
            return Set.of(
                    new EventPackage("message-summary", Duration.ofMinutes(10), MINUTE, Duration.ofHours(2)),
                    EventPackage.of("presence"));
        }

        @Override
        public Set<SipMethod> methods() {
            return SipMethod.ofACallAnd(SipMethod.MESSAGE);
        }

        @Override
        public Set<String> contentTypes() {
            return Set.of("*/*");
        }
    }

    private SipText subscribe(final String... headers) {
        return call.request("SUBSCRIBE", headers).expect(200);
    }

    private void subscribed() {
        subscribe(EVENT, "Expires: 600");
        expectNotify("active;expires=600", "n=1\r\n");
    }

    private SipText expectNotify(final String state, final String body) {
        final SipText notify = alice.expectRequest("NOTIFY");
        alice.respond(notify, 200);
        final String itsState = notify.header("Subscription-State").orElseThrow();
        assertTrue(itsState.matches(state), itsState);
        assertEquals(body, notify.body());
        return notify;
    }

    private void tell(final String what) {
        call.requestWithBody("MESSAGE", TYPE, what).expect(200);
    }

    private void order(final String what) {
        call.request("MESSAGE", "X-Do: " + what).expect(200);
    }

    /** Of a cluster with a dead node, which has forgotten nothing. */
    private void assertAllForgotten() {
        cluster.advance(Duration.ofSeconds(40));
        assertEquals(List.of(), cluster.leftovers());
    }

    private void takeOver() {
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofSeconds(1));
        alice.drain();
    }

    @Test
    void shouldAcceptASubscribeAndNotifyAtOnce() {
        final SipText ok = subscribe(EVENT + ";id=7", "Expires: 600");

        assertEquals("600", ok.header("Expires").orElseThrow());
        assertTrue(ok.header("Contact").isPresent());
        assertEquals("message-summary, presence", ok.header("Allow-Events").orElseThrow());
        final SipText notify = expectNotify("active;expires=600", "n=1\r\n");
        assertEquals("message-summary;id=7", notify.header("Event").orElseThrow());
        assertEquals(TYPE, notify.header("Content-Type").orElseThrow());
        assertEquals("1 NOTIFY", notify.header("CSeq").orElseThrow());
        assertEquals(ok.tag("To"), notify.tag("From"));
        assertEquals(ok.tag("From"), notify.tag("To"));
        assertEquals("sip:alice@" + alice.address(), notify.requestUri());
        assertTrue(notify.header("Contact").isPresent());
        alice.expectNothing();
        assertEquals(1, cluster.sessions());
    }

    @Test
    void shouldNotifyThoughTheServiceHasNothingToSay() {
        subscribe(EVENT, "X-Do: say nothing");

        final SipText notify = expectNotify("active;expires=600", "");

        assertTrue(notify.header("Content-Type").isEmpty());
    }

    @Test
    void shouldRefuseWhatIsNoSubscriptionOfOurs() {
        final SipText bad = call.request("SUBSCRIBE", "Event: dialog").expect(489);
        assertEquals("message-summary, presence", bad.header("Allow-Events").orElseThrow());
        alice.newCall("sip:a@example.com").request("SUBSCRIBE").expect(489);
        alice.newCall("sip:a@example.com").request("SUBSCRIBE", EVENT, EVENT).expect(400);
        alice.newCall("sip:a@example.com")
                .request("SUBSCRIBE", EVENT + ";id=1;id=2")
                .expect(400);
        alice.newCall("sip:a@example.com").request("SUBSCRIBE", EVENT + ";id").expect(200);
        alice.drain();
        alice.newCall("sip:a@example.com")
                .request("SUBSCRIBE", "Event: Message-Summary")
                .expect(489);
        alice.newCall("sip:a@example.com")
                .request("SUBSCRIBE", EVENT + ";id=" + "x".repeat(200))
                .expect(400);
        alice.newCall("sip:a@example.com")
                .request("SUBSCRIBE", EVENT, "Expires: -1")
                .expect(400);
        alice.newCall("sip:a@example.com")
                .request("SUBSCRIBE", EVENT, "Expires: 99999999999")
                .expect(400);
        final SipText brief = alice.newCall("sip:a@example.com")
                .request("SUBSCRIBE", EVENT, "Expires: 59")
                .expect(423);
        assertEquals("60", brief.header("Min-Expires").orElseThrow());
        alice.newCall("sip:a@example.com")
                .request("SUBSCRIBE", EVENT, "X-Do: refuse")
                .expect(403);
        alice.newCall("sip:a@example.com")
                .request("SUBSCRIBE", EVENT, "X-Do: fail")
                .expect(500);
        alice.expectNothing();
        assertEquals(1, cluster.sessions());
    }

    @Test
    void shouldSayToWhomItHasNotSubscribedThatItHasNot() {
        final SipCall bobs = alice.newCall("sip:mailbox@example.com");

        bobs.request("NOTIFY", EVENT, "Subscription-State: active").expect(481);

        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldGiveNoMoreThanTheLongestTime() {
        assertEquals(
                "7200",
                subscribe(EVENT, "Expires: 4294967295").header("Expires").orElseThrow());
        expectNotify("active;expires=7200", "n=1\r\n");
    }

    @Test
    void shouldTellWhoOnlyAsksOnce() {
        assertEquals("0", subscribe(EVENT, "Expires: 0").header("Expires").orElseThrow());

        expectNotify("terminated;reason=timeout", "n=1\r\n");

        assertEquals(List.of("subscribe 1 for 0"), handler.told);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldRefreshAndEndASubscription() {
        subscribed();
        cluster.advance(Duration.ofSeconds(400));
        subscribe(EVENT, "Expires: 300");
        assertEquals(
                "2 NOTIFY",
                expectNotify("active;expires=300", "n=2\r\n").header("CSeq").orElseThrow());
        cluster.advance(Duration.ofSeconds(250));
        alice.expectNothing();

        subscribe(EVENT, "Expires: 0");

        expectNotify("terminated;reason=timeout", "n=3\r\n");
        assertEquals("subscribe 1 for 0", handler.told.getLast());
        call.request("SUBSCRIBE", EVENT).expect(481);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldEndWhatNobodyRefreshes() {
        subscribed();

        cluster.advance(Duration.ofSeconds(601));

        expectNotify("terminated;reason=timeout", "");
        assertEquals("end 1 EXPIRED 0", handler.told.getLast());
        assertEquals(0, cluster.sessions());
        assertEquals(1, cluster.count(SipCounter.SUBSCRIPTIONS_EXPIRED));
    }

    @Test
    void shouldSendOneNotifyAfterTheOther() {
        subscribed();
        order("tell");
        final SipText first = alice.expectRequest("NOTIFY");
        for (int i = 0; i < 5; i++) {
            order("tell");
        }

        alice.expectNothing();
        assertEquals("tell false", handler.told.getLast());
        assertEquals(1, cluster.count(SipCounter.NOTICES_REFUSED));
        alice.respond(first, 200);

        for (int i = 3; i < 7; i++) {
            final SipText next = alice.expectRequest("NOTIFY");
            assertEquals(i + " NOTIFY", next.header("CSeq").orElseThrow());
            alice.respond(next, 200);
        }
        alice.expectNothing();
    }

    @Test
    void shouldEndASubscriptionWhoseSubscriberKnowsNothingOfIt() {
        subscribed();
        order("tell");

        alice.respond(alice.expectRequest("NOTIFY"), 481);

        assertEquals("end 1 LOST 0", handler.told.getLast());
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldEndASubscriptionWhoseSubscriberIsSilent() {
        subscribed();
        order("tell");

        cluster.advance(Duration.ofSeconds(33));

        assertEquals("end 1 LOST 0", handler.told.getLast());
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldTellTheSameAgainWhenASubscriberPutsItOff() {
        subscribed();
        tell("first");
        alice.respond(alice.expectRequest("NOTIFY"), 503, "Retry-After: 20");
        tell("second");
        alice.expectNothing();
        cluster.advance(Duration.ofSeconds(19));
        alice.expectNothing();

        cluster.advance(Duration.ofMillis(1_100));

        assertEquals(
                "3 NOTIFY",
                expectNotify("active;expires=5(79|80)", "first").header("CSeq").orElseThrow());
        expectNotify("active;expires=5(79|80)", "second");
        alice.expectNothing();
    }

    @Test
    void shouldEndASubscriptionWhoseSubscriberPutsOffTheSameForEver() {
        subscribed();
        tell("first");
        for (int i = 0; i < 4; i++) {
            alice.respond(alice.expectRequest("NOTIFY"), 503, "Retry-After: 20");
            cluster.advance(Duration.ofMillis(20_100));
        }

        alice.respond(alice.expectRequest("NOTIFY"), 503, "Retry-After: 20");

        assertEquals("end 1 LOST 0", handler.told.getLast());
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldWaitForAsLongWhenItsOwnerIsKilled() {
        subscribed();
        tell("first");
        alice.respond(alice.expectRequest("NOTIFY"), 503, "Retry-After: 60");
        takeOver();
        cluster.advance(Duration.ofSeconds(50));
        alice.expectNothing();

        cluster.advance(Duration.ofSeconds(10));

        expectNotify("active;expires=5(39|40)", "first");
    }

    @Test
    void shouldSayWhyItEndsASubscription() {
        subscribed();
        order("later");
        expectNotify("terminated;reason=probation;retry-after=60", "");

        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldSayWhenNothingIsDecidedYet() {
        subscribe(EVENT, "X-Do: hold");
        expectNotify("pending;expires=600", "");

        order("activate");

        expectNotify("active;expires=600", "");
    }

    @Test
    void shouldEndSubscriptionsWithTheirSession() {
        subscribed();
        order("end");

        expectNotify("terminated;reason=noresource", "");

        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldKeepSeveralInOneDialog() {
        subscribed();
        subscribe("Event: presence;id=a", "Expires: 700");
        assertEquals(
                "presence;id=a",
                expectNotify("active;expires=700", "n=2\r\n").header("Event").orElseThrow());

        subscribe(EVENT, "Expires: 0");

        expectNotify("terminated;reason=timeout", "n=3\r\n");
        cluster.advance(Duration.ofSeconds(701));
        assertEquals(
                "4 NOTIFY",
                expectNotify("terminated;reason=timeout", "").header("CSeq").orElseThrow());
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldTellWhereTheLastSubscribeOfTheDialogSays() {
        final SipPeer desk = cluster.peer("desk"); // 192.0.2.2
        subscribed();
        call.moveTo("desk@" + desk.address());

        subscribe("Event: presence;id=a", "Expires: 700");

        final SipText notify = desk.expectRequest("NOTIFY");
        assertEquals("sip:desk@" + desk.address(), notify.requestUri());
        desk.respond(notify, 200);
        tell("moved");
        assertEquals("moved", desk.expectRequest("NOTIFY").body());
        assertEquals("moved", desk.expectRequest("NOTIFY").body());
        alice.expectNothing();
    }

    @Test
    void shouldSayThatItIsOverThoughThereAreAsManyTransactionsAsThereMayBe() {
        final TestCluster small = TestCluster.replicated(() -> handler, EventsCodec::new)
                .sip(SipSettings.defaults().withClient(new ClientLimits(1, 1, 1, 1)))
                .start();
        final SipPeer bob = small.peer("bob");
        final SipCall wanting = bob.newCall("sip:mailbox@example.com");
        wanting.request("SUBSCRIBE", EVENT, "Expires: 600").expect(200);
        final SipText first = bob.expectRequest("NOTIFY"); // it has no answer

        wanting.request("MESSAGE", "X-Do: end").expect(200);

        final SipText last = bob.expectRequest("NOTIFY");
        assertEquals(
                "terminated;reason=noresource",
                last.header("Subscription-State").orElseThrow());
        bob.respond(first, 200);
        small.advance(Duration.ofSeconds(10));
        bob.expectNothing(); // nobody can remember the last one
        assertEquals(0, small.sessions());
    }

    @Test
    void shouldSayThatItIsOverThoughItsLastWordIsTooLong() {
        final String[] headers = new String[62];
        headers[0] = EVENT;
        headers[1] = "Expires: 600";
        for (int i = 2; i < headers.length; i++) {
            headers[i] = "Record-Route: <sip:192.0.2.1;lr;x=" + "r".repeat(800) + ">";
        }
        final TestCluster alone = TestCluster.of(() -> handler).start();
        final SipPeer bob = alone.peer("bob");
        final SipCall wanting = bob.newCall("sip:mailbox@example.com");
        wanting.request("SUBSCRIBE", headers).expect(200);
        bob.respond(bob.expectRequest("NOTIFY"), 200);
        handler.word = "x".repeat(1 << 14);
        wanting.request("MESSAGE", "X-Do: word").expect(200);
        bob.expectNothing();
        assertEquals(1, alone.count(SipCounter.NOTICES_REFUSED));

        wanting.request("MESSAGE", "X-Do: last word").expect(200);

        final SipText last = bob.expectRequest("NOTIFY");
        assertEquals(
                "terminated;reason=noresource",
                last.header("Subscription-State").orElseThrow());
        assertEquals("", last.body());
        assertEquals(2, alone.count(SipCounter.NOTICES_REFUSED));
        assertEquals(0, alone.sessions());
    }

    @Test
    void shouldTakeNoCallInTheDialogOfASubscription() {
        subscribed();
        call.bye().expect(481);
        call.invite().expect(403);
        call.ackRefusal();

        subscribe(EVENT);

        expectNotify("active;expires=600", "n=2\r\n");
    }

    @Test
    void shouldGoOnTellingWhenTheCallIsOverThatASubscriptionCameWithin() {
        call.invite().expect(200);
        call.ack();
        subscribed();

        call.bye().expect(200);

        alice.expectNothing();
        tell("after the call");
        expectNotify("active;expires=600", "after the call");
        assertEquals(1, cluster.endedCalls().size());
        call.bye().expect(481);
        takeOver();
        cluster.advance(Duration.ofMinutes(10));
        expectNotify("terminated;reason=timeout", "");
        assertAllForgotten();
    }

    @Test
    void shouldGoOnTellingWhenItHangsUp() {
        call.invite().expect(200);
        call.ack();
        subscribed();

        order("hang up");

        alice.respond(alice.expectRequest("BYE"), 481);
        alice.expectNothing();
        subscribe(EVENT, "Expires: 0");
        expectNotify("terminated;reason=timeout", "n=2\r\n");
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldKeepACallThatASubscriptionWasWithin() {
        call.invite().expect(200);
        call.ack();
        subscribed();

        subscribe(EVENT, "Expires: 0");

        expectNotify("terminated;reason=timeout", "n=2\r\n");
        call.request("OPTIONS").expect(200);
        call.bye().expect(200);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldTakeNoSubscriptionWithinACallThatIsNotUpYet() {
        call.invite("X-Do: ring").expect(180);

        call.request("SUBSCRIBE", EVENT).expect(491);
    }

    @Test
    void shouldEndASubscriptionAtItsNewOwnerWhenNobodyRefreshesIt() {
        subscribed();
        takeOver();
        cluster.advance(Duration.ofSeconds(590));
        alice.expectNothing();

        cluster.advance(Duration.ofSeconds(10));

        expectNotify("terminated;reason=timeout", "");
        assertEquals("end 1 EXPIRED 0", handler.told.getLast());
        assertAllForgotten();
    }

    @Test
    void shouldGoOnTellingWhenItsSecondOwnerIsKilledToo() {
        subscribed();
        takeOver();
        tell("once");
        expectNotify("active;expires=59[0-9]", "once");
        cluster.awaitBackupsAmongTheLiving();
        takeOver();

        tell("twice");

        assertEquals(
                "3 NOTIFY",
                expectNotify("active;expires=5[0-9][0-9]", "twice")
                        .header("CSeq")
                        .orElseThrow());
    }

    @Test
    void shouldTellThoughEachMessageMeetsAnotherNode() {
        final TestCluster moving = TestCluster.replicated(() -> handler, EventsCodec::new)
                .nodes(3)
                .worstCase()
                .start();
        final SipPeer bob = moving.peer("bob");
        final SipCall wanting = bob.newCall("sip:mailbox@example.com");
        wanting.request("SUBSCRIBE", EVENT, "Expires: 600").expect(200);
        bob.respond(bob.expectRequest("NOTIFY"), 200);
        for (int i = 2; i < 6; i++) {
            wanting.requestWithBody("MESSAGE", TYPE, "n=" + i).expect(200);
            final SipText notify = bob.expectRequest("NOTIFY");
            assertEquals(i + " NOTIFY", notify.header("CSeq").orElseThrow());
            assertEquals("n=" + i, notify.body());
            bob.respond(notify, 200);
        }

        wanting.request("SUBSCRIBE", EVENT, "Expires: 0").expect(200);

        final SipText last = bob.expectRequest("NOTIFY");
        assertEquals(
                "terminated;reason=timeout", last.header("Subscription-State").orElseThrow());
        bob.respond(last, 200);
        bob.expectNothing();
        assertTrue(moving.moves() >= 11, "moved " + moving.moves() + " times");
    }

    @Test
    void shouldDropAndCountASubscriptionWhoseImageNobodyCanRead() {
        final TestCluster restless = TestCluster.replicated(() -> handler, EventsCodec::new)
                .worker(WorkerConfig.defaults()
                        .withRestAfterNs(Duration.ofSeconds(1).toNanos()))
                .start();
        final SipPeer bob = restless.peer("bob");
        for (int bytesToChange = 1; bytesToChange < 30; bytesToChange++) {
            final SipCall damaged = bob.newCall("sip:mailbox@example.com");
            damaged.request("SUBSCRIBE", EVENT).expect(200);
            bob.respond(bob.expectRequest("NOTIFY"), 200);
            restless.advance(Duration.ofSeconds(3));
            assertTrue(restless.count(WorkerCounter.SESSIONS_DORMANT) > 0);
            restless.imagesOfOwnerOf(damaged.callId()).corrupt(bytesToChange);

            damaged.request("OPTIONS");
            bob.receive(); // 481, or 200 where the changed bytes do not matter to it

            restless.imagesOfOwnerOf(damaged.callId()).corrupt(0);
            bob.drain();
        }
        assertTrue(restless.count(WorkerCounter.IMAGES_UNREADABLE) > 10);
    }

    @Test
    void shouldRefuseSubscriptionsThatAreTooMany() {
        subscribed();
        for (int i = 2; i <= 32; i++) {
            subscribe(EVENT + ";id=" + i);
            alice.respond(alice.expectRequest("NOTIFY"), 200);
        }

        call.request("SUBSCRIBE", EVENT + ";id=33").expect(503);

        assertEquals(1, cluster.count(SipCounter.SUBSCRIPTIONS_REFUSED));
    }

    @Test
    void shouldGoOnTellingWhenItsOwnerIsKilled() {
        subscribed();
        takeOver();

        order("tell");
        assertEquals(
                "2 NOTIFY",
                expectNotify("active;expires=59[0-9]", "").header("CSeq").orElseThrow());
        subscribe(EVENT, "Expires: 120");
        expectNotify("active;expires=120", "n=2\r\n");
        cluster.advance(Duration.ofSeconds(118));
        alice.expectNothing();
        cluster.advance(Duration.ofSeconds(3));

        final SipText last = expectNotify("terminated;reason=timeout", "");
        assertEquals("4 NOTIFY", last.header("CSeq").orElseThrow());
        assertAllForgotten();
    }

    @Test
    void shouldRepeatANotifyWhoseOwnerIsKilledAndThenGoOn() {
        subscribed();
        order("tell");
        final SipText first = alice.expectRequest("NOTIFY");
        order("later");
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofSeconds(1));
        final List<SipText> again = alice.drainAll();
        assertTrue(again.stream().anyMatch(text -> text.toString().equals(first.toString())));
        assertFalse(again.stream().anyMatch(text -> text.toString().contains("terminated")));

        alice.respond(first, 200);

        assertEquals(
                "3 NOTIFY",
                expectNotify("terminated;reason=probation;retry-after=60", "")
                        .header("CSeq")
                        .orElseThrow());
    }
}
