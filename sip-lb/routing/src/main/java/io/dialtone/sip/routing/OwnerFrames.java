package io.dialtone.sip.routing;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes the header of a message for the owner of its slot, and offers both to the link. One per I/O thread, called only by it:
 * {@link #begin}, {@link #request} if it is one that is remembered, {@link #offer}.
 */
final class OwnerFrames {
    private final LinkEndpoint link;
    private final SlotWays ways;
    private final RouteTap tap;
    private final FlowNames names;
    private final long deadlineNs;
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private final LinkFrame frame = new LinkFrame();
    private int slot;

    /**
     * @param names who has registered by which connection
     * @param deadlineNs how long after its arrival a message is worth its owner's work
     */
    OwnerFrames(
            final LinkEndpoint link,
            final SlotWays ways,
            final RouteTap tap,
            final FlowNames names,
            final long deadlineNs) {
        this.link = link;
        this.ways = ways;
        this.tap = tap;
        this.names = names;
        this.deadlineNs = deadlineNs;
    }

    /** Begins the header; the slot must have an owner that we talk with. */
    OwnerFrames begin(final int toSlot, final SipFlow from, final long arrivalNs) {
        return begin(LinkFrame.TYPE_SIP_TO_WORKER, toSlot, from, arrivalNs);
    }

    private OwnerFrames begin(final int type, final int toSlot, final SipFlow from, final long arrivalNs) {
        slot = toSlot;
        frame.wrapNew(header, 0, type)
                .slot(toSlot)
                .epoch(ways.table().epochOf(toSlot))
                .incarnation(link.incarnation())
                .arrivalNs(arrivalNs)
                .deadlineNs(arrivalNs + deadlineNs)
                .member(link.member())
                .thread(link.thread())
                .transport(from.transport())
                .listener(from.listener())
                .remotePort(from.remotePort())
                .remoteHigh(from.remoteHigh())
                .remoteLow(from.remoteLow())
                .registration(from.isStream() ? names.of(from) : 0);
        return this;
    }

    /** The number by which the request is known again in its answers, and whether an owner was given it before. */
    OwnerFrames request(final long number, final boolean redriven) {
        frame.request(number).redriven(redriven);
        return this;
    }

    /** The message is no message of a peer, but one of the owner's own that did not leave. */
    long offerUnsent(
            final int toSlot,
            final SipFlow to,
            final long nowNs,
            final DirectBuffer message,
            final int offset,
            final int length) {
        begin(LinkFrame.TYPE_SIP_UNSENT, toSlot, to, nowNs);
        return link.publication(ways.member(slot), ways.thread(slot))
                .offer(header, 0, LinkFrame.HEADER_BYTES, message, offset, length);
    }

    /** Offers header and message; the answer is the link's. */
    long offer(final DirectBuffer message, final int offset, final int length) {
        final int member = ways.member(slot);
        final long position = link.publication(member, ways.thread(slot))
                .offer(header, 0, LinkFrame.HEADER_BYTES, message, offset, length);
        if (position > 0) {
            tap.onHandedOver(frame, member, message, offset, length);
        }
        return position;
    }
}
