package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.SessionTimers;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.sip.CallRecord;
import io.dialtone.runtime.sip.SipCounter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Session timers of calls that come in (RFC 4028 sections 9 and 10): who refreshes, how, and what happens when nobody does. */
class SessionTimersTest {
    private static final String KNOWN = "Supported: timer";
    private static final String UPDATE = "Allow: INVITE, ACK, BYE, UPDATE";
    private static final Duration HALF = Duration.ofMinutes(1);
    /** 32 s before the interval is over, RFC 4028 section 10. */
    private static final Duration EXPIRY = Duration.ofSeconds(120 - 32);

    private static final Duration MOMENT = Duration.ofMillis(20);

    private final ScriptedHandler handler = new ScriptedHandler();
    private TestCluster cluster = start(SessionTimers.of(Duration.ofMinutes(2)));
    private SipPeer alice = cluster.peer("alice");

    private TestCluster start(final SessionTimers timers) {
        handler.timers = Optional.of(timers);
        handler.onInvite = (invite, session) ->
                invite.reply(200).body("application/sdp", SipCalled.SDP).send();
        final TestCluster started = TestCluster.replicated(() -> handler, EventsCodec::new)
                .nodes(3)
                .worker(WorkerConfig.defaults()
                        .withRestAfterNs(Duration.ofSeconds(30).toNanos()))
                .start();
        alice = started.peer("alice");
        return started;
    }

    private SipCall up(final String... headers) {
        final SipCall call = alice.newCall("sip:service@example.com").invite(headers);
        call.expect(200);
        call.ack();
        return call;
    }

    private void advanceTo(final Duration time) {
        cluster.advance(time.minus(MOMENT));
        alice.expectNothing();
        cluster.advance(MOMENT.plus(MOMENT));
    }

    private void takeOver(final SipCall call) {
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
    }

    // ---- what the 2xx says

    @Test
    void shouldAcceptTheIntervalAndTheRefresherOfTheCaller() {
        final SipCall call = alice.newCall("sip:service@example.com")
                .invite(KNOWN, "Session-Expires: 100;refresher=uac", "Min-SE: 90");

        final SipText ok = call.expect(200);

        assertEquals("100;refresher=uac", ok.header("Session-Expires").orElseThrow());
        assertEquals("timer", ok.header("Require").orElseThrow());
        assertTrue(ok.header("Allow").orElseThrow().contains("UPDATE"));
    }

    @Test
    void shouldReduceAnIntervalToItsOwnButNotBelowMinSe() {
        final SipCall first = alice.newCall("sip:service@example.com").invite(KNOWN, "x: 86400");
        assertEquals(
                "120;refresher=uas", first.expect(200).header("Session-Expires").orElseThrow());
        final SipCall second =
                alice.newCall("sip:service@example.com").invite(KNOWN, "Session-Expires: 86400", "Min-SE: 7200");
        assertEquals(
                "7200;refresher=uas",
                second.expect(200).header("Session-Expires").orElseThrow());
    }

    @Test
    void shouldAskForTimersThatTheCallerKnowsButDidNotAskFor() {
        cluster = start(SessionTimers.of(Duration.ofMinutes(2)).refreshedByPeer());
        final SipCall call = alice.newCall("sip:service@example.com").invite("k: 100rel, Timer");

        final SipText ok = call.expect(200);

        assertEquals("120;refresher=uac", ok.header("Session-Expires").orElseThrow());
        assertEquals("timer", ok.header("Require").orElseThrow());
    }

    @Test
    void shouldRefreshByItselfWhatACallerWithoutTimersCannot() {
        cluster = start(SessionTimers.of(Duration.ofMinutes(2)).refreshedByPeer());
        final SipCall call = alice.newCall("sip:service@example.com").invite();

        final SipText ok = call.expect(200);

        assertEquals("120;refresher=uas", ok.header("Session-Expires").orElseThrow());
        assertTrue(ok.header("Require").isEmpty());
    }

    @Test
    void shouldRefuseAnIntervalThatIsTooShortWith422AndTakeALongerOne() {
        cluster = start(SessionTimers.of(Duration.ofMinutes(2)).withMinimum(Duration.ofMinutes(2)));
        final SipCall call = alice.newCall("sip:service@example.com").invite(KNOWN, "Session-Expires: 119");

        final SipText refusal = call.expect(422);
        call.ackRefusal();

        assertEquals("120", refusal.header("Min-SE").orElseThrow());
        assertEquals(List.of(), handler.told);
        final SipCall again =
                alice.newCall("sip:service@example.com").invite(KNOWN, "Session-Expires: 120", "Min-SE: 120");
        assertEquals(
                "120;refresher=uas", again.expect(200).header("Session-Expires").orElseThrow());
    }

