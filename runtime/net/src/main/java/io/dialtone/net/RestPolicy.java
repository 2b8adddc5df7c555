package io.dialtone.net;

/**
 * Decides how long a loop may wait in the kernel before its next turn.
 * Called only by the loop's thread; time is an argument.
 *
 * <p>In {@link WaitMode#POLL} a rest is a quarter of the time since the last work, within bounds: an answer that comes over the link T after the
 * request is then seen at most T/4 late, a busy loop rests hardly at all, and an idle one wakes a thousand times a second. Where a bell ends the rest, it is as long as it may be.
 */
public final class RestPolicy {
    /** Look without waiting; the number Netty's loop uses for it. */
    public static final long NO_REST = -1;

    /** Wait until something is readable; the number Netty's loop uses for it. */
    public static final long UNTIL_READABLE = 0;

    /** Shortest rest in {@link WaitMode#POLL}; below it a rest costs more than looking again. */
    static final long PARK_MIN_NS = 50_000;

    private static final int PARK_SHARE = 4;

    private final boolean poll;
    private final boolean isRung;
    private final long spinNs;
    private final long parkMaxNs;
    private long lastWorkNs;

    /**
     * A policy.
     *
     * @param isRung whether the kernel tells of all that comes over the link; then a rest may be long at once
     */
    public RestPolicy(final WaitSettings settings, final boolean isRung, final long nowNs) {
        poll = settings.mode() == WaitMode.POLL;
        this.isRung = isRung;
        spinNs = settings.spinUs() * 1_000L;
        parkMaxNs = settings.parkMaxUs() * 1_000L;
        lastWorkNs = nowNs;
    }

    /**
     * Says how long the next turn may begin by waiting.
     *
     * @param received datagrams read in this turn; the kernel wakes us if there are more
     * @param ingressWork what the ingress says it did; it may have more to do
     * @param deadlineNs when the ingress wants its next turn, or {@code Long.MAX_VALUE}
     * @return nanoseconds to wait, {@link #NO_REST} or {@link #UNTIL_READABLE}
     */
    public long afterTurn(final long nowNs, final int received, final int ingressWork, final long deadlineNs) {
        if (received + ingressWork > 0) {
            lastWorkNs = nowNs;
        }
        if (!isRung && (ingressWork > 0 || (poll && received > 0))) {
            return NO_REST; // where it is rung, there is one more look before the rest
        }
        final long idleNs = nowNs - lastWorkNs;
        if (idleNs < spinNs) {
            return NO_REST;
        }
        final boolean hasDeadline = deadlineNs != Long.MAX_VALUE;
        final long untilDeadlineNs = deadlineNs - nowNs;
        if (hasDeadline && untilDeadlineNs <= 0) {
            return NO_REST;
        }
        if (!poll) {
            return hasDeadline ? untilDeadlineNs : UNTIL_READABLE;
        }
        final long parkNs =
                isRung ? parkMaxNs : Math.min(parkMaxNs, Math.max(PARK_MIN_NS, (idleNs - spinNs) / PARK_SHARE));
        return hasDeadline ? Math.min(parkNs, untilDeadlineNs) : parkNs;
    }
}
