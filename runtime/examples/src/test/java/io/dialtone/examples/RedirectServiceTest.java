package io.dialtone.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.registrar.Bindings;
import io.dialtone.runtime.testsupport.SipCall;
import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.SipRegistration;
import io.dialtone.runtime.testsupport.SipText;
import io.dialtone.runtime.testsupport.TestCluster;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedirectServiceTest {
    private final RecordStateCodec<Bindings> codec = RecordStateCodec.of(Bindings.class, StateLimits.defaults());
    private final TestCluster cluster = TestCluster.replicated(RedirectService::new, codec::forAnotherWorker)
            .affinity("address-of-record")
            .nodes(3)
            .start();
    private final SipPeer bob = cluster.peer("bob");
    private final SipRegistration desk =
            bob.registration("sip:example.com", "sip:bob@example.com").as("bob", "builder");
    private final SipRegistration mobile =
            bob.registration("sip:example.com", "sip:bob@example.com").as("bob", "builder");

    @Test
    void shouldTellCallersWhereAllPhonesAre() {
        desk.register("Contact: <sip:bob@192.0.2.10>;q=0.3");
        mobile.register("Contact: <sip:bob@192.0.2.11>;q=0.8");

        assertEquals(
                List.of("<sip:bob@192.0.2.11>;q=0.8", "<sip:bob@192.0.2.10>;q=0.3"),
                call(302).headers("Contact"));
    }

    @Test
    void shouldTellThemAlsoWhenTheNodeHasDied() {
        desk.register("Contact: <sip:bob@192.0.2.10>;expires=100");

        final String former = cluster.killOwnerOf("bob@example.com");
        cluster.awaitNewOwner("bob@example.com", former);

        assertEquals(List.of("<sip:bob@192.0.2.10>;q=1.0"), call(302).headers("Contact"));
        cluster.advance(Duration.ofSeconds(101));
        call(480);
    }

    @Test
    void shouldRegisterNobodyWithoutThePassword() {
        final SipText refusal = bob.registration("sip:example.com", "sip:bob@example.com")
                .as("bob", "thief")
                .register("Contact: <sip:bob@192.0.2.66>");

        assertEquals(401, refusal.status());
        call(480);
    }

    private SipText call(final int status) {
        final SipCall call = cluster.peer("alice").invite("sip:bob@example.com");
        final SipText answer = call.expect(status);
        call.ackRefusal();
        return answer;
    }
}
