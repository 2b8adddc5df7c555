package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.EventInterest;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipResponse;
import io.dialtone.api.SipWatch;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.sip.SipSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Services that subscribe to what others tell (RFC 6665 section 4.1). */
class WatchTest {
    private static final String EVENT = "Event: message-summary";
    private static final String ACTIVE = "Subscription-State: active;expires=600";
    private static final Duration TIMER_N = Duration.ofSeconds(32);

    private final Watching handler = new Watching();
    private final TestCluster cluster =
            TestCluster.replicated(() -> handler, EventsCodec::new).nodes(3).start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");
    private final SipCall call = alice.newCall("sip:service@example.com");

    /** Does what the header {@code X-Do} of a MESSAGE says, and notes what it was told. */
    private static final class Watching implements SipHandler<ScriptedHandler.Events> {
        final List<String> told = new ArrayList<>();
        String onNotify = "";
        int status = 200;

        @Override
        public ScriptedHandler.Events initialState(final SipRequest request) {
            return new ScriptedHandler.Events(0);
        }

        @Override
        public void onRequest(final SipRequest request, final Session<ScriptedHandler.Events> session) {
            request.reply(200).send();
            order(request.header("X-Do").orElse(""), session);
        }

        private static void order(final String order, final Session<ScriptedHandler.Events> session) {
            final EventInterest interest = EventInterest.of("message-summary").lasting(Duration.ofMinutes(10));
            switch (order) {
                case "subscribe" -> subscribe("box", interest, session);
                case "renew" -> subscribe("box", interest.renewed(), session);
                case "once" -> subscribe("box", interest.once(), session);
                case "with id" -> subscribe("box", interest.withId("7"), session);
                case "another" ->
                    subscribe(
                            "box-" + session.watches().size(),
                            interest.withId("" + session.state().count()),
                            session);
                case "unwatched" -> subscribe("box", EventInterest.of("dialog"), session);
                case "leave" -> session.watch("box").orElseThrow().leave();
                case "refresh" -> session.watch("box").orElseThrow().refresh();
                case "end" -> session.end();
                case "fail" -> throw new IllegalStateException("as the test wants it");
                default -> {}
            }
        }

        private static void subscribe(
                final String name, final EventInterest interest, final Session<ScriptedHandler.Events> session) {
            session.update(new ScriptedHandler.Events(session.state().count() + 1));
            session.subscribe(name, "sip:bob@192.0.2.2", interest)
                    .header("Accept", "application/simple-message-summary")
                    .send();
        }

        @Override
        public void onResponse(final SipResponse response, final Session<ScriptedHandler.Events> session) {
            told.add((response.isLocal() ? "local " : "") + response.status() + " " + response.leg());
        }

        @Override
        public void onNotify(
                final SipWatch watch, final SipRequest notify, final Session<ScriptedHandler.Events> session) {
            told.add(watch.name() + " " + watch.state() + " for "
                    + watch.timeLeft().toSeconds() + " " + notify.body());
            if (status != 200) {
                notify.reply(status).send();
            }
            order(onNotify, session);
        }

        @Override
        public void onWatchEnd(final SipWatch watch, final Session<ScriptedHandler.Events> session) {
            final SipWatch.End end = watch.end().orElseThrow();
            told.add("end " + watch.name() + " " + end.cause() + " " + end.reason() + " "
                    + end.retryAfter().map(after -> after.toSeconds() + " ").orElse("") + end.status());
        }

        @Override
        public Set<String> watchedEvents() {
            return Set.of("message-summary", "presence");
        }

        @Override
        public Set<SipMethod> methods() {
            return SipMethod.ofACallAnd(SipMethod.MESSAGE);
        }
    }

    /** Tells the service what to do, and lets it. */
    private void order(final String what) {
        call.forgetTag().request("MESSAGE", "X-Do: " + what).expect(200);
        cluster.advance(Duration.ofMillis(10));
    }

    private void orderInVain(final String what) {
        call.forgetTag().request("MESSAGE", "X-Do: " + what).expect(500);
    }

    private SipCalled asked(final String order) {
        order(order);
        return nextSubscribe();
    }

    private SipCalled nextSubscribe() {
        return new SipCalled(bob, bob.expectRequest("SUBSCRIBE"), "tell");
    }

    /** Has subscribed for ten minutes, and was told once. */
    private SipCalled subscribed(final String order) {
        final SipCalled box = asked(order);
        box.respond(200, "Expires: 600");
        notify(box, ACTIVE, "one").expect(200);
        return box;
    }

    private static SipCalled notify(final SipCalled box, final String state, final String body) {
        return box.request("NOTIFY", body, EVENT, state);
    }

    private static SipText refreshed(final SipCalled box, final String... headers) {
        final SipText refresh = box.expectRequest("SUBSCRIBE");
        box.answer(200, headers);
        return refresh;
    }

