package io.dialtone.runtime.systemtests;

import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipRequest;

/** A version of the answering service that keeps more than the one before, and gets along with it. Loaded by the product from our test classes. */
public final class NextService implements SipHandler<NextService.Call> {
    /** The number of the version before, and something new. */
    public record Call(long requests, String note) {}

    @Override
    public Call initialState(final SipRequest request) {
        return new Call(0, "");
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Call> session) {
        session.update(new Call(session.state().requests() + 1, "next"));
        request.reply(200).send();
    }
}
