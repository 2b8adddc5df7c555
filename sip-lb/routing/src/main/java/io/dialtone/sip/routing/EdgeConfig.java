package io.dialtone.sip.routing;

import io.dialtone.api.AffinityRule;
import io.dialtone.sip.codec.SipLimits;

/**
 * Settings of an edge, finished and checked before the first thread starts. Immutable.
 *
 * @param affinity which bytes of a request choose its slot when no token does
 * @param sipLimits what a parser accepts at most
 * @param deadlineMs how long after its arrival a request is still worth an owner's work; what is older has been sent again
 * @param retryAfterSeconds what a 503 asks the caller to wait
 * @param refusalsPerSecond most answers of our own in a second and I/O thread; beyond it requests are dropped and counted
 * @param framesPerTurn most frames of nodes sent out in one turn of an I/O thread
 * @param memoryEntries how many transactions the edge remembers to have handed over or refused; a power of two
 * @param redrive how requests without answer are kept, and those that wait for an owner
 */
public record EdgeConfig(
        AffinityRule affinity,
        SipLimits sipLimits,
        int deadlineMs,
        int retryAfterSeconds,
        int refusalsPerSecond,
        int framesPerTurn,
        int memoryEntries,
        RedriveConfig redrive) {
    /** 4 s is T2, the longest interval between two retransmissions of a request (RFC 3261 section 17.1.2.2). */
    public static final int DEADLINE_MS_DEFAULT = 4_000;

    public static final int RETRY_AFTER_SECONDS_DEFAULT = 5;
    public static final int REFUSALS_PER_SECOND_DEFAULT = 10_000;
    public static final int FRAMES_PER_TURN_DEFAULT = 64;
    public static final int MEMORY_ENTRIES_DEFAULT = 1 << 17;

    public EdgeConfig {
        check("deadline", deadlineMs, 100, 32_000, DEADLINE_MS_DEFAULT);
        check("retry after", retryAfterSeconds, 0, 3_600, RETRY_AFTER_SECONDS_DEFAULT);
        check("refusals per second", refusalsPerSecond, 1, 10_000_000, REFUSALS_PER_SECOND_DEFAULT);
        check("frames per turn", framesPerTurn, 1, 10_000, FRAMES_PER_TURN_DEFAULT);
        check("memory entries", memoryEntries, 1 << 10, 1 << 24, MEMORY_ENTRIES_DEFAULT);
        if (redrive.holdMs() > deadlineMs) {
            throw new IllegalArgumentException(
                    "edge hold: " + redrive.holdMs() + " ms (expected: at most the deadline, "
                            + deadlineMs + " ms, after which no node takes the request). Maybe "
                            + Math.min(deadlineMs, RedriveConfig.HOLD_MS_DEFAULT) + " ms.");
        }
        if (Integer.bitCount(memoryEntries) != 1) {
            throw new IllegalArgumentException("edge memory entries: " + memoryEntries
                    + " (expected: a power of two). Maybe " + Integer.highestOneBit(memoryEntries) + ".");
        }
    }

    public static EdgeConfig defaults() {
        return defaults(AffinityRule.CALL_ID);
    }

    public static EdgeConfig defaults(final AffinityRule affinity) {
        return new EdgeConfig(
                affinity,
                SipLimits.defaults(),
                DEADLINE_MS_DEFAULT,
                RETRY_AFTER_SECONDS_DEFAULT,
                REFUSALS_PER_SECOND_DEFAULT,
                FRAMES_PER_TURN_DEFAULT,
                MEMORY_ENTRIES_DEFAULT,
                RedriveConfig.defaults());
    }

    /** These settings with other ones for requests without answer. */
    public EdgeConfig withRedrive(final RedriveConfig other) {
        return new EdgeConfig(
                affinity,
                sipLimits,
                deadlineMs,
                retryAfterSeconds,
                refusalsPerSecond,
                framesPerTurn,
                memoryEntries,
                other);
    }

    private static void check(final String what, final int value, final int min, final int max, final int maybe) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("edge " + what + ": " + value + " (expected: " + min + " to " + max
                    + "). Maybe " + maybe + ", the default.");
        }
    }
}
