package io.dialtone.benchmarks.calls;

import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import java.util.EnumSet;
import java.util.Set;

/** A stateful proxy that passes all calls on to one address and stays in their path: what {@code t_relay} with {@code record_route} is in Kamailio. Made by a node, once for each worker. */
public final class RelayService implements SipHandler<RelayService.Call> {
    private static final String TARGET = "sip:" + System.getProperty("calls.target", "127.0.0.1:5071");

    /** Nothing is remembered of a call but what the platform does. */
    public record Call() {}

    private static final Call CALL = new Call();

    public RelayService() {}

    @Override
    public Call initialState(final SipRequest request) {
        return CALL;
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Call> session) {
        request.proxy().to(TARGET).recordRoute().start();
    }

    @Override
    public Set<SipMethod> methods() {
        return SipMethod.ofACallAnd();
    }

    @Override
    public Set<SipMethod> proxied() {
        return EnumSet.allOf(SipMethod.class);
    }
}
