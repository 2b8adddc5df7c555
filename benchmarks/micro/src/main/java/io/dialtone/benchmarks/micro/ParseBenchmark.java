package io.dialtone.benchmarks.micro;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipSyntax;
import io.dialtone.sip.codec.ViaView;
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

/** What reading a message costs. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {Jvm.OPEN_MISC, Jvm.NATIVE, Jvm.UNSAFE, Jvm.NO_BOUNDS_CHECKS})
public class ParseBenchmark {
    private final UnsafeBuffer invite = SipMessages.direct(SipMessages.INVITE);
    private final UnsafeBuffer ok = SipMessages.direct(SipMessages.OK);
    private final UnsafeBuffer bye = SipMessages.direct(SipMessages.BYE);
    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final ViaView via = new ViaView();
    private final SipSyntax syntax = new SipSyntax();
    private int turn;

    @Benchmark
    public ParseResult invite() {
        return message.parseDatagram(invite, SipMessages.ROOM, SipMessages.INVITE.length);
    }

    @Benchmark
    public ParseResult response() {
        return message.parseDatagram(ok, SipMessages.ROOM, SipMessages.OK.length);
    }

    /** Branches of the parser are no longer predicted from the message before. */
    @Benchmark
    public ParseResult mixed() {
        return switch (turn++ % 3) {
            case 0 -> message.parseDatagram(invite, SipMessages.ROOM, SipMessages.INVITE.length);
            case 1 -> message.parseDatagram(ok, SipMessages.ROOM, SipMessages.OK.length);
            default -> message.parseDatagram(bye, SipMessages.ROOM, SipMessages.BYE.length);
        };
    }

    /** With what a stateless proxy asks of it. */
    @Benchmark
    public int inviteAndTopmostVia() {
        message.parseDatagram(invite, SipMessages.ROOM, SipMessages.INVITE.length);
        via.wrap(message);
        return via.branchOffset() + via.port() + message.callIdOffset() + message.firstHeader(HeaderName.ROUTE);
    }

    @Benchmark
    public int inviteAndTags() {
        message.parseDatagram(invite, SipMessages.ROOM, SipMessages.INVITE.length);
        return message.fromTagOffset() + message.toTagOffset();
    }

    @Benchmark
    public Malformation inviteAndGrammar() {
        message.parseDatagram(invite, SipMessages.ROOM, SipMessages.INVITE.length);
        return syntax.check(message);
    }
}
