package io.dialtone.sip.transport;

import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.routing.SipFlow;
import org.agrona.concurrent.UnsafeBuffer;

/** Where sockets put what they have read; the loop fills it. Called only by the loop's thread. */
interface Delivery {
    /** Announces a batch: the turn's clock is read once, after the wait and before the first message. */
    void onBatch(int messages);

    /** Hands one message to the ingress; whatever the ingress throws is counted and ends nothing. */
    void onMessage(UnsafeBuffer buffer, int offset, int length, SipFlow from);

    /** Hands over the beginning of a message after which a stream cannot be read on. */
    void onUnreadable(UnsafeBuffer buffer, int offset, int length, SipFlow from, Malformation malformation);

    /** Hands back a message whose connection did not come about. */
    void onUnsent(UnsafeBuffer buffer, int offset, int length, SipFlow to);

    /** Tells that a connection has ended. */
    void onDisconnected(SipFlow peer);

    /** Monotonic time of the turn. */
    long nowNs();

    /** Number of the turn; a turn ends by flushing all sockets. */
    long turn();

    /** Flushes all sockets of the loop, for a receiver that needs its memory back within a turn. */
    void flushAll();
}
