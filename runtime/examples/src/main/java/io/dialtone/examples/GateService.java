package io.dialtone.examples;

import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import java.util.EnumSet;
import java.util.Set;

/** The first service of a chain: declines calls of premium numbers, and passes on whatever else comes. It stays in the path of a call, and has no part in it. */
public final class GateService implements SipHandler<GateService.Passage> {
    /** What is remembered of who came: nothing but how often. */
    public record Passage(int requests) {}

    private static final String DECLINED_PREFIX = "+900";

    @Override
    public Passage initialState(final SipRequest request) {
        return new Passage(0);
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Passage> session) {
        session.update(new Passage(session.state().requests() + 1));
        if (request.fromUser().startsWith(DECLINED_PREFIX)) {
            request.reply(603).send();
        } else {
            request.proxy().to(request.requestUri()).recordRoute().start();
        }
    }

    @Override
    public Set<SipMethod> proxied() {
        return EnumSet.complementOf(EnumSet.of(SipMethod.REGISTER));
    }
}
