package io.dialtone.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.runtime.testsupport.SipCall;
import io.dialtone.runtime.testsupport.SipPeer;
import io.dialtone.runtime.testsupport.SipText;
import io.dialtone.runtime.testsupport.TestCluster;
import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@link MailboxWatchService} and {@link MessageWaitingService}, each in a cluster of its own; a peer of either carries what they say to each other. */
class MailboxWatchServiceTest {
    private static final String EDGE = "192.0.2.200:5060";
    private static final String PEER = "192.0.2.2:5060";
    /** Each time something is said: for tests at their worst, in which a slot moves with each message. */
    private static final Duration A_LITTLE = Duration.ofMillis(40);

    private final RecordStateCodec<MailboxWatchService.Watcher> watcherCodec =
            RecordStateCodec.of(MailboxWatchService.Watcher.class, StateLimits.defaults());
    private final RecordStateCodec<MessageWaitingService.Mailbox> mailboxCodec =
            RecordStateCodec.of(MessageWaitingService.Mailbox.class, StateLimits.defaults());
    private final TestCluster watching = TestCluster.replicated(
                    MailboxWatchService::new, watcherCodec::forAnotherWorker)
            .nodes(3)
            .affinity("from-user")
            .start();
    private final TestCluster mailboxes = TestCluster.replicated(
                    MessageWaitingService::new, mailboxCodec::forAnotherWorker)
            .nodes(3)
            .affinity("address-of-record")
            .start();
    private final SipPeer alice = watching.peer("alice");
    private final SipPeer toMailbox = watching.peer("to-mailbox"); // 192.0.2.2
    private final SipPeer caller = mailboxes.peer("caller");
    private final SipPeer fromMailbox = mailboxes.peer("from-mailbox"); // 192.0.2.2 as well

    /** Carries messages both ways until there are none; each side takes the peer for the other. */
    private void carry() {
        do {
            carry(toMailbox, fromMailbox, mailboxes);
            carry(fromMailbox, toMailbox, watching);
        } while (!toMailbox.isIdle() || !fromMailbox.isIdle());
    }

    private static void carry(final SipPeer from, final SipPeer to, final TestCluster there) {
        from.drainAll().forEach(message -> {
            to.send(inPeersName(message));
            there.advance(A_LITTLE);
        });
    }

    private static byte[] inPeersName(final SipText message) {
        return message.toString().replace(EDGE, PEER).getBytes(StandardCharsets.UTF_8);
    }

    private void say(final String words, final int status) {
        final SipCall call = alice.newCall("sip:watch@example.com").requestWithBody("MESSAGE", "text/plain", words);
        watching.advance(A_LITTLE);
        call.expect(status);
        carry();
    }

    private void leaveMessage(final String words) {
        final SipCall call = caller.newCall("sip:alice@192.0.2.2").requestWithBody("MESSAGE", "text/plain", words);
        mailboxes.advance(A_LITTLE);
        call.expect(200);
        carry();
    }

    private Optional<String> told() {
        if (alice.isIdle()) {
            return Optional.empty();
        }
        final SipText message = alice.expectRequest("MESSAGE");
        alice.respond(message, 200);
        return Optional.of(message.body());
    }

    @Test
    void shouldTellThatMessagesWaitBeforeAndAfterItsOwnerIsKilled() {
        say("watch sip:alice@192.0.2.2", 202);
        assertEquals(Optional.empty(), told());
        leaveMessage("Call me.");
        assertEquals(Optional.of("Messages wait for you."), told());
        leaveMessage("Call me!");
        assertEquals(Optional.empty(), told());
        final String former = watching.killOwnerOf("alice");
        watching.awaitNewOwner("alice", former);
        watching.advance(Duration.ofSeconds(1));
        alice.drain();
        toMailbox.drain();

        leaveMessage("heard");

        assertEquals(Optional.of("No messages wait for you."), told());
        say("stop", 200);
        assertEquals(Optional.of("Watched no more."), told());
        leaveMessage("Call me.");
        assertEquals(Optional.empty(), told());
    }

    @Test
    void shouldSayWhatItUnderstands() {
        say("what?", 403);
        say("stop", 403);
        say("watch", 403);
    }

    @Test
    void shouldSayThatNobodyCanSay() {
        alice.newCall("sip:watch@example.com")
                .requestWithBody("MESSAGE", "text/plain", "watch sip:alice@192.0.2.2")
                .expect(202);
        watching.advance(A_LITTLE);

        toMailbox.respond(toMailbox.expectRequest("SUBSCRIBE"), 404);

        watching.advance(A_LITTLE);
        assertEquals(Optional.of("Nobody can say: 404 Answer"), told());
        assertEquals(0, watching.sessions());
    }
}
