package io.dialtone.sip.routing;

import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.codec.SipEditor;
import io.dialtone.sip.codec.ViaView;
import org.agrona.DirectBuffer;

/**
 * Writes into the topmost Via of a request where it came from, so that its response finds back. One per I/O thread.
 *
 * <p>RFC 3261 section 18.2.1: {@code received} when sent-by is not the source address; RFC 3581 section 4: {@code received} and the port whenever
 * {@code rport} is there. A {@code received} that the sender wrote himself is always replaced. {@code maddr} is not followed: a
 * response goes to where its request came from and nowhere else.
 */
final class WayBack {
    private final IpLiteral sentBy = new IpLiteral();

    /** Asks the editor for the changes; returns the port that the response goes to. */
    int stamp(final SipEditor editor, final DirectBuffer buffer, final ViaView topmostVia, final SipFlow from) {
        // A stream's response must find its connection, whatever the sender asked for: the port it connected from tells
        // it.
        final boolean rport = from.isStream() || topmostVia.hasRport();
        // rport first: if it is the last parameter, both changes are made at the same place, in the order they were
        // asked for.
        if (rport) {
            editor.rport(topmostVia, from.remotePort());
        }
        if (rport || topmostVia.receivedOffset() >= 0 || !isSource(buffer, topmostVia, from)) {
            editor.received(topmostVia, from.remoteHigh(), from.remoteLow());
        }
        if (rport) {
            return from.remotePort();
        }
        return topmostVia.port() < 0 ? BackendSpec.PORT_DEFAULT : topmostVia.port();
    }

    private boolean isSource(final DirectBuffer buffer, final ViaView topmostVia, final SipFlow from) {
        return sentBy.parse(buffer, topmostVia.hostOffset(), topmostVia.hostLength())
                && sentBy.low() == from.remoteLow()
                && sentBy.high() == from.remoteHigh();
    }
}
