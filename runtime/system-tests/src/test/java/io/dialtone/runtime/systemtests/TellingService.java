package io.dialtone.runtime.systemtests;

import io.dialtone.api.EventPackage;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipSubscription;
import java.util.Set;

/** Tells subscribers how often they have said SUBSCRIBE. */
public final class TellingService implements SipHandler<TellingService.Told> {
    /** How often. */
    public record Told(int count) {}

    @Override
    public Told initialState(final SipRequest request) {
        return new Told(0);
    }

    @Override
    public void onSubscribe(
            final SipSubscription subscription, final SipRequest subscribe, final Session<Told> session) {
        session.update(new Told(session.state().count() + 1));
        subscription.tell(
                "application/simple-message-summary", "n=" + session.state().count() + "\r\n");
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Told> session) {
        request.reply(200).send();
    }

    @Override
    public Set<EventPackage> eventPackages() {
        return Set.of(EventPackage.of("message-summary"));
    }
}
