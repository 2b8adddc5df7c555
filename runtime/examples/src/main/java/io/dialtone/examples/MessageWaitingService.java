package io.dialtone.examples;

import io.dialtone.api.EventPackage;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipSubscription;
import java.time.Duration;
import java.util.Set;

/**
 * Says whether messages wait (RFC 3842): phones SUBSCRIBE to their mailbox, a MESSAGE to it is one more that waits, and one that says {@code heard} tells that all were heard. Runs with
 * {@code affinity: address-of-record}, so that one session knows a mailbox and all who want to know of it.
 */
public final class MessageWaitingService implements SipHandler<MessageWaitingService.Mailbox> {
    private static final String TYPE = "application/simple-message-summary";
    private static final String KEEP = "keep";
    private static final Duration KEPT = Duration.ofDays(30);

    private final Duration kept;

    /**
     * A mailbox.
     *
     * @param account whose it is, as a URI
     */
    public record Mailbox(String account, int unheard, int heard) {
        Mailbox withAnother() {
            return new Mailbox(account, unheard + 1, heard);
        }

        Mailbox allHeard() {
            return new Mailbox(account, 0, heard + unheard);
        }

        String summary() {
            return "Messages-Waiting: " + (unheard > 0 ? "yes" : "no") + "\r\nMessage-Account: " + account
                    + "\r\nVoice-Message: " + unheard + "/" + heard + "\r\n";
        }
    }

    /** Mailboxes to which nothing happens are forgotten after 30 days. */
    public MessageWaitingService() {
        this(KEPT);
    }

    MessageWaitingService(final Duration kept) {
        this.kept = kept;
    }

    @Override
    public Mailbox initialState(final SipRequest request) {
        return new Mailbox(request.requestUri().split(";", 2)[0], 0, 0);
    }

    @Override
    public void onSubscribe(
            final SipSubscription subscription, final SipRequest subscribe, final Session<Mailbox> session) {
        subscription.tell(TYPE, session.state().summary());
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Mailbox> session) {
        switch (request.method()) {
            case MESSAGE -> {
                final Mailbox mailbox = session.state();
                session.update(request.body().strip().equals("heard") ? mailbox.allHeard() : mailbox.withAnother());
                session.startTimer(KEEP, kept); // or the mailbox would be forgotten with its last subscriber
                request.reply(200).send();
                final String summary = session.state().summary();
                session.subscriptions().forEach(subscription -> subscription.tell(TYPE, summary));
            }
            case OPTIONS -> request.reply(200).send();
            default -> request.reply(480).send();
        }
    }

    @Override
    public Set<EventPackage> eventPackages() {
        return Set.of(EventPackage.of("message-summary"));
    }

    @Override
    public Set<SipMethod> methods() {
        return Set.of(SipMethod.OPTIONS, SipMethod.MESSAGE);
    }

    @Override
    public Set<String> contentTypes() {
        return Set.of("text/plain");
    }
}
