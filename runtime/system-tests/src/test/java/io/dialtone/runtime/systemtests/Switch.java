package io.dialtone.runtime.systemtests;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A network switch of our own, in a thread of this process: it may lose, delay and double what goes from one of its ports to another, each direction by itself. So a test can make
 * what cables do to packets without help of the kernel's. Ports are plugged before it is started; ways may be changed by any thread at any time.
 */
final class Switch implements AutoCloseable {
    /** Where each frame names the port that it goes to. */
    static final String ADDRESS_PREFIX = "02:00:00:00:00:";

    /** Frames on their way at a time; what comes beyond that is lost. */
    private static final int DELAYED_MAX = 20_000;

    private static final int PORTS_MAX = 64;
    private static final int HEADER_BYTES = 14;
    private static final int ADDRESS_BYTES = 6;
    private static final int LOCAL_ADDRESS = 0x02;
    private static final int GROUP_BIT = 0x01;
    private static final int REST_MS = 20;
    private static final int HUNDRED = 100;

    /**
     * What becomes of frames from one port to another.
     *
     * @param delayMs how much later each comes
     * @param jitterMs how much later still at most, each by itself: so they overtake each other
     */
    record Way(int lostPercent, int doubledPercent, int delayMs, int jitterMs) {
        static final Way CLEAR = new Way(0, 0, 0, 0);
        static final Way CUT = new Way(HUNDRED, 0, 0, 0);
    }

    /** A frame that is to come out of a port later. */
    private record Delayed(long dueNs, long number, int port, MemorySegment frame) {}

    private final List<Tap> ports = new ArrayList<>();
    private final AtomicReferenceArray<Way> ways = new AtomicReferenceArray<>(PORTS_MAX * PORTS_MAX);
    private final PriorityQueue<Delayed> delayed = new PriorityQueue<>((one, other) ->
            one.dueNs == other.dueNs ? Long.compare(one.number, other.number) : Long.signum(one.dueNs - other.dueNs));
    private final SplittableRandom random = new SplittableRandom(1);
    private long number;
    private @Nullable Thread thread;
    private volatile boolean isClosed;

    Switch() {
        heal();
    }

    /** Makes an interface of this name whose other end is the next port; says which. Its hardware address must be {@link #addressOf} that port. */
    int plug(final String interfaceName) {
        ports.add(Tap.plug(interfaceName));
        return ports.size() - 1;
    }

    static String addressOf(final int port) {
        return ADDRESS_PREFIX + String.format("%02x", port);
    }

    void start() {
        thread = Thread.ofPlatform().name("switch").daemon().start(this::run);
    }

    void set(final int from, final int to, final Way way) {
        ways.set(from * PORTS_MAX + to, way);
    }

    /** All ways are clear again. What was delayed still comes. */
    void heal() {
        for (int i = 0; i < ways.length(); i++) {
            ways.set(i, Way.CLEAR);
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment frame = arena.allocate(Tap.FRAME_MAX);
            final MemorySegment pollSet = Tap.pollSet(arena, ports.size());
            for (int i = 0; i < ports.size(); i++) {
                ports.get(i).ask(pollSet, i);
            }
            while (!isClosed) {
                Tap.await(pollSet, restMs());
                for (int i = 0; i < ports.size(); i++) {
                    if (Tap.hasFrame(pollSet, i)) {
                        take(i, frame);
                    }
                }
                letOut(frame);
            }
        }
    }

    private int restMs() {
        final Delayed next = delayed.peek();
        return next == null
                ? REST_MS
                : Math.clamp(TimeUnit.NANOSECONDS.toMillis(next.dueNs - System.nanoTime()), 0, REST_MS);
    }

    private void take(final int from, final MemorySegment frame) {
        for (int length = ports.get(from).read(frame);
                length > 0;
                length = ports.get(from).read(frame)) {
            if (length < HEADER_BYTES) {
                continue;
            }
            if ((frame.get(ValueLayout.JAVA_BYTE, 0) & GROUP_BIT) != 0) {
                for (int to = 0; to < ports.size(); to++) {
                    if (to != from) {
                        forward(from, to, frame, length);
                    }
                }
            } else if (frame.get(ValueLayout.JAVA_BYTE, 0) == LOCAL_ADDRESS) {
                final int to = frame.get(ValueLayout.JAVA_BYTE, ADDRESS_BYTES - 1);
                if (to >= 0 && to < ports.size() && to != from) {
                    forward(from, to, frame, length);
                }
            }
        }
    }

    private void forward(final int from, final int to, final MemorySegment frame, final int length) {
        final Way way = ways.get(from * PORTS_MAX + to);
        if (way.lostPercent > 0 && random.nextInt(HUNDRED) < way.lostPercent) {
            return;
        }
        final boolean isDoubled = way.doubledPercent > 0 && random.nextInt(HUNDRED) < way.doubledPercent;
        for (int i = isDoubled ? 2 : 1; i > 0; i--) {
            if (way.delayMs == 0 && way.jitterMs == 0) {
                ports.get(to).write(frame, length);
            } else if (delayed.size() < DELAYED_MAX) {
                final long laterUs = way.delayMs * 1_000L + random.nextInt(way.jitterMs * 1_000 + 1);
                final MemorySegment copy = MemorySegment.ofArray(new byte[length]);
                copy.copyFrom(frame.asSlice(0, length));
                delayed.add(new Delayed(System.nanoTime() + laterUs * 1_000, number++, to, copy));
            }
        }
    }

    private void letOut(final MemorySegment frame) {
        final long nowNs = System.nanoTime();
        for (Delayed next = delayed.peek(); next != null && next.dueNs - nowNs <= 0; next = delayed.peek()) {
            delayed.remove();
            frame.copyFrom(next.frame);
            ports.get(next.port).write(frame, (int) next.frame.byteSize());
        }
    }

    @Override
    public void close() {
        isClosed = true;
        final Thread its = thread;
        if (its != null) {
            try {
                its.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        ports.forEach(Tap::close);
    }
}
