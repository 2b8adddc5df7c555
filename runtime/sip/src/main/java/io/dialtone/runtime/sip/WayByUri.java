package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.UriView;

/** Where a request of ours leads by its first Route, or its URI, if that is an address (RFC 3261 section 8.1.2). Called only by the owning worker. */
final class WayByUri {
    private final AddressTexts addresses;
    private final SipMessage request;
    private final NameAddrView address = new NameAddrView();
    private final UriView uri = new UriView();
    private final ReplyPort door = new ReplyPort();

    WayByUri(final AddressTexts addresses, final SipLimits limits) {
        this.addresses = addresses;
        request = new SipMessage(limits);
    }

    /** Reads what a transaction sends; false if it keeps nothing any more. */
    boolean read(final ClientTransaction transaction) {
        return transaction.hasMessage()
                && request.parseDatagram(
                                transaction.message(), 0, transaction.message().capacity())
                        == ParseResult.COMPLETE;
    }

    boolean isWithinCall() {
        return request.toTagLength() > 0;
    }

    /** Aims {@link #door}, where another door of the same edge is left by; false if the request that was read leads to no address. */
    boolean tryAim(final ReplyPort port) {
        door.copyFrom(port).forgetArrival();
        int offset = request.requestUriOffset();
        int length = request.requestUriLength();
        final int route = request.firstHeader(HeaderName.ROUTE);
        if (route >= 0
                && address.wrap(request, route)
                && uri.parse(request.buffer(), address.uriOffset(), address.uriLength())
                && uri.isLooseRouter()) {
            offset = address.uriOffset();
            length = address.uriLength();
        }
        return addresses.tryAim(door, request.buffer(), offset, length);
    }

    ReplyPort door() {
        return door;
    }
}
