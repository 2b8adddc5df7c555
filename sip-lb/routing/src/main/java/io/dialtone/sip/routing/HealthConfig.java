package io.dialtone.sip.routing;

import java.time.Duration;

/**
 * How backends are watched, and how one that returns is loaded again. Immutable; for whoever sets a balancer up.
 *
 * <p>With the defaults and some traffic, a backend that dies is out of use 0.5 to 0.9 s later, in time for the second retransmission of an
 * INVITE (RFC 3261 timer A: 0.5 s, 1.5 s).
 *
 * @param probeInterval between two OPTIONS to a backend that answers; zero switches probes off, and only ejection takes a backend out of use
 * @param probeTimeout how long an answer to a probe may take; shorter than the interval
 * @param fall probes missed in a row before a backend may count as down
 * @param rise probes answered in a row before a backend that was down is used again
 * @param suspectAfter an unanswered request of this age calls for a probe at once
 * @param slowStart how long the weight of a backend that returns or is added grows to its full value; zero switches slow start off
 * @param slowStartPercent share of its weight that a backend begins slow start with
 * @param ejection when one is taken out of use that answers probes but fails requests
 */
public record HealthConfig(
        Duration probeInterval,
        Duration probeTimeout,
        int fall,
        int rise,
        Duration suspectAfter,
        Duration slowStart,
        int slowStartPercent,
        EjectionConfig ejection) {
    public static final Duration PROBE_INTERVAL_DEFAULT = Duration.ofMillis(500);
    public static final Duration PROBE_TIMEOUT_DEFAULT = Duration.ofMillis(250);
    public static final int FALL_DEFAULT = 2;
    public static final int RISE_DEFAULT = 2;
    public static final int COUNT_MAX = 16;
    public static final Duration SUSPECT_AFTER_DEFAULT = Duration.ofMillis(200);
    public static final Duration SLOW_START_DEFAULT = Duration.ofSeconds(10);
    public static final int SLOW_START_PERCENT_DEFAULT = 10;

    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofHours(1);

    public HealthConfig {
        if (!probeInterval.isZero()) {
            checkBetween("probe interval", probeInterval, SHORTEST, LONGEST, PROBE_INTERVAL_DEFAULT);
            checkBetween("probe timeout", probeTimeout, SHORTEST, probeInterval, PROBE_TIMEOUT_DEFAULT);
        }
        checkBetween("suspect after", suspectAfter, SHORTEST, LONGEST, SUSPECT_AFTER_DEFAULT);
        checkBetween("slow start", slowStart, Duration.ZERO, LONGEST, SLOW_START_DEFAULT);
        checkCount("fall", fall, FALL_DEFAULT);
        checkCount("rise", rise, RISE_DEFAULT);
        if (slowStartPercent < 1 || slowStartPercent > 100) {
            throw new IllegalArgumentException("slow start percent: " + slowStartPercent
                    + " (expected: 1 to 100). Maybe " + SLOW_START_PERCENT_DEFAULT + ", the default.");
        }
    }

    public static HealthConfig defaults() {
        return new HealthConfig(
                PROBE_INTERVAL_DEFAULT,
                PROBE_TIMEOUT_DEFAULT,
                FALL_DEFAULT,
                RISE_DEFAULT,
                SUSPECT_AFTER_DEFAULT,
                SLOW_START_DEFAULT,
                SLOW_START_PERCENT_DEFAULT,
                EjectionConfig.defaults());
    }

    public HealthConfig withProbes(final Duration interval, final Duration timeout) {
        return new HealthConfig(interval, timeout, fall, rise, suspectAfter, slowStart, slowStartPercent, ejection);
    }

    public HealthConfig withFallAndRise(final int newFall, final int newRise) {
        return new HealthConfig(
                probeInterval, probeTimeout, newFall, newRise, suspectAfter, slowStart, slowStartPercent, ejection);
    }

    public HealthConfig withSuspectAfter(final Duration age) {
        return new HealthConfig(probeInterval, probeTimeout, fall, rise, age, slowStart, slowStartPercent, ejection);
    }

    public HealthConfig withSlowStart(final Duration duration, final int percent) {
        return new HealthConfig(probeInterval, probeTimeout, fall, rise, suspectAfter, duration, percent, ejection);
    }

    public HealthConfig withEjection(final EjectionConfig settings) {
        return new HealthConfig(
                probeInterval, probeTimeout, fall, rise, suspectAfter, slowStart, slowStartPercent, settings);
    }

    boolean probes() {
        return !probeInterval.isZero();
    }

    static void checkBetween(
            final String what, final Duration value, final Duration min, final Duration max, final Duration maybe) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(what + ": " + value.toMillis() + " ms (expected: " + min.toMillis()
                    + " ms to " + max.toMillis() + " ms). Maybe " + maybe.toMillis() + " ms, the default.");
        }
    }

    private static void checkCount(final String what, final int value, final int maybe) {
        if (value < 1 || value > COUNT_MAX) {
            throw new IllegalArgumentException(
                    what + ": " + value + " (expected: 1 to " + COUNT_MAX + "). Maybe " + maybe + ", the default.");
        }
    }
}
