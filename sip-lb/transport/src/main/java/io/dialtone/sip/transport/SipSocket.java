package io.dialtone.sip.transport;

import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipListener;
import io.netty.channel.IoEventLoop;
import org.agrona.concurrent.UnsafeBuffer;

/** One listener's socket within one loop. After it is registered, called only by the loop's thread. */
interface SipSocket {
    SipListener listener();

    /** Joins the loop's Netty loop; from then on datagrams go to the loop's {@link Delivery}. Called by the loop's thread. */
    void register(IoEventLoop netty, Delivery delivery) throws Exception;

    /** As {@link io.dialtone.sip.routing.SipEgress#send}. */
    boolean send(UnsafeBuffer buffer, int offset, int length, SipFlow to);

    /** As {@link io.dialtone.sip.routing.SipEgress#isConnected}. */
    default boolean isConnected(final SipFlow to) {
        return true;
    }

    /** As {@link io.dialtone.sip.routing.SipEgress#reuse}. */
    default void reuse(final SipFlow from, final int port) {}

    /** In each turn, before its flush: whoever has taken too long over something is cut off. */
    default void onTurn(final long nowNs) {}

    /** The next time {@link #onTurn} must be called though nothing arrives, or {@code Long.MAX_VALUE}. */
    default long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    /** Hands everything queued to the kernel; afterwards no bytes of it are read any more. */
    void flush();

    /** Every few seconds: reads what the kernel counts for us. */
    void sample();

    /** Closes the descriptor; idempotent. Called by the loop's thread, or by the starting thread when no loop was started. */
    void close();
}
