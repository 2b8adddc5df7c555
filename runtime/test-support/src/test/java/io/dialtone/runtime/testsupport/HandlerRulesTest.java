package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.PendingRequest;
import io.dialtone.api.Session;
import io.dialtone.api.SipRequest;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.testsupport.ScriptedHandler.Events;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What a handler may do, and what happens when it does something else. */
class HandlerRulesTest {
    private final ScriptedHandler handler = new ScriptedHandler();
    private final TestCluster cluster =
            TestCluster.replicated(() -> handler, EventsCodec::new).nodes(2).start();
    private final SipPeer alice = cluster.peer("alice");

    @Test
    void shouldAnswer500AndForgetEverythingWhenTheHandlerThrows() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        call.ack();
        handler.onOther = (request, session) -> {
            session.update(new Events(99));
            session.startTimer("never", Duration.ofSeconds(1));
            request.reply(200).header("X-Half", "done").send();
            throw new IllegalStateException("on purpose");
        };

        call.request("OPTIONS").expect(500);

        assertEquals(Optional.of(new Events(1)), cluster.stateOf(call.callId(), Events.class));
        assertEquals(1, cluster.count(WorkerCounter.HANDLER_FAILURES));
        cluster.advance(Duration.ofSeconds(2));
        assertEquals(List.of("INVITE", "ACK", "OPTIONS"), handler.told);
        handler.onOther = (request, session) -> request.reply(200).send();
        call.bye().expect(200);
    }

    @Test
    void shouldLeaveNoSessionWhenItsFirstRequestFails() {
        handler.onInvite = (invite, session) -> {
            throw new IllegalStateException("on purpose");
        };

        alice.invite("sip:bob@example.com").expect(500);

        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldSayWhatIsLeftOfATimer() {
        final List<Optional<Duration>> left = new ArrayList<>();
        handler.onInvite = (invite, session) -> {
            left.add(session.timeLeft("wake"));
            session.startTimer("wake", Duration.ofSeconds(9));
            session.startTimer("wake", Duration.ofSeconds(10));
            left.add(session.timeLeft("wake"));
            invite.reply(200).send();
        };
        handler.onOther = (request, session) -> {
            left.add(session.timeLeft("wake"));
            session.cancelTimer("wake");
            left.add(session.timeLeft("wake"));
            throw new IllegalStateException("on purpose: the timer runs on");
        };
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        call.ack();
        cluster.advance(Duration.ofSeconds(4));
        call.request("OPTIONS").expect(500);
        cluster.advance(Duration.ofSeconds(1));
        call.request("OPTIONS").expect(500);

        assertEquals(
                List.of(
                        Optional.empty(),
                        Optional.of(Duration.ofSeconds(10)),
                        Optional.of(Duration.ofSeconds(6)),
                        Optional.empty(),
                        Optional.of(Duration.ofSeconds(5)),
                        Optional.empty()),
                left);
    }

    @Test
    void shouldTakeAReplyThatIsNotSentAsAnError() {
        handler.onInvite = (invite, session) -> invite.reply(200);

        alice.invite("sip:bob@example.com").expect(500);
    }

    @Test
    void shouldRefuseASecondFinalAnswer() {
        handler.onInvite = (invite, session) -> {
            invite.reply(486).send();
            assertThrows(IllegalStateException.class, () -> invite.reply(200));
        };

        alice.invite("sip:bob@example.com").expect(486);
    }

    @Test
    void shouldNotLetAHandlerSmuggleHeaders() {
        handler.onInvite = (invite, session) -> {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> invite.reply(486).header("X-Note", "a\r\nVia: SIP/2.0/UDP evil"));
        };
        alice.invite("sip:bob@example.com").expect(500);

        handler.onInvite = (invite, session) -> invite.reply(486).header("To", "<sip:evil@example.com>");
        alice.invite("sip:bob@example.com").expect(500);
    }

    @Test
    void shouldTakeRequestAndSessionAwayWhenTheMethodReturns() {
        final List<SipRequest> requests = new ArrayList<>();
        final List<Session<Events>> sessions = new ArrayList<>();
        handler.onInvite = (invite, session) -> {
            invite.reply(180).send();
            requests.add(invite);
            sessions.add(session);
        };

        alice.invite("sip:bob@example.com").expect(180);

        assertThrows(IllegalStateException.class, () -> requests.getFirst().callId());
        assertThrows(IllegalStateException.class, () -> sessions.getFirst().update(new Events(7)));
        assertThrows(IllegalStateException.class, () -> requests.getFirst().reply(200));
    }

    @Test
    void shouldNotReplyByARequestFoundInAnEarlierEvent() {
        final List<PendingRequest> kept = new ArrayList<>();
        handler.onInvite = (invite, session) -> {
            invite.reply(180).send();
            session.startTimer("tick", Duration.ofMillis(1));
        };
        handler.onTimer = (timer, session) ->
                session.pending(io.dialtone.api.SipMethod.INVITE).ifPresent(kept::add);
        alice.invite("sip:bob@example.com").expect(180);
        cluster.advance(Duration.ofMillis(10));

        assertThrows(IllegalStateException.class, () -> kept.getFirst().reply(200));
    }

    @Test
    void shouldShowARequestByTheNamesOfTheRfc() {
        final List<String> seen = new ArrayList<>();
        handler.onOther = (request, session) -> {
            seen.add(request.requestUri());
            seen.add(request.requestUriUser());
            seen.add(request.fromUser());
            seen.add(request.toUser());
            seen.add(request.callId());
            seen.add(String.valueOf(request.cseq()));
            seen.add(request.header("subject").orElse("none"));
            seen.addAll(request.headers("X-Two"));
            seen.add(request.body());
            request.reply(200)
                    .reason("Fine")
                    .header("X-Answer", "yes")
                    .body("text/plain", "hello")
                    .send();
        };

        alice.send("""
                OPTIONS sip:b%6Fb@example.com SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKview
                f: "A" <sip:alice@example.com>;tag=1
                t: <tel:+36123456>
                i: view@example.com
                CSeq: 7 OPTIONS
                s: folded
                  subject
                X-Two: 1
                X-Two: 2
                c: application/sdp
                l: 3

                v=0""");

        final SipText answer = alice.expect(200);
        assertEquals(
                List.of(
                        "sip:b%6Fb@example.com",
                        "bob", "alice", "+36123456", "view@example.com", "7", "folded subject", "1", "2", "v=0"),
                seen);
        assertEquals("SIP/2.0 200 Fine", answer.startLine());
        assertEquals(Optional.of("yes"), answer.header("X-Answer"));
        assertEquals("hello", answer.body());
    }

    @Test
    void shouldBoundTheTimersOfASession() {
        handler.onInvite = (invite, session) -> {
            for (int i = 0; i < WorkerConfig.defaults().timersPerSessionMax(); i++) {
                session.startTimer("timer " + i, Duration.ofSeconds(1));
            }
            session.startTimer("timer 0", Duration.ofSeconds(2));
            assertThrows(IllegalStateException.class, () -> session.startTimer("one too many", Duration.ofSeconds(1)));
            invite.reply(180).send();
        };

        alice.invite("sip:bob@example.com").expect(180);
        cluster.advance(Duration.ofSeconds(3));

        assertEquals(17, handler.told.size());
        assertEquals("timer timer 0", handler.told.getLast());
    }

    @Test
    void shouldAnswer503WhenSessionsAreAsManyAsTheyMayBe() {
        final TestCluster full = TestCluster.of(ScriptedHandler::new)
                .nodes(1)
                .worker(WorkerConfig.defaults().withSessionsMax(1))
                .start();
        final SipCall first = full.peer("alice").invite("sip:bob@example.com");
        first.expect(200);

        full.peer("carol").invite("sip:bob@example.com").expect(503);

        first.ack().bye().expect(200);
        full.peer("dave").invite("sip:bob@example.com").expect(200);
        assertEquals(1, full.count(WorkerCounter.SESSIONS_REFUSED));
    }

    @Test
    void shouldDropFramesThatAreNotForUs() {
        final TestCluster two = TestCluster.of(ScriptedHandler::new).nodes(2).start();

        offer(two, frame -> frame.slot(0).epoch(99));
        offer(two, frame -> frame.slot(1).epoch(1));
        offer(two, frame -> frame.slot(-1).epoch(1));
        offer(two, frame -> frame.slot(0).epoch(1).deadlineNs(1));

        assertEquals(1, two.count(WorkerCounter.FRAMES_OF_OTHER_EPOCH));
        assertEquals(2, two.count(WorkerCounter.FRAMES_NOT_OURS));
        assertEquals(1, two.count(WorkerCounter.FRAMES_TOO_LATE));
        assertEquals(0, two.count(SipCounter.REQUESTS));
    }

    @Test
    void shouldCountWhatAnEdgeSendsOnceMore() {
        final TestCluster one = TestCluster.of(ScriptedHandler::new).nodes(1).start();

        offer(one, frame -> frame.slot(0).epoch(1));
        offer(one, frame -> frame.slot(0).epoch(1).redriven(true));

        assertEquals(1, one.count(WorkerCounter.FRAMES_REDRIVEN));
    }

    @Test
    void shouldKeepAnswersWhileAnEdgeIsSlow() {
        cluster.link().slow(0, 0, true);
        final SipCall call = alice.newCall("sip:bob@example.com").request("OPTIONS");
        call.expectNothing();

        cluster.link().slow(0, 0, false);
        cluster.work();

        call.expect(200);
        assertTrue(cluster.count(WorkerCounter.TURNS_BACK_PRESSURED) > 0);
    }

    @Test
    void shouldDropAnswersForAnEdgeThatIsGone() {
        cluster.link().slow(0, 0, true);
        alice.newCall("sip:bob@example.com").request("OPTIONS");

        cluster.link().disconnect(0, 0);
        cluster.work();

        assertEquals(1, cluster.count(WorkerCounter.OUTPUTS_DROPPED_EDGE_GONE));
    }

    private static void offer(final TestCluster cluster, final Consumer<LinkFrame> fields) {
        final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
        fields.accept(new LinkFrame().wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER));
        cluster.link().endpoint(0, 0).publication(1, 0).offer(header, 0, LinkFrame.HEADER_BYTES, header, 0, 0);
        cluster.work();
    }
}
