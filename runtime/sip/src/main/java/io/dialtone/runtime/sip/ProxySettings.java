package io.dialtone.runtime.sip;

/**
 * How requests are proxied. Values only; finished before the worker starts.
 *
 * @param timerCNs an INVITE's branch that has said nothing but 100 for so long is withdrawn (RFC 3261 section 16.6 step 11, timer C)
 * @param branchesMax targets of one request, tried and not tried; a further one is the handler's error
 * @param keptCallsMax calls that a session keeps at a time; to keep a further one is the handler's error, and of one that is only recorded there is no record
 * @param keptCallSilenceMaxNs a call that is kept, has no session timer, and of which nothing was heard for so long is taken for ended
 */
public record ProxySettings(long timerCNs, int branchesMax, int keptCallsMax, long keptCallSilenceMaxNs) {
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
        if (keptCallsMax <= 0) {
            throw new IllegalArgumentException(
                    "kept-calls-max: " + keptCallsMax + " (expected: > 0). Maybe 16, the default.");
        }
        if (keptCallSilenceMaxNs <= 0) {
            throw new IllegalArgumentException("kept-call-silence-max: " + keptCallSilenceMaxNs / S
                    + " s (expected: > 0). Maybe 12 h, the default.");
        }
    }

    public static ProxySettings defaults() {
        return new ProxySettings(200 * S, 16, 16, 12 * 3600 * S);
    }
}
