package io.dialtone.benchmarks.micro;

import io.dialtone.diameter.codec.ApplicationId;
import io.dialtone.diameter.codec.AvpCursor;
import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterEditor;
import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ParseResult;
import io.dialtone.diameter.codec.ResultCode;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a credit control request of about 300 bytes costs that is read, forwarded as a relay does, or answered. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {Jvm.OPEN_MISC, Jvm.NATIVE, Jvm.UNSAFE, Jvm.NO_BOUNDS_CHECKS})
public class DiameterCodecBenchmark {
    private static final int M = AvpFlags.MANDATORY;
    private static final byte[] PREVIOUS = ascii("cli.test.realm");
    private static final byte[] OURS = ascii("relay.test.realm");
    private static final byte[] REALM = ascii("test.realm");

    private final UnsafeBuffer ccr = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
    private final UnsafeBuffer target = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));
    private final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
    private final AvpCursor cursor = new AvpCursor();
    private final AvpCursor members = new AvpCursor();
    private final DiameterEditor editor = new DiameterEditor();
    private final DiameterWriter writer = new DiameterWriter();
    private final int length;
    private int turn;

    public DiameterCodecBenchmark() {
        writer.begin(
                ccr,
                0,
                ccr.capacity(),
                CommandFlags.REQUEST | CommandFlags.PROXIABLE,
                CommandCode.CREDIT_CONTROL,
                ApplicationId.CREDIT_CONTROL,
                1,
                2);
        writer.bytes(BaseAvp.SESSION_ID.code(), M, 0, ascii("cli.test.realm;1796000000;4711;ro"));
        writer.bytes(BaseAvp.ORIGIN_HOST.code(), M, 0, PREVIOUS);
        writer.bytes(BaseAvp.ORIGIN_REALM.code(), M, 0, REALM);
        writer.bytes(BaseAvp.DESTINATION_REALM.code(), M, 0, REALM);
        writer.unsigned32(BaseAvp.AUTH_APPLICATION_ID.code(), M, 0, ApplicationId.CREDIT_CONTROL);
        writer.bytes(461, M, 0, ascii("32251@3gpp.org"));
        writer.unsigned32(BaseAvp.CC_REQUEST_TYPE.code(), M, 0, 2);
        writer.unsigned32(BaseAvp.CC_REQUEST_NUMBER.code(), M, 0, 3);
        writer.beginGroup(BaseAvp.SUBSCRIPTION_ID.code(), M, 0);
        writer.unsigned32(450, M, 0, 0);
        writer.bytes(444, M, 0, ascii("491700000001"));
        writer.endGroup();
        writer.beginGroup(456, M, 0);
        writer.beginGroup(437, M, 0);
        writer.unsigned64(421, M, 0, 1_000_000);
        writer.endGroup();
        writer.unsigned32(432, M, 0, 10);
        writer.endGroup();
        length = writer.end();
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Benchmark
    public int copyAlone() {
        target.putBytes(0, ccr, 0, length);
        return target.getInt(0);
    }

    @Benchmark
    public ParseResult parse() {
        return message.parse(ccr, 0, length);
    }

    /** With what a relay asks of it. */
    @Benchmark
    public int parseAndAsk() {
        message.parse(ccr, 0, length);
        return message.valueOffset(BaseAvp.SESSION_ID)
                + message.valueLength(BaseAvp.SESSION_ID)
                + message.find(BaseAvp.DESTINATION_HOST)
                + message.valueOffset(BaseAvp.DESTINATION_REALM)
                + message.count(BaseAvp.ROUTE_RECORD)
                + message.applicationId();
    }

    /** With every AVP and the members of all groups at the first level. */
    @Benchmark
    public int parseAndWalk() {
        message.parse(ccr, 0, length);
        message.avps(cursor);
        int sum = 0;
        while (cursor.next()) {
            sum += cursor.code();
            if (cursor.is(BaseAvp.SUBSCRIPTION_ID.code(), 0) && cursor.enter(members)) {
                while (members.next()) {
                    sum += members.valueLength();
                }
            }
        }
        return sum;
    }

    @Benchmark
    public int forward() {
        message.parse(ccr, 0, length);
        editor.begin(message, target, 0, 4096);
        editor.hopByHopId(turn++);
        editor.append(BaseAvp.ROUTE_RECORD.code(), M, 0, PREVIOUS);
        return editor.end();
    }

    @Benchmark
    public int answer() {
        message.parse(ccr, 0, length);
        writer.answer(target, 0, 4096, message, ResultCode.TOO_BUSY);
        writer.bytes(BaseAvp.ORIGIN_HOST.code(), M, 0, OURS);
        writer.bytes(BaseAvp.ORIGIN_REALM.code(), M, 0, REALM);
        writer.copyAll(message, BaseAvp.PROXY_INFO);
        return writer.end();
    }
}
