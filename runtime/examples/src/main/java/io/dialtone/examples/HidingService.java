package io.dialtone.examples;

import io.dialtone.api.SipRequest;

/** Hides one side of a call from the other, in the middle of a chain: a back-to-back user agent that calls whom its caller has asked for, by way of the next service. */
public final class HidingService extends BackToBackService {
    public HidingService() {
        super(HidingService::asAsked);
    }

    private static String asAsked(final SipRequest invite) {
        final String uri = invite.requestUri();
        return uri.substring(Math.max(uri.indexOf('@'), uri.indexOf(':')) + 1);
    }
}
