package io.dialtone.runtime.systemtests;

import io.dialtone.api.Proxying;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import java.util.EnumSet;
import java.util.Set;

/** A proxy whose callers say by the Request-URI's user to which ports on loopback they want, all at once: {@code 7001-7002}. Loaded by the product from our test classes. */
public final class PassingService implements SipHandler<PassingService.Nothing> {
    /** Nothing is remembered. */
    public record Nothing() {}

    @Override
    public Nothing initialState(final SipRequest request) {
        return new Nothing();
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Nothing> session) {
        final Proxying proxying = request.proxy().recordRoute();
        final String scheme = request.requestUri().startsWith("sips:") ? "sips:" : "sip:";
        for (final String port : request.requestUriUser().split("-", -1)) {
            proxying.to(scheme + request.requestUriUser() + "@127.0.0.1:" + port);
        }
        proxying.start();
    }

    @Override
    public Set<SipMethod> proxied() {
        return EnumSet.allOf(SipMethod.class);
    }
}
