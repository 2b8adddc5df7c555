package io.dialtone.sip.locate;

/**
 * Limits of finding servers. Values only; finished before anything starts.
 *
 * @param waitingMax requests of the process that wait for DNS; a further one is told that nobody was found
 * @param questionsMax questions under way; a further one fails at once
 * @param cacheMax answers that are kept
 * @param ttlMaxNs longest time for which an answer is kept
 * @param negativeTtlMaxNs longest time for which it is believed that there is nothing (RFC 2308)
 * @param failedTtlNs how long a question that nobody has answered is not asked again
 * @param shunNs how long a target that has failed comes after all others
 * @param shunnedMax how many such targets are remembered
 */
public record LocateSettings(
        int waitingMax,
        int questionsMax,
        int cacheMax,
        long ttlMaxNs,
        long negativeTtlMaxNs,
        long failedTtlNs,
        long shunNs,
        int shunnedMax) {
    private static final long SECOND_NS = 1_000_000_000L;

    public static LocateSettings defaults() {
        return new LocateSettings(
                10_000, 1_000, 10_000, 3_600 * SECOND_NS, 60 * SECOND_NS, SECOND_NS, 30 * SECOND_NS, 10_000);
    }

    public LocateSettings withWaitingMax(final int max) {
        return new LocateSettings(
                max, questionsMax, cacheMax, ttlMaxNs, negativeTtlMaxNs, failedTtlNs, shunNs, shunnedMax);
    }

    public LocateSettings withQuestionsMax(final int max) {
        return new LocateSettings(
                waitingMax, max, cacheMax, ttlMaxNs, negativeTtlMaxNs, failedTtlNs, shunNs, shunnedMax);
    }

    public LocateSettings withCacheMax(final int max) {
        return new LocateSettings(
                waitingMax, questionsMax, max, ttlMaxNs, negativeTtlMaxNs, failedTtlNs, shunNs, shunnedMax);
    }
}
