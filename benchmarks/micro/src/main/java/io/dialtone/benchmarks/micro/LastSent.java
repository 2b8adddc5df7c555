package io.dialtone.benchmarks.micro;

import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A way out that leads nowhere and remembers where the last message lies. */
final class LastSent implements SipEgress {
    private static final SipListener LISTENER = new SipListener(
            0,
            SipFlow.TRANSPORT_UDP,
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 5060),
            "127.0.0.1",
            5060);

    private final UnsafeBuffer claimed = new UnsafeBuffer(ByteBuffer.allocateDirect(CLAIM_BYTES));
    private final SipFlow to = new SipFlow();
    private DirectBuffer buffer = claimed;
    private int offset;
    private int length;

    @Override
    public boolean send(final UnsafeBuffer from, final int at, final int bytes, final SipFlow peer) {
        return sendCopy(from, at, bytes, peer);
    }

    @Override
    public boolean sendCopy(final DirectBuffer from, final int at, final int bytes, final SipFlow peer) {
        buffer = from;
        offset = at;
        length = bytes;
        to.copyFrom(peer);
        return true;
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
        return claimed;
    }

    @Override
    public SipListener listener(final int index) {
        return LISTENER;
    }

    @Override
    public int listeners() {
        return 1;
    }

    SipFlow to() {
        return to;
    }

    String text() {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
