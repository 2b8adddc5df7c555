package io.dialtone.runtime.demo;

import org.HdrHistogram.Histogram;

/** What became of the calls that were up when a node was killed. Written and read by the generator's thread only. */
final class KillTally {
    private static final long LONGEST_NS = 60_000_000_000L;
    private static final long NOT_YET = -1;

    final NodeKill kill;
    /** From the death, or from a later request, to that request's correct answer: the first of each call whose owner died. */
    final Histogram firstAnswersNs = new Histogram(1_000, LONGEST_NS, 3);

    long establishedAtKill;
    /** Of these, calls whose owner died. */
    long owned;

    long establishedLost;
    /** Answers that do not fit what the dead owner had answered. */
    long contradicted;

    /** Answers that came once more, because the new owner could not know that they had left. */
    long saidAgain;

    private long firstAnswerNs = NOT_YET;

    KillTally(final NodeKill kill) {
        this.kill = kill;
    }

    /** A call whose owner died got its first correct answer since. */
    void onFirstAnswer(final long sentNs, final long nowNs) {
        if (firstAnswerNs == NOT_YET) {
            firstAnswerNs = nowNs - kill.atNs();
        }
        firstAnswersNs.recordValue(Math.clamp(nowNs - Math.max(sentNs, kill.atNs()), 0, LONGEST_NS));
    }

    /** A final answer came once more: true if its request was sent before the kill, and its call was the dead node's. It is counted then. */
    boolean isSaidAgain(final long requestSentNs, final String callId) {
        final boolean isSaidAgain =
                requestSentNs - kill.atNs() <= 0 && kill.owned().test(callId);
        saidAgain += isSaidAgain ? 1 : 0;
        return isSaidAgain;
    }

    boolean hasAnswer() {
        return firstAnswerNs != NOT_YET;
    }

    /** From the death to the first correct answer within a dialog whose owner died. */
    long firstAnswerNs() {
        return firstAnswerNs;
    }
}
