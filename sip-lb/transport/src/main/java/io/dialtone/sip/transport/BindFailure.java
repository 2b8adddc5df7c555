package io.dialtone.sip.transport;

import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipListener;
import java.net.BindException;

/** Words for a listener that cannot be bound, for the operator. */
final class BindFailure {
    private BindFailure() {}

    static BindException of(final SipListener listener, final boolean inUse, final String reason) {
        final String place = Listeners.describe(listener);
        return new BindException(
                inUse
                        ? place
                                + " is in use by another process; stop that one or choose another port. To see it: ss -l"
                                + (listener.transport() == SipFlow.TRANSPORT_UDP ? "u" : "t")
                                + "np 'sport = :"
                                + listener.local().getPort()
                                + "'"
                        : place + " cannot be bound: " + reason);
    }
}
