package io.dialtone.api;

/** A request that has no final answer yet. Valid until the handler's method returns. */
public interface PendingRequest {
    SipMethod method();

    /** Name of the leg it came on: {@link SipLeg#CALLER} for the INVITE that begins a session; empty for other requests outside any call. */
    String leg();

    /**
     * Begins an answer. Nothing is sent before {@link SipReply#send}, and nothing leaves before the handler returns.
     *
     * @param status 101 to 699; 100 is the platform's own
     * @throws IllegalStateException when the request has its final answer, or is an ACK or CANCEL, which a handler does not answer
     */
    SipReply reply(int status);

    /**
     * Begins to pass the request on, statefully: see {@link Proxying}. Its method must be one that the service {@linkplain SipHandler#proxied proxies}. For a request that is on its way
     * already this adds further targets.
     *
     * @throws IllegalStateException when the request has its final answer, or belongs to a call of ours
     */
    Proxying proxy();
}
