package io.dialtone.benchmarks.micro;

import io.dialtone.sip.routing.SipEgress;
import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import io.dialtone.sip.trace.SpanBook;
import io.dialtone.sip.trace.SpanLimits;
import io.dialtone.sip.trace.SpanReader;
import io.dialtone.sip.trace.TraceFilter;
import io.dialtone.sip.trace.Tracer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
 * What it costs the thread behind the I/O threads to make spans: an INVITE, its refusal and the ACK, three messages, which become two spans, at 2,000 calls a second of a clock that is moved by hand. Who
 * makes none shows what it costs to keep the messages.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {Jvm.OPEN_MISC, Jvm.NATIVE, Jvm.UNSAFE, Jvm.NO_BOUNDS_CHECKS})
@SuppressWarnings("NullAway.Init") // JMH's set-up is the constructor: only then the parameter is known
public class SpanBenchmark {
    private static final long BEGIN_NS = 1_790_000_000_000_000_000L;
    private static final long BETWEEN_CALLS_NS = 500_000;
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;
    private static final long LETTERS = 0x6161_6161_6161_6161L;
    private static final long LETTERS_MASK = 0x0F0F_0F0F_0F0F_0F0FL;
    private static final int MEMORY_BYTES = 16 << 20;
    private static final String UNIQUE = "########";
    private static final String REST = """
            Via: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bK-########
            From: sipp <sip:sipp@127.0.0.1:5071>;tag=1
            To: service <sip:service@127.0.0.1:5060TO
            Call-ID: ########@127.0.0.1
            CSeq: 1 METHOD
            Contact: <sip:sipp@127.0.0.1:5071>
            Max-Forwards: 70
            Subject: Performance Test
            User-Agent: callstorm/1.0
            Content-Length: 0

            """;

    /** Which traces are made into spans. */
    @Param({"none", "one in 16", "all"})
    public String makes;

    private final Template invite = new Template("INVITE sip:service@127.0.0.1:5060 SIP/2.0\r\n", ">", "INVITE");
    private final Template refusal = new Template("SIP/2.0 486 Busy Here\r\n", ">;tag=2", "INVITE");
    private final Template ack = new Template("ACK sip:service@127.0.0.1:5060 SIP/2.0\r\n", ">;tag=2", "ACK");
    private final SipFlow caller =
            new SipFlow().remote(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 5071));
    private SipIngress ingress;
    private SpanReader reader;
    private long calls;
    private long spans;
    private long nowNs = BEGIN_NS;

    /** A message whose branch and Call-ID are written anew for each call. */
    private static final class Template {
        private final UnsafeBuffer buffer;
        private final int branch;
        private final int callId;

        Template(final String line, final String to, final String method) {
            final String text =
                    line + REST.replace("\n", "\r\n").replace("TO\r", to + "\r").replace("METHOD", method);
            final byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length));
            buffer.putBytes(0, bytes);
            branch = text.indexOf(UNIQUE);
            callId = text.lastIndexOf(UNIQUE);
        }

        UnsafeBuffer of(final long call) {
            buffer.putLong(branch, call);
            buffer.putLong(callId, call);
            return buffer;
        }
    }

    @Setup
    public void begin() {
        final Tracer tracer = new Tracer(MEMORY_BYTES, 1, TraceFilter.ALL, () -> nowNs);
        ingress = tracer.around(0, new LastSent(), nowNs, (out, tap) -> new Refusing(out));
        final SpanBook book = new SpanBook(
                new SpanLimits(20_000, makes.equals("all") ? 1 : 16, TimeUnit.HOURS.toNanos(4)),
                message -> TraceFilter.hash(message.buffer(), message.callIdOffset(), message.callIdLength()),
                member -> "",
                span -> spans++);
        reader = new SpanReader(tracer, book);
    }

    @Benchmark
    public long refusedCall() {
        final long unique = LETTERS + (++calls * SPREAD & LETTERS_MASK);
        refusal.of(unique);
        nowNs += BETWEEN_CALLS_NS;
        ingress.onMessage(invite.of(unique), 0, invite.buffer.capacity(), caller, nowNs);
        ingress.onMessage(ack.of(unique), 0, ack.buffer.capacity(), caller, nowNs);
        if (!makes.equals("none")) {
            reader.doWork(nowNs);
        }
        return spans;
    }

    /** Answers what is no ACK. */
    private final class Refusing implements SipIngress {
        private final SipEgress out;

        Refusing(final SipEgress out) {
            this.out = out;
        }

        @Override
        public void onMessage(
                final UnsafeBuffer buffer, final int offset, final int length, final SipFlow from, final long atNs) {
            if (buffer.getByte(offset) == 'I') {
                out.sendCopy(refusal.buffer, 0, refusal.buffer.capacity(), from);
            }
        }

        @Override
        public int doWork(final long atNs) {
            return 0;
        }

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }
    }
}
