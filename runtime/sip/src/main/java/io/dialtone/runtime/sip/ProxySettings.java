package io.dialtone.runtime.sip;

/**
 * How requests are proxied. Values only; finished before the worker starts.
 *
 * @param timerCNs an INVITE's branch that has said nothing but 100 for so long is withdrawn (RFC 3261 section 16.6 step 11, timer C)
 * @param branchesMax targets of one request, tried and not tried; a further one is the handler's error
 */
public record ProxySettings(long timerCNs, int branchesMax) {
    private static final long S = 1_000_000_000L;
    private static final long TIMER_C_NS_MIN = 180 * S;

    public ProxySettings {
        if (timerCNs <= TIMER_C_NS_MIN) {
            throw new IllegalArgumentException(
                    "timer-c: " + timerCNs / S + " s (expected: more than 3 min, as RFC 3261 wants it). Maybe 200 s?");
        }
        if (branchesMax <= 0) {
            throw new IllegalArgumentException(
                    "branches-max: " + branchesMax + " (expected: > 0). Maybe 16, the default.");
        }
    }

    public static ProxySettings defaults() {
        return new ProxySettings(200 * S, 16);
    }
}
