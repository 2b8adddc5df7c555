package io.dialtone.sip.routing;

import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
import org.agrona.DirectBuffer;

/**
 * Tells owners that a request of theirs could not be sent: for their client transaction that is a transport error (RFC 3261 section 17.1.4), and nobody has to wait until a
 * timer says so. One per I/O thread, called only by it.
 *
 * <p>A request that is sent is told of once at most, so there are never more of these frames than there were requests. Who is slow to take them hears nothing, which is counted: its timers
 * end the request. Nobody waits for what becomes of an answer or an ACK.
 */
final class UnsentRequests {
    private final SlotTableHolder slots;
    private final SlotFinder finder;
    private final EdgeCounters counters;
    private final Redriver redriver;
    private final SlotWays ways;
    private final OwnerFrames frames;
    private final SipMessage message;
    private final ViaView via = new ViaView();

    UnsentRequests(final SipLimits limits, final EdgeLoop loop, final Redriver redriver) {
        slots = loop.slots();
        finder = loop.finder();
        counters = loop.counters();
        this.redriver = redriver;
        ways = redriver.ways();
        frames = redriver.frames();
        message = new SipMessage(limits);
    }

    /** A message of a node did not leave by this flow. */
    void tell(final DirectBuffer buffer, final int offset, final int length, final SipFlow to, final long wallNs) {
        if (message.parseDatagram(buffer, offset, length) != ParseResult.COMPLETE
                || !message.isRequest()
                || message.method() == SipMethod.ACK
                || !via.wrap(message)) {
            return;
        }
        final int slot = finder.ofOwnBranch(message, via);
        if (slot == SlotFinder.NONE) {
            return;
        }
        ways.onTable(slots.table());
        final boolean isTold =
                redriver.isOpen(slot) && frames.offerUnsent(slot, to, wallNs, buffer, offset, length) > 0;
        counters.increment(isTold ? EdgeCounter.UNSENT_TOLD : EdgeCounter.UNSENT_NOT_TOLD);
    }
}
