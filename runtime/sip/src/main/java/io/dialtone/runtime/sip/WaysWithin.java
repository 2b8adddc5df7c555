package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.UriView;
import org.agrona.DirectBuffer;

/** Finds the way of a service's requests to another service of its worker. Called only by the owning worker. */
final class WaysWithin {
    private final SipContext context;
    private final UriView uri = new UriView();

    WaysWithin(final SipContext context) {
        this.context = context;
    }

    /** Turns a door to the next service that takes such requests outside any dialog; false, and the door leads outside, if there is none. */
    boolean tryNext(final ReplyPort port, final SipMethod method) {
        final int next = context.chain().next(context.place(), method);
        if (next == Chain.NOBODY) {
            port.outside();
            return false;
        }
        port.within(context.place(), next);
        return true;
    }

    /** True if there are other services. */
    boolean isAny() {
        return !context.chain().isAlone();
    }

    /** Turns a door to the service that a URI within a dialog names, if it is one of ours in this slot. */
    boolean tryUri(
            final ReplyPort port, final DirectBuffer buffer, final int offset, final int length, final int slot) {
        if (context.chain().isAlone()
                || !uri.parse(buffer, offset, length)
                || !Chain.isOurs(context.tokens(), buffer, uri, slot)) {
            return false;
        }
        final int place = context.chain().placeOf(buffer, uri);
        if (place == Chain.NOBODY) {
            return false;
        }
        port.within(context.place(), place);
        return true;
    }
}
