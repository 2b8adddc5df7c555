package io.dialtone.api;

/**
 * A request in the making. Via, From and To tags, Call-ID, CSeq, Contact, Allow and Content-Length are the platform's business, and so are retransmissions and the ACK. Used
 * and sent within one handler method; a request that is begun but not sent is taken as a handler's error.
 *
 * <p>How it ends is told by {@link SipHandler#onResponse}, always: a peer that does not answer is a 408 of the platform's own.
 */
public interface OutgoingRequest {
    /**
     * Who asks, as a URI or a name with a URI in brackets; for requests outside a call only. Without this: who asked in the request this one is {@linkplain #onBehalfOf made
     * for}, or else the service.
     */
    OutgoingRequest from(String address);

    /** Who is asked for, as a URI or a name with a URI in brackets; for requests outside a call only. Without this: the Request-URI. */
    OutgoingRequest to(String address);

    /**
     * Adds a Route with this URI, which ends in {@code ;lr}; for requests outside a call only. The request goes to the first one, and else to its Request-URI's host. A
     * name is looked up (RFC 3263), and the next server of the name gets the request when one is silent or says 503; an address is reached by the transport that the URI asks for,
     * UDP if it asks for none, as far as the edge listens by it.
     */
    OutgoingRequest route(String uri);

    /**
     * Sends it the way that another request came ({@link SipRequest#flow}), whatever its Request-URI and routes say; for requests outside a call only. If that was a connection
     * and is gone, nobody answers: 408.
     *
     * @throws IllegalArgumentException when the text is no such name
     */
    OutgoingRequest flow(String name);

    /**
     * Adds a header line.
     *
     * @throws IllegalArgumentException when the name is no token, the value holds a line break, or the header is the platform's business
     */
    OutgoingRequest header(String name, String value);

    /** Sets the body. */
    OutgoingRequest body(String contentType, String text);

    /** Sets the body. */
    OutgoingRequest body(String contentType, byte[] bytes);

    /**
     * Says for whom this is asked: the answer then leads to the request that waits for it ({@link SipResponse#onBehalfOf}), which may wait for it. Max-Forwards becomes one less
     * than that request's, so that two services that call each other come to an end.
     */
    OutgoingRequest onBehalfOf(PendingRequest request);

    /**
     * Sends it when the handler returns.
     *
     * @throws IllegalArgumentException when it would not be well formed, or goes to a name that cannot be resolved
     * @throws IllegalStateException when it cannot be sent now: its call is not that far, its hops are used up, or the session has as many legs or open requests as it may have
     */
    void send();
}
