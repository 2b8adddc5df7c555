package io.dialtone.sip.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;

/**
 * What the I/O threads see of one backend: signs of life, which they share, and counts, of which each thread has its own.
 * Lives as long as the backend is in the table. Each method says who may call it.
 *
 * <p>Every line of eight longs is a cache line of its own: line 0 signs of life, line 1 probes, line 2 response times, then one for each I/O thread.
 */
@SuppressWarnings("EnumOrdinal") // places in arrays that never leave the process
final class BackendVitals {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private static final int LINE = 8;
    private static final int FIRST_LINE = 2 * LINE;

    private static final int LAST_HEARD = FIRST_LINE;
    private static final int FIRST_UNANSWERED = FIRST_LINE + 1;
    private static final int LAST_SUCCESS = FIRST_LINE + 2;
    private static final int FAILURES = FIRST_LINE + 3;
    private static final int PROBE_ANSWERED = FIRST_LINE + LINE;
    private static final int PROBES_SENT = FIRST_LINE + LINE + 1;
    private static final int PROBES_MISSED = FIRST_LINE + LINE + 2;
    private static final int TIMES_DOWN = FIRST_LINE + LINE + 3;
    private static final int TIMES_EJECTED = FIRST_LINE + LINE + 4;
    private static final int LATENCIES = FIRST_LINE + 2 * LINE;
    private static final int LAST_ASKED = LATENCIES + RequestClass.COUNT;
    private static final int LOOPS = FIRST_LINE + 3 * LINE;

    private static final long ASKED_STEP_NS = 1_000_000;

    private static final int REQUESTS = 0;
    private static final int RESPONSES = 1;
    private static final int NEW_CALLS = 2;

    private final long[] values;
    private final int loops;
    private final OpenCount openCount;
    private volatile BackendState state = BackendState.UP;

    /** A row for each {@link RequestClass}, in it one for each I/O thread. */
    private final LatencyHistogram[][] firstResponse;

    /** From when on requests without an answer are held against it. Touched by the thread that probes only. */
    private long judgedFromNs;

    BackendVitals(final int loops, final OpenCount openCount) {
        this.loops = loops;
        this.openCount = openCount;
        this.values = new long[LOOPS + loops * LINE + FIRST_LINE];
        this.firstResponse = new LatencyHistogram[RequestClass.COUNT][loops];
        for (final LatencyHistogram[] row : firstResponse) {
            Arrays.setAll(row, loop -> new LatencyHistogram());
        }
    }

    /** A request left for the backend that it has to answer. Called by any I/O thread. */
    void onAsked(final int loop, final long nowNs) {
        add(LOOPS + loop * LINE + REQUESTS);
        if (firstUnansweredNs() == 0) {
            LONGS.setOpaque(values, FIRST_UNANSWERED, stamp(nowNs));
        }
    }

    /** An ACK left for the backend: nothing will come back. Called by any I/O thread. */
    void onToldAck(final int loop) {
        add(LOOPS + loop * LINE + REQUESTS);
    }

    /** Something came in from the backend's address. Called by any I/O thread. */
    void onHeard(final long nowNs) {
        if (lastHeardNs() != nowNs) {
            LONGS.setOpaque(values, LAST_HEARD, stamp(nowNs));
        }
        if (firstUnansweredNs() != 0) {
            LONGS.setOpaque(values, FIRST_UNANSWERED, 0L);
        }
    }

    /** Called by any I/O thread. */
    void onResponse(final int loop) {
        add(LOOPS + loop * LINE + RESPONSES);
    }

    /** Called by any I/O thread. */
    void onNewCall(final int loop) {
        add(LOOPS + loop * LINE + NEW_CALLS);
    }

    /** Called by any I/O thread. */
    void onFirstResponse(final RequestClass kind, final int loop, final long latencyNs) {
        firstResponse[kind.ordinal()][loop].record(latencyNs);
    }

    /** A request of a class left whose response is awaited; noted to a millisecond. Called by any I/O thread. */
    void onAsked(final RequestClass kind, final long nowNs) {
        if (nowNs - lastAskedNs(kind) >= ASKED_STEP_NS || lastAskedNs(kind) == 0) {
            LONGS.setOpaque(values, LAST_ASKED + kind.ordinal(), stamp(nowNs));
        }
    }

    /** Called by any I/O thread. */
    void latency(final RequestClass kind, final long known) {
        LONGS.setOpaque(values, LATENCIES + kind.ordinal(), known);
    }

