package io.dialtone.sip.transport;

import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipIngress;

/** Makes the ingress of each loop at start. Called by the thread that starts the transport, before any loop runs. */
@FunctionalInterface
public interface SipIngressFactory {
    /**
     * Makes the ingress of one loop.
     *
     * @param loop index of the loop, from 0
     * @param egress the loop's way out, usable once the loop runs; its listeners are bound already
     */
    SipIngress create(int loop, SipEgress egress);
}
