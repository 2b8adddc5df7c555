package io.dialtone.sip.routing;

import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.codec.SipEditor;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.ViaView;

/**
 * What a server does with the topmost Via of a request: notes where it really came from, and reads there where its response goes
 * (RFC 3261 sections 18.2.1 and 18.2.2, RFC 3581 section 4). One per thread.
 */
final class TopVia {
    private static final int PORT_DEFAULT = 5060;

    private final IpLiteral literal = new IpLiteral();

    /**
     * Asks the editor for {@code received} when sent-by is not the source's address, and for both parameters when the client asked for rport.
     *
     * @param request the message the editor works on
     * @param top on its topmost Via
     * @return whether anything is to be changed
     */
    boolean stamp(final SipMessage request, final ViaView top, final SipFlow from, final SipEditor editor) {
        if (top.hasRport()) {
            editor.received(top, from.remoteHigh(), from.remoteLow()).rport(top, from.remotePort());
            return true;
        }
        if (top.receivedOffset() < 0 && isSentBy(request, top, from)) {
            return false;
        }
        editor.received(top, from.remoteHigh(), from.remoteLow());
        return true;
    }

    private boolean isSentBy(final SipMessage request, final ViaView top, final SipFlow from) {
        return literal.parse(request.buffer(), top.hostOffset(), top.hostLength())
                && literal.high() == from.remoteHigh()
                && literal.low() == from.remoteLow();
    }

    /**
     * Sets where the response to a request goes over UDP: to the address it came from, and to the port it came from if the client asked for that,
     * else to that of sent-by. A maddr is not followed: it would let anybody aim our responses at a third party.
     */
    static void responseFlow(final ViaView top, final SipFlow from, final SipFlow to) {
        to.copyFrom(from);
        if (!top.hasRport()) {
            to.remote(from.remoteHigh(), from.remoteLow(), top.port() > 0 ? top.port() : PORT_DEFAULT);
        }
    }
}