    @Test
    void shouldNotRefuseAnIntervalOfWhoCannotAskForALongerOne() {
        final SipCall call = alice.newCall("sip:service@example.com").invite("Session-Expires: 60");

        assertEquals(
                "60;refresher=uas", call.expect(200).header("Session-Expires").orElseThrow());
    }

    @Test
    void shouldUnderstandTimerInRequireAndRefuseWhatIsNoInterval() {
        alice.newCall("sip:service@example.com")
                .invite("Require: timer", "Session-Expires: 90")
                .expect(200);
        alice.newCall("sip:service@example.com")
                .invite(KNOWN, "Session-Expires: soon")
                .expect(400);
    }

    @Test
    void shouldNotLetAHandlerWriteWhatThePlatformNegotiates() {
        handler.onInvite = (invite, session) ->
                invite.reply(200).header("session-expires", "90").send();

        alice.invite("sip:service@example.com").expect(500);
    }

    // ---- refreshes of ours

    @Test
    void shouldRefreshByUpdateAtHalfOfTheIntervalAgainAndAgain() {
        final SipCall call = up(UPDATE);
        for (int i = 1; i <= 3; i++) {
            advanceTo(HALF);
            final SipText update = alice.expectRequest("UPDATE");
            assertEquals("120;refresher=uac", update.header("Session-Expires").orElseThrow());
            assertEquals("timer", update.header("Supported").orElseThrow());
            assertEquals(i + " UPDATE", update.header("CSeq").orElseThrow());
            assertTrue(update.header("Contact").isPresent());
            assertEquals("", update.body());
            call.respond(update, 200, "Session-Expires: 120;refresher=uac", "Require: timer");
        }
        assertEquals(3, cluster.count(SipCounter.SESSIONS_REFRESHED));
        assertEquals(List.of("INVITE", "ACK"), handler.told);
        call.bye().expect(200);
    }

    @Test
    void shouldRefreshByAnInviteThatOffersWhatWasSaidLastIfThePeerDoesNotListUpdate() {
        final SipCall call = up();

        advanceTo(HALF);

        final SipText invite = alice.expectRequest("INVITE");
        assertEquals(SipCalled.SDP, invite.body());
        assertEquals("application/sdp", invite.header("Content-Type").orElseThrow());
        call.respond(invite, 200, "Contact: <sip:alice@" + alice.address() + ">", "Session-Expires: 90;refresher=uac");
        assertEquals("1 ACK", alice.expectRequest("ACK").header("CSeq").orElseThrow());
        assertEquals(List.of("INVITE", "ACK"), handler.told);
        advanceTo(Duration.ofSeconds(45));
        assertEquals(
                "90;refresher=uac",
                alice.expectRequest("INVITE").header("Session-Expires").orElseThrow());
    }

    @Test
    void shouldLetThePeerRefreshFromNowOnIfItsAnswerSaysSo() {
        final SipCall call = up(UPDATE);
        advanceTo(HALF);
        call.respond(alice.expectRequest("UPDATE"), 200, "Session-Expires: 120;refresher=uas");

        advanceTo(EXPIRY);

        alice.expectRequest("BYE");
    }

    @Test
    void shouldEndTheTimersWhenAnAnswerHasNone() {
        final SipCall call = up(UPDATE);
        advanceTo(HALF);
        call.respond(alice.expectRequest("UPDATE"), 200);

        cluster.advance(Duration.ofSeconds(200));

        alice.expectNothing();
        call.bye().expect(200);
    }

    @Test
    void shouldHangUpWhenThePeerDoesNotKnowTheCallAnyMore() {
        final SipCall call = up(UPDATE);
        advanceTo(HALF);

        call.respond(alice.expectRequest("UPDATE"), 481);

        assertEquals("2 BYE", alice.expectRequest("BYE").header("CSeq").orElseThrow());
        assertEquals("expired caller", handler.told.getLast());
        assertEquals(0, cluster.count(SipCounter.DIALOGS));
        assertEquals(CallRecord.EndedBy.TIMEOUT, cluster.endedCalls().getLast().endedBy());
    }

