package io.dialtone.sip.trace;

import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Takes what is sent, unless told to refuse, and forgets it. */
final class FixedEgress implements SipEgress {
    private final UnsafeBuffer claim = new UnsafeBuffer(new byte[CLAIM_BYTES]);
    boolean refuses;

    @Override
    public boolean send(final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to) {
        return !refuses;
    }

    @Override
    public boolean sendCopy(final DirectBuffer buffer, final int offset, final int length, final SipFlow to) {
        return !refuses;
    }

    @Override
    public boolean isConnected(final SipFlow to) {
        return true;
    }

    @Override
    public void reuse(final SipFlow from, final int port) {
        // There are no connections.
    }

    @Override
    public UnsafeBuffer claim() {
        return claim;
    }

    @Override
    public SipListener listener(final int index) {
        return new SipListener(
                index,
                SipFlow.TRANSPORT_UDP,
                new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 5060),
                "192.0.2.1",
                5060);
    }

    @Override
    public int listeners() {
        return 1;
    }
}
