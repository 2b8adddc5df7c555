package io.dialtone.examples;

import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipRequest;
import java.time.Duration;

/**
 * Screens calls by who calls: some prefixes are declined, who calls too often is asked to wait, all others are sent on. Runs with {@code affinity: from-user}, so
 * that one session, and with it one state, sees all calls of a caller.
 */
public final class ScreeningService implements SipHandler<ScreeningService.Caller> {
    /** What is remembered of a caller: calls within the last minute. */
    public record Caller(int calls) {}

    private static final String DECLINED_PREFIX = "+900";
    private static final String DESTINATION = "sip:reception@pbx.example.com";
    private static final int CALLS_PER_MINUTE = 3;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String FORGET_TIMER = "forget";

    @Override
    public Caller initialState(final SipRequest request) {
        return new Caller(0);
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Caller> session) {
        switch (request.method()) {
            case INVITE -> screen(request, session);
            default -> request.reply(200).send();
        }
    }

    private static void screen(final SipRequest invite, final Session<Caller> session) {
        if (invite.fromUser().startsWith(DECLINED_PREFIX)) {
            invite.reply(603).send();
            return;
        }
        final int calls = session.state().calls() + 1;
        session.update(new Caller(calls));
        if (calls == 1) {
            session.startTimer(FORGET_TIMER, MINUTE); // the session lives for as long as its timer runs
        }
        if (calls > CALLS_PER_MINUTE) {
            invite.reply(486).header("Retry-After", "60").send();
        } else {
            invite.reply(302).contact(DESTINATION).send();
        }
    }

    @Override
    public void onTimer(final String timer, final Session<Caller> session) {
        session.end();
    }
}