    @Test
    void shouldHangUpWhenNobodyAnswersARefresh() {
        up();
        advanceTo(HALF);
        final SipText refresh = alice.expectRequest("INVITE");

        cluster.advance(Duration.ofSeconds(33));

        SipText last = refresh;
        while (last.method().equals("INVITE")) {
            last = alice.receive();
        }
        assertEquals("BYE", last.method());
        assertEquals("expired caller", handler.told.getLast());
        assertEquals(0, cluster.count(SipCounter.DIALOGS));
    }

    @Test
    void shouldKeepACallWhoseRefreshIsRefusedUntilItsIntervalIsOver() {
        final SipCall call = up(UPDATE);
        advanceTo(HALF);
        SipText refresh = alice.expectRequest("UPDATE");
        int refused = 0;
        final long began = handler.told.size();
        while (refresh.method().equals("UPDATE")) {
            call.respond(refresh, 500);
            refused++;
            for (int i = 0; i < 1_000 && alice.isIdle(); i++) {
                cluster.advance(Duration.ofMillis(100));
            }
            refresh = alice.receive();
        }

        assertEquals("BYE", refresh.method());
        assertTrue(refused > 2 && refused < 7, "refused " + refused + " times");
        assertEquals(began + 1, handler.told.size());
        assertEquals("expired caller", handler.told.getLast());
    }

    @Test
    void shouldTryAgainSoonAfterGlare() {
        final SipCall call = up();
        advanceTo(HALF);
        final SipText first = alice.expectRequest("INVITE");
        call.respond(first, 491);
        alice.expectRequest("ACK");

        cluster.advance(Duration.ofMillis(2_010));

        assertEquals("2 INVITE", alice.expectRequest("INVITE").header("CSeq").orElseThrow());
    }

    @Test
    void shouldNotRefreshByInviteWhileOneOfThePeerIsUnderWay() {
        final SipCall call = up();
        cluster.advance(HALF.minusSeconds(1));
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        call.invite().expect(180);

        cluster.advance(Duration.ofSeconds(4));
        alice.expectNothing();
        call.cancel().expect(200);
        call.expect(487);
        call.ackRefusal();
        cluster.advance(Duration.ofSeconds(3));

        alice.expectRequest("INVITE");
    }

    @Test
    void shouldRaiseARefreshThatIsTooShortForThePeer() {
        final SipCall call = up(UPDATE);
        advanceTo(HALF);
        call.respond(alice.expectRequest("UPDATE"), 422, "Min-SE: 180");

        final SipText again = alice.expectRequest("UPDATE");

        assertEquals("180;refresher=uac", again.header("Session-Expires").orElseThrow());
        assertEquals("180", again.header("Min-SE").orElseThrow());
        assertEquals("2 UPDATE", again.header("CSeq").orElseThrow());
        call.respond(again, 200, "Session-Expires: 180;refresher=uac");
        advanceTo(Duration.ofSeconds(90));
        assertEquals(
                "180;refresher=uac",
                alice.expectRequest("UPDATE").header("Session-Expires").orElseThrow());
    }

    // ---- refreshes of the peer

    @Test
    void shouldHangUpWhenThePeerStaysAway() {
        up(KNOWN, "Session-Expires: 120;refresher=uac");

        advanceTo(EXPIRY);

        alice.respond(alice.expectRequest("BYE"), 200);
        assertEquals(List.of("INVITE", "ACK", "expired caller"), handler.told);
        assertEquals(1, cluster.count(SipCounter.SESSIONS_EXPIRED));
        assertEquals(0, cluster.count(SipCounter.DIALOGS));
    }

    @Test
    void shouldHangUpShortCallsAThirdOfTheIntervalEarlier() {
        up(KNOWN, "Session-Expires: 90;refresher=uac");

        advanceTo(Duration.ofMinutes(1));

        alice.expectRequest("BYE");
    }

    @Test
    void shouldAnswerUpdatesThatRefreshForAHandlerThatDoesNotWantThem() {
        final SipCall call = up(KNOWN, "Session-Expires: 120;refresher=uac");
        cluster.advance(HALF);

        final SipText ok = call.request("UPDATE", KNOWN, "Session-Expires: 120;refresher=uac")
                .expect(200);

        assertEquals("120;refresher=uac", ok.header("Session-Expires").orElseThrow());
        assertTrue(ok.header("Contact").isPresent());
        advanceTo(EXPIRY);
        alice.expectRequest("BYE");
        assertEquals(List.of("INVITE", "ACK", "expired caller"), handler.told);
    }