    /** It did what it was asked to. Called by any I/O thread. */
    void onSuccess(final long nowNs) {
        if (lastSuccessNs() != nowNs) {
            LONGS.setOpaque(values, LAST_SUCCESS, stamp(nowNs));
        }
        forgive();
    }

    /** It said that it cannot serve, its connection broke, or it did not answer. Called by any I/O thread. */
    void onFailure() {
        LONGS.getAndAdd(values, FAILURES, 1L);
    }

    /** What failed so far is not held against it. Called by any I/O thread. */
    void forgive() {
        if (failuresInRow() != 0) {
            LONGS.setOpaque(values, FAILURES, 0L);
        }
    }

    /** Called by the thread that probes. */
    void onEjected() {
        add(TIMES_EJECTED);
    }

    /** Called by the thread that probes. */
    void judgedFrom(final long nowNs) {
        judgedFromNs = nowNs;
        forgive();
    }

    /** Called by the thread that probes. */
    long judgedFromNs() {
        return judgedFromNs;
    }

    /** The answer to a probe came in. Called by any I/O thread. */
    void onProbeAnswered(final int sequence) {
        LONGS.setOpaque(values, PROBE_ANSWERED, (long) sequence);
    }

    /** Called by the thread that probes. */
    void onProbeSent() {
        add(PROBES_SENT);
    }

    /** Called by the thread that probes. */
    void onProbeMissed() {
        add(PROBES_MISSED);
    }

    /** Called by the thread that probes, and once by the control thread before it publishes the backend. */
    void onState(final BackendState newState) {
        if (newState == BackendState.DOWN) {
            add(TIMES_DOWN);
        }
        state = newState;
    }

    /** When anything was last heard from it; 0 if never. Called by any thread. */
    long lastHeardNs() {
        return (long) LONGS.getOpaque(values, LAST_HEARD);
    }

    /** When the oldest request left since anything was last heard from it; 0 if none did. Called by any thread. */
    long firstUnansweredNs() {
        return (long) LONGS.getOpaque(values, FIRST_UNANSWERED);
    }

    /** When it last did what it was asked to; 0 if never. Called by any thread. */
    long lastSuccessNs() {
        return (long) LONGS.getOpaque(values, LAST_SUCCESS);
    }

    /** Failures since the last success. Called by any thread. */
    long failuresInRow() {
        return (long) LONGS.getOpaque(values, FAILURES);
    }

    /** Transactions whose response is awaited. */
    OpenCount openCount() {
        return openCount;
    }

    /** Called by any thread. */
    long open() {
        return openCount.get();
    }

    /** What is known of its response times, for {@link PeakEwma}. Called by any thread. */
    long latency(final RequestClass kind) {
        return (long) LONGS.getOpaque(values, LATENCIES + kind.ordinal());
    }

    /** When a request of a class was last sent; 0 if never. Called by any thread. */
    long lastAskedNs(final RequestClass kind) {
        return (long) LONGS.getOpaque(values, LAST_ASKED + kind.ordinal());
    }

    int probeAnswered() {
        return (int) (long) LONGS.getOpaque(values, PROBE_ANSWERED);
    }

    long probesSent() {
        return (long) LONGS.getOpaque(values, PROBES_SENT);
    }

    long probesMissed() {
        return (long) LONGS.getOpaque(values, PROBES_MISSED);
    }

    long timesDown() {
        return (long) LONGS.getOpaque(values, TIMES_DOWN);
    }

    long timesEjected() {
        return (long) LONGS.getOpaque(values, TIMES_EJECTED);
    }

    /** The state of health, which leaves out whether an operator drains it. */
    BackendState state() {
        return state;
    }

    long requests() {
        return sum(REQUESTS);
    }

    long responses() {
        return sum(RESPONSES);
    }

    long newCalls() {
        return sum(NEW_CALLS);
    }

    /** Of requests of all classes. */
    LatencySnapshot firstResponse() {
        return LatencyHistogram.snapshot(
                Arrays.stream(firstResponse).flatMap(Arrays::stream).toList());
    }

    LatencySnapshot firstResponse(final RequestClass kind) {
        return LatencyHistogram.snapshot(List.of(firstResponse[kind.ordinal()]));
    }

    /** Zero means never: a clock that reads zero is moved by a nanosecond. */
    private static long stamp(final long nowNs) {
        return nowNs == 0 ? 1 : nowNs;
    }

    private void add(final int index) {
        LONGS.setOpaque(values, index, values[index] + 1);
    }

    private long sum(final int field) {
        long sum = 0;
        for (int loop = 0; loop < loops; loop++) {
            sum += (long) LONGS.getOpaque(values, LOOPS + loop * LINE + field);
        }
        return sum;
    }
}
