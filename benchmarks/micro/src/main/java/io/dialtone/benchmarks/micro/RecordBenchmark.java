package io.dialtone.benchmarks.micro;

import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.SlotAuthority;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotKeeper;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.api.SlotRules;
import io.dialtone.state.replication.DeathHints;
import io.dialtone.state.replication.ReplicationCounters;
import io.dialtone.state.replication.Replicator;
import io.dialtone.state.replication.ReplicatorConfig;
import io.dialtone.state.replication.ReplicatorContext;
import io.dialtone.state.store.SlabImages;
import io.dialtone.state.store.SlabSettings;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
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
 * What a record costs, its owner and its backup together: into the owner's store, the stream, the backup's store, and the ack back, until its output may leave. A turn has
 * some records, as under load; the ways between are rings in memory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {Jvm.OPEN_MISC, Jvm.NATIVE, Jvm.UNSAFE, Jvm.NO_BOUNDS_CHECKS})
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH sets parameters later
public class RecordBenchmark {
    private static final int SESSIONS = 20_000;
    private static final int SLOTS = 256;
    private static final int OUTPUT_BYTES = 400;
    private static final long STORE_BYTES = 1L << 28;
    private static final int FRAMES_MAX = 64;

    /** Records of a turn. */
    @Param({"1", "16"})
    public int recordsPerTurn;

    /** Length of a session in bytes. */
    @Param({"300", "1024"})
    public int imageBytes;

    private final UnsafeBuffer key = new UnsafeBuffer(new byte[32]);
    private final UnsafeBuffer image = new UnsafeBuffer(new byte[2_048]);
    private final UnsafeBuffer output = new UnsafeBuffer(new byte[OUTPUT_BYTES]);
    private final SessionRecord record = new SessionRecord();
    private final LoopLink[] links = {new LoopLink(0), new LoopLink(1)};
    private final Replicator[] replicators = new Replicator[2];
    private final LinkFrameHandler[] handlers = new LinkFrameHandler[2];
    private SlotMap map = SlotMap.empty(SLOTS, 1);
    private long nowNs = System.nanoTime();
    private int session;

    private final class Registry implements SlotAuthority {
        @Override
        public SlotMap map() {
            return map;
        }

        @Override
        public void propose(final SlotCommand command) {
            map = SlotRules.apply(map, command);
        }

        @Override
        public long lastHeardNs() {
            return nowNs;
        }

        @Override
        public void ask() {
            // Its answer is always there.
        }
    }

    private enum NoEngine implements SlotKeeper {
        INSTANCE;

        @Override
        public void onOwned(final int slot, final long epoch, final long nowNs) {}

        @Override
        public void onOpenOutputs(
                final int slot, final long number, final DirectBuffer outputs, final int offset, final int length) {}

        @Override
        public void onDisowned(final int slot) {}
    }

    @Setup
    public void begin() {
        LoopLink.connect(links[0], links[1]);
        for (int i = 0; i < 2; i++) {
            map = SlotRules.apply(
                    map, new SlotCommand.Join(new GridMember(i, 1 + i, "node-" + i, "host-" + i, "zone", false)));
        }
        for (int i = 0; i < 2; i++) {
            final LinkFrame frame = new LinkFrame();
            final Replicator replicator = new Replicator(
                    ReplicatorConfig.defaults(),
                    new ReplicatorContext(
                            links[i],
                            new Registry(),
                            new SlabImages(SlabSettings.of(SLOTS, STORE_BYTES)),
                            NoEngine.INSTANCE,
                            new DeathHints(),
                            1,
                            new ReplicationCounters(),
                            nowNs));
            replicators[i] = replicator;
            handlers[i] = (buffer, offset, length) -> {
                frame.wrap(buffer, offset, length);
                replicator.onFrame(frame, buffer, offset + frame.headerLength(), frame.payloadLength());
            };
        }
        for (int i = 0; i < 20_000 && !isSettled(); i++) {
            turn();
        }
        if (!isSettled()) {
            throw new IllegalStateException("not settled");
        }
    }

    private boolean isSettled() {
        for (int slot = 0; slot < SLOTS; slot++) {
            if (map.entry(slot).backups() != 1 || map.entry(slot).target() != -1) {
                return false;
            }
        }
        return true;
    }

    private void turn() {
        nowNs += 50_000;
        for (int i = 0; i < 2; i++) {
            replicators[i].doWork(nowNs);
            links[i].poll(handlers[i], FRAMES_MAX);
            replicators[i].flush(nowNs);
        }
    }

    /** The time of a whole turn of both; divide by the records in it. */
    @Benchmark
    public boolean turnOfRecords() {
        int slot = 0;
        long number = 0;
        for (int i = 0; i < recordsPerTurn; i++) {
            session = session + 1 == SESSIONS ? 0 : session + 1;
            slot = session & (SLOTS - 1);
            key.putLong(0, session);
            record.session(slot, session * 0x9E37_79B9_7F4A_7C15L, key, 0, key.capacity())
                    .image(image, 0, imageBytes, SessionRecord.NO_DEADLINE)
                    .outputs(output, 0, OUTPUT_BYTES);
            final Replicator owner = replicators[map.entry(slot).owner()];
            number = owner.append(record);
        }
        turn();
        links[0].poll(handlers[0], FRAMES_MAX);
        links[1].poll(handlers[1], FRAMES_MAX);
        if (!replicators[map.entry(slot).owner()].mayLeave(slot, number)) {
            turn();
        }
        return replicators[map.entry(slot).owner()].mayLeave(slot, number);
    }
}
