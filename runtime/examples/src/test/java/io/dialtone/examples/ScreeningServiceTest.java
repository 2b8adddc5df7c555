package io.dialtone.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.examples.ScreeningService.Caller;
import io.dialtone.runtime.testsupport.SipCall;
import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.TestCluster;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScreeningServiceTest {
    private final RecordStateCodec<Caller> codec = RecordStateCodec.of(Caller.class, StateLimits.defaults());
    private final TestCluster cluster = TestCluster.replicated(ScreeningService::new, codec::forAnotherWorker)
            .affinity("from-user")
            .start();

    @Test
    void shouldDeclineAUnwantedPrefix() {
        final SipCall call = cluster.peer("+9001234").invite("sip:bob@example.com");

        call.expect(603);
        call.ackRefusal();
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldSendOtherCallersOn() {
        final SipCall call = cluster.peer("+3612345").invite("sip:bob@example.com");

        assertEquals(
                Optional.of("<sip:reception@pbx.example.com>"), call.expect(302).header("Contact"));
    }

    @Test
    void shouldAskWhoCallsTooOftenToWait() {
        final SipPeer eager = cluster.peer("+3612345");
        for (int i = 0; i < 3; i++) {
            eager.invite("sip:bob@example.com").expect(302);
        }

        eager.invite("sip:bob@example.com").expect(486);

        assertEquals(Optional.of(new Caller(4)), cluster.stateOf("+3612345", Caller.class));
    }

    @Test
    void shouldForgetACallerAfterAMinute() {
        final SipPeer caller = cluster.peer("+3612345");
        caller.invite("sip:bob@example.com").expect(302);
        cluster.advance(Duration.ofSeconds(61));
        caller.drain();

        final SipCall call = caller.invite("sip:bob@example.com");

        call.expect(302);
        assertEquals(Optional.of(new Caller(1)), cluster.stateOf("+3612345", Caller.class));
    }
}
