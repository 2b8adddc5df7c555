package io.dialtone.runtime.sip;

/**
 * Lets requests that are too long for a datagram go by a connection (RFC 3261 section 18.1.1). Called only by the owning worker.
 *
 * <p>Only those that go where their URI, their first Route or DNS leads: who is met where it was last seen, maybe behind a NAT, cannot be connected to. Contact and Record-Route stay, so that
 * the peer goes on as before.
 */
final class LongRequests {
    private final Locating locating;
    private final SipContext context;
    private final WayByUri way;

    LongRequests(final Locating locating, final AddressTexts addresses, final SipContext context) {
        this.locating = locating;
        this.context = context;
        way = new WayByUri(addresses, context.limits());
    }

    /** Turns a request that is longer than a datagram may be to a connection, if it is one of these. */
    void fit(final ClientTransaction request, final long nowNs) {
        if ((request.targets.current() != null || goesByUri(request)) && locating.turnToConnection(request, nowNs)) {
            context.counters().increment(SipCounter.REQUESTS_TOO_LONG_FOR_DATAGRAMS);
        }
    }

    private boolean goesByUri(final ClientTransaction request) {
        return way.read(request) && way.tryAim(request.port) && way.door().leadsWhere(request.port);
    }
}
