package io.dialtone.sip.transport;

import io.dialtone.net.LoopCounters;
import io.dialtone.net.NativeMemory;
import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipListener;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A loop's way out: picks the socket of the flow's listener, and lends buffers for messages of our own.
 * Called only by the loop's thread.
 */
final class LoopEgress implements SipEgress {
    /** Buffers lent between flushes; lending one more flushes first. Whoever holds more than these unsent loses the oldest. */
    static final int CLAIMS = 64;

    private final SipSocket[] sockets;
    private final LoopCounters<TransportCounter> counters;
    private final UnsafeBuffer[] claims = new UnsafeBuffer[CLAIMS];
    private final CopyMemory copies;
    private int nextClaim;
    private int lentSinceFlush;

    LoopEgress(final LoopMemory memory, final SipSocket[] sockets) {
        this.sockets = sockets;
        counters = memory.counters();
        copies = memory.copies();
        final int stride = ReceiveSlots.strideBytes(CLAIM_BYTES);
        final long base = memory.arena()
                .allocate((long) CLAIMS * stride, NativeMemory.CACHE_LINE_BYTES)
                .address();
        for (int i = 0; i < CLAIMS; i++) {
            claims[i] = new UnsafeBuffer(base + (long) i * stride, CLAIM_BYTES);
        }
    }

    @Override
    public boolean send(final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to) {
        final int index = to.listener();
        final boolean valid = (index | offset | length) >= 0
                && index < sockets.length
                && length <= buffer.capacity() - offset
                && buffer.byteArray() == null
                && to.transport() == sockets[index].listener().transport();
        if (!valid) {
            // Sent from where it lies, so it must lie where the kernel can read it while we are there: outside the
            // heap.
            assert buffer.byteArray() == null : "message on the heap";
            counters.increment(TransportCounter.DROPPED_INVALID);
            return false;
        }
        return sockets[index].send(buffer, offset, length, to);
    }

    @Override
    public boolean sendCopy(final DirectBuffer buffer, final int offset, final int length, final SipFlow to) {
        if (length < 0 || length > DatagramSettings.MESSAGE_BYTES_DEFAULT) {
            counters.increment(TransportCounter.DROPPED_TOO_BIG);
            return false;
        }
        if (!copies.hasRoom(length)) {
            flushAll();
        }
        return send(copies.buffer(), copies.copy(buffer, offset, length), length, to);
    }

    @Override
    public boolean isConnected(final SipFlow to) {
        final int index = to.listener();
        return index >= 0 && index < sockets.length && sockets[index].isConnected(to);
    }

    @Override
    public void reuse(final SipFlow from, final int port) {
        final int index = from.listener();
        if (index >= 0 && index < sockets.length) {
            sockets[index].reuse(from, port);
        }
    }

    @Override
    public UnsafeBuffer claim() {
        if (lentSinceFlush == CLAIMS) {
            flushAll();
        }
        final UnsafeBuffer claim = claims[nextClaim];
        nextClaim = (nextClaim + 1) % CLAIMS;
        lentSinceFlush++;
        return claim;
    }

    void flushAll() {
        for (final SipSocket socket : sockets) {
            socket.flush();
        }
        lentSinceFlush = 0;
        copies.clear();
    }

    @Override
    public SipListener listener(final int index) {
        return sockets[index].listener();
    }

    @Override
    public int listeners() {
        return sockets.length;
    }
}
