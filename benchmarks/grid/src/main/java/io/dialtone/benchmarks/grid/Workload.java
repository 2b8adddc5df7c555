package io.dialtone.benchmarks.grid;

import io.dialtone.state.codec.RecordStateCodec;
import io.dialtone.state.codec.StateLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The service and its callers: the same for all grids. A fixed number of events is open at a time; each reads a call's state, changes it, and is answered when the grid
 * says that two processes have it. Used by one thread, but for what
 * says so.
 */
final class Workload {
    private static final int MESSAGE_BYTES = 400;
    private static final int NOTE_OF_300_BYTES = 8;
    private static final int BASE_BYTES = 298;
    private static final long SLOWEST_NS = 60_000_000_000L;

    private final int sessions;
    private final RecordStateCodec<Call> codec = newCodec();
    private final Call[] first;
    private final int[] requestsSeen;
    private final ArrayDeque<Event> free = new ArrayDeque<>();
    private final Histogram latency = new Histogram(SLOWEST_NS, 3);
    private final SplittableRandom random = new SplittableRandom(20_261_120);
    private final boolean[] isBusy;
    private final int firstSession;
    private final int events;
    private int window;
    private long beginNs;
    private long endNs;
    private double intervalNs;
    private long begun;
    private boolean isRunning;
    private long done;

    /**
     * Callers of one worker's sessions.
     *
     * @param firstSession number of its first, over all workers
     */
    Workload(final int firstSession, final int sessions, final int imageBytes, final int windowMax) {
        this.firstSession = firstSession;
        this.sessions = sessions;
        events = windowMax;
        isBusy = new boolean[sessions];
        requestsSeen = new int[sessions];
        first = new Call[sessions];
        final String note = "n".repeat(NOTE_OF_300_BYTES + Math.max(0, imageBytes - BASE_BYTES));
        for (int i = 0; i < sessions; i++) {
            first[i] = Call.of(firstSession + i, note);
        }
        for (int i = 0; i < windowMax; i++) {
            free.add(new Event());
        }
    }

    int sessions() {
        return sessions;
    }

    /** What a session is before its first event. */
    Call first(final int session) {
        return first[session];
    }

    /** The key of a session of this worker's. */
    byte[] keyOf(final int session) {
        return key(firstSession + session);
    }

    static byte[] key(final int session) {
        return "call-%08d@ims.example.org".formatted(session).getBytes(StandardCharsets.US_ASCII);
    }

    byte[] firstImage(final int session) {
        final Event event = new Event();
        event.session = session;
        encode(event, first[session]);
        final byte[] image = new byte[event.imageLength];
        event.image.getBytes(0, image);
        return image;
    }

    static RecordStateCodec<Call> newCodec() {
        return RecordStateCodec.of(Call.class, StateLimits.defaults());
    }

    /** The handler, for a grid whose state is elsewhere: bytes in, bytes out. */
    void update(final Event event, final byte[] read) {
        update(codec, event, read);
    }

    /** The same by a thread of the grid's, with a codec of its own; only one thread has a session's event at a time. */
    void update(final RecordStateCodec<Call> itsCodec, final Event event, final byte[] read) {
        final Call state = update(event, itsCodec.decode(new UnsafeBuffer(read), 0, read.length));
        event.imageLength = itsCodec.encode(state, event.image, 0);
    }

    /** The handler, for a grid whose state is here: its caller keeps the new state, and has its image to send. */
    Call update(final Event event, final Call state) {
        // What was answered before must be in what is read now: else the comparison is of different things.
        if (state.requests() != requestsSeen[event.session]) {
            throw new IllegalStateException("session " + event.session + " has seen " + state.requests()
                    + " requests (expected: " + requestsSeen[event.session] + ")");
        }
        requestsSeen[event.session]++;
        return state.afterRequest(MESSAGE_BYTES);
    }

    void encode(final Event event, final Call state) {
        event.imageLength = codec.encode(state, event.image, 0);
    }

    /** The answer may leave. */
    void onDone(final Event event) {
        latency.recordValue(Math.min(SLOWEST_NS, Math.max(1, System.nanoTime() - event.dueNs)));
        isBusy[event.session] = false;
        done++;
        free.add(event);
    }

    /**
     * Events begin from now on.
     *
     * @param window how many are open at a time
     * @param perSecond how many begin in a second, or 0 for as many as can be
     */
    void start(final int window, final int perSecond, final long nowNs, final long durationNs) {
        latency.reset();
        done = 0;
        begun = 0;
        this.window = window;
        beginNs = nowNs;
        endNs = nowNs + durationNs;
        intervalNs = perSecond == 0 ? 0 : 1e9 / perSecond;
        isRunning = true;
    }

    /** Begins what is due. Says how much that was. */
    int doWork(final Grid grid, final long nowNs) {
        if (!isRunning) {
            return 0;
        }
        int work = 0;
        while (events - free.size() < window && nowNs < endNs) {
            final long dueNs = intervalNs == 0 ? nowNs : beginNs + (long) (begun * intervalNs);
            if (dueNs > nowNs) {
                break;
            }
            final Event event = free.remove();
            event.session = nextSession();
            event.dueNs = dueNs;
            begun++;
            work++;
            grid.begin(event);
        }
        isRunning = nowNs < endNs || free.size() < events;
        return work;
    }

    /** False when the time is over and all events are done. */
    boolean isRunning() {
        return isRunning;
    }

    /** One that has no event open: a worker takes a session's events one by one. */
    private int nextSession() {
        int session = random.nextInt(sessions);
        while (isBusy[session]) {
            session = (session + 1) % sessions;
        }
        isBusy[session] = true;
        return session;
    }

    long done() {
        return done;
    }

    double latencyUs(final double percentile) {
        return latency.getValueAtPercentile(percentile) / 1e3;
    }

    int imageBytes() {
        return firstImage(0).length;
    }
}
