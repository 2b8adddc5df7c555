package io.dialtone.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.registrar.Bindings;
import io.dialtone.runtime.engine.WorkerCounter;
import io.dialtone.runtime.testsupport.SipCall;
import io.dialtone.runtime.testsupport.SipCalled;
import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.TestCluster;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProxyServiceTest {
    private final RecordStateCodec<Bindings> codec = RecordStateCodec.of(Bindings.class, StateLimits.defaults());
    private final TestCluster cluster = TestCluster.replicated(
                    () -> new ProxyService(Optional.of("192.0.2.5:5060"), Optional.of("192.0.2.4:5060")),
                    codec::forAnotherWorker)
            .affinity("address-of-record")
            .nodes(3)
            .start();
    private final SipPeer alice = cluster.peer("alice");
    private final SipPeer desk = cluster.peer("desk");
    private final SipPeer mobile = cluster.peer("mobile");
    private final SipPeer voicemail = cluster.peer("voicemail");
    private final SipPeer nextHop = cluster.peer("next-hop");

    private void register(final SipPeer phone, final String q) {
        final int status = phone.registration("sip:example.com", "sip:bob@example.com")
                .as("bob", "builder")
                .register("Contact: <sip:bob@" + phone.name() + ".invalid>;q=" + q)
                .status();
        assertEquals(200, status);
    }

    @Test
    void shouldCallPhonesOfTheHighestPreferenceFirstAndThenTheVoicemail() {
        register(desk, "0.9");
        register(mobile, "0.3");
        final SipCall call = alice.invite("sip:bob@example.com");
        final SipCalled first = desk.expectCall().respond(180);
        assertEquals("sip:bob@desk.invalid", first.invite().requestUri());
        call.expect(180);
        mobile.expectNothing();

        first.respond(486);
        desk.expectRequest("ACK");
        mobile.expectCall().respond(180);
        cluster.advance(Duration.ofSeconds(31));
        mobile.expectRequest("CANCEL");
        call.expect(180);

        final SipCalled last = voicemail.expectCall();
        assertTrue(last.invite().header("Diversion").isPresent());
        last.respond(200);
        assertEquals("voicemail-tag", call.expect(200).tag("To").orElseThrow());
    }

    @Test
    void shouldTryTheVoicemailOnceAndPassItsRefusalBackEvenIfItsNodeDiesMeanwhile() {
        register(desk, "0.9");
        final SipCall call = alice.invite("sip:bob@example.com");
        desk.expectCall().respond(486);
        final SipCalled last = voicemail.expectCall();
        final String former = cluster.killOwnerOf("bob@example.com");
        cluster.awaitNewOwner("bob@example.com", former);
        cluster.advance(Duration.ofMillis(5));
        voicemail.drain();
        alice.drain();

        last.respond(486);

        voicemail.expectRequest("ACK");
        voicemail.expectNothing();
        call.expect(486);
        assertEquals(0, cluster.count(WorkerCounter.HANDLER_FAILURES));
    }

    @Test
    void shouldCarryTheCallToItsEndWhenTheNodeThatHoldsThePhonesDies() {
        register(desk, "1.0");
        register(mobile, "1.0");
        final SipCall call = alice.invite("sip:bob@example.com");
        desk.expectCall().respond(180);
        final SipCalled called = mobile.expectCall().respond(180);

        final String former = cluster.killOwnerOf("bob@example.com");
        cluster.awaitNewOwner("bob@example.com", former);
        cluster.advance(Duration.ofMillis(5));
        alice.drain();
        desk.drain();
        mobile.drain();
        called.respond(200);
        call.expect(200);
        desk.expectRequest("CANCEL");
        call.ack();
        called.expectRequest("ACK");
        called.request("BYE", "");

        alice.respond(alice.expectRequest("BYE"), 200);
        called.expect(200);
    }

    @Test
    void shouldSendOnWhoHasNoPhoneHere() {
        alice.newCall("sip:erin@example.com").request("MESSAGE");

        assertEquals("sip:erin@192.0.2.5:5060", nextHop.expectRequest("MESSAGE").requestUri());
    }
}
