package io.dialtone.net;

import java.net.BindException;

/** Words for a listener that cannot be bound, for the operator. Any thread. */
public final class BindFailure {
    private BindFailure() {}

    /**
     * What to throw.
     *
     * @param place the listener, as the operator wrote it
     * @param port where it was to listen
     * @param isDatagram whether by UDP; else by TCP or what goes on it
     * @param inUse whether somebody else has the port
     * @param reason what the system says, if it is something else
     */
    public static BindException of(
            final String place, final int port, final boolean isDatagram, final boolean inUse, final String reason) {
        return new BindException(
                inUse
                        ? place
                                + " is in use by another process; stop that one or choose another port. To see it: ss -l"
                                + (isDatagram ? "u" : "t")
                                + "np 'sport = :"
                                + port
                                + "'"
                        : place + " cannot be bound: " + reason);
    }
}
