package io.dialtone.benchmarks.micro;

import io.dialtone.api.AffinityRule;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.sip.routing.Edge;
import io.dialtone.sip.routing.EdgeConfig;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import io.dialtone.sip.trace.TraceFilter;
import io.dialtone.sip.trace.Tracer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What keeping messages adds to an edge: the way of {@link EdgeBenchmark}, a request and its answer, two messages, with nothing around the routing, with a trace that keeps nothing, all, or what a user has
 * to do with.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {Jvm.OPEN_MISC, Jvm.NATIVE, Jvm.UNSAFE, Jvm.NO_BOUNDS_CHECKS})
@SuppressWarnings("NullAway.Init") // JMH's set-up is the constructor: only then the parameter is known
public class TraceBenchmark {
    private static final long WALL_NS = 1_790_000_000_000_000_000L;
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;
    private static final long MEMORY_BYTES = 16 << 20;

    /** What is kept. */
    @Param({"no memory", "nothing", "all", "user"})
    public String keeps;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(8_192));
    private final SipFlow caller =
            new SipFlow().remote(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 5071));
    private final UnsafeBuffer invite = new UnsafeBuffer(ByteBuffer.allocateDirect(SipMessages.INVITE.length));
    private AnsweringLink link;
    private SipIngress ingress;
    private int branchPlace;
    private long calls;
    private long nowNs;

    @Setup
    public void begin() {
        invite.putBytes(0, SipMessages.INVITE);
        branchPlace =
                new String(SipMessages.INVITE, StandardCharsets.US_ASCII).indexOf("z9hG4bK-") + "z9hG4bK-".length();
        link = new AnsweringLink(SipMessages.OK, 1);
        final Edge edge = new Edge(
                EdgeConfig.defaults(AffinityRule.CALL_ID),
                ClusterKey.parse("a key for the benchmark of edges"),
                0,
                new SlotTableHolder(SlotTable.roundRobin(SlotTable.SLOTS_DEFAULT, 1, 2, 3)),
                () -> WALL_NS,
                1);
        final TraceFilter filter = switch (keeps) {
            case "nothing" -> TraceFilter.NOTHING;
            case "user" -> new TraceFilter(1, Optional.of("nobody"), Optional.empty());
            default -> TraceFilter.ALL;
        };
        final Tracer tracer = new Tracer(keeps.equals("no memory") ? 0 : MEMORY_BYTES, 1, filter, () -> WALL_NS);
        ingress = tracer.around(0, new LastSent(), 0, (out, tap) -> edge.router(0, out, tap, link, 0));
    }

    /** An INVITE to its owner, and an answer from there. */
    @Benchmark
    public long requestAndAnswer() {
        invite.putLong(branchPlace, 0x6161_6161_6161_6161L + (++calls * SPREAD & 0x0F0F_0F0F_0F0F_0F0FL));
        buffer.putBytes(SipMessages.ROOM, invite, 0, invite.capacity());
        nowNs += 1_000;
        ingress.onMessage(buffer, SipMessages.ROOM, invite.capacity(), caller, nowNs);
        ingress.doWork(nowNs);
        return link.taken();
    }
}
