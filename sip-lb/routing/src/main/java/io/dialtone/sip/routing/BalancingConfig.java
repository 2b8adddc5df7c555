package io.dialtone.sip.routing;

import java.time.Duration;

/**
 * How a backend is chosen, and how much it is given. Immutable; for whoever sets a balancer up.
 *
 * @param algorithm how the backend of a new key is chosen
 * @param openMax most transactions a backend may have open, unless its own line says otherwise; 0 for no limit. Several I/O threads may exceed it
 *     by one each
 * @param latencyDecay after so long without news, a third of what is known of a backend's response time is left
 * @param keyHold how long a key that is not met keeps its backend, where the key alone does not say it
 */
public record BalancingConfig(Algorithm algorithm, int openMax, Duration latencyDecay, Duration keyHold) {
    public static final int OPEN_MAX_MOST = 1 << 24;
    public static final Duration LATENCY_DECAY_DEFAULT = Duration.ofSeconds(10);
    public static final Duration LATENCY_DECAY_MIN = Duration.ofMillis(100);
    public static final Duration LATENCY_DECAY_MAX = Duration.ofMinutes(10);
    public static final Duration KEY_HOLD_DEFAULT = Duration.ofMinutes(10);
    public static final Duration KEY_HOLD_MIN = Duration.ofSeconds(1);

    /** Below the 18 minutes that an entry's time can tell apart. */
    public static final Duration KEY_HOLD_MAX = Duration.ofMinutes(15);

    public BalancingConfig {
        if (openMax < 0 || openMax > OPEN_MAX_MOST) {
            throw new IllegalArgumentException("open max: " + openMax + " (expected: 0 to " + OPEN_MAX_MOST
                    + "). Maybe 0, the default: no limit.");
        }
        HealthConfig.checkBetween(
                "latency decay", latencyDecay, LATENCY_DECAY_MIN, LATENCY_DECAY_MAX, LATENCY_DECAY_DEFAULT);
        HealthConfig.checkBetween("key hold", keyHold, KEY_HOLD_MIN, KEY_HOLD_MAX, KEY_HOLD_DEFAULT);
    }

    public static BalancingConfig defaults() {
        return new BalancingConfig(Algorithm.WEIGHTED_HASH, 0, LATENCY_DECAY_DEFAULT, KEY_HOLD_DEFAULT);
    }

    public BalancingConfig withAlgorithm(final Algorithm choice) {
        return new BalancingConfig(choice, openMax, latencyDecay, keyHold);
    }

    public BalancingConfig withOpenMax(final int transactions) {
        return new BalancingConfig(algorithm, transactions, latencyDecay, keyHold);
    }

    public BalancingConfig withLatencyDecay(final Duration decay) {
        return new BalancingConfig(algorithm, openMax, decay, keyHold);
    }

    public BalancingConfig withKeyHold(final Duration hold) {
        return new BalancingConfig(algorithm, openMax, latencyDecay, hold);
    }
}
