package io.dialtone.sip.trace;

import io.dialtone.sip.routing.RouteTap;
import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipIngress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import org.agrona.concurrent.EpochNanoClock;

/**
 * The trace of a process: a memory for the messages of each I/O thread, and the word which of them are kept. Built by whoever wires the process; I/O threads write, any
 * thread may read and ask for another filter.
 */
public final class Tracer {
    /** Least memory of a thread: the longest message fits several times. */
    public static final int LOOP_BYTES_MIN = TraceRing.CAPACITY_MIN;

    private final long bytesMax;
    private final int loops;
    private final TraceFilter usual;
    private final EpochNanoClock wallClock;
    private final List<Ring> rings = new CopyOnWriteArrayList<>();
    private volatile Order order;

    /** What is kept until then, and what after it. */
    private record Order(TraceFilter filter, long untilNs, TraceFilter after) {
        TraceFilter at(final long nowNs) {
            return untilNs - nowNs > 0 ? filter : after;
        }
    }

    private record Ring(TraceRing ring, TraceSource source) {}

    /**
     * @param bytesMax memory of all threads together; less than {@link #LOOP_BYTES_MIN} for each keeps nothing
     * @param loops number of I/O threads
     * @param usual what is kept unless somebody asks for something else
     */
    public Tracer(final long bytesMax, final int loops, final TraceFilter usual, final EpochNanoClock wallClock) {
        this.bytesMax = bytesMax;
        this.loops = loops;
        this.usual = usual;
        this.wallClock = wallClock;
        order = new Order(usual, 0, usual);
    }

    /** False if there is no memory to keep anything in. */
    public boolean isOn() {
        return bytesMax / loops >= LOOP_BYTES_MIN;
    }

    /**
     * Puts itself around the routing of one I/O thread; called by the thread that starts the transport, once for each.
     *
     * @param routing makes the routing from a way out and who is to be told of nodes
     */
    public SipIngress around(
            final int loop,
            final SipEgress egress,
            final long nowNs,
            final BiFunction<SipEgress, RouteTap, SipIngress> routing) {
        if (!isOn()) {
            return routing.apply(egress, RouteTap.NONE);
        }
        final TraceRing ring = new TraceRing((int) Math.min(1 << 30, Long.highestOneBit(bytesMax / loops)));
        rings.add(new Ring(ring, TraceSource.of(loop, egress)));
        final TraceRecorder recorder = new TraceRecorder(this, ring, wallClock, nowNs);
        return recorder.ingress(routing.apply(recorder.egress(egress), recorder));
    }

    /** What is kept now; asked by I/O threads for each message. */
    public TraceFilter filter(final long nowNs) {
        return order.at(nowNs);
    }

    /** Keeps this and nothing else for a while, and then what is usual. */
    public void start(final TraceFilter filter, final long durationNs, final long nowNs) {
        order = new Order(filter, nowNs + durationNs, usual);
    }

    /** Keeps what is usual. */
    public void stop() {
        order = new Order(usual, 0, usual);
    }

    /** How long what {@link #start} began goes on; 0 if it is over. */
    public long leftNs(final long nowNs) {
        final Order now = order;
        return now.filter.equals(now.after) ? 0 : Math.max(0, now.untilNs - nowNs);
    }

    /** A reader for each I/O thread, at its oldest record. */
    public List<TraceReader> readers() {
        return rings.stream()
                .map(each -> new TraceReader(each.ring(), each.source()))
                .toList();
    }

    /** Records since the start. */
    public long records() {
        return rings.stream().mapToLong(each -> each.ring().records()).sum();
    }

    /** Memory taken. */
    public long bytes() {
        return rings.stream().mapToLong(each -> each.ring().capacity()).sum();
    }
}
