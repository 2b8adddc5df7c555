package io.dialtone.sip.routing;

import java.util.Map;

/**
 * An edge at one moment, for {@code dialtone status} and metrics. Immutable.
 *
 * @param counters every {@link EdgeCounter}, summed over the I/O threads
 * @param gauges every {@link EdgeGauge}, summed over the I/O threads
 * @param answer time from a request's arrival to its first answer's leaving, as far as nodes echo the arrival
 */
public record EdgeStatus(Map<EdgeCounter, Long> counters, Map<EdgeGauge, Long> gauges, LatencySnapshot answer) {
    public EdgeStatus {
        counters = Map.copyOf(counters);
        gauges = Map.copyOf(gauges);
    }

    public long counter(final EdgeCounter counter) {
        return counters.getOrDefault(counter, 0L);
    }

    public long gauge(final EdgeGauge gauge) {
        return gauges.getOrDefault(gauge, 0L);
    }
}
