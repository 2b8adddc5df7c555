package io.dialtone.sip.routing;

import java.util.List;
import java.util.Map;

/**
 * A stand-alone balancer at one moment, for {@code dialtone status} and metrics. Immutable.
 *
 * @param backends in the order they were added
 * @param counters every {@link ProxyCounter}, summed over the I/O threads
 * @param inviteFirstResponse time from an INVITE to its first response, whichever it is
 * @param inviteFinalResponse time from an INVITE to its first final response
 * @param otherFirstResponse the same as the first for other requests outside of dialogs
 * @param forwarding time a message spends in the balancer's own code, one of every {@link SipProxy#FORWARDING_SAMPLE} measured
 */
public record ProxyStatus(
        List<BackendStatus> backends,
        Map<ProxyCounter, Long> counters,
        LatencySnapshot inviteFirstResponse,
        LatencySnapshot inviteFinalResponse,
        LatencySnapshot otherFirstResponse,
        LatencySnapshot forwarding) {
    public ProxyStatus {
        backends = List.copyOf(backends);
        counters = Map.copyOf(counters);
    }

    public long counter(final ProxyCounter counter) {
        return counters.getOrDefault(counter, 0L);
    }
}
