package io.dialtone.sip.routing;

import java.time.Duration;

/**
 * When a backend is taken out of use that answers probes but fails requests. Immutable; for whoever sets a balancer up.
 *
 * @param failures so many requests in a row that a backend answered 503, that its connection did not take, or that stayed unanswered, eject it; 0
 *     switches ejection off
 * @param noAnswer a request has failed that waited this long for any response while none of later requests came either
 * @param time how long a backend is out of use the first time; twice as long each time after
 * @param timeMax no longer than this; who has been in use for so long begins with {@code time} again
 * @param percentMax no ejection that would leave more than this part of all backends out of use, those that are down or drained counted in
 */
public record EjectionConfig(int failures, Duration noAnswer, Duration time, Duration timeMax, int percentMax) {
    public static final int FAILURES_DEFAULT = 5;
    public static final int FAILURES_MAX = 1_000;
    public static final Duration NO_ANSWER_DEFAULT = Duration.ofSeconds(5);
    public static final Duration TIME_DEFAULT = Duration.ofSeconds(5);
    public static final Duration TIME_MAX_DEFAULT = Duration.ofMinutes(2);
    public static final int PERCENT_MAX_DEFAULT = 50;

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** RFC 3261 timers B and F: later nobody waits any more. */
    private static final Duration NO_ANSWER_LONGEST = Duration.ofSeconds(32);

    public EjectionConfig {
        if (failures < 0 || failures > FAILURES_MAX) {
            throw new IllegalArgumentException("eject failures: " + failures + " (expected: 0 to " + FAILURES_MAX
                    + "). Maybe " + FAILURES_DEFAULT + ", the default.");
        }
        HealthConfig.checkBetween("eject no answer", noAnswer, SHORTEST, NO_ANSWER_LONGEST, NO_ANSWER_DEFAULT);
        HealthConfig.checkBetween("eject time max", timeMax, SHORTEST, LONGEST, TIME_MAX_DEFAULT);
        HealthConfig.checkBetween("eject time", time, SHORTEST, timeMax, TIME_DEFAULT);
        if (percentMax < 0 || percentMax > 100) {
            throw new IllegalArgumentException("eject percent max: " + percentMax + " (expected: 0 to 100). Maybe "
                    + PERCENT_MAX_DEFAULT + ", the default.");
        }
    }

    public static EjectionConfig defaults() {
        return new EjectionConfig(
                FAILURES_DEFAULT, NO_ANSWER_DEFAULT, TIME_DEFAULT, TIME_MAX_DEFAULT, PERCENT_MAX_DEFAULT);
    }

    public EjectionConfig withFailures(final int inARow) {
        return new EjectionConfig(inARow, noAnswer, time, timeMax, percentMax);
    }

    public EjectionConfig withNoAnswer(final Duration patience) {
        return new EjectionConfig(failures, patience, time, timeMax, percentMax);
    }

    public EjectionConfig withTimes(final Duration first, final Duration longest) {
        return new EjectionConfig(failures, noAnswer, first, longest, percentMax);
    }

    public EjectionConfig withPercentMax(final int percent) {
        return new EjectionConfig(failures, noAnswer, time, timeMax, percent);
    }
}
