package io.dialtone.sip.routing;

/**
 * Judges one backend by its probes, by what is heard from it besides, and by how its requests fare. Pure but for its own state: time and evidence are
 * arguments.
 * Called only by the thread that probes.
 *
 * <pre>
 *            probe missed, or request                fall probes missed in a row and nothing
 *            unanswered for suspectAfter             heard since the first of them was sent
 *   +----+ ---------------------------> +---------+ --------------------------------------> +------+
 *   | UP |                              | SUSPECT |                                         | DOWN |
 *   +----+ <--------------------------- +---------+            +------------+ <------------ +------+
 *     ^      probe answered and no request waiting             | SLOW_START |   rise probes
 *     +------------------------------------------------------- +------------+   answered in a row
 *                        slowStart has passed
 *
 *   in use (UP, SUSPECT, SLOW_START)  -- failures in a row, unless too many are out of use -->  EJECTED
 *   EJECTED  -- its time has passed -->  SLOW_START          EJECTED  -- as from SUSPECT -->  DOWN
 * </pre>
 *
 * EJECTED is for a backend whose probes are answered and whose requests are not, or only by 503. Each time it lasts twice as long, up to a most;
 * who stayed in use for that most begins anew.
 *
 * <p>In SLOW_START probes are judged as in UP and lead to DOWN by the same rule. Out of DOWN leads also anything the backend sends of its own
 * accord. A backend that never answered a probe, because it does not know OPTIONS, goes down only when a request stays unanswered, too, and is
 * tried again after {@link #RETRY_NS}. Draining is the operator's word and no business of this class.
 */
final class HealthMachine {
    /** How long a request may stay unanswered by a backend that never answered a probe, before it counts as down. */
    static final long PATIENCE_NS = 1_000_000_000;

    /** After so long a backend that is down and never answered a probe gets a trial: nothing else would tell that it is back. */
    static final long RETRY_NS = 5_000_000_000L;

    private final long intervalNs;
    private final long timeoutNs;
    private final long suspectAfterNs;
    private final long slowStartNs;
    private final float slowStartShare;
    private final boolean probes;
    private final int rise;

    /** When the last {@code fall} missed probes were sent, the oldest at {@code misses % fall}. */
    private final long[] missedSentNs;

    private final int failuresMax;
    private final long ejectNs;
    private final long ejectMaxNs;

    private BackendState state = BackendState.UP;
    private int sequence;
    private boolean awaiting;
    private long probeSentNs;
    private long probeDueNs;
    private int misses;
    private int answers;
    private boolean starting;
    private long slowStartBeganNs;
    private long downSinceNs;
    private long usedSinceNs;
    private long ejectedUntilNs;
    private long lastEjectNs;

    /** Whether any probe was ever answered: who does not know OPTIONS gives no evidence by its silence. */
    private boolean everAnswered;

    /** What {@code lastHeardNs} was when a probe was last seen to be answered. */
    private long heardByProbeNs;

    /**
     * @param state UP for a backend that is taken to be up, SLOW_START for one that joins
     * @param firstProbeNs when its first probe is due; spread over an interval, so that backends are not all probed at once
     */
    HealthMachine(final HealthConfig config, final BackendState state, final long nowNs, final long firstProbeNs) {
        this.intervalNs = config.probeInterval().toNanos();
        this.timeoutNs = config.probeTimeout().toNanos();
        this.suspectAfterNs = config.suspectAfter().toNanos();
        this.slowStartNs = config.slowStart().toNanos();
        this.slowStartShare = config.slowStartPercent() / 100f;
        this.probes = config.probes();
        this.rise = config.rise();
        this.missedSentNs = new long[config.fall()];
        this.failuresMax = config.ejection().failures();
        this.ejectNs = config.ejection().time().toNanos();
        this.ejectMaxNs = config.ejection().timeMax().toNanos();
        this.probeDueNs = firstProbeNs;
        this.probeSentNs = nowNs;
        this.heardByProbeNs = nowNs;
        this.downSinceNs = nowNs;
        this.usedSinceNs = nowNs;
        if (state == BackendState.SLOW_START) {
            startSlowly(nowNs);
        }
    }

    BackendState state() {
        return state;
    }

    /** Whether new calls may go to it, so far as its health goes. */
    boolean isInUse() {
        return state != BackendState.DOWN && state != BackendState.EJECTED;
    }

    /** Since when it is in use, or was last. */
    long usedSinceNs() {
        return usedSinceNs;
    }

    /** Whether so many requests in a row are reason enough to take it out of use. */
    boolean isFailing(final long failuresInRow) {
        return failuresMax > 0 && failuresInRow >= failuresMax && isInUse();
    }

    /** Takes it out of use for a time. */
    void eject(final long nowNs) {
        final boolean again = lastEjectNs > 0 && nowNs - usedSinceNs < ejectMaxNs;
        lastEjectNs = again ? Math.min(2 * lastEjectNs, ejectMaxNs) : ejectNs;
        ejectedUntilNs = nowNs + lastEjectNs;
        state = BackendState.EJECTED;
    }

