package io.dialtone.runtime.demo;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What a {@link CallGenerator} counted and measured. Written and read by the generator's thread only. */
final class CallTally {
    /** Longer is counted as this: a minute, well beyond every timer. */
    private static final long LONGEST_NS = 60_000_000_000L;

    private static final int STATUS_MAX = 700;
    /** More answering parties than this are counted as "others". */
    private static final int PARTIES_MAX = 256;

    /** From the intended start, not from the moment the datagram left, so that a stalled generator hides nothing. */
    final Histogram setupNs = new Histogram(1_000, LONGEST_NS, 3);
    /** The same since the last progress line. */
    final Histogram recentSetupNs = new Histogram(1_000, LONGEST_NS, 3);
    /** Requests within the dialog and BYE, from sending to the final answer. */
    final Histogram inDialogNs = new Histogram(1_000, LONGEST_NS, 3);
    /** How late calls were started. */
    final Histogram startLateNs = new Histogram(1_000, LONGEST_NS, 3);

    long attempted;
    long answered;
    long completed;
    long failed;
    long open;
    long retransmissions;
    long retransmittedFinals;
    /** Answers to calls that ended long ago and are forgotten. */
    long lateAnswers;

    long sent;
    long received;

    /** Null while no node was killed. */
    @Nullable
    KillTally kill;

    private final EnumMap<Failure, long[]> failures = new EnumMap<>(Failure.class);
    private final EnumMap<Anomaly, long[]> anomalies = new EnumMap<>(Anomaly.class);
    private final long[] finalsByStatus = new long[STATUS_MAX];
    private final Map<String, long[]> answeredBy = new TreeMap<>();
    private final Map<String, long[]> lostBy = new TreeMap<>();

    void fail(final Failure failure) {
        failed++;
        failures.computeIfAbsent(failure, key -> new long[1])[0]++;
    }

    void note(final Anomaly anomaly) {
        anomalies.computeIfAbsent(anomaly, key -> new long[1])[0]++;
    }

    void finalAnswer(final int status) {
        finalsByStatus[status]++;
    }

    void answeredBy(final String party) {
        final String key = answeredBy.size() < PARTIES_MAX || answeredBy.containsKey(party) ? party : "others";
        answeredBy.computeIfAbsent(key, name -> new long[1])[0]++;
    }

    /** A call that this party had answered failed later. */
    void lostBy(final String party) {
        final String key = lostBy.size() < PARTIES_MAX || lostBy.containsKey(party) ? party : "others";
        lostBy.computeIfAbsent(key, name -> new long[1])[0]++;
    }

    void setup(final long durationNs) {
        final long kept = Math.clamp(durationNs, 0, LONGEST_NS);
        setupNs.recordValue(kept);
        recentSetupNs.recordValue(kept);
    }

    void inDialog(final long durationNs) {
        inDialogNs.recordValue(Math.clamp(durationNs, 0, LONGEST_NS));
    }

    void startedLate(final long durationNs) {
        startLateNs.recordValue(Math.clamp(durationNs, 0, LONGEST_NS));
    }

    long count(final Failure failure) {
        final long[] count = failures.get(failure);
        return count == null ? 0 : count[0];
    }

    long count(final Anomaly anomaly) {
        final long[] count = anomalies.get(anomaly);
        return count == null ? 0 : count[0];
    }

    long anomalies() {
        long sum = 0;
        for (final long[] count : anomalies.values()) {
            sum += count[0];
        }
        return sum;
    }

    long finals(final int status) {
        return finalsByStatus[status];
    }

    Map<String, long[]> lostBy() {
        return lostBy;
    }

    Map<String, long[]> answeredBy() {
        return answeredBy;
    }
}
