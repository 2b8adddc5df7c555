package io.dialtone.sip.routing;

/**
 * A backend as the balancer sees it at one moment, for status pages. Immutable.
 *
 * @param name what commands call it: host and port
 * @param address the address in use, host and port
 * @param weight as configured
 * @param sharePercent how much of its weight counts now: 100, less in slow start, 0 when it gets no new calls
 * @param state what the balancer makes of it
 * @param draining whether an operator drains it
 * @param requests requests sent to it, probes not counted
 * @param responses responses heard from it, answers to probes not counted
 * @param newCalls out-of-dialog requests that were dispatched to it
 * @param probesSent OPTIONS sent to it
 * @param probesMissed of these not answered in time
 * @param timesDown how often it went down
 * @param silentMs time since anything was heard from it; -1 if nothing ever was
 * @param firstResponse time from a request to the first response of any class
 */
public record BackendStatus(
        String name,
        String address,
        int weight,
        int sharePercent,
        BackendState state,
        boolean draining,
        long requests,
        long responses,
        long newCalls,
        long probesSent,
        long probesMissed,
        long timesDown,
        long silentMs,
        LatencySnapshot firstResponse) {}
