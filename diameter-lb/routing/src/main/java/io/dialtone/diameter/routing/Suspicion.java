package io.dialtone.diameter.routing;

import io.dialtone.diameter.peer.Expect;
import java.time.Duration;

/**
 * When a peer is left because it answers nobody, long before its watchdog says so. Immutable.
 *
 * @param least so long nobody must have been answered at least: a pause of the other side's collector is no reason
 * @param multiple so many times as long as the peer usually takes
 * @param most after so long it is left, unless it usually takes more than half of that; a peer that never answered is, too, so this must be longer than answers may take
 * @param probeInterval how often a peer that was left gets a request to see whether it answers
 */
public record Suspicion(Duration least, int multiple, Duration most, Duration probeInterval) {
    public static final Duration LEAST_DEFAULT = Duration.ofMillis(500);
    public static final int MULTIPLE_DEFAULT = 8;
    public static final Duration MOST_DEFAULT = Duration.ofMillis(900);
    public static final Duration PROBE_INTERVAL_DEFAULT = Duration.ofSeconds(1);

    /** Who is slow by nature is not suspected for it: so many times as long as usual it may always take. */
    private static final int SLOWER_THAN_USUAL = 2;

    public Suspicion {
        Expect.between("suspicion least", least, Duration.ofMillis(10), most, LEAST_DEFAULT);
        Expect.between("suspicion multiple", multiple, 1, 1000, MULTIPLE_DEFAULT);
        Expect.between("suspicion most", most, least, Duration.ofMinutes(1), MOST_DEFAULT);
        Expect.between(
                "probe interval", probeInterval, Duration.ofMillis(10), Duration.ofMinutes(1), PROBE_INTERVAL_DEFAULT);
    }

    public static Suspicion defaults() {
        return new Suspicion(LEAST_DEFAULT, MULTIPLE_DEFAULT, MOST_DEFAULT, PROBE_INTERVAL_DEFAULT);
    }

    /** How long a peer may answer nobody that usually takes so long; 0 if it never answered. */
    long patienceNs(final double usualNs) {
        final long mostNs = most.toNanos();
        if (usualNs == 0) {
            return mostNs;
        }
        final long patienceNs = Math.min(mostNs, Math.max(least.toNanos(), (long) (usualNs * multiple)));
        return Math.max(patienceNs, (long) (usualNs * SLOWER_THAN_USUAL));
    }

    long probeIntervalNs() {
        return probeInterval.toNanos();
    }
}
