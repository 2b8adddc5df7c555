package io.dialtone.sip.transport;

import java.net.BindException;
import java.net.InetSocketAddress;

/** Words for a listener that cannot be bound, for the operator. */
final class BindFailure {
    private BindFailure() {}

    static BindException of(final InetSocketAddress address, final boolean inUse, final String reason) {
        final String place = Listeners.describe(address);
        return new BindException(
                inUse
                        ? place
                                + " is in use by another process; stop that one or choose another port. To see it: ss -lunp 'sport = :"
                                + address.getPort() + "'"
                        : place + " cannot be bound: " + reason);
    }
}
