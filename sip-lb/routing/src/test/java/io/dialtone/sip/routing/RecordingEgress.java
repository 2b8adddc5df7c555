package io.dialtone.sip.routing;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A way out that ends in the test: keeps what was sent, and where to. */
final class RecordingEgress implements SipEgress {
    final List<Sent> sent = new ArrayList<>();
    boolean refusing;
    boolean keeping = true;
    int count;
    private final SipListener listener = new SipListener(
            0, SipFlow.TRANSPORT_UDP, new InetSocketAddress(InetAddress.getLoopbackAddress(), 5060), "127.0.0.1", 5060);
    private final UnsafeBuffer claimed = new UnsafeBuffer(new byte[CLAIM_BYTES]);

    record Sent(String message, int listener, String peer) {}

    Sent last() {
        return sent.getLast();
    }

    @Override
    public boolean send(final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to) {
        return sendCopy(buffer, offset, length, to);
    }

    @Override
    public boolean sendCopy(final DirectBuffer buffer, final int offset, final int length, final SipFlow to) {
        if (refusing) {
            return false;
        }
        count++;
        if (keeping) {
            final byte[] bytes = new byte[length];
            buffer.getBytes(offset, bytes);
            final InetSocketAddress peer = to.toSocketAddress();
            sent.add(new Sent(
                    new String(bytes, StandardCharsets.US_ASCII),
                    to.listener(),
                    peer.getAddress().getHostAddress() + " " + peer.getPort()));
        }
        return true;
    }

    @Override
    public UnsafeBuffer claim() {
        return claimed;
    }

    @Override
    public SipListener listener(final int index) {
        return listener;
    }

    @Override
    public int listeners() {
        return 1;
    }
}
