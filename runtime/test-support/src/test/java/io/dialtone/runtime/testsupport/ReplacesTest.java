package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.DialogName;
import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import io.dialtone.runtime.engine.WorkerConfig;
import io.dialtone.runtime.testsupport.ScriptedHandler.Events;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** INVITEs that name another call: to replace it (RFC 3891), or to join it (RFC 3911). */
class ReplacesTest {
    private final ScriptedHandler handler = new ScriptedHandler(SipMethod.INFO);
    private final List<String> named = new ArrayList<>();
    private final TestCluster cluster;
    private final SipPeer alice;
    private final SipPeer dave;

    ReplacesTest() {
        handler.extensions = Set.of("Replaces", "join");
        handler.onInvite = (invite, session) -> {
            invite.replacedLeg().ifPresent(leg -> {
                named.add("replaces " + leg + " as " + invite.leg());
                session.leg(leg).ifPresent(SipLeg::hangUp);
            });
            invite.joinedLeg().ifPresent(leg -> named.add("joins " + leg + " as " + invite.leg()));
            invite.reply(200).send();
        };
        cluster = TestCluster.replicated(() -> handler, EventsCodec::new)
                .nodes(3)
                .worker(WorkerConfig.defaults()
                        .withRestAfterNs(Duration.ofSeconds(5).toNanos()))
                .start();
        alice = cluster.peer("alice");
        dave = cluster.peer("dave");
    }

    private SipCall up() {
        final SipCall call = alice.invite("sip:service@example.com");
        call.expect(200);
        call.ack().retransmit(); // one that meets a node which is not the owner any more is lost
        return call;
    }

    private static String nameOf(final SipCall call) {
        return call.callId() + ";to-tag=" + call.remoteTag() + ";from-tag=from";
    }

    private SipCall daveNames(final String... headers) {
        return dave.newCall("sip:service@example.com").invite(headers);
    }

    @Test
    void shouldBringAnInviteToTheSessionOfTheCallThatItReplaces() {
        for (int i = 0; i < 8; i++) { // wherever either Call-ID leads
            final SipCall call = up();
            final SipCall other = daveNames("Replaces: " + nameOf(call));
            other.expect(200);
            other.ack();
            call.respond(alice.expectRequest("BYE"), 200);

            assertTrue(cluster.stateOf(call.callId(), Events.class).isPresent());
            assertTrue(cluster.stateOf(other.callId(), Events.class).isEmpty(), "it has no session of its own");
            assertEquals("replaces caller as caller-2", named.getLast());
            other.request("INFO").expect(200);
        }
    }

    @Test
    void shouldFindACallAgainThatCameIntoASessionThatRests() {
        final SipCall call = up();
        cluster.advance(Duration.ofSeconds(45));
        assertEquals(0, cluster.sessions(), "it rests");
        final SipCall other = daveNames("Replaces: " + nameOf(call));
        other.expect(200);
        other.ack();
        alice.respond(alice.expectRequest("BYE"), 200);
        cluster.advance(Duration.ofSeconds(45));
        assertEquals(0, cluster.sessions(), "it rests again");

        other.request("INFO").expect(200);
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        dave.drain();
        other.request("INFO").expect(200);

        final SipCall third =
                daveNames("Replaces: " + other.callId() + ";to-tag=" + other.remoteTag() + ";from-tag=from");
        third.expect(200);
        dave.expectRequest("BYE");
        assertEquals("replaces caller-2 as caller-3", named.getLast());
    }

    @Test
    void shouldSayHowThePeerKnowsACall() {
        final List<DialogName> names = new ArrayList<>();
        handler.onOther = (request, session) -> {
            names.add(session.leg(SipLeg.CALLER).orElseThrow().peersName().orElseThrow());
            request.reply(200).send();
        };
        final SipCall call = up();

        call.request("INFO").expect(200);

        assertEquals(List.of(new DialogName(call.callId(), "from", call.remoteTag(), false)), names);
    }

    @Test
    void shouldTellWhichCallAnInviteJoins() {
        final SipCall call = up();

        daveNames("Join: " + nameOf(call)).expect(200);

        assertEquals(List.of("joins caller as caller-2"), named);
        alice.expectNothing();
    }

    @Test
    void shouldAnswer481WhenNoCallIsNamed() {
        final SipCall call = up();
        daveNames("Replaces: nobody@example.com;to-tag=1;from-tag=2").expect(481);
        daveNames("Replaces: " + nameOf(call).replace("from-tag=from", "from-tag=other"))
                .expect(481);
        daveNames("Join: " + nameOf(call).replace("alice-call-1", "alice-call-7"))
                .expect(481);
        call.bye().expect(200);

        daveNames("Replaces: " + nameOf(call)).expect(481);

        assertEquals(List.of(), named);
    }

    @Test
    void shouldAnswer486WhenACallIsMeantThatIsNotEarlyAnyMore() {
        final SipCall call = up();

        daveNames("Replaces: " + nameOf(call) + ";early-only").expect(486);

        assertEquals(List.of(), named);
    }

    @Test
    void shouldAnswer481WhenACallIsMeantThatRingsHere() {
        handler.onInvite = (invite, session) -> invite.reply(180).send();
        final SipCall call = alice.invite("sip:service@example.com");
        call.expect(180);

        daveNames("Replaces: " + nameOf(call)).expect(481);
    }

    @Test
    void shouldLetACallThatTheServiceHasBegunBePickedUpWhileItRings() {
        handler.onInvite = (invite, session) -> {
            if (invite.replacedLeg().isEmpty()) {
                session.request(SipMethod.INVITE, "callee", "sip:bob@192.0.2.3").send();
            } else {
                session.leg(invite.replacedLeg().get()).ifPresent(SipLeg::hangUp);
                invite.reply(200).send();
            }
        };
        final SipPeer bob = cluster.peer("bob");
        alice.invite("sip:service@example.com");
        final SipCalled called = bob.expectCall().respond(180);

        daveNames("Replaces: " + called.callId() + ";to-tag="
                        + called.invite().tag("From").orElseThrow() + ";from-tag=bob-tag;early-only")
                .expect(200);

        called.expectRequest("CANCEL");
    }

    @Test
    void shouldRefuseWhatNamesNoCallOrTwo() {
        final SipCall call = up();
        daveNames("Replaces: a@b;to-tag=1").expect(400);
        daveNames("Replaces: " + nameOf(call), "Join: " + nameOf(call)).expect(400);
        daveNames("Replaces: " + nameOf(call), "Replaces: " + nameOf(call)).expect(400);
        daveNames("Replaces: a@b;to-tag=1;to-tag=2;from-tag=3").expect(400);
    }

    @Test
    void shouldTakeNoNoticeIfTheServiceDoesNotUnderstandIt() {
        handler.extensions = Set.of();
        final TestCluster plain =
                TestCluster.replicated(() -> handler, EventsCodec::new).start();
        final SipPeer caller = plain.peer("alice");
        final SipCall call = caller.invite("sip:service@example.com");
        call.expect(200);
        call.ack();

        final SipCall other = caller.newCall("sip:service@example.com").invite("Replaces: " + nameOf(call));
        other.expect(200);
        other.ack();
        other.request("INFO").expect(200);

        assertTrue(plain.stateOf(call.callId(), Events.class).isPresent());
        assertEquals(List.of("INVITE", "ACK", "INVITE", "ACK", "INFO"), handler.told);
        caller.newCall("sip:service@example.com").invite("Require: replaces").expect(420);
        assertTrue(named.isEmpty());
    }
}
