package io.dialtone.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.examples.AnsweringService.Call;
import io.dialtone.runtime.testsupport.SipCall;
import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.SipText;
import io.dialtone.runtime.testsupport.TestCluster;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnsweringServiceTest {
    private final RecordStateCodec<Call> codec = RecordStateCodec.of(Call.class, StateLimits.defaults());
    private final TestCluster cluster = TestCluster.replicated(
                    () -> new AnsweringService(Duration.ofSeconds(3)), codec::forAnotherWorker)
            .start();
    private final SipPeer alice = cluster.peer("alice");

    @Test
    void shouldRingThenAnswer() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);

        cluster.advance(Duration.ofSeconds(2));
        call.expectNothing();
        cluster.advance(Duration.ofSeconds(1).plusMillis(10));

        final SipText ok = call.expect(200);
        assertTrue(ok.body().startsWith("v=0"), ok::toString);
        call.ack();
        assertEquals(Optional.of(new Call(1)), cluster.stateOf(call.callId(), Call.class));
    }

    @Test
    void shouldCountTheRequestsOfACall() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);
        cluster.advance(Duration.ofSeconds(4));
        call.expect(200);
        call.ack();

        call.request("OPTIONS").expect(200);

        assertEquals(Optional.of(new Call(2)), cluster.stateOf(call.callId(), Call.class));
    }

    @Test
    void shouldForgetTheCallAfterItsBye() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);
        cluster.advance(Duration.ofSeconds(4));
        call.expect(200);
        call.ack();

        call.bye().expect(200);

        assertEquals(Optional.empty(), cluster.stateOf(call.callId(), Call.class));
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldStopRingingWhenTheCallerGivesUp() {
        final SipCall call = alice.invite("sip:bob@example.com");
        call.expect(180);

        call.cancel();

        call.expect(200);
        call.expect(487);
        call.ackRefusal();
        cluster.advance(Duration.ofSeconds(10));
        call.expectNothing();
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldAcceptARegistration() {
        final SipCall call = alice.newCall("sip:example.com");

        call.request("REGISTER", "Expires: 600");

        assertEquals(Optional.of("600"), call.expect(200).header("Expires"));
    }
}
