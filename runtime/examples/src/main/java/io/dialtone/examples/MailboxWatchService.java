package io.dialtone.examples;

import io.dialtone.api.EventInterest;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipResponse;
import io.dialtone.api.SipWatch;
import java.util.Set;

/**
 * Tells phones without a lamp that messages wait for them: who sends it the MESSAGE {@code watch sip:alice@example.com} gets one whenever messages begin to wait there, or do not any more, and none after
 * {@code stop}. It subscribes to the mailbox (RFC 3842, RFC 6665), for instance to {@link MessageWaitingService}. Runs with {@code affinity: from-user}, so that one session knows what a user watches.
 */
public final class MailboxWatchService implements SipHandler<MailboxWatchService.Watcher> {
    private static final String MAILBOX = "mailbox";
    private static final EventInterest INTEREST =
            EventInterest.of("message-summary").renewed();

    /**
     * Who is to be told.
     *
     * @param address whom, as a URI
     * @param flow the way that the user's last MESSAGE came
     * @param isWaiting what the user was told last
     */
    public record Watcher(String address, String flow, boolean isWaiting) {}

    @Override
    public Watcher initialState(final SipRequest request) {
        final String from = request.header("From").orElseThrow();
        final String address = from.contains("<") ? from.substring(from.indexOf('<') + 1, from.indexOf('>')) : from;
        return new Watcher(address.split(";", 2)[0], "", false);
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Watcher> session) {
        if (request.method() != SipMethod.MESSAGE) {
            request.reply(200).send();
            return;
        }
        final String[] words = request.body().strip().split("\\s+", 2);
        final boolean isWatching = session.watch(MAILBOX).isPresent();
        if (words[0].equals("watch") && words.length == 2 && !isWatching) {
            session.update(new Watcher(session.state().address(), request.flow(), false));
            session.subscribe(MAILBOX, words[1], INTEREST)
                    .header("Accept", "application/simple-message-summary")
                    .send();
            request.reply(202).send();
        } else if (words[0].equals("stop") && isWatching) {
            session.watch(MAILBOX).orElseThrow().leave();
            request.reply(200).send();
        } else {
            request.reply(403).reason("Say watch and whom, or stop").send();
        }
    }

    @Override
    public void onNotify(final SipWatch watch, final SipRequest notify, final Session<Watcher> session) {
        final Watcher watcher = session.state();
        final boolean isWaiting = notify.body().lines().anyMatch(line -> line.matches("(?i)messages-waiting: *yes"));
        if (notify.bodyLength() > 0 && isWaiting != watcher.isWaiting()) {
            session.update(new Watcher(watcher.address(), watcher.flow(), isWaiting));
            tell(isWaiting ? "Messages wait for you." : "No messages wait for you.", session);
        }
    }

    @Override
    public void onResponse(final SipResponse response, final Session<Watcher> session) {
        if (response.method() == SipMethod.SUBSCRIBE && response.status() >= 300) {
            tell("Nobody can say: " + response.status() + " " + response.reason(), session);
        }
    }

    @Override
    public void onWatchEnd(final SipWatch watch, final Session<Watcher> session) {
        tell("Watched no more.", session);
    }

    private static void tell(final String text, final Session<Watcher> session) {
        session.request(SipMethod.MESSAGE, "text", session.state().address())
                .flow(session.state().flow())
                .body("text/plain", text)
                .send();
    }

    @Override
    public Set<String> watchedEvents() {
        return Set.of(INTEREST.event());
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
