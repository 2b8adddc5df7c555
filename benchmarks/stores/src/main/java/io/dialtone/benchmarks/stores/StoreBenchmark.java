package io.dialtone.benchmarks.stores;

import io.dialtone.state.api.ImageStore;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a store of sessions of 1 KiB costs: among a thousand, which the caches hold, and among half a million, which they do not. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dagrona.disable.bounds.checks=true",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
            "-Dchronicle.analytics.disable=true"
        })
@SuppressWarnings("NullAway.Init") // JMH's set-up is the constructor: only then the parameters are known
public class StoreBenchmark {
    private static final int STRIDE = 611_953;

    /** Which store. */
    @Param({"SLAB", "CHRONICLE"})
    public StoreKind store;

    /** How many sessions are in it. */
    @Param({"1000", "500000"})
    public int sessions;

    private ImageStore images;
    private Load load;
    private int turn;

    @Setup
    public void fill() {
        images = store.open(sessions);
        load = new Load(images, sessions);
    }

    @TearDown
    public void close() throws Exception {
        ((AutoCloseable) images).close();
    }

    private int next() {
        turn = (turn + STRIDE) % sessions;
        return turn;
    }

    /** A new image of a session that is here: what replication does for every event. */
    @Benchmark
    public int putExisting() {
        return load.put(next());
    }

    /** What a message for an idle session does. */
    @Benchmark
    public long find() {
        return load.find(next());
    }

    /** A session's end and the next one's beginning. */
    @Benchmark
    public int removeAndPut() {
        final int session = next();
        return load.remove(session) ? load.put(session) : ImageStore.FULL;
    }
}