    @Test
    void shouldKeepTheRefresherWhenARefreshDoesNotNameOne() {
        final SipCall call = up(KNOWN, "Session-Expires: 120;refresher=uac");
        call.request("UPDATE", KNOWN, "Session-Expires: 120");

        assertEquals(
                "120;refresher=uac", call.expect(200).header("Session-Expires").orElseThrow());
    }

    @Test
    void shouldTakeAReInviteForARefresh() {
        final SipCall call = up(KNOWN, "Session-Expires: 120;refresher=uac");
        cluster.advance(HALF);
        call.invite(KNOWN, "Session-Expires: 90;refresher=uac");
        assertEquals(
                "90;refresher=uac", call.expect(200).header("Session-Expires").orElseThrow());
        call.ack();

        advanceTo(Duration.ofMinutes(1));

        alice.expectRequest("BYE");
    }

    @Test
    void shouldRefuseAnOfferInAnUpdateThatNobodyReads() {
        final SipCall call = up(KNOWN, "Session-Expires: 120;refresher=uac");

        call.requestWithBody("UPDATE", "application/sdp", SipCalled.SDP).expect(488);
    }

    @Test
    void shouldRefuseARefreshThatIsTooShortAndKeepWhatWasAgreed() {
        final SipCall call = up(KNOWN, "Session-Expires: 120;refresher=uac");
        cluster.advance(HALF);
        call.request("UPDATE", KNOWN, "Session-Expires: 30").expect(422);

        advanceTo(EXPIRY.minus(HALF));

        alice.expectRequest("BYE");
    }

    // ---- takeover

    @Test
    void shouldRefreshWhenItsOwnerIsKilled() {
        final SipCall call = up(UPDATE);
        cluster.advance(Duration.ofSeconds(40));
        takeOver(call);
        alice.drain();

        cluster.advance(Duration.ofSeconds(20));

        final SipText update = alice.expectRequest("UPDATE");
        call.respond(update, 200, "Session-Expires: 120;refresher=uac");
        advanceTo(HALF);
        alice.expectRequest("UPDATE");
        assertFalse(handler.told.contains("expired caller"));
    }

    @Test
    void shouldGoOnWithARefreshOfADeadOwner() {
        final SipCall call = up();
        advanceTo(HALF);
        final SipText refresh = alice.expectRequest("INVITE");
        takeOver(call);
        cluster.advance(Duration.ofSeconds(1));
        assertTrue(Arrays.equals(refresh.bytes(), alice.expectRequest("INVITE").bytes()));
        alice.drain();

        call.respond(
                refresh, 200, "Contact: <sip:alice@" + alice.address() + ">", "Session-Expires: 120;refresher=uac");

        alice.expectRequest("ACK");
        advanceTo(HALF);
        assertEquals(SipCalled.SDP, alice.expectRequest("INVITE").body());
    }

    @Test
    void shouldHangUpWhenItsOwnerIsKilledAndThePeerStaysAway() {
        final SipCall call = up(KNOWN, "Session-Expires: 120;refresher=uac");
        cluster.advance(Duration.ofMinutes(1));
        takeOver(call);
        alice.drain();

        cluster.advance(EXPIRY.minusSeconds(60));

        alice.expectRequest("BYE");
        assertEquals("expired caller", handler.told.getLast());
    }

    @Test
    void shouldHangUpSoonWhenTheTimeCameWhileNobodyOwnedTheCall() {
        final SipCall call = up(KNOWN, "Session-Expires: 90;refresher=uac");
        cluster.advance(Duration.ofMillis(59_990));
        takeOver(call);

        cluster.advance(Duration.ofSeconds(2));

        assertEquals(
                List.of("BYE"),
                alice.drainAll().stream().map(SipText::method).distinct().toList());
        assertEquals(1, handler.told.stream().filter("expired caller"::equals).count());
    }

    // ---- sessions that end otherwise

    @Test
    void shouldForgetTimersOfACallThatEnds() {
        handler.onOther = (request, session) -> {
            request.reply(200).send();
            session.leg(SipLeg.CALLER)
                    .filter(leg -> request.method() != SipMethod.BYE)
                    .ifPresent(SipLeg::hangUp);
        };
        final SipCall hungUp = up(UPDATE);
        hungUp.request("OPTIONS").expect(200);
        alice.respond(alice.expectRequest("BYE"), 200);
        final SipCall other = up(KNOWN, "Session-Expires: 90;refresher=uac");
        other.bye().expect(200);

        cluster.advance(Duration.ofSeconds(200));

        alice.expectNothing();
        assertEquals(0, cluster.count(SipCounter.SESSIONS_EXPIRED));
    }
}
