package io.dialtone.benchmarks.micro;

import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.SipEditor;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaView;
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

/**
 * What a message costs that is read, edited as a stateless proxy does, and left where it lies. Each turn first copies the message in, as a socket would: {@link
 * #copyAlone} says what to take off.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {Jvm.OPEN_MISC, Jvm.NATIVE, Jvm.UNSAFE, Jvm.NO_BOUNDS_CHECKS})
public class EditBenchmark {
    private static final byte[] VIA = ascii("Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK.");
    private static final byte[] RECORD_ROUTE =
            ascii("Record-Route: <sip:127.0.0.1:5060;lr;dt=k4zq2mbfd6hjkl7q2mbf>\r\n");

    private final UnsafeBuffer invite = new UnsafeBuffer(ByteBuffer.allocateDirect(SipMessages.INVITE.length));
    private final UnsafeBuffer bye = new UnsafeBuffer(ByteBuffer.allocateDirect(SipMessages.BYE.length));
    private final UnsafeBuffer ok = new UnsafeBuffer(ByteBuffer.allocateDirect(SipMessages.OK.length));
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));
    private final UnsafeBuffer target = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));
    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final SipEditor editor = new SipEditor();
    private final ViaView via = new ViaView();
    private int turn;

    public EditBenchmark() {
        invite.putBytes(0, SipMessages.INVITE);
        bye.putBytes(0, SipMessages.BYE);
        ok.putBytes(0, SipMessages.OK);
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void receive(final UnsafeBuffer datagram) {
        buffer.putBytes(SipMessages.ROOM, datagram, 0, datagram.capacity());
    }

    private int forwardRequest(final UnsafeBuffer datagram) {
        receive(datagram);
        message.parseDatagram(buffer, SipMessages.ROOM, datagram.capacity());
        via.wrap(message);
        editor.begin(message);
        final AsciiWriter text = editor.text();
        int from = text.position();
        text.put(VIA).putHex(0x0123_4567_89AB_CDEFL + via.branchOffset()).putLineEnd();
        editor.pushVia(from);
        if (message.method() == SipMethod.INVITE) {
            from = text.position();
            text.put(RECORD_ROUTE);
            editor.pushRecordRoute(from);
        }
        editor.stripRoute();
        editor.maxForwards(message.maxForwards() - 1);
        return editor.apply(buffer, SipMessages.ROOM, 0);
    }

    private int forwardResponse(final UnsafeBuffer datagram) {
        receive(datagram);
        message.parseDatagram(buffer, SipMessages.ROOM, datagram.capacity());
        via.wrap(message);
        editor.begin(message);
        editor.popVia(via);
        via.next();
        return editor.apply(buffer, SipMessages.ROOM, 0) + via.port();
    }

    @Benchmark
    public UnsafeBuffer copyAlone() {
        receive(invite);
        return buffer;
    }

    @Benchmark
    public int forwardInvite() {
        return forwardRequest(invite);
    }

    @Benchmark
    public int forwardOk() {
        return forwardResponse(ok);
    }

    @Benchmark
    public int forwardMixed() {
        return switch (turn++ % 3) {
            case 0 -> forwardRequest(invite);
            case 1 -> forwardResponse(ok);
            default -> forwardRequest(bye);
        };
    }

    /** The same INVITE gathered into another buffer. */
    @Benchmark
    public int gatherInvite() {
        message.parseDatagram(invite, 0, invite.capacity());
        editor.begin(message);
        final AsciiWriter text = editor.text();
        final int from = text.position();
        text.put(VIA).putHex(0x0123_4567_89AB_CDEFL).putLineEnd();
        editor.pushVia(from);
        editor.maxForwards(message.maxForwards() - 1);
        return editor.applyTo(target, 0, 4096);
    }
}
