package io.dialtone.runtime.systemtests;

import java.util.Set;
import java.util.function.Predicate;
import org.HdrHistogram.Histogram;
import org.agrona.collections.LongArrayList;

/**
 * Something that was done to a process under load, and what it meant to the calls that were up. The deed is one thread's; the counts are those of the thread that
 * drives the calls.
 */
final class Fault {
    static final long NOT_YET = -1;

    private static final long LONGEST_NS = 60_000_000_000L;

    private final int number;
    private final String what;
    private final String victim;
    private final Set<Long> pids;
    private final long atNs;
    private final Predicate<String> owned;
    private volatile Predicate<String> forsaken;

    /** Of each call of the victim the request that somebody else was first to answer: when it was sent and answered, counted from the deed. */
    private final LongArrayList sentNs = new LongArrayList();

    private final LongArrayList answeredNs = new LongArrayList();
    private long firstAnswerNs = NOT_YET;
    private int callsUp;
    private int callsOwned;
    private int callsLost;

    /**
     * @param pids of the nodes that it takes away
     * @param atNs when it was begun
     * @param owned says by a Call-ID if one of them owned that call then
     * @param forsaken says by a Call-ID if nobody else had that call then, as far as is known before
     */
    Fault(
            final int number,
            final String what,
            final String victim,
            final Set<Long> pids,
            final long atNs,
            final Predicate<String> owned,
            final Predicate<String> forsaken) {
        this.number = number;
        this.what = what;
        this.victim = victim;
        this.pids = Set.copyOf(pids);
        this.atNs = atNs;
        this.owned = owned;
        this.forsaken = forsaken;
    }

    int number() {
        return number;
    }

    String what() {
        return what;
    }

    String victim() {
        return victim;
    }

    Set<Long> pids() {
        return pids;
    }

    long atNs() {
        return atNs;
    }

    boolean owned(final String callId) {
        return owned.test(callId);
    }

    /** What is known afterwards: a backup may be given up in the very moment in which its owner is taken away. */
    void forsakenToo(final Predicate<String> others) {
        forsaken = forsaken.or(others);
    }

    /** All who had the call were taken away: it must be lost, and nobody may say otherwise. */
    boolean forsaken(final String callId) {
        return forsaken.test(callId);
    }

    /** A call that was up, whoever owned it. */
    void onCallUp(final boolean isLost) {
        callsUp++;
        callsLost += isLost ? 1 : 0;
    }

    /** A call that was up and the victim's. */
    void onCallOwned() {
        callsOwned++;
    }

    /** Such a call was answered by somebody else for the first time. */
    void onAnswer(final long requestSentNs, final long itsAnswerNs) {
        final long sinceNs = itsAnswerNs - atNs;
        sentNs.addLong(requestSentNs - atNs);
        answeredNs.addLong(sinceNs);
        firstAnswerNs = firstAnswerNs == NOT_YET ? sinceNs : Math.min(firstAnswerNs, sinceNs);
    }

    /** From the deed to the first answer within a call of the victim by somebody else, or {@link #NOT_YET}. */
    long firstAnswerNs() {
        return firstAnswerNs;
    }

    /**
     * From the deed, or from a later request, to that request's answer, for each call of the victim.
     *
     * @param isHitOnly whether only requests count that were under way when the deed was done, or were sent before the first answer was there
     */
    Histogram waitsNs(final boolean isHitOnly) {
        final Histogram waits = new Histogram(1_000, LONGEST_NS, 3);
        for (int i = 0; i < sentNs.size(); i++) {
            final long sent = sentNs.getLong(i);
            if (!isHitOnly || sent < firstAnswerNs) {
                waits.recordValue(Math.clamp(answeredNs.getLong(i) - Math.max(sent, 0), 0, LONGEST_NS));
            }
        }
        return waits;
    }

    int callsUp() {
        return callsUp;
    }

    int callsOwned() {
        return callsOwned;
    }

    int callsLost() {
        return callsLost;
    }
}
