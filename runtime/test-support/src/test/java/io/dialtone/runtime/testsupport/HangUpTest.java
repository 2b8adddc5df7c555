package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.sip.SipCounter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The BYE that the platform sends when a handler ends a session (RFC 3261 sections 12.2.1, 15 and 17.1.2). */
class HangUpTest {
    private static final Duration TALK = Duration.ofSeconds(10);

    private final ScriptedHandler handler = new ScriptedHandler();
    private final TestCluster cluster = TestCluster.of(() -> handler).nodes(2).start();
    private final SipPeer alice = cluster.peer("alice");

    HangUpTest() {
        handler.onInvite = (invite, session) -> {
            session.startTimer("hang up", TALK);
            invite.reply(200).send();
        };
        handler.onTimer = (timer, session) -> session.end();
    }

    @Test
    void shouldHangUpWithAByeOfTheDialog() {
        final SipCall call = alice.invite("sip:bob@example.com");
        final SipText ok = call.expect(200);
        call.ack();

        cluster.advance(TALK.plusMillis(10));

        final SipText bye = alice.expectRequest("BYE");
        assertEquals("sip:alice@192.0.2.1:5060", bye.requestUri());
        assertEquals(ok.header("To"), bye.header("From"));
        assertEquals(ok.header("From"), bye.header("To"));
        assertEquals(Optional.of(call.callId()), bye.header("Call-ID"));
        assertEquals(Optional.of("1 BYE"), bye.header("CSeq"));
        assertTrue(bye.header("Via").orElseThrow().startsWith("SIP/2.0/UDP 192.0.2.200:5060;branch=z9hG4bK"));
        alice.respond(bye, 200);
        cluster.advance(Duration.ofSeconds(40));
        alice.expectNothing();
        assertEquals(0, cluster.sessions());
        assertEquals(0, cluster.count(SipCounter.DIALOGS));
    }

    @Test
    void shouldHangUpByTheConnectionThatThePeerHasNow() {
        alice.connectFrom(40_001);
        final SipCall call = alice.invite("sip:bob@example.com");
        final SipText ok = call.expect(200);
        call.ack();
        alice.connectFrom(40_002);
        call.request("OPTIONS").expect(200);

        cluster.advance(TALK.plusMillis(10));

        final SipText bye = alice.expectRequest("BYE");
        assertTrue(ok.header("Contact").orElseThrow().contains(";transport=tcp"));
        assertTrue(bye.header("Via").orElseThrow().startsWith("SIP/2.0/TCP "));
        assertEquals(0, cluster.strayDatagrams());
        cluster.advance(Duration.ofSeconds(1));
        alice.expectNothing(); // a stream repeats nothing
    }

    @Test
    void shouldNotHangUpByAConnectionThatIsGoneMoreOftenThanOnce() {
        alice.connectFrom(40_001);
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        call.ack();
        alice.connectFrom(40_002);

        cluster.advance(TALK.plusSeconds(40));

        assertEquals(1, cluster.strayDatagrams());
        assertEquals(0, cluster.sessions());
        assertEquals(0, cluster.count(SipCounter.DIALOGS));
    }

    @Test
    void shouldHangUpWhereTheRouteLeadsWhenTheConnectionIsGone() {
        alice.connectFrom(40_001);
        final SipCall call =
                alice.newCall("sip:bob@example.com").invite("Record-Route: <sip:192.0.2.1:5070;transport=tcp;lr>");
        call.expect(200);
        call.ack();
        alice.connectFrom(5070); // and listens there

        cluster.advance(TALK.plusMillis(10));

        alice.respond(alice.expectRequest("BYE"), 200);
        cluster.advance(Duration.ofSeconds(40));
        alice.expectNothing();
        assertEquals(1, cluster.count(SipCounter.REQUESTS_UNSENT));
        assertEquals(0, cluster.count(SipCounter.REQUESTS_TIMED_OUT));
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldSendTheByeAgainUntilTimerFFires() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        call.ack();
        cluster.advance(TALK.plusMillis(10));
        final SipText bye = alice.expectRequest("BYE");

        cluster.advance(Duration.ofSeconds(40));

        for (int i = 0; i < 10; i++) {
            assertArrayEquals(bye.bytes(), alice.expectRequest("BYE").bytes());
        }
        alice.expectNothing();
        assertEquals(1, cluster.count(SipCounter.REQUESTS_TIMED_OUT));
    }

