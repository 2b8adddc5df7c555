package io.dialtone.runtime.systemtests;

import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.examples.AnsweringService;
import java.time.Duration;
import java.util.Set;

/** The answering service of the examples, with a second of ringing, so that a caller can give up. Loaded by the product from our test classes. */
public final class RingingService implements SipHandler<AnsweringService.Call> {
    private final AnsweringService service = new AnsweringService(Duration.ofSeconds(1));

    @Override
    public AnsweringService.Call initialState(final SipRequest request) {
        return service.initialState(request);
    }

    @Override
    public void onRequest(final SipRequest request, final Session<AnsweringService.Call> session) {
        service.onRequest(request, session);
    }

    @Override
    public void onTimer(final String timer, final Session<AnsweringService.Call> session) {
        service.onTimer(timer, session);
    }

    @Override
    public Set<SipMethod> methods() {
        return service.methods();
    }
}
