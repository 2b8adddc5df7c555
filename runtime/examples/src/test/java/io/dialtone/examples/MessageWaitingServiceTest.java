package io.dialtone.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.runtime.testsupport.SipCall;
import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.SipText;
import io.dialtone.runtime.testsupport.TestCluster;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MessageWaitingServiceTest {
    private final RecordStateCodec<MessageWaitingService.Mailbox> codec =
            RecordStateCodec.of(MessageWaitingService.Mailbox.class, StateLimits.defaults());
    private final TestCluster cluster = TestCluster.replicated(MessageWaitingService::new, codec::forAnotherWorker)
            .nodes(3)
            .start();
    private final SipPeer phone = cluster.peer("phone");
    private final SipCall call = phone.newCall("sip:alice@example.com");

    private void expectSummary(final String messages) {
        final SipText notify = phone.expectRequest("NOTIFY");
        phone.respond(notify, 200);
        assertEquals(
                "Messages-Waiting: " + (messages.startsWith("0/") ? "no" : "yes")
                        + "\r\nMessage-Account: sip:alice@example.com\r\nVoice-Message: " + messages + "\r\n",
                notify.body());
        assertEquals(
                "application/simple-message-summary",
                notify.header("Content-Type").orElseThrow());
    }

    @Test
    void shouldTellOfMessagesBeforeAndAfterItsOwnerIsKilled() {
        call.request("SUBSCRIBE", "Event: message-summary", "Accept: application/simple-message-summary")
                .expect(200);
        expectSummary("0/0");
        call.requestWithBody("MESSAGE", "text/plain", "Call me.").expect(200);
        expectSummary("1/0");
        final String former = cluster.killOwnerOf(call.callId());
        cluster.awaitNewOwner(call.callId(), former);
        cluster.advance(Duration.ofSeconds(1));
        phone.drain();

        call.requestWithBody("MESSAGE", "text/plain", "heard").expect(200);

        expectSummary("0/1");
    }
}
