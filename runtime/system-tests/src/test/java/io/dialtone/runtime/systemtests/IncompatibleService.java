package io.dialtone.runtime.systemtests;

import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipRequest;

/** A version of the answering service that keeps as text what the one before keeps as a number. Loaded by the product from our test classes. */
public final class IncompatibleService implements SipHandler<IncompatibleService.Call> {
    /** What the other version calls requests, too. */
    public record Call(String requests) {}

    @Override
    public Call initialState(final SipRequest request) {
        return new Call("");
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Call> session) {
        session.update(new Call(session.state().requests() + "."));
        request.reply(200).send();
    }
}
