package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.api.SipMethod;
import io.dialtone.runtime.sip.SipCounter;
import io.dialtone.runtime.sip.SipSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** RFC 3261 section 17.2.2 and RFC 4320. */
class NonInviteTransactionTest {
    private final ScriptedHandler handler = new ScriptedHandler();
    private final TestCluster cluster =
            TestCluster.replicated(() -> handler, EventsCodec::new).nodes(2).start();
    private final SipPeer alice = cluster.peer("alice");

    @Test
    void shouldAnswerARetransmissionWithTheSameBytesUntilTimerJFires() {
        final SipCall call = alice.newCall("sip:bob@example.com").request("OPTIONS");
        final SipText ok = call.expect(200);

        cluster.advance(Duration.ofSeconds(31));
        call.retransmit();
        assertArrayEquals(ok.bytes(), call.expect(200).bytes());
        cluster.advance(Duration.ofSeconds(2));

        assertEquals(0, cluster.count(SipCounter.TRANSACTIONS));
        assertEquals(List.of("OPTIONS"), handler.told);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldStayOutOfTheWayWhileTheHandlerThinks() {
        handler.onOther = (request, session) -> session.startTimer("think", Duration.ofSeconds(1));
        handler.onTimer = (timer, session) ->
                session.pending(SipMethod.OPTIONS).orElseThrow().reply(200).send();
        final SipCall call = alice.newCall("sip:bob@example.com").request("OPTIONS");

        call.retransmit();
        cluster.advance(Duration.ofMillis(990));
        call.expectNothing();
        cluster.advance(Duration.ofMillis(20));

        call.expect(200);
        assertEquals(List.of("OPTIONS", "timer think"), handler.told);
    }

    @Test
    void shouldAnswer500WhenNobodyWillEverAnswer() {
        handler.onOther = (request, session) -> {};

        alice.newCall("sip:bob@example.com").request("OPTIONS").expect(500);

        assertEquals(1, cluster.count(SipCounter.REQUESTS_LEFT_UNANSWERED));
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldTellWhatItCanDoWhenAskedByOptions() {
        final SipText ok =
                alice.newCall("sip:bob@example.com").request("OPTIONS").expect(200);

        assertEquals(Optional.of("INVITE, ACK, BYE, CANCEL, OPTIONS"), ok.header("Allow"));
        assertEquals(Optional.of("application/sdp"), ok.header("Accept"));
    }

    @Test
    void shouldRefuseARequestThatCameByTwoWays() {
        final String options = """
                OPTIONS sip:bob@example.com SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK%s
                From: <sip:alice@example.com>;tag=1
                To: <sip:bob@example.com>
                Call-ID: merged@example.com
                CSeq: 1 OPTIONS
                Max-Forwards: 70
                Content-Length: 0

                """;
        alice.send(options.formatted("one"));
        alice.expect(200);

        alice.send(options.formatted("two"));

        alice.expect(482);
        assertEquals(List.of("OPTIONS"), handler.told);
    }

    @Test
    void shouldAnswer503WithoutMemoryWhenTransactionsAreAsManyAsTheyMayBe() {
        final TestCluster full = TestCluster.of(ScriptedHandler::new)
                .nodes(1)
                .sip(SipSettings.defaults().withTransactionsMax(2))
                .start();
        final SipPeer peer = full.peer("alice");
        peer.newCall("sip:bob@example.com").request("OPTIONS").expect(200);
        peer.newCall("sip:bob@example.com").request("OPTIONS").expect(200);

        final SipText refused =
                peer.newCall("sip:bob@example.com").request("OPTIONS").expect(503);

        assertEquals(Optional.of("5"), refused.header("Retry-After"));
        assertEquals(2, full.count(SipCounter.TRANSACTIONS));
        full.advance(Duration.ofSeconds(33));
        peer.newCall("sip:bob@example.com").request("OPTIONS").expect(200);
    }

    @Test
    void shouldAnswerToThePortOfSentByWithoutRport() {
        alice.send("""
                OPTIONS sip:bob@example.com SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnorport
                From: <sip:alice@example.com>;tag=1
                To: <sip:bob@example.com>
                Call-ID: norport@example.com
                CSeq: 1 OPTIONS
                Max-Forwards: 70
                Content-Length: 0

                """);

        alice.expect(200);
    }

    @Test
    void shouldTellCallsApartWhosePeerRepeatsItsBranch() {
        final String options = """
                OPTIONS sip:bob@example.com SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKalways
                From: <sip:alice@example.com>;tag=1
                To: <sip:bob@example.com>
                Call-ID: %s@example.com
                CSeq: 1 OPTIONS
                Content-Length: 0

                """;
        alice.send(options.formatted("one"));
        assertEquals("one@example.com", alice.expect(200).callId());

        alice.send(options.formatted("two"));

        assertEquals("two@example.com", alice.expect(200).callId());
    }

    @Test
    void shouldMatchTransactionsOfRfc2543Peers() {
        final String options = """
                OPTIONS sip:bob@example.com SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.1
                From: <sip:alice@example.com>
                To: <sip:bob@example.com>
                Call-ID: old@example.com
                CSeq: 1 OPTIONS

                """;
        alice.send(options);
        alice.expect(200);

        alice.send(options);

        alice.expect(200);
        assertEquals(List.of("OPTIONS"), handler.told);
    }
}
