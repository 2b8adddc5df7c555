package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.locate.Destination;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** Finds who comes next on the way of a request that is passed on (RFC 3261 sections 16.4 and 16.6): by its routes besides ours, its URI, or the connection that our route has. Called only by the owning worker. */
final class NextHop {
    private final UacCore<?> uac;
    private final Answers answers;
    private final OwnRoutes routes;
    private final SipsRules sips;
    private final ReplyPort door = new ReplyPort();
    /** True if who comes next within a dialog is to be reached by TLS, and that cannot be had. */
    private boolean isBarred;
    /** The name of who comes next within a dialog, if it is one. */
    private @Nullable Destination onward;

    NextHop(final UacCore<?> uac, final Answers answers, final OwnRoutes routes, final SipsRules sips) {
        this.sips = sips;
        this.uac = uac;
        this.answers = answers;
        this.routes = routes;
    }

    AddressTexts addresses() {
        return uac.requests().addresses();
    }

    /** The routes of a request that came by this door. */
    OwnRoutes read(final SipMessage request, final ReplyPort cameBy, final int slot) {
        routes.read(request, cameBy, slot);
        return routes;
    }

    /** The way that {@link #aimOnward} has found. */
    ReplyPort door() {
        return door;
    }

    /** The name that {@link #aimOnward} has found in place of an address. */
    @Nullable
    Destination onward() {
        return onward;
    }

    /** True if {@link #aimOnward} has found nobody because there is no way as good as it has to be. */
    boolean isBarred() {
        return isBarred;
    }

    /** A target whose way is known is barred if that is no way for it. */
    void judge(final ServerTransaction request, final ProxyTarget target) {
        routes.read(answers.requestOf(request), request.port, request.slot);
        target.isBarred = SipsRules.isUri(target.uri())
                ? !SipsRules.isSecure(target.port)
                : routes.isRequestUriSips(answers.requestOf(request));
    }

    /** What came by {@code sips} goes on to {@code sips} only, and there by TLS (RFC 5630 section 5.3). */
    private boolean isBarred(final SipMessage request, final ProxyTarget target, final AsciiWriter itsRoutes) {
        final boolean isTo = SipsRules.isUri(target.uri());
        return (!isTo && routes.isRequestUriSips(request))
                || ((isTo || isNextSips(request, itsRoutes)) && !sips.hasWay(target.port));
    }

    /** Finds the way to a target: by its routes, those that the request has besides ours, or its URI. */
    void aim(
            final ServerTransaction request,
            final ProxyTarget target,
            final AsciiWriter itsRoutes,
            final byte[] itsUri) {
        target.port.copyFrom(request.port).forgetArrival();
        if (itsRoutes.length() > 0) {
            target.port.outside();
        } else if (addresses().within().tryNext(target.port, request.method)) {
            target.isNamed = false;
            target.isBarred = false;
            return;
        }
        final SipMessage message = answers.requestOf(request);
        routes.read(message, request.port, request.slot);
        target.isBarred = isBarred(message, target, itsRoutes);
        if (target.isBarred) {
            return;
        }
        if (itsRoutes.length() > 0 || !routes.hasNext()) {
            target.isNamed = addresses().aim(target.port, itsRoutes, itsUri) != null;
            return;
        }
        target.isNamed =
                !addresses().tryAim(target.port, message.buffer(), routes.nextUriOffset(), routes.nextUriLength());
        if (target.isNamed && nextName(message) == null) {
            throw new IllegalArgumentException("to: the request has a Route to somebody we cannot send to");
        }
    }

    private boolean isNextSips(final SipMessage request, final AsciiWriter itsRoutes) {
        return itsRoutes.length() > 0
                ? sips.isFirst(itsRoutes.buffer(), itsRoutes.offset(), itsRoutes.length())
                : routes.isNextSips(request);
    }

    /** The same for somebody whom no handler has named; false if that is nobody we can send to. The routes of the request have been read. */
    boolean tryAim(final ServerTransaction request, final SipMessage message, final ProxyTarget target) {
        target.port.copyFrom(request.port).forgetArrival();
        if (SipsRules.isUri(target.uri()) != routes.isRequestUriSips(message)) {
            return false; // RFC 5630 section 5.3: who is named may neither be less secure nor more
        }
        if (addresses().within().tryNext(target.port, request.method)) {
            target.isNamed = false;
            return true;
        }
        final DirectBuffer buffer = routes.hasNext() ? message.buffer() : target.uri();
        final int offset = routes.hasNext() ? routes.nextUriOffset() : 0;
        final int length =
                routes.hasNext() ? routes.nextUriLength() : target.uri().capacity();
        if (addresses().tryAim(target.port, buffer, offset, length)) {
            return true;
        }
        target.isNamed = addresses().nameIn(buffer, offset, length) != null;
        return target.isNamed;
    }

    /** The name in the Route that a request has next. */
    private @Nullable Destination nextName(final SipMessage request) {
        return addresses().nameIn(request.buffer(), routes.nextUriOffset(), routes.nextUriLength());
    }

    /** The name that a target is to be found by; null if its address is known. */
    @Nullable
    Destination nameOf(final @Nullable ProxyTarget target, final SipMessage request) {
        if (target == null) {
            return onward;
        }
        if (!target.isNamed) {
            return null;
        }
        if (target.routes().capacity() > 0) {
            return addresses().nameInRoute(target.routes());
        }
        return routes.hasNext()
                ? nextName(request)
                : addresses().nameIn(target.uri(), 0, target.uri().capacity());
    }

    /** Aims {@link #door} at who comes next by what the request, just read, says, or notes its name in {@link #onward}; false if that is nobody we can send to. */
    boolean aimOnward(final SipMessage request, final ReplyPort cameBy, final int slot) {
        onward = null;
        isBarred = false;
        if (!routes.isReadable()) {
            return false;
        }
        final ReplyPort flow = routes.flow();
        door.copyFrom(flow == null ? cameBy : flow).forgetArrival();
        if (flow != null && flow.remotePort() != 0 && !routes.hasNext()) {
            isBarred = routes.isRequestUriSips(request) && !SipsRules.isSecure(door);
            return !isBarred;
        }
        final int offset = routes.hasNext() ? routes.nextUriOffset() : routes.requestUriOffset(request);
        final int length = routes.hasNext() ? routes.nextUriLength() : routes.requestUriLength(request);
        if (addresses().within().tryUri(door, request.buffer(), offset, length, slot)) {
            return true;
        }
        door.outside();
        isBarred = UriView.isSips(request.buffer(), offset, length) && !sips.hasWay(door);
        if (isBarred) {
            return false;
        }
        if (addresses().tryAim(door, request.buffer(), offset, length)) {
            return true;
        }
        onward = addresses().nameIn(request.buffer(), offset, length);
        return onward != null;
    }
}
