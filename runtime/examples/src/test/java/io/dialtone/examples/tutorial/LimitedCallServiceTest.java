package io.dialtone.examples.tutorial;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.runtime.testsupport.SipCall;
import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.TestCluster;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LimitedCallServiceTest {
    private final TestCluster cluster =
            TestCluster.of(LimitedCallService::new).nodes(2).start();
    private final SipPeer alice = cluster.peer("alice");

    @Test
    void shouldHangUpAfterHalfAMinute() {
        SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);
        cluster.advance(Duration.ofMillis(2_010));
        call.expect(200);
        call.ack();

        cluster.advance(Duration.ofMillis(30_010));

        alice.respond(alice.expectRequest("BYE"), 200);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldCountTheQuestionsOfACall() {
        SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);
        cluster.advance(Duration.ofMillis(2_010));
        call.expect(200);
        call.ack();

        call.request("OPTIONS").expect(200);
        call.request("OPTIONS").expect(200);

        assertEquals(
                Optional.of(new LimitedCallService.Call(2)),
                cluster.stateOf(call.callId(), LimitedCallService.Call.class));
    }
}
