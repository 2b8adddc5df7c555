package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.sip.routing.LatencySnapshot;

/** Latencies in milliseconds, with three decimals. Any thread. */
final class LatencyJson {
    private static final double US_PER_MS = 1_000.0;
    private static final double NS_PER_US = 1_000.0;

    private LatencyJson() {}

    static ObjectNode of(final LatencySnapshot latencies) {
        return Json.object()
                .put("count", latencies.count())
                .put("mean", ms(latencies.meanNs()))
                .put("p50", ms((double) latencies.percentileNs(50)))
                .put("p90", ms((double) latencies.percentileNs(90)))
                .put("p99", ms((double) latencies.percentileNs(99)))
                .put("p999", ms((double) latencies.percentileNs(99.9)));
    }

    private static double ms(final double ns) {
        return Math.round(ns / NS_PER_US) / US_PER_MS;
    }
}
