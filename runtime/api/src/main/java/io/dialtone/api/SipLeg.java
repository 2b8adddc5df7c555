package io.dialtone.api;

import java.util.Optional;

/**
 * A call that a session takes part in, as seen from our end of it: one that came in, or one that the service has begun by {@link Session#request}. Valid until the
 * handler's method returns.
 *
 * <p>A leg has a name. A call that came in is {@link #CALLER}, or {@code caller-2} and so on if the session has others; one that the service has begun has the name it gave.
 */
public interface SipLeg {
    /** Name of the call by which a session usually begins. */
    String CALLER = "caller";

    String name();

    /** The call as its peer knows it, for a Replaces or Join that the peer is to get; empty before the peer has given a tag. */
    Optional<DialogName> peersName();

    /** True when the call was answered with a 2xx. */
    boolean isUp();

    /** True when a 2xx waits for our ACK because its INVITE had no body: the answer to its offer goes into that ACK, which {@code request(ACK)} begins. */
    boolean isAckDue();

    /** False while an INVITE is under way in either direction, so that another would be glare (RFC 3261 section 14): who relays one answers 491. */
    boolean mayInvite();

    /**
     * Begins a request within this call. Nothing leaves before the handler returns.
     *
     * @param method any but REGISTER and CANCEL; ACK when {@link #isAckDue}
     * @throws IllegalStateException when the call has come to no such point: it was not answered at all yet, or an INVITE is under way
     */
    OutgoingRequest request(SipMethod method);

    /**
     * Withdraws our INVITE of this leg if it has no final answer yet; does nothing otherwise. CANCEL leaves as soon as a provisional answer allows it. How it ended comes as a
     * response: 487 as a rule, also when a 2xx had crossed the CANCEL, which the platform acknowledges and hangs up.
     */
    void cancel();

    /** Ends the call as its state wants it: with CANCEL, with BYE, or with 480 if it is the caller and still waits. The peer's answer to that is not shown. */
    void hangUp();
}
