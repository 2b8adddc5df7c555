package io.dialtone.benchmarks.micro;

import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A call's state of ten components, about 300 bytes, written and read; {@code copyAlone} is what a memory copy of the same bytes costs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {Jvm.OPEN_MISC, Jvm.NATIVE, Jvm.UNSAFE, Jvm.NO_BOUNDS_CHECKS})
public class StateCodecBenchmark {
    /** Where a call stands. */
    public enum Phase {
        RINGING,
        ANSWERED
    }

    /** One side of a call. */
    public record Leg(String remoteTag, String target, int cseq) {}

    /** The state of a back-to-back call. */
    public record Call(
            String peer,
            Phase phase,
            int requests,
            long bytes,
            boolean isRecorded,
            Instant since,
            Leg caller,
            Leg callee,
            List<String> route,
            String note) {}

    private static final int ROOM = 4_096;

    private final Call[] calls = new Call[64];
    private final RecordStateCodec<Call> codec = RecordStateCodec.of(Call.class, StateLimits.defaults());
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(ROOM));
    private final UnsafeBuffer written = new UnsafeBuffer(ByteBuffer.allocateDirect(ROOM));
    private final int length;
    private int turn;

    public StateCodecBenchmark() {
        for (int i = 0; i < calls.length; i++) {
            calls[i] = new Call(
                    "sip:subscriber-" + i + "@ims.example.org",
                    i % 2 == 0 ? Phase.RINGING : Phase.ANSWERED,
                    i,
                    1_000L * i * i,
                    i % 3 == 0,
                    Instant.ofEpochSecond(1_790_000_000L + i, i),
                    new Leg("a1b2c3d4e5f6" + i, "sip:10.0.0." + i + ":5060;transport=udp", 1 + i),
                    new Leg("f6e5d4c3b2a1" + i, "sip:10.0.1." + i + ":5060;transport=udp", 100_000 + i),
                    List.of("<sip:edge-1.example.org;lr>", "<sip:edge-2.example.org;lr>"),
                    "Gr\u00fc\u00dfe");
        }
        length = codec.encode(calls[0], written, 0);
    }

    @Benchmark
    public UnsafeBuffer copyAlone() {
        buffer.putBytes(0, written, 0, length);
        return buffer;
    }

    @Benchmark
    public int encode() {
        return codec.encode(calls[turn++ & 63], buffer, 0);
    }

    @Benchmark
    public Call decode() {
        return codec.decode(written, 0, length);
    }

    public static void main(final String[] args) {
        System.out.println(new StateCodecBenchmark().length + " bytes");
    }
}