    /** Begins slow start, because an operator brings the backend back. */
    void startSlowly(final long nowNs) {
        slowStartBeganNs = nowNs;
        usedSinceNs = nowNs;
        starting = slowStartNs > 0;
        misses = 0;
        answers = 0;
        state = starting ? BackendState.SLOW_START : BackendState.UP;
    }

    /** Part of its weight that counts now. */
    float share(final long nowNs) {
        if (!isInUse()) {
            return 0;
        }
        // A backend that is suspect while it starts keeps starting: its beginning says so, not its state.
        final long elapsedNs = nowNs - slowStartBeganNs;
        if (!starting || elapsedNs >= slowStartNs) {
            return 1;
        }
        return Math.max(slowStartShare, (float) elapsedNs / slowStartNs);
    }

    boolean isProbeDue(final long nowNs) {
        return probes && !awaiting && nowNs - probeDueNs >= 0;
    }

    /** A probe leaves; returns its sequence number, which its answer brings back. */
    int onProbeSent(final long nowNs) {
        awaiting = true;
        probeSentNs = nowNs;
        probeDueNs = nowNs + intervalNs;
        sequence = sequence == Integer.MAX_VALUE ? 1 : sequence + 1;
        return sequence;
    }

    /**
     * Weighs the evidence.
     *
     * @param lastHeardNs when anything was last heard from the backend, 0 for never
     * @param firstUnansweredNs when the oldest request left that nothing was heard after, 0 for none
     * @param answered sequence number of the last probe that was answered
     * @return true if a probe was missed
     */
    boolean onEvidence(final long nowNs, final long lastHeardNs, final long firstUnansweredNs, final int answered) {
        boolean missed = false;
        if (awaiting && answered == sequence) {
            awaiting = false;
            onAnswered(nowNs, lastHeardNs);
        } else if (awaiting && nowNs - probeSentNs >= timeoutNs) {
            awaiting = false;
            missed = true;
            onMissed(nowNs);
        }
        final long waitingNs = firstUnansweredNs == 0 ? 0 : nowNs - firstUnansweredNs;
        if (state == BackendState.DOWN) {
            onDown(nowNs, lastHeardNs);
        } else if (isDead(lastHeardNs, waitingNs)) {
            state = BackendState.DOWN;
            downSinceNs = nowNs;
        } else if (state == BackendState.EJECTED) {
            onEjected(nowNs);
        } else {
            onInUse(nowNs, waitingNs >= suspectAfterNs);
        }
        return missed;
    }

    private void onEjected(final long nowNs) {
        if (nowNs - ejectedUntilNs >= 0) {
            startSlowly(nowNs);
        }
    }

    private void onInUse(final long nowNs, final boolean waiting) {
        if (waiting && !awaiting && misses == 0 && nowNs - probeSentNs >= suspectAfterNs) {
            probeDueNs = Math.min(probeDueNs, nowNs);
        }
        state = misses > 0 || waiting ? BackendState.SUSPECT : settled(nowNs);
    }

    /** Both kinds of evidence agree no longer if it says something of its own accord; who never answers probes is tried again by and by. */
    private void onDown(final long nowNs, final long lastHeardNs) {
        final boolean speaks = lastHeardNs - downSinceNs > 0 && lastHeardNs - heardByProbeNs > 0 && !awaiting;
        if (speaks || (!everAnswered && nowNs - downSinceNs >= RETRY_NS)) {
            startSlowly(nowNs);
        }
    }

    /** All of the last probes missed and nothing heard since the first of them; where probes were never answered, a request unanswered, too. */
    private boolean isDead(final long lastHeardNs, final long waitingNs) {
        if (misses < missedSentNs.length) {
            return false;
        }
        final boolean silent = lastHeardNs == 0 || lastHeardNs - missedSentNs[misses % missedSentNs.length] <= 0;
        return silent && (everAnswered || waitingNs >= PATIENCE_NS);
    }

    /** When {@link #onEvidence} or a probe is next due though nothing is heard. */
    long nextDeadlineNs(final long nowNs) {
        final long next = awaiting ? probeSentNs + timeoutNs : probes ? probeDueNs : Long.MAX_VALUE;
        return next - nowNs < 0 ? nowNs : next;
    }

    private BackendState settled(final long nowNs) {
        if (share(nowNs) < 1) {
            return BackendState.SLOW_START;
        }
        starting = false;
        return BackendState.UP;
    }

    private void onAnswered(final long nowNs, final long lastHeardNs) {
        everAnswered = true;
        heardByProbeNs = lastHeardNs;
        misses = 0;
        answers++;
        if (state == BackendState.DOWN) {
            if (answers >= rise) {
                startSlowly(nowNs);
            } else {
                probeDueNs = nowNs;
            }
        }
    }

    private void onMissed(final long nowNs) {
        answers = 0;
        missedSentNs[misses % missedSentNs.length] = probeSentNs;
        misses = misses == Integer.MAX_VALUE ? missedSentNs.length : misses + 1;
        if (state != BackendState.DOWN && misses < missedSentNs.length) {
            // Who missed one is asked again at once: the second miss must not wait for the interval.
            probeDueNs = nowNs;
        }
    }
}
