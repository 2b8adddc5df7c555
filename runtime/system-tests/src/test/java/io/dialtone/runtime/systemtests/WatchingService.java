package io.dialtone.runtime.systemtests;

import io.dialtone.api.EventInterest;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipWatch;
import java.time.Duration;
import java.util.Set;

/** Subscribes to a mailbox at the port that each MESSAGE names as its user, until it is told {@code last}. */
public final class WatchingService implements SipHandler<WatchingService.Told> {
    private static final EventInterest INTEREST =
            EventInterest.of("message-summary").lasting(Duration.ofSeconds(30)).renewed();

    /** How often it was told something. */
    public record Told(int count) {}

    @Override
    public Told initialState(final SipRequest request) {
        return new Told(0);
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Told> session) {
        request.reply(200).send();
        if (request.method() == SipMethod.MESSAGE) {
            session.subscribe("box", "sip:box@127.0.0.1:" + request.requestUriUser(), INTEREST)
                    .header("Accept", "application/simple-message-summary")
                    .send();
        }
    }

    @Override
    public void onNotify(final SipWatch watch, final SipRequest notify, final Session<Told> session) {
        session.update(new Told(session.state().count() + 1));
        if (notify.body().startsWith("last") && session.state().count() == 4) {
            watch.leave();
        }
    }

    @Override
    public Set<String> watchedEvents() {
        return Set.of(INTEREST.event());
    }

    @Override
    public Set<SipMethod> methods() {
        return SipMethod.ofACallAnd(SipMethod.MESSAGE);
    }
}
