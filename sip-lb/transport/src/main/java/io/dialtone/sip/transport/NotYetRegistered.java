package io.dialtone.sip.transport;

import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.routing.SipFlow;
import org.agrona.concurrent.UnsafeBuffer;

/** What stands in a socket's place for its loop until it is registered; nothing may arrive before. */
enum NotYetRegistered implements Delivery {
    INSTANCE;

    @Override
    public void onBatch(final int datagrams) {
        throw new IllegalStateException("read before registration");
    }

    @Override
    public void onMessage(final UnsafeBuffer buffer, final int offset, final int length, final SipFlow from) {
        throw new IllegalStateException("read before registration");
    }

    @Override
    public void onUnreadable(
            final UnsafeBuffer buffer,
            final int offset,
            final int length,
            final SipFlow from,
            final Malformation malformation) {
        throw new IllegalStateException("read before registration");
    }

    @Override
    public void onUnsent(final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to) {
        throw new IllegalStateException("sent before registration");
    }

    @Override
    public void onDisconnected(final SipFlow peer) {
        throw new IllegalStateException("closed before registration");
    }

    @Override
    public long nowNs() {
        throw new IllegalStateException("read before registration");
    }

    @Override
    public long turn() {
        throw new IllegalStateException("read before registration");
    }

    @Override
    public void flushAll() {
        throw new IllegalStateException("flush before registration");
    }
}
