package io.dialtone.sip.routing;

import io.dialtone.api.link.LinkBell;
import io.dialtone.sip.codec.Malformation;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** What a transport's I/O thread hands its messages to. Called only by that thread; never throws for what came from the wire. */
public interface SipIngress {
    /** Bytes a transport leaves free before each message, so that an edit can grow it to the front. */
    int HEADROOM_BYTES = 1024;

    /** Bytes a transport leaves free after each message. */
    int TAILROOM_BYTES = 256;

    /**
     * One datagram, or one whole message of a stream. It may be edited in place, head room and tail room included, and sent on from where it lies: the
     * bytes stay ours until the transport has flushed its {@link SipEgress}.
     *
     * @param nowNs monotonic time, read once per turn
     */
    void onMessage(UnsafeBuffer buffer, int offset, int length, SipFlow from, long nowNs);

    /**
     * The beginning of a message in a stream that cannot be read on, because nobody knows where the next one begins; the connection is closed after this turn. Here is the last
     * chance to say why.
     */
    default void onUnreadable(
            final UnsafeBuffer buffer,
            final int offset,
            final int length,
            final Malformation malformation,
            final SipFlow from,
            final long nowNs) {}

    /**
     * A message that was taken to be sent, and was not: its connection did not come about. Nothing may be sent from here, and the bytes are ours only until this returns.
     */
    default void onUnsent(
            final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to, final long nowNs) {}

    /** A connection has ended, or has not come about. Nothing may be sent from here. */
    default void onDisconnected(final SipFlow peer, final long nowNs) {}

    /**
     * A turn of whatever else this thread does: link, probes, timers. Bounded.
     *
     * @return how much work was done; 0 lets the thread rest
     */
    int doWork(long nowNs);

    /** The next time {@link #doWork} must be called though nothing arrives, or {@code Long.MAX_VALUE}. */
    long nextDeadlineNs();

    /** What tells a resting thread that {@link #doWork} has something to do, or null if nothing does and the thread must look now and then. */
    default @Nullable LinkBell bell() {
        return null;
    }
}
