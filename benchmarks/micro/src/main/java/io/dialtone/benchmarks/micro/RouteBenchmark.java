package io.dialtone.benchmarks.micro;

import io.dialtone.sip.routing.Algorithm;
import io.dialtone.sip.routing.BackendSpec;
import io.dialtone.sip.routing.Balancer;
import io.dialtone.sip.routing.BalancingConfig;
import io.dialtone.sip.routing.ProxyConfig;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
 * A message's whole way through the stand-alone balancer, sockets aside: read, routed, edited, handed to the transport. Each turn first copies the
 * message in, as a socket would. Every call has its own Call-ID, so that the memory is met as in life.
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
public class RouteBenchmark {
    private static final int CALLS = 512;
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

    /** Backends to choose from. */
    @Param({"2", "100"})
    public int backends;

    /** How new calls find theirs; the others by {@code -p algorithm=LEAST_OF_TWO,PEAK_EWMA}. */
    @Param("WEIGHTED_HASH")
    public Algorithm algorithm;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(8_192));
    private final SipFlow caller =
            new SipFlow().remote(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 5071));
    private final SipFlow[] callees = new SipFlow[CALLS];
    private final UnsafeBuffer[] invites = new UnsafeBuffer[CALLS];
    private final UnsafeBuffer[] oks = new UnsafeBuffer[CALLS];
    private final UnsafeBuffer[] byes = new UnsafeBuffer[CALLS];
    private SipProxy proxy;
    private long nowNs;
    private int turn;
    private int branchPlace;
    private long calls;

    /** Makes the messages of all calls by letting the balancer forward each INVITE once. */
    @Setup
    public void call() throws UnknownHostException {
        final ProxyConfig config = ProxyConfig.builder()
                .backends(IntStream.rangeClosed(1, backends)
                        .mapToObj(i -> BackendSpec.parse("127.0.1." + i + ":5072"))
                        .toList())
                .balancing(BalancingConfig.defaults().withAlgorithm(algorithm))
                .build();
        branchPlace =
                new String(SipMessages.INVITE, StandardCharsets.US_ASCII).indexOf("z9hG4bK-") + "z9hG4bK-".length();
        final LastSent egress = new LastSent();
        proxy = new Balancer(config, 1).proxy(0, egress);
        for (int i = 0; i < CALLS; i++) {
            invites[i] = ofCall(new String(SipMessages.INVITE, StandardCharsets.US_ASCII), i);
            receive(invites[i], caller);
            final String forwarded = egress.text();
            callees[i] = new SipFlow().copyFrom(egress.to());
            final String vias = forwarded.substring(forwarded.indexOf("Via: "), forwarded.indexOf("Record-Route: "));
            final String callersVia = forwarded.substring(forwarded.lastIndexOf("Via: "), forwarded.indexOf("From: "));
            final String recordRoute = forwarded.substring(
                    forwarded.indexOf("Record-Route: "),
                    forwarded.indexOf("\r\n", forwarded.indexOf("Record-Route: ")));
            oks[i] = ofCall(
                    new String(SipMessages.OK, StandardCharsets.US_ASCII)
                            .replaceFirst("(?s)Via: .*Record-Route: [^\r]*", vias + callersVia + recordRoute),
                    i);
            byes[i] = ofCall(
                    new String(SipMessages.BYE, StandardCharsets.US_ASCII)
                            .replaceFirst("Route: [^\r]*", recordRoute.substring("Record-".length())),
                    i);
        }
    }

    private static UnsafeBuffer ofCall(final String message, final int call) {
        final byte[] bytes = message.replace("Call-ID: 1-", "Call-ID: " + (1000 + call) + "-")
                .replace("branch=z9hG4bK-4161-1-", "branch=z9hG4bK-4161-" + (1000 + call) + "-")
                .getBytes(StandardCharsets.US_ASCII);
        final UnsafeBuffer memory = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length));
        memory.putBytes(0, bytes);
        return memory;
    }

    private UnsafeBuffer receive(final UnsafeBuffer datagram, final SipFlow from) {
        buffer.putBytes(SipMessages.ROOM, datagram, 0, datagram.capacity());
        nowNs += 1_000;
        proxy.onMessage(buffer, SipMessages.ROOM, datagram.capacity(), from, nowNs);
        return buffer;
    }

    private int next() {
        turn = (turn + 1) & (CALLS - 1);
        return turn;
    }

    /** An INVITE whose transaction is remembered: a retransmission. */
    @Benchmark
    public UnsafeBuffer invite() {
        return receive(invites[next()], caller);
    }

    /** An INVITE that the affinity rule decides: its branch changes every turn, so that nothing is remembered of it. */
    @Benchmark
    public UnsafeBuffer newInvite() {
        final UnsafeBuffer invite = invites[next()];
        invite.putLong(branchPlace, 0x6161_6161_6161_6161L + (++calls * SPREAD & 0x0F0F_0F0F_0F0F_0F0FL));
        return receive(invite, caller);
    }

    @Benchmark
    public UnsafeBuffer ok() {
        final int call = next();
        return receive(oks[call], callees[call]);
    }

    /** A BYE that follows its token. */
    @Benchmark
    public UnsafeBuffer bye() {
        return receive(byes[next()], caller);
    }
}
