package io.dialtone.runtime.sip;

/**
 * Timers and limits of SIP on one worker. Values only; finished before the worker starts.
 *
 * @param t1Ns estimate of the round trip (RFC 3261 table 4, T1)
 * @param t2Ns longest time between retransmissions of a final answer (T2)
 * @param t4Ns longest time a message stays in the network (T4)
 * @param tryingAfterNs a 100 is sent when the handler has not answered an INVITE by then (RFC 3261 section 17.2.1)
 * @param ringingMaxNs an INVITE without final answer by then is answered with 408, or withdrawn if it is ours; RFC 3261 leaves this to the callee
 * @param transactionsMax server transactions in memory; a further request gets 503 and is not remembered
 * @param dialogsMax dialogs in memory; a further INVITE gets 503
 * @param pooledBytesMax bytes kept for reuse when messages are let go of
 * @param retryAfterSeconds what Retry-After says in a 503
 * @param client how much may be asked of others
 * @param proxy how requests are proxied
 */
public record SipSettings(
        long t1Ns,
        long t2Ns,
        long t4Ns,
        long tryingAfterNs,
        long ringingMaxNs,
        int transactionsMax,
        int dialogsMax,
        int pooledBytesMax,
        int retryAfterSeconds,
        ClientLimits client,
        ProxySettings proxy) {
    private static final long MS = 1_000_000L;

    public SipSettings {
        check("t1", t1Ns, "500 ms, the RFC 3261 default");
        check("t2", t2Ns, "4 s, the RFC 3261 default");
        check("t4", t4Ns, "5 s, the RFC 3261 default");
        check("trying-after", tryingAfterNs, "200 ms, as RFC 3261 section 17.2.1 says");
        check("ringing-max", ringingMaxNs, "10 min");
        check("transactions-max", transactionsMax, "1048576");
        check("dialogs-max", dialogsMax, "1048576");
        check("retry-after", retryAfterSeconds, "5 s");
    }

    /** With the usual settings for what is proxied. */
    public SipSettings(
            final long t1Ns,
            final long t2Ns,
            final long t4Ns,
            final long tryingAfterNs,
            final long ringingMaxNs,
            final int transactionsMax,
            final int dialogsMax,
            final int pooledBytesMax,
            final int retryAfterSeconds,
            final ClientLimits client) {
        this(
                t1Ns,
                t2Ns,
                t4Ns,
                tryingAfterNs,
                ringingMaxNs,
                transactionsMax,
                dialogsMax,
                pooledBytesMax,
                retryAfterSeconds,
                client,
                ProxySettings.defaults());
    }

    public static SipSettings defaults() {
        return new SipSettings(
                500 * MS,
                4_000 * MS,
                5_000 * MS,
                200 * MS,
                600_000 * MS,
                1 << 20,
                1 << 20,
                64 << 20,
                5,
                ClientLimits.defaults());
    }

    public SipSettings withTransactionsMax(final int max) {
        return new SipSettings(
                t1Ns,
                t2Ns,
                t4Ns,
                tryingAfterNs,
                ringingMaxNs,
                max,
                dialogsMax,
                pooledBytesMax,
                retryAfterSeconds,
                client,
                proxy);
    }

    public SipSettings withDialogsMax(final int max) {
        return new SipSettings(
                t1Ns,
                t2Ns,
                t4Ns,
                tryingAfterNs,
                ringingMaxNs,
                transactionsMax,
                max,
                pooledBytesMax,
                retryAfterSeconds,
                client,
                proxy);
    }

    public SipSettings withRingingMaxNs(final long ns) {
        return new SipSettings(
                t1Ns,
                t2Ns,
                t4Ns,
                tryingAfterNs,
                ns,
                transactionsMax,
                dialogsMax,
                pooledBytesMax,
                retryAfterSeconds,
                client,
                proxy);
    }

    public SipSettings withClient(final ClientLimits limits) {
        return new SipSettings(
                t1Ns,
                t2Ns,
                t4Ns,
                tryingAfterNs,
                ringingMaxNs,
                transactionsMax,
                dialogsMax,
                pooledBytesMax,
                retryAfterSeconds,
                limits,
                proxy);
    }

    public SipSettings withProxy(final ProxySettings settings) {
        return new SipSettings(
                t1Ns,
                t2Ns,
                t4Ns,
                tryingAfterNs,
                ringingMaxNs,
                transactionsMax,
                dialogsMax,
                pooledBytesMax,
                retryAfterSeconds,
                client,
                settings);
    }

    /** Timers B, F, H, J and L on UDP. */
    long sixtyFourT1Ns() {
        return 64 * t1Ns;
    }

    private static void check(final String name, final long value, final String usual) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0). Maybe " + usual + ".");
        }
    }
}
