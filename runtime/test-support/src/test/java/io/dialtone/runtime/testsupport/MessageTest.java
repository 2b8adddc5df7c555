package io.dialtone.runtime.testsupport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.api.SipLeg;
import io.dialtone.api.SipMethod;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** MESSAGE (RFC 3428) and INFO (RFC 6086) of a service and to it, within calls and outside. */
class MessageTest {
    private final ScriptedHandler handler = new ScriptedHandler(SipMethod.MESSAGE, SipMethod.INFO);
    private final List<String> bodies = new ArrayList<>();
    private final TestCluster cluster;
    private final SipPeer alice;
    private final SipPeer bob;

    MessageTest() {
        handler.contentTypes = List.of("text/plain", "application/sdp");
        handler.onOther = (request, session) -> {
            bodies.add(request.method() + " " + request.leg() + ": " + request.body());
            request.reply(200).send();
        };
        cluster =
                TestCluster.replicated(() -> handler, EventsCodec::new).nodes(2).start();
        alice = cluster.peer("alice");
        bob = cluster.peer("bob");
    }

    @Test
    void shouldTakeAMessageOutsideAnyCallAndForgetIt() {
        alice.newCall("sip:service@example.com")
                .requestWithBody("MESSAGE", "text/plain", "Watson")
                .expect(200);

        assertEquals(List.of("MESSAGE : Watson"), bodies);
        assertEquals(0, cluster.sessions());
    }

    @Test
    void shouldPassAMessageOnAndAnswerWhatItsReceiverAnswers() {
        handler.onOther = (request, session) -> session.request(SipMethod.MESSAGE, "copy", "sip:bob@" + bob.address())
                .body("text/plain", request.body())
                .onBehalfOf(request)
                .send();
        handler.onResponse = (response, session) ->
                response.onBehalfOf().orElseThrow().reply(response.status()).send();
        final SipCall sender =
                alice.newCall("sip:service@example.com").requestWithBody("MESSAGE", "text/plain", "come here");

        final SipText message = bob.expectRequest("MESSAGE");
        assertEquals("come here", message.body());
        assertEquals(List.of(), message.headers("Contact"));
        bob.respond(message, 202);

        sender.expect(202);
        assertEquals("202 MESSAGE copy", handler.told.getLast());
    }

    @Test
    void shouldTakeAndSendMessagesAndInfosWithinACall() {
        final SipCall call = alice.invite("sip:service@example.com");
        call.expect(200);
        call.ack();
        call.requestWithBody("MESSAGE", "text/plain", "one").expect(200);
        call.requestWithBody("INFO", "text/plain", "two").expect(200);
        assertEquals(List.of("MESSAGE caller: one", "INFO caller: two"), bodies);
        handler.onOther = (request, session) -> {
            final SipLeg caller = session.leg(SipLeg.CALLER).orElseThrow();
            caller.request(SipMethod.MESSAGE).body("text/plain", "three").send();
            caller.request(SipMethod.INFO).body("text/plain", "four").send();
            request.reply(200).send();
        };

        call.request("OPTIONS").expect(200);

        final SipText message = alice.expectRequest("MESSAGE");
        assertEquals("three", message.body());
        call.respond(message, 200);
        final SipText info = alice.expectRequest("INFO");
        assertEquals("four", info.body());
        call.respond(info, 200);
        assertEquals("200 INFO caller", handler.told.getLast());
    }

    @Test
    void shouldRefuseAMessageOfATypeThatTheServiceDoesNotRead() {
        alice.newCall("sip:service@example.com")
                .requestWithBody("MESSAGE", "message/cpim", "...")
                .expect(415);
    }
}
