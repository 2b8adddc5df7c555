package io.dialtone.sip.routing;

import io.dialtone.sip.codec.ViaTransport;

/**
 * A backend as the balancer sees it at one moment, for status pages. Immutable.
 *
 * @param name what commands call it: host and port
 * @param address the address in use, host and port
 * @param transport how requests go to it
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
 * @param timesEjected how often it was taken out of use because its requests failed
 * @param open transactions whose final response is awaited
 * @param openMax most it may have open; 0 for no limit
 * @param silentMs time since anything was heard from it; -1 if nothing ever was
 * @param firstResponse time from a request to its first response, of all classes
 * @param inviteFirstResponse the same of INVITE
 * @param registerFirstResponse the same of REGISTER
 * @param otherFirstResponse the same of all other requests outside of dialogs
 */
public record BackendStatus(
        String name,
        String address,
        ViaTransport transport,
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
        long timesEjected,
        long open,
        int openMax,
        long silentMs,
        LatencySnapshot firstResponse,
        LatencySnapshot inviteFirstResponse,
        LatencySnapshot registerFirstResponse,
        LatencySnapshot otherFirstResponse) {
    /** Time from a request of a class to its first response. */
    public LatencySnapshot firstResponse(final RequestClass kind) {
        return switch (kind) {
            case INVITE -> inviteFirstResponse;
            case REGISTER -> registerFirstResponse;
            case OTHER -> otherFirstResponse;
        };
    }
}
