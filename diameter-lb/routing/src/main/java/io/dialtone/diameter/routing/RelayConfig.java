package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.peer.Expect;
import io.dialtone.diameter.peer.PeerIdentity;
import java.time.Duration;

/**
 * All that a {@link Relay} is told at its start, apart from its {@link RouteTable}. Immutable.
 *
 * @param local who we are
 * @param limits how much is kept
 * @param messages how long messages are at most
 * @param timers how long answers are waited for
 * @param rerouting when another peer is tried
 * @param suspicion when a peer is left that answers nobody
 * @param slowStart for how long a peer that is back gets less than its weight
 * @param seed of hashes and identifiers: the same on relays that are to choose alike; the loops of one relay may share it
 */
public record RelayConfig(
        PeerIdentity local,
        RelayLimits limits,
        DiameterLimits messages,
        AnswerTimers timers,
        Rerouting rerouting,
        Suspicion suspicion,
        Duration slowStart,
        long seed) {
    public static final Duration SLOW_START_DEFAULT = Duration.ofSeconds(10);

    public RelayConfig {
        Expect.between("slow start", slowStart, Duration.ZERO, Duration.ofMinutes(10), SLOW_START_DEFAULT);
    }

    public static RelayConfig of(final PeerIdentity local, final long seed) {
        return new RelayConfig(
                local,
                RelayLimits.defaults(),
                DiameterLimits.defaults(),
                AnswerTimers.defaults(),
                Rerouting.defaults(),
                Suspicion.defaults(),
                SLOW_START_DEFAULT,
                seed);
    }

    public RelayConfig withLimits(final RelayLimits other) {
        return new RelayConfig(local, other, messages, timers, rerouting, suspicion, slowStart, seed);
    }

    public RelayConfig withTimers(final AnswerTimers other) {
        return new RelayConfig(local, limits, messages, other, rerouting, suspicion, slowStart, seed);
    }

    public RelayConfig withRerouting(final Rerouting other) {
        return new RelayConfig(local, limits, messages, timers, other, suspicion, slowStart, seed);
    }

    public RelayConfig withSuspicion(final Suspicion other) {
        return new RelayConfig(local, limits, messages, timers, rerouting, other, slowStart, seed);
    }

    public RelayConfig withSlowStart(final Duration time) {
        return new RelayConfig(local, limits, messages, timers, rerouting, suspicion, time, seed);
    }
}
