package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.locate.Target;
import java.util.List;

/**
 * What becomes of a request within a call whose connection is gone: where its first Route or its URI leads is reached by a new one (RFC 3261 sections 12.2.1.1 and 18.1.1), if that is an
 * address. Called only by the owning worker.
 */
final class LostConnections {
    /** How long a peer who has left may take to be found where something is to begin. */
    private static final int SOUGHT_FOR_T1S = 2;

    private final Locating locating;
    private final WayByUri way;

    LostConnections(final Locating locating, final AddressTexts addresses, final SipLimits limits) {
        this.locating = locating;
        way = new WayByUri(addresses, limits);
    }

    /** Sends a request to where its URI leads, once; false if that is nobody else, or nobody who can be connected to. */
    boolean goByUri(final ClientTransaction request, final long nowNs) {
        if (request.targets.current() != null || request.isUnwanted() || !aimByUri(request)) {
            return false;
        }
        final ReplyPort door = way.door();
        final ViaTransport transport = ViaTransport.of(door.transport());
        return transport != null
                && !door.leadsWhere(request.port)
                && locating.goTo(
                        request,
                        List.of(new Target(transport, door.remoteHigh(), door.remoteLow(), door.remotePort())),
                        nowNs);
    }

    /**
     * Asks all edges for whoever has registered by a connection that is gone, and goes on asking within a call, as its timer says; a request that begins something is given up soon. A peer
     * whose URI is an address may also listen there: it gets a copy by that way, the same request of the same transaction.
     */
    void seek(final ClientTransaction request, final long nowNs) {
        request.seek();
        if (!isWithinCall(request)) {
            request.endIn(SOUGHT_FOR_T1S * request.layer.settings().t1Ns(), nowNs);
        } else if (!request.isUnwanted() && aimByUri(request) && !way.door().leadsWhere(request.port)) {
            request.layer.send(
                    request.slot,
                    way.door(),
                    request.message(),
                    0,
                    request.message().capacity());
        }
    }

    private boolean isWithinCall(final ClientTransaction request) {
        return way.read(request) && way.isWithinCall();
    }

    /** An answer has come: what follows goes by the connection that it came by, and that has a name now. */
    void follow(final ClientTransaction request, final ReplyPort way) {
        if (!request.port.leadsWhere(way)) {
            if (request.port.registration() != way.registration()) {
                return;
            }
            request.layer.counters().increment(SipCounter.PEERS_FOUND);
        } else if (request.port.registration() == way.registration()) {
            return;
        }
        request.port.copyFrom(way).forgetArrival();
        request.touch();
        final Dialog dialog = request.dialog;
        if (dialog != null) {
            dialog.port.copyFrom(way).forgetArrival();
            dialog.touch();
        }
    }

    /** True if the peer of a call has made the connection itself: it may do so again, and then gets what it has not answered. */
    boolean mayComeBack(final ClientTransaction request) {
        final Dialog dialog = request.dialog;
        return dialog != null
                && dialog.port.isStream()
                && !request.isUnwanted()
                && !(aimByUri(request) && way.door().leadsWhere(dialog.port));
    }

    /** False if the request is none within a call, or would not go by a connection of the same kind. */
    private boolean aimByUri(final ClientTransaction request) {
        return isWithinCall(request) && way.tryAim(request.port) && way.door().transport() == request.port.transport();
    }
}
