package io.dialtone.sip.trace;

import io.dialtone.api.link.LinkBell;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.routing.RouteTap;
import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import io.dialtone.sip.routing.SipListener;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what one I/O thread reads and sends: it stands between the transport and the routing, passes everything on, and copies it. Called only by that thread.
 *
 * <p>A message that comes in is copied as it came, before it is edited, and is shown to readers when it is known which node has it.
 */
final class TraceRecorder implements RouteTap {
    private static final long CLOCK_SAMPLE_NS = 1_000_000_000L;

    private final Tracer tracer;
    private final TraceRing ring;
    private final EpochNanoClock wallClock;
    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final SipFlow flow = new SipFlow();
    private TraceFilter.Match match = new TraceFilter.Match(TraceFilter.NOTHING);
    private long turnNs;
    private long wallOffsetNs;
    private long nextClockSampleNs;

    // What the node has said of the message that leaves next.
    private int slot = TraceRing.NONE;
    private long epoch;
    private int member = TraceRing.NONE;

    TraceRecorder(final Tracer tracer, final TraceRing ring, final EpochNanoClock wallClock, final long nowNs) {
        this.tracer = tracer;
        this.ring = ring;
        this.wallClock = wallClock;
        turn(nowNs);
        sampleClock(nowNs);
    }

    SipIngress ingress(final SipIngress next) {
        return new Ingress(next);
    }

    SipEgress egress(final SipEgress next) {
        return new Egress(next);
    }

    // ---- what comes

    private void onArrival(final DirectBuffer buffer, final int offset, final int length, final SipFlow from) {
        if (isWanted(from, buffer, offset, length)) {
            ring.claim(TraceKind.IN, turnNs + wallOffsetNs, from, buffer, offset, length);
        }
    }

    /** The message is where it belongs, or nowhere. */
    private void onArrivalDone() {
        if (ring.isClaimed()) {
            show();
        }
    }

    @Override
    public void onHandedOver(
            final LinkFrame frame, final int toMember, final DirectBuffer buffer, final int offset, final int length) {
        if (!ring.isClaimed()) {
            onHandedOverLater(frame, buffer, offset, length);
        }
        if (ring.isClaimed()) {
            ring.node(frame.slot(), frame.epoch(), toMember);
            show();
        }
    }

    private void onHandedOverLater(
            final LinkFrame frame, final DirectBuffer buffer, final int offset, final int length) {
        flow.set(frame.listener(), frame.transport(), frame.remoteHigh(), frame.remoteLow(), frame.remotePort());
        if (isWanted(flow, buffer, offset, length)) {
            ring.claim(TraceKind.HANDED_OVER, turnNs + wallOffsetNs, flow, buffer, offset, length);
        }
    }

    // ---- what leaves

    @Override
    public void onMessageOfNode(final LinkFrame frame) {
        slot = frame.slot();
        epoch = frame.epoch();
        member = frame.member();
    }

    private void onDeparture(final DirectBuffer buffer, final int offset, final int length, final SipFlow to) {
        onArrivalDone();
        if (isWanted(to, buffer, offset, length)) {
            ring.claim(TraceKind.OUT, turnNs + wallOffsetNs, to, buffer, offset, length);
            ring.node(slot, epoch, member);
            show();
        }
        slot = TraceRing.NONE;
        epoch = 0;
        member = TraceRing.NONE;
    }

    // ---- which of it

    @SuppressWarnings("ReferenceEquality") // asked for each message; another one is another order
    private boolean isWanted(final SipFlow peer, final DirectBuffer buffer, final int offset, final int length) {
        final TraceFilter filter = tracer.filter(turnNs);
        if (filter != match.filter) {
            match = new TraceFilter.Match(filter); // somebody has just asked for another
        }
        if (filter.isNothing() || !match.isPeer(peer)) {
            return false;
        }
        if (filter.asksForHeaders()) {
            message.parseDatagram(buffer, offset, length);
            return match.isUser(message);
        }
        return true;
    }

    private void show() {
        if (match.filter.isSampling() && !isSampled()) {
            ring.abandon();
        } else {
            ring.publish();
        }
    }

    private boolean isSampled() {
        final int ofSlot = ring.claimedSlot();
        if (ofSlot != TraceRing.NONE) {
            return match.filter.takes(ofSlot);
        }
        message.parseDatagram(ring.memory(), ring.claimedMessageOffset(), ring.claimedMessageLength());
        return message.callIdLength() > 0
                && match.filter.takes(
                        TraceFilter.hash(message.buffer(), message.callIdOffset(), message.callIdLength()));
    }

    // ---- time

    private void turn(final long nowNs) {
        turnNs = nowNs;
        if (nowNs - nextClockSampleNs >= 0) {
            sampleClock(nowNs);
        }
    }

    private void sampleClock(final long nowNs) {
        wallOffsetNs = wallClock.nanoTime() - nowNs;
        nextClockSampleNs = nowNs + CLOCK_SAMPLE_NS;
    }

    /** The way in. */
    private final class Ingress implements SipIngress {
        private final SipIngress next;

        Ingress(final SipIngress next) {
            this.next = next;
        }

        @Override
        public void onMessage(
                final UnsafeBuffer buffer, final int offset, final int length, final SipFlow from, final long nowNs) {
            turn(nowNs);
            onArrival(buffer, offset, length, from);
            next.onMessage(buffer, offset, length, from, nowNs);
            onArrivalDone();
        }

        @Override
        public void onUnreadable(
                final UnsafeBuffer buffer,
                final int offset,
                final int length,
                final Malformation malformation,
                final SipFlow from,
                final long nowNs) {
            turn(nowNs);
            onArrival(buffer, offset, length, from);
            next.onUnreadable(buffer, offset, length, malformation, from, nowNs);
            onArrivalDone();
        }

        @Override
        public void onUnsent(
                final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to, final long nowNs) {
            next.onUnsent(buffer, offset, length, to, nowNs);
        }

        @Override
        public void onDisconnected(final SipFlow peer, final long nowNs) {
            next.onDisconnected(peer, nowNs);
        }

        @Override
        public int doWork(final long nowNs) {
            turn(nowNs);
            onArrivalDone(); // of a message that has made the routing throw
            return next.doWork(nowNs);
        }

        @Override
        public long nextDeadlineNs() {
            return next.nextDeadlineNs();
        }

        @Override
        public @Nullable LinkBell bell() {
            return next.bell();
        }
    }

    /** The way out. */
    private final class Egress implements SipEgress {
        private final SipEgress next;

        Egress(final SipEgress next) {
            this.next = next;
        }

        @Override
        public boolean send(final UnsafeBuffer buffer, final int offset, final int length, final SipFlow to) {
            final boolean taken = next.send(buffer, offset, length, to);
            if (taken) {
                onDeparture(buffer, offset, length, to);
            }
            return taken;
        }

        @Override
        public boolean sendCopy(final DirectBuffer buffer, final int offset, final int length, final SipFlow to) {
            final boolean taken = next.sendCopy(buffer, offset, length, to);
            if (taken) {
                onDeparture(buffer, offset, length, to);
            }
            return taken;
        }

        @Override
        public boolean isConnected(final SipFlow to) {
            return next.isConnected(to);
        }

        @Override
        public void reuse(final SipFlow from, final int port) {
            next.reuse(from, port);
        }

        @Override
        public UnsafeBuffer claim() {
            return next.claim();
        }

        @Override
        public SipListener listener(final int index) {
            return next.listener(index);
        }

        @Override
        public int listeners() {
            return next.listeners();
        }
    }
}
