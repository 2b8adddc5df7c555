package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorstCaseTest {
    private final ScriptedHandler handler = new ScriptedHandler();
    private final TestCluster cluster = TestCluster.replicated(() -> handler, EventsCodec::new)
            .nodes(3)
            .worstCase()
            .start();
    private final SipPeer alice = cluster.peer("alice");

    @Test
    void shouldBringEachMessageOfACallToAnotherNode() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        final String first = cluster.ownerOf(call.callId());
        call.ack();
        final String second = cluster.ownerOf(call.callId());
        call.request("OPTIONS").expect(200);
        final String third = cluster.ownerOf(call.callId());
        call.bye().expect(200);

        assertNotEquals(first, second);
        assertNotEquals(second, third);
        assertEquals(4, cluster.moves());
        assertEquals(List.of("INVITE", "ACK", "OPTIONS", "BYE"), handler.told);
    }

    @Test
    void shouldAnswerARetransmissionWithTheSameBytesWhereverItComes() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(200);
        call.ack();
        call.request("OPTIONS").expect(200);

        for (int i = 0; i < 5; i++) {
            call.retransmit();
        }

        alice.expectNothing(); // that is not as before
        assertEquals(List.of("INVITE", "ACK", "OPTIONS"), handler.told);
    }

    @Test
    void shouldLetACallerGiveUpAtAnotherNode() {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);

        call.cancel();

        cluster.advance(Duration.ofMillis(1));
        call.expect(200);
        call.expect(487);
        assertEquals(2, cluster.moves());
    }
}
