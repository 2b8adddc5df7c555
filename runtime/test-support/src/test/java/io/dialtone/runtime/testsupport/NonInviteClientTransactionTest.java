package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.SipMethod;
import io.dialtone.runtime.sip.SipCounter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests other than INVITE that a service sends (RFC 3261 section 17.1.2). */
class NonInviteClientTransactionTest {
    private final ScriptedHandler handler = new ScriptedHandler();
    private final TestCluster cluster =
            TestCluster.replicated(() -> handler, EventsCodec::new).nodes(2).start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer bob = cluster.peer("bob");

    NonInviteClientTransactionTest() {
        handler.onOther = (request, session) -> session.request(SipMethod.MESSAGE, "note", "sip:bob@" + bob.address())
                .body("text/plain", "hello")
                .onBehalfOf(request)
                .send();
        handler.onResponse = (response, session) -> {
            if (!response.isProvisional()) {
                response.onBehalfOf()
                        .ifPresent(request -> request.reply(response.status()).send());
            }
        };
    }

    @Test
    void shouldRelayTheAnswerToARequestThatWaitsForIt() {
        final SipCall options = alice.newCall("sip:service@example.com").request("OPTIONS");
        final SipText message = bob.expectRequest("MESSAGE");
        assertEquals("hello", message.body());
        assertEquals("text/plain", message.header("Content-Type").orElseThrow());
        alice.expectNothing();

        bob.respond(message, 202);

        options.expect(202);
        assertEquals(List.of("OPTIONS", "202 MESSAGE note"), handler.told);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldSendAgainAtTimerEUntilTimerFFires() {
        alice.newCall("sip:service@example.com").request("OPTIONS");
        final SipText message = bob.expectRequest("MESSAGE");

        int passedMs = 0;
        for (final int dueMs : List.of(500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500)) {
            cluster.advance(Duration.ofMillis(dueMs - 20 - passedMs));
            bob.expectNothing();
            cluster.advance(Duration.ofMillis(40));
            assertArrayEquals(message.bytes(), bob.expectRequest("MESSAGE").bytes());
            passedMs = dueMs + 20;
        }
        assertEquals(List.of("OPTIONS"), handler.told);
        cluster.advance(Duration.ofMillis(500));

        bob.expectNothing();
        assertTrue(handler.told.contains("local 408 MESSAGE note"), handler.told::toString);
        assertEquals(1, cluster.count(SipCounter.REQUESTS_TIMED_OUT));
        assertEquals(0, cluster.count(SipCounter.CLIENT_TRANSACTIONS));
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldNotSendAgainWhatHasNotLeftYet() {
        cluster.link().slow(0, 0, true);
        alice.newCall("sip:service@example.com").request("OPTIONS");
        cluster.advance(Duration.ofMillis(1_800));
        cluster.link().slow(0, 0, false);
        cluster.advance(Duration.ofMillis(20));

        bob.expectRequest("MESSAGE");
        bob.expectNothing();
        cluster.advance(Duration.ofMillis(500));
        bob.expectRequest("MESSAGE");
    }

    @Test
    void shouldSlowDownToT2WhenItIsBeingWorkedOn() {
        alice.newCall("sip:service@example.com").request("OPTIONS");
        final SipText message = bob.expectRequest("MESSAGE");
        bob.respond(message, 100);
        cluster.advance(Duration.ofMillis(520));
        bob.expectRequest("MESSAGE");

        cluster.advance(Duration.ofMillis(3_950));
        bob.expectNothing();
        cluster.advance(Duration.ofMillis(60));

        bob.expectRequest("MESSAGE");
        assertEquals(List.of("OPTIONS"), handler.told, "100 is not shown");
    }

    @Test
    void shouldAbsorbAnAnswerThatComesAgainUntilTimerKFires() {
        alice.newCall("sip:service@example.com").request("OPTIONS");
        final SipText message = bob.expectRequest("MESSAGE");
        bob.respond(message, 200);

        bob.respond(message, 200);
        cluster.advance(Duration.ofMillis(4_990));
        bob.respond(message, 200);

        assertEquals(List.of("OPTIONS", "200 MESSAGE note"), handler.told);
        assertEquals(2, cluster.count(SipCounter.RESPONSES_REPEATED));
        assertEquals(1, cluster.count(SipCounter.CLIENT_TRANSACTIONS));
        cluster.advance(Duration.ofMillis(20));
        assertEquals(0, cluster.count(SipCounter.CLIENT_TRANSACTIONS));
        bob.respond(message, 200);
        assertEquals(1, cluster.count(SipCounter.RESPONSES_STRAY));
    }

    @Test
    void shouldNotTakeTheAnswerToAnotherMethodForItsOwn() {
        alice.newCall("sip:service@example.com").request("OPTIONS");
        final SipText message = bob.expectRequest("MESSAGE");

        bob.send(message.toString().replaceFirst("MESSAGE .*", "SIP/2.0 200 OK").replace("1 MESSAGE", "1 OPTIONS"));

        assertEquals(List.of("OPTIONS"), handler.told);
        assertEquals(1, cluster.count(SipCounter.RESPONSES_STRAY));
    }

    @Test
    void shouldAnswer500ForARequestWhoseHandlerThrewOverTheAnswer() {
        final SipCall options = alice.newCall("sip:service@example.com").request("OPTIONS");
        final SipText message = bob.expectRequest("MESSAGE");
        handler.onResponse = (response, session) -> {
            throw new IllegalStateException("on purpose");
        };

        bob.respond(message, 200);

        options.expect(500);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldSendNothingForAHandlerThatThrows() {
        handler.onOther = (request, session) -> {
            session.request(SipMethod.MESSAGE, "note", "sip:bob@" + bob.address())
                    .send();
            throw new IllegalStateException("on purpose");
        };

        alice.newCall("sip:service@example.com").request("OPTIONS").expect(500);

        bob.expectNothing();
        assertEquals(0, cluster.count(SipCounter.CLIENT_TRANSACTIONS));
    }

    @Test
    void shouldTakeARequestThatIsBegunButNotSentForAnError() {
        handler.onOther = (request, session) -> {
            session.request(SipMethod.MESSAGE, "note", "sip:bob@" + bob.address());
            request.reply(200).send();
        };

        alice.newCall("sip:service@example.com").request("OPTIONS").expect(500);

        bob.expectNothing();
    }

    @Test
    void shouldSendFromATimerOfASessionWithoutCalls() {
        handler.onOther = (request, session) -> {
            session.startTimer("later", Duration.ofSeconds(5));
            request.reply(200).send();
        };
        handler.onTimer = (timer, session) -> session.request(SipMethod.NOTIFY, "news", "sip:bob@" + bob.address())
                .header("Event", "presence")
                .header("Subscription-State", "active")
                .send();
        alice.newCall("sip:service@example.com").request("OPTIONS").expect(200);

        cluster.advance(Duration.ofSeconds(5).plusMillis(5));

        final SipText notify = bob.expectRequest("NOTIFY");
        assertTrue(notify.header("From").orElseThrow().startsWith("<sip:test@192.0.2.200:5060>;tag="));
        assertTrue(notify.header("Contact").orElseThrow().startsWith("<sip:192.0.2.200:5060;dt="));
        bob.respond(notify, 200);
        assertEquals(List.of("OPTIONS", "timer later", "200 NOTIFY news"), handler.told);
        assertEquals(0, cluster.sessions());
    }
}