    private void assertLastTold(final String... events) {
        final int size = handler.told.size();
        assertEquals(
                List.of(events), handler.told.subList(Math.max(0, size - events.length), size), handler.told::toString);
    }

    private void takeOver() {
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofMillis(400));
        bob.drain();
    }

    /** Of a cluster with a dead node, which has forgotten nothing, of the others. */
    private void assertAllForgotten() {
        cluster.advance(Duration.ofSeconds(40), Duration.ofMillis(10));
        assertEquals(List.of(), cluster.leftovers());
    }

    /** Lets time pass until something comes. */
    private void awaitSubscribe(final Duration atMost) {
        for (long ms = 0; ms < atMost.toMillis() && bob.isIdle(); ms += 100) {
            cluster.advance(Duration.ofMillis(100));
        }
    }

    // ---- how it begins

    @Test
    void shouldSubscribeAndBeTold() {
        final SipCalled box = asked("subscribe");
        final SipText subscribe = box.invite();
        assertEquals("sip:bob@192.0.2.2", subscribe.requestUri());
        assertEquals("message-summary", subscribe.header("Event").orElseThrow());
        assertEquals("600", subscribe.header("Expires").orElseThrow());
        assertEquals(
                "application/simple-message-summary", subscribe.header("Accept").orElseThrow());
        assertTrue(subscribe.header("Contact").isPresent());
        assertTrue(subscribe.tag("To").isEmpty());

        box.respond(200, "Expires: 500");
        notify(box, "Subscription-State: pending", "").expect(200);
        notify(box, ACTIVE, "no messages").expect(200);

        assertEquals(List.of("200 box", "box PENDING for 500 ", "box ACTIVE for 500 no messages"), handler.told);
        assertEquals(1, cluster.sessions());
        assertEquals(1, cluster.count(SipCounter.WATCHES_BEGUN));
        assertEquals(2, cluster.count(SipCounter.NOTIFIES_TAKEN));
    }

    @Test
    void shouldTakeANotifyThatComesBeforeTheAnswer() {
        final SipCalled box = asked("subscribe");

        notify(box, "Subscription-State: active;expires=300", "early").expect(200);
        box.respond(200, "Expires: 600");

        assertEquals(List.of("box ACTIVE for 300 early", "200 box"), handler.told);
        cluster.advance(Duration.ofMillis(235_900));
        bob.expectNothing();
        cluster.advance(Duration.ofMillis(200));
        final SipText refresh = refreshed(box, "Expires: 600");
        assertEquals("2 SUBSCRIBE", refresh.header("CSeq").orElseThrow());
        assertEquals("tell", refresh.tag("To").orElseThrow());
    }

    @Test
    void shouldKeepTheForkThatSpeaksFirstAndRefuseOthers() {
        final SipCalled box = asked("subscribe");
        final SipCalled other = bob.fork(box, "other");
        other.respond(202, "Expires: 600");

        notify(box, ACTIVE, "first").expect(200);
        notify(other, ACTIVE, "second").expect(481);
        notify(box, ACTIVE, "third").expect(200);

        assertLastTold("202 box", "box ACTIVE for 600 first", "box ACTIVE for 600 third");
        assertEquals(1, cluster.count(SipCounter.NOTIFIES_REFUSED));
    }

    @Test
    void shouldGiveUpWhenNoNotifyComes() {
        asked("subscribe").respond(200, "Expires: 600");
        cluster.advance(TIMER_N.minusMillis(100));
        assertLastTold("200 box");

        cluster.advance(Duration.ofMillis(200));

        assertLastTold("200 box", "end box SILENT  0");
        bob.expectNothing();
        assertAllForgotten();
    }

    @Test
    void shouldSayThatItWasRefused() {
        final SipCalled box = asked("subscribe");

        box.respond(489, "Allow-Events: presence");

        assertEquals(List.of("489 box"), handler.told);
        assertEquals(0, cluster.sessions());
        notify(box, ACTIVE, "").expect(481);
        assertAllForgotten();
    }

    @Test
    void shouldSayThatNobodyAnswers() {
        asked("subscribe");

        cluster.advance(Duration.ofSeconds(33));

        assertEquals(List.of("local 408 box"), handler.told);
        bob.drain();
        assertAllForgotten();
    }

    @Test
    void shouldAskForAsLongAsTheNotifierWantsAtLeast() {
        final SipCalled box = asked("subscribe");
        box.respond(423, "Min-Expires: 1800");

        final SipCalled again = nextSubscribe();

        assertEquals(box.callId(), again.callId());
        assertEquals(box.invite().tag("From"), again.invite().tag("From"));
        assertEquals("2 SUBSCRIBE", again.invite().header("CSeq").orElseThrow());
        assertEquals("1800", again.invite().header("Expires").orElseThrow());
        again.respond(200, "Expires: 1800");
        notify(again, "Subscription-State: active;expires=1800", "one").expect(200);
        assertEquals(List.of("200 box", "box ACTIVE for 1800 one"), handler.told);
        cluster.advance(Duration.ofMillis(1_620_100));
        final SipText refresh = refreshed(again, "Expires: 1800");
        assertEquals("3 SUBSCRIBE", refresh.header("CSeq").orElseThrow());
        assertEquals("1800", refresh.header("Expires").orElseThrow());
    }

    @Test
    void shouldNotFollowANotifierThatWantsLongerAndLonger() {
        SipCalled box = asked("subscribe");
        for (int i = 1; i <= 3; i++) {
            box.respond(423, "Min-Expires: " + (600 + i));
            box = nextSubscribe();
        }

        box.respond(423, "Min-Expires: 3600");

        assertEquals(List.of("423 box"), handler.told);
        assertAllForgotten();
    }

    @Test
    void shouldTakeA423WithoutALongerTimeForARefusal() {
        asked("subscribe").respond(423, "Min-Expires: 600");
        assertEquals(List.of("423 box"), handler.told);
        asked("subscribe").respond(423);
        assertEquals(List.of("423 box", "423 box"), handler.told);
        bob.expectNothing();
    }

    // ---- how it goes on

    @Test
    void shouldRefreshInTime() {
        final SipCalled box = subscribed("subscribe");
        cluster.advance(Duration.ofMillis(535_900));
        bob.expectNothing();

        cluster.advance(Duration.ofMillis(200));

        final SipText refresh = refreshed(box, "Expires: 300");
        assertEquals("bob@" + bob.address(), refresh.requestUri().substring("sip:".length()));
        assertEquals("600", refresh.header("Expires").orElseThrow());
        assertEquals("message-summary", refresh.header("Event").orElseThrow());
        assertEquals(
                "application/simple-message-summary", refresh.header("Accept").orElseThrow());
        notify(box, "Subscription-State: active;expires=300", "two").expect(200);
        assertLastTold("200 box", "box ACTIVE for 600 one", "box ACTIVE for 300 two");
        cluster.advance(Duration.ofMillis(236_100));
        refreshed(box, "Expires: 600");
        assertEquals(2, cluster.count(SipCounter.WATCHES_REFRESHED));
    }

    @Test
    void shouldRefreshByTheNewContactAndItsRoutes() {
        final SipCalled box = asked("subscribe");
        box.respond(200, "Expires: 600", "Record-Route: <sip:192.0.2.77;lr>");
        box.request("NOTIFY", "", EVENT, ACTIVE, "Record-Route: <sip:192.0.2.2;lr>")
                .expect(200);
        box.moveTo("elsewhere@192.0.2.99:5070");
        notify(box, ACTIVE, "").expect(200);

        order("refresh");

        final SipText refresh = box.expectRequest("SUBSCRIBE");
        assertEquals("sip:elsewhere@192.0.2.99:5070", refresh.requestUri());
        assertEquals(List.of("<sip:192.0.2.2;lr>"), refresh.headers("Route"));
    }

    @Test
    void shouldLetANotifyShortenItsTimeAndNotLengthenIt() {
        final SipCalled box = subscribed("subscribe");
        notify(box, "Subscription-State: active;expires=3600", "").expect(200);
        assertLastTold("box ACTIVE for 600 ");
        notify(box, "Subscription-State: active;expires=100", "").expect(200);
        assertLastTold("box ACTIVE for 100 ");

        cluster.advance(Duration.ofMillis(50_100));

        refreshed(box, "Expires: 600");
        notify(box, ACTIVE, "").expect(200);
        assertLastTold("box ACTIVE for 600 ");
    }

    @Test
    void shouldRefreshWhenTheServiceWantsAllOfItAgain() {
        final SipCalled box = subscribed("subscribe");

        order("refresh");

        final SipText refresh = box.expectRequest("SUBSCRIBE");
        order("refresh");
        bob.expectNothing();
        bob.respond(refresh, 200, "Expires: 600");
        assertEquals(
                "3 SUBSCRIBE", refreshed(box, "Expires: 600").header("CSeq").orElseThrow());
        bob.expectNothing();
    }

    @Test
    void shouldEndWhenARefreshFindsNothing() {
        final SipCalled box = subscribed("subscribe");
        order("refresh");

        box.expectRequest("SUBSCRIBE");
        box.answer(481);

        assertLastTold("end box REFUSED  481");
        notify(box, ACTIVE, "").expect(481);
        assertAllForgotten();
    }

    @Test
    void shouldBeginAnewWhenARefreshFindsNothing() {
        final SipCalled box = subscribed("renew");
        order("refresh");
        box.expectRequest("SUBSCRIBE");
        box.answer(481);

        cluster.advance(Duration.ofMillis(100));

        final SipCalled anew = nextSubscribe();
        assertNotEquals(box.callId(), anew.callId());
        assertNotEquals(box.invite().tag("From"), anew.invite().tag("From"));
        assertEquals("1 SUBSCRIBE", anew.invite().header("CSeq").orElseThrow());
        assertTrue(anew.invite().tag("To").isEmpty());
        assertEquals("sip:bob@192.0.2.2", anew.invite().requestUri());
        notify(box, ACTIVE, "of old").expect(481);
        anew.respond(200, "Expires: 600");
        notify(anew, ACTIVE, "anew").expect(200);
        assertLastTold("box ACTIVE for 600 one", "box ACTIVE for 600 anew");
        assertEquals(1, cluster.count(SipCounter.WATCHES_RENEWED));
    }

    @Test
    void shouldTryAgainWhenARefreshIsRefusedForNow() {
        final SipCalled box = subscribed("subscribe");
        cluster.advance(Duration.ofMillis(536_100));
        box.expectRequest("SUBSCRIBE");
        box.answer(503, "Retry-After: 20");
        cluster.advance(Duration.ofMillis(19_900));
        bob.expectNothing();
        cluster.advance(Duration.ofMillis(200));
        box.expectRequest("SUBSCRIBE");
        box.answer(500);
        cluster.advance(Duration.ofMillis(21_800));
        bob.expectNothing();
        cluster.advance(Duration.ofMillis(300));

        refreshed(box, "Expires: 600");

        notify(box, ACTIVE, "").expect(200);
        assertLastTold("box ACTIVE for 600 ");
    }

    @Test
    void shouldEndWhenItCouldNotBeRefreshedInTime() {
        final SipCalled box = subscribed("subscribe");
        cluster.advance(Duration.ofMillis(536_100));
        box.expectRequest("SUBSCRIBE");
        box.answer(403);

        cluster.advance(Duration.ofSeconds(64));

        while (!bob.isIdle()) {
            bob.expectRequest("SUBSCRIBE");
        }
        assertLastTold("end box EXPIRED  403");
        assertAllForgotten();
    }

    // ---- how it ends

    @Test
    void shouldSayWhyItWasEnded() {
        notify(subscribed("subscribe"), "Subscription-State: terminated;reason=Rejected", "over")
                .expect(200);
        assertLastTold("box OVER for 600 over", "end box TERMINATED rejected 0");
        assertEquals(0, cluster.sessions());
        notify(subscribed("subscribe"), "Subscription-State: terminated;reason=probation;retry-after=60", "")
                .expect(200);
        assertLastTold("box OVER for 600 ", "end box TERMINATED probation 60 0");
        notify(subscribed("subscribe"), "Subscription-State: terminated", "").expect(200);
        assertLastTold("end box TERMINATED  0");
        bob.expectNothing();
        assertAllForgotten();
    }

    @Test
    void shouldBeginAnewAtOnceWhatWasDeactivated() {
        final SipCalled box = subscribed("renew");
        notify(box, "Subscription-State: terminated;reason=deactivated", "").expect(200);
        assertLastTold("box AWAY for 600 ");

        cluster.advance(Duration.ofMillis(10));

        final SipCalled anew = nextSubscribe();
        assertNotEquals(box.callId(), anew.callId());
        anew.respond(200, "Expires: 600");
        notify(anew, ACTIVE, "anew").expect(200);
        assertLastTold("box AWAY for 600 ", "box ACTIVE for 600 anew");
    }

    @Test
    void shouldComeAgainWhenItMay() {
        notify(subscribed("renew"), "Subscription-State: terminated;reason=probation;retry-after=300", "")
                .expect(200);
        cluster.advance(Duration.ofMillis(299_900));
        bob.expectNothing();

        cluster.advance(Duration.ofMillis(200));

        final SipCalled anew = nextSubscribe();
        anew.respond(404);
        assertLastTold("end box REFUSED  404");
        assertAllForgotten();
    }

    @Test
    void shouldNotComeAgainWhereItIsInVain() {
        for (final String reason : List.of("rejected", "noresource", "invariant")) {
            notify(subscribed("renew"), "Subscription-State: terminated;reason=" + reason + ";retry-after=1", "")
                    .expect(200);
            assertLastTold("end box TERMINATED " + reason + " 1 0");
        }
        assertAllForgotten();
        bob.expectNothing();
    }

    @Test
    void shouldNotComeAgainForEver() {
        SipCalled box = subscribed("renew");
        for (int i = 0; i < 5; i++) {
            notify(box, "Subscription-State: terminated;reason=deactivated", "").expect(200);
            if (i > 0) {
                cluster.advance(Duration.ofSeconds(30L << i).minusMillis(100), Duration.ofMillis(10));
                bob.expectNothing();
            }
            cluster.advance(Duration.ofMillis(200));
            box = nextSubscribe();
            box.respond(200, "Expires: 600");
            notify(box, ACTIVE, "").expect(200);
        }

        notify(box, "Subscription-State: terminated;reason=deactivated", "").expect(200);

        assertLastTold("end box TERMINATED deactivated 0");
        assertEquals(5, cluster.count(SipCounter.WATCHES_RENEWED));
        assertAllForgotten();
    }

    @Test
    void shouldTryAgainToComeAgain() {
        final SipCalled box = subscribed("renew");
        notify(box, "Subscription-State: terminated;reason=deactivated", "").expect(200);
        cluster.advance(Duration.ofMillis(10));
        nextSubscribe().respond(503, "Retry-After: 40");
        cluster.advance(Duration.ofMillis(39_900));
        bob.expectNothing();

        cluster.advance(Duration.ofMillis(200));

        final SipCalled anew = nextSubscribe();
        anew.respond(200);
        notify(anew, ACTIVE, "anew").expect(200);
        assertLastTold("box AWAY for 600 ", "box ACTIVE for 600 anew");
    }

    @Test
    void shouldLeave() {
        final SipCalled box = subscribed("subscribe");
        order("leave");
        assertEquals("0", refreshed(box).header("Expires").orElseThrow());

        notify(box, "Subscription-State: terminated;reason=timeout", "last").expect(200);

        assertLastTold("box OVER for 599 last", "end box LEFT timeout 0");
        assertEquals(0, cluster.count(SipCounter.WATCHES_LOST));
        assertAllForgotten();
    }

    @Test
    void shouldNotWaitForEverForTheLastNotify() {
        final SipCalled box = subscribed("renew");
        order("leave");
        refreshed(box, "Expires: 0");
        notify(box, ACTIVE, "still").expect(200);
        assertLastTold("box LEAVING for 599 still");

        cluster.advance(Duration.ofSeconds(33));

        assertLastTold("end box LEFT  0");
        bob.expectNothing();
        assertAllForgotten();
    }

    @Test
    void shouldLeaveWhatHasNotBegunAsSoonAsItHas() {
        final SipCalled box = asked("subscribe");
        order("leave");
        bob.expectNothing();
        box.respond(200, "Expires: 600");
        cluster.advance(Duration.ofMillis(10));
        bob.expectNothing();

        notify(box, ACTIVE, "one").expect(200);
        cluster.advance(Duration.ofMillis(10));

        assertEquals("0", refreshed(box).header("Expires").orElseThrow());
        notify(box, "Subscription-State: terminated;reason=timeout", "").expect(200);
        assertLastTold("end box LEFT timeout 0");
        assertAllForgotten();
    }

    @Test
    void shouldLeaveWhatIsAway() {
        notify(subscribed("renew"), "Subscription-State: terminated;reason=probation;retry-after=300", "")
                .expect(200);

        order("leave");
        cluster.advance(Duration.ofMillis(10));

        assertLastTold("end box LEFT  0");
        assertAllForgotten();
        bob.expectNothing();
    }

    @Test
    void shouldAskOnlyOnce() {
        final SipCalled box = asked("once");
        assertEquals("0", box.invite().header("Expires").orElseThrow());
        box.respond(200, "Expires: 0");

        notify(box, "Subscription-State: terminated;reason=timeout", "so it is").expect(200);

        assertEquals(List.of("200 box", "box OVER for 0 so it is", "end box LEFT timeout 0"), handler.told);
        assertAllForgotten();
        bob.expectNothing();
    }

    @Test
    void shouldNotWaitForEverWhenItAskedOnlyOnce() {
        final SipCalled box = asked("once");
        notify(box, "Subscription-State: active;expires=0", "so it is").expect(200);
        box.respond(200);
        cluster.advance(Duration.ofSeconds(33));

        assertLastTold("box LEAVING for 0 so it is", "200 box", "end box LEFT  0");
        assertAllForgotten();
    }

    @Test
    void shouldWantNoMoreWhenItsSessionEnds() {
        final SipCalled box = subscribed("subscribe");

        order("end");

        assertEquals("0", refreshed(box).header("Expires").orElseThrow());
        notify(box, "Subscription-State: terminated;reason=timeout", "").expect(481);
        assertLastTold("box ACTIVE for 600 one");
        assertAllForgotten();
    }

    @Test
    void shouldEndItsSessionOverTheLastNotify() {
        final SipCalled box = subscribed("subscribe");
        handler.onNotify = "end";

        notify(box, "Subscription-State: terminated;reason=noresource", "").expect(200);

        assertLastTold("box OVER for 600 ");
        bob.expectNothing();
        assertAllForgotten();
    }

    @Test
    void shouldWantNoMoreOfWhatTheServiceAnswersWith481() {
        final SipCalled box = subscribed("renew");
        handler.status = 481;

        notify(box, ACTIVE, "").expect(481);

        assertLastTold("end box LEFT  0");
        assertAllForgotten();
    }

    // ---- what is no NOTIFY of ours

    @Test
    void shouldRefuseWhatIsNoNotifyOfOurs() {
        final SipCalled box = asked("with id");
        assertEquals("message-summary;id=7", box.invite().header("Event").orElseThrow());
        box.respond(200, "Expires: 600");
        final String event = EVENT + ";id=7";
        box.request("NOTIFY", "", ACTIVE).expect(489);
        box.request("NOTIFY", "", "Event: dialog;id=7", ACTIVE).expect(489);
        box.request("NOTIFY", "", "Event: presence;id=7", ACTIVE).expect(481);
        box.request("NOTIFY", "", EVENT, ACTIVE).expect(481);
        box.request("NOTIFY", "", EVENT + ";id=8", ACTIVE).expect(481);
        box.request("NOTIFY", "", event, event, ACTIVE).expect(400);
        box.request("NOTIFY", "", event).expect(400);
        box.request("NOTIFY", "", event, ACTIVE, ACTIVE).expect(400);
        box.request("NOTIFY", "", event, "Subscription-State: active;expires=soon")
                .expect(400);
        box.request("NOTIFY", "", event, "Subscription-State: terminated;retry-after=-1")
                .expect(400);
        box.request("NOTIFY", "", event, "Subscription-State: ;expires=1").expect(400);
        box.request("NOTIFY", "", event, ACTIVE, "Require: unheard-of").expect(420);
        assertEquals(List.of("200 box"), handler.told);

        box.request("NOTIFY", "", event, "Subscription-State: waiting;expires=99999999999;x=y")
                .expect(200);

        assertLastTold("box PENDING for 600 ");
    }

    @Test
    void shouldRefuseWhatIsSaidAgainOrTooLate() {
        final SipCalled box = subscribed("subscribe");
        box.retransmit().expect(200); // the same transaction: the same answer
        final SipText first = SipText.of(box.lastMessage());
        bob.send(first.toString().replace("branch=z9hG4bK", "branch=z9hG4bKreplayed-"));
        bob.expect(500);
        notify(box, ACTIVE, "two").expect(200);
        bob.send(first.toString().replace("branch=z9hG4bK", "branch=z9hG4bKreplayed-again-"));
        bob.expect(500);
        bob.send(first.toString()
                .replace("branch=z9hG4bK", "branch=z9hG4bKoutside-")
                .replaceFirst("\r\nTo: ([^\r]*);tag=[^\r]*", "\r\nTo: $1"));
        bob.expect(481);

        assertEquals(List.of("200 box", "box ACTIVE for 600 one", "box ACTIVE for 600 two"), handler.told);
    }

    @Test
    void shouldSayToWhomItHasNotSubscribedThatItHasNot() {
        final SipCall stranger = bob.newCall("sip:service@example.com");
        stranger.request("NOTIFY", EVENT, ACTIVE).expect(481);

        assertTrue(stranger.forgetTag()
                .request("OPTIONS")
                .expect(200)
                .header("Allow")
                .orElseThrow()
                .contains("NOTIFY"));
        assertEquals(List.of(), handler.told);
    }

    @Test
    void shouldTakeNoCallInTheDialogOfASubscription() {
        final SipCalled box = subscribed("subscribe");
        box.request("BYE", "").expect(481);
        box.request("INVITE", "").expect(403);
        box.ackRefusal();
        box.request("SUBSCRIBE", "", EVENT).expect(405);

        notify(box, ACTIVE, "two").expect(200);

        assertLastTold("box ACTIVE for 600 two");
    }

    @Test
    void shouldForgetWhatAHandlerAsksForThatThrows() {
        final SipCalled box = subscribed("subscribe");
        handler.onNotify = "fail";
        notify(box, ACTIVE, "").expect(500);
        handler.onNotify = "";

        notify(box, ACTIVE, "two").expect(200);

        assertLastTold("box ACTIVE for 600 two");
    }

    // ---- limits

    @Test
    void shouldBeginNoMoreThanASessionMayHave() {
        for (int i = 0; i < 32; i++) {
            order("another");
        }
        assertEquals(32, bob.drain());

        orderInVain("another");

        bob.expectNothing();
        orderInVain("leave");
    }

    @Test
    void shouldRefuseAnInterestThatCannotBeSaid() {
        final EventInterest interest = EventInterest.of("message-summary");
        assertThrows(IllegalArgumentException.class, () -> EventInterest.of("message summary"));
        assertThrows(IllegalArgumentException.class, () -> interest.withId("a;b"));
        assertThrows(IllegalArgumentException.class, () -> interest.withId("x".repeat(129)));
        assertThrows(IllegalArgumentException.class, () -> interest.lasting(Duration.ofSeconds(-1)));
        assertThrows(IllegalArgumentException.class, () -> interest.lasting(Duration.ofDays(366)));
    }

    @Test
    void shouldBeginNoneOfANameThatIsThereOrOfAnEventThatWasNotSaid() {
        asked("subscribe");
        orderInVain("subscribe");
        orderInVain("unwatched");
        bob.expectNothing();
    }

    @Test
    void shouldPutANotifyOffWhenThereAreAsManyDialogsAsThereMayBe() {
        final TestCluster small = TestCluster.replicated(() -> handler, EventsCodec::new)
                .sip(SipSettings.defaults().withDialogsMax(1))
                .start();
        final SipPeer carol = small.peer("carol");
        final SipPeer dave = small.peer("dave");
        final List<SipCalled> boxes = new ArrayList<>();
        String owner = "";
        while (boxes.size() < 2) {
            final SipCall starting = carol.newCall("sip:service@example.com");
            if (boxes.isEmpty() || owner.equals(small.ownerOf(starting.callId()))) {
                owner = small.ownerOf(starting.callId());
                starting.request("MESSAGE", "X-Do: subscribe").expect(200);
                boxes.add(new SipCalled(dave, dave.expectRequest("SUBSCRIBE"), "tell").respond(200, "Expires: 600"));
            }
        }
        notify(boxes.get(0), ACTIVE, "").expect(200);

        assertTrue(notify(boxes.get(1), ACTIVE, "")
                .expect(503)
                .header("Retry-After")
                .isPresent());

        notify(boxes.get(0), "Subscription-State: terminated;reason=noresource", "")
                .expect(200);
        notify(boxes.get(1), ACTIVE, "").expect(200);
    }

    // ---- nodes die

    @Test
    void shouldGoOnWhenItsOwnerIsKilledBeforeTheAnswer() {
        final SipCalled box = asked("subscribe");
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofSeconds(1));
        assertTrue(bob.drainAll().stream()
                .anyMatch(text -> text.toString().equals(box.invite().toString())));

        notify(box, ACTIVE, "one").expect(200);
        box.respond(200, "Expires: 600");

        assertLastTold("box ACTIVE for 600 one", "200 box");
    }

    @Test
    void shouldGoOnWhenItsOwnerIsKilledBeforeTheFirstNotify() {
        final SipCalled box = asked("subscribe");
        box.respond(200, "Expires: 600");
        takeOver();

        notify(box, ACTIVE, "one").expect(200);

        cluster.advance(TIMER_N);
        bob.expectNothing();
        assertTrue(handler.told.getLast().matches("box ACTIVE for 59[0-9] one"), handler.told::toString);
        awaitSubscribe(Duration.ofMinutes(10));
        box.expectRequest("SUBSCRIBE");
        box.answer(200, "Expires: 600");
    }

    @Test
    void shouldGiveUpAtItsNewOwnerWhenNoNotifyComes() {
        asked("subscribe").respond(200, "Expires: 600");
        takeOver();
        cluster.advance(TIMER_N);

        assertLastTold("end box SILENT  0");
        assertAllForgotten();
    }

    @Test
    void shouldRefreshInTimeAtItsNewOwner() {
        final SipCalled box = subscribed("subscribe");
        takeOver();
        cluster.advance(Duration.ofSeconds(520));
        bob.expectNothing();

        awaitSubscribe(Duration.ofSeconds(17));

        final SipText refresh = refreshed(box, "Expires: 600");
        assertEquals("2 SUBSCRIBE", refresh.header("CSeq").orElseThrow());
        assertEquals("tell", refresh.tag("To").orElseThrow());
        cluster.awaitBackupsAmongTheLiving();
        takeOver();
        notify(box, ACTIVE, "two").expect(200);
        order("refresh");
        assertEquals(
                "3 SUBSCRIBE", refreshed(box, "Expires: 600").header("CSeq").orElseThrow());
    }

    @Test
    void shouldRepeatARefreshWhoseOwnerIsKilled() {
        final SipCalled box = subscribed("subscribe");
        order("refresh");
        final SipText refresh = box.expectRequest("SUBSCRIBE");
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofSeconds(1));
        assertTrue(bob.drainAll().stream().anyMatch(text -> text.toString().equals(refresh.toString())));

        box.answer(481);

        assertLastTold("end box REFUSED  481");
        assertAllForgotten();
    }

    @Test
    void shouldComeAgainWhenItsOwnerIsKilledWhileItIsAway() {
        final SipCalled box = subscribed("renew");
        notify(box, "Subscription-State: terminated;reason=probation;retry-after=300", "")
                .expect(200);
        takeOver();
        cluster.advance(Duration.ofSeconds(280));
        bob.expectNothing();

        awaitSubscribe(Duration.ofSeconds(20));

        final SipCalled anew = nextSubscribe();
        assertNotEquals(box.callId(), anew.callId());
        anew.respond(200, "Expires: 600");
        notify(anew, ACTIVE, "anew").expect(200);
        assertLastTold("box ACTIVE for 600 anew");
    }

    @Test
    void shouldLeaveThoughItsOwnerIsKilled() {
        final SipCalled box = subscribed("subscribe");
        order("leave");
        refreshed(box, "Expires: 0");
        takeOver();

        notify(box, "Subscription-State: terminated;reason=timeout", "").expect(200);

        assertLastTold("end box LEFT timeout 0");
        assertAllForgotten();
    }

    @Test
    void shouldAnswerANotifyAgainWithTheSameBytesAtItsNewOwner() {
        final SipCalled box = subscribed("subscribe");
        final SipText answer = notify(box, ACTIVE, "two").expect(200);
        takeOver();
        bob.drain();

        assertEquals(answer.toString(), box.retransmit().expect(200).toString());

        assertLastTold("box ACTIVE for 600 two");
    }

    @Test
    void shouldBeToldThoughEachMessageMeetsAnotherNode() {
        final TestCluster moving = TestCluster.replicated(() -> handler, EventsCodec::new)
                .nodes(3)
                .worstCase()
                .start();
        final SipPeer carol = moving.peer("carol");
        final SipPeer dave = moving.peer("dave");
        final SipCall starting = carol.newCall("sip:service@example.com");
        starting.forgetTag().request("MESSAGE", "X-Do: renew").expect(200);
        SipCalled box = new SipCalled(dave, dave.expectRequest("SUBSCRIBE"), "tell");
        notify(box, ACTIVE, "one").expect(200);
        box.respond(200, "Expires: 600");
        notify(box, ACTIVE, "two").expect(200);
        starting.forgetTag().request("MESSAGE", "X-Do: refresh").expect(200);
        moving.advance(Duration.ofMillis(10));
        box.expectRequest("SUBSCRIBE");
        box.answer(423, "Min-Expires: 700");
        box.expectRequest("SUBSCRIBE");
        box.answer(200, "Expires: 700");
        notify(box, "Subscription-State: terminated;reason=deactivated", "three")
                .expect(200);
        moving.advance(Duration.ofMillis(10));
        box = new SipCalled(dave, dave.expectRequest("SUBSCRIBE"), "tell");
        box.respond(200, "Expires: 700");
        notify(box, "Subscription-State: active;expires=700", "four").expect(200);
        starting.forgetTag().request("MESSAGE", "X-Do: leave").expect(200);
        moving.advance(Duration.ofMillis(10));
        box.expectRequest("SUBSCRIBE");
        box.answer(200, "Expires: 0");

        notify(box, "Subscription-State: terminated;reason=timeout", "five").expect(200);

        assertLastTold("end box LEFT timeout 0");
        dave.expectNothing();
        assertTrue(moving.moves() >= 12, "moved " + moving.moves() + " times");
        moving.advance(Duration.ofSeconds(40));
        assertEquals(List.of(), moving.leftovers());
    }

    @Test
    void shouldBeToldThoughItsSessionRests() {
        final TestCluster restless = TestCluster.replicated(() -> handler, EventsCodec::new)
                .worker(WorkerConfig.defaults()
                        .withRestAfterNs(Duration.ofSeconds(1).toNanos()))
                .start();
        final SipPeer carol = restless.peer("carol");
        final SipPeer dave = restless.peer("dave");
        carol.newCall("sip:service@example.com")
                .request("MESSAGE", "X-Do: subscribe")
                .expect(200);
        final SipCalled box = new SipCalled(dave, dave.expectRequest("SUBSCRIBE"), "tell");
        box.respond(200, "Expires: 600");
        notify(box, ACTIVE, "one").expect(200);
        restless.advance(Duration.ofSeconds(3));
        assertTrue(restless.count(WorkerCounter.SESSIONS_DORMANT) > 0);

        notify(box, ACTIVE, "two").expect(200);

        restless.advance(Duration.ofMillis(533_200));
        refreshed(box, "Expires: 600");
        assertEquals(0, restless.count(WorkerCounter.IMAGES_UNREADABLE));
    }

    @Test
    void shouldDropAndCountWhatNobodyCanRead() {
        final TestCluster restless = TestCluster.replicated(() -> handler, EventsCodec::new)
                .worker(WorkerConfig.defaults()
                        .withRestAfterNs(Duration.ofSeconds(1).toNanos()))
                .start();
        final SipPeer carol = restless.peer("carol").toleratesAnything();
        final SipPeer dave = restless.peer("dave").toleratesAnything();
        for (int bytesToChange = 1; bytesToChange < 30; bytesToChange++) {
            final SipCall damaged = carol.newCall("sip:service@example.com");
            damaged.request("MESSAGE", "X-Do: subscribe").expect(200);
            final SipCalled box = new SipCalled(dave, dave.expectRequest("SUBSCRIBE"), "tell");
            box.respond(200, "Expires: 600");
            notify(box, ACTIVE, "").expect(200);
            restless.advance(Duration.ofSeconds(3));
            restless.imagesOfOwnerOf(damaged.callId()).corrupt(bytesToChange);

            notify(box, ACTIVE, "");
            dave.receive(); // 481, or 200 where the changed bytes do not matter to it

            restless.imagesOfOwnerOf(damaged.callId()).corrupt(0);
            dave.drain();
        }
        assertTrue(restless.count(WorkerCounter.IMAGES_UNREADABLE) > 10);
    }
}