    @Test
    void shouldSlowDownWhenTheByeIsBeingWorkedOn() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        call.ack();
        cluster.advance(TALK.plusMillis(10));
        alice.respond(alice.expectRequest("BYE"), 100);
        cluster.advance(Duration.ofMillis(600));
        alice.expectRequest("BYE");

        cluster.advance(Duration.ofMillis(3_850));
        alice.expectNothing();
        cluster.advance(Duration.ofMillis(200));

        alice.respond(alice.expectRequest("BYE"), 481);
        cluster.advance(Duration.ofSeconds(10));
        alice.expectNothing();
    }

    @Test
    void shouldNotHangUpBeforeTheAck() {
        handler.onTimer = (timer, session) -> session.end();
        handler.onInvite = (invite, session) -> {
            invite.reply(200).send();
            session.end();
        };
        final SipCall call = alice.invite("sip:bob@example.com");
        final SipText ok = call.expect(200);
        alice.expectNothing();
        assertEquals(0, cluster.sessions());

        cluster.advance(Duration.ofMillis(510));
        assertArrayEquals(ok.bytes(), call.expect(200).bytes());
        call.ack();

        alice.respond(alice.expectRequest("BYE"), 200);
        assertEquals(0, cluster.count(SipCounter.DIALOGS));
        assertEquals(List.of("INVITE"), handler.told);
    }

    @Test
    void shouldAnswerAByeThatCrossesOurs() {
        handler.onInvite = (invite, session) -> {
            invite.reply(200).send();
            session.end();
        };
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);

        call.bye().expect(200);

        cluster.advance(Duration.ofSeconds(40));
        alice.expectNothing();
        assertEquals(0, cluster.count(SipCounter.DIALOGS));
    }

    @Test
    void shouldFollowTheRouteSet() {
        final SipPeer proxy = cluster.peer("proxy");
        final SipCall call = alice.newCall("sip:bob@example.com");
        call.invite("Record-Route: <sip:" + proxy.address() + ";lr>", "Record-Route: <sip:far.example.com;lr>");
        call.expect(200);
        call.ack();
        cluster.advance(TALK.plusMillis(10));

        final SipText bye = proxy.expectRequest("BYE");

        assertEquals("sip:alice@192.0.2.1:5060", bye.requestUri());
        assertEquals(List.of("<sip:" + proxy.address() + ";lr>, <sip:far.example.com;lr>"), bye.headers("Route"));
    }

    @Test
    void shouldSpeakToAStrictRouterAsItExpects() {
        final SipPeer proxy = cluster.peer("proxy");
        final SipCall call = alice.newCall("sip:bob@example.com");
        call.invite("Record-Route: <sip:" + proxy.address() + ">, <sip:far.example.com;lr>");
        call.expect(200);
        call.ack();
        cluster.advance(TALK.plusMillis(10));

        final SipText bye = proxy.expectRequest("BYE");

        assertEquals("sip:" + proxy.address(), bye.requestUri());
        assertEquals(List.of("<sip:far.example.com;lr>", "<sip:alice@192.0.2.1:5060>"), bye.headers("Route"));
    }

    @Test
    void shouldUseTheTargetThatAReInviteGave() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        call.ack();
        handler.onInvite = (invite, session) -> invite.reply(200).send();
        call.invite();
        call.expect(200);
        call.ack();

        cluster.advance(TALK.plusMillis(10));

        assertEquals("sip:alice@192.0.2.1:5060", alice.expectRequest("BYE").requestUri());
    }

    @Test
    void shouldNotHangUpACallThatThePeerEnded() {
        handler.onOther = (request, session) -> {
            request.reply(200).send();
            session.end();
        };
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);

        call.ack().bye().expect(200);

        cluster.advance(Duration.ofSeconds(20));
        alice.expectNothing();
        assertEquals(0, cluster.sessions());
    }
}
