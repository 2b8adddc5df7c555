package io.dialtone.runtime.sip;

/**
 * How much a worker and a session may ask of others. Values only; finished before the worker starts.
 *
 * @param transactionsMax client transactions in memory; a handler that begins a further one is undone, and its request gets 503
 * @param legsPerSessionMax legs that one session may have begun and not ended; a further one is the handler's error
 * @param requestsPerSessionMax requests of one session that wait for their final answer; a further one is the handler's error
 * @param forksMax early dialogs of one INVITE; a provisional answer of a further one is shown, but nothing can be sent to it before it accepts
 * @param locateNs how long a request may wait for DNS; after that it is as if 503 had come
 * @param nextTargetAfterNs how long a target may be silent while there is another one to try; never longer than timers B and F
 * @param datagramMax bytes of the longest request that goes by UDP to who may also be reached by TCP (RFC 3261 section 18.1.1); 0 for any length
 */
public record ClientLimits(
        int transactionsMax,
        int legsPerSessionMax,
        int requestsPerSessionMax,
        int forksMax,
        long locateNs,
        long nextTargetAfterNs,
        int datagramMax) {
    private static final long SECOND_NS = 1_000_000_000L;
    /** What RFC 3261 section 18.1.1 allows where nobody knows the MTU of the path. */
    private static final int DATAGRAM_MAX = 1_300;

    public ClientLimits {
        check("client-transactions-max", transactionsMax, 1 << 20);
        check("legs-per-session-max", legsPerSessionMax, 16);
        check("requests-per-session-max", requestsPerSessionMax, 64);
        check("forks-max", forksMax, 8);
        check("locate.timeout", locateNs, 5 * SECOND_NS);
        check("locate.next-target-after", nextTargetAfterNs, 8 * SECOND_NS);
        if (datagramMax < 0) {
            throw new IllegalArgumentException("datagram-request-max: " + datagramMax + " (expected: >= 0). Maybe "
                    + DATAGRAM_MAX + ", as RFC 3261 section 18.1.1 says.");
        }
    }

    /** With the usual patience. */
    public ClientLimits(
            final int transactionsMax,
            final int legsPerSessionMax,
            final int requestsPerSessionMax,
            final int forksMax) {
        this(
                transactionsMax,
                legsPerSessionMax,
                requestsPerSessionMax,
                forksMax,
                5 * SECOND_NS,
                8 * SECOND_NS,
                DATAGRAM_MAX);
    }

    public static ClientLimits defaults() {
        return new ClientLimits(1 << 20, 16, 64, 8);
    }

    /** True for a request that may go by UDP wherever it goes. */
    boolean fitsDatagram(final int length) {
        return length <= datagramMax || datagramMax == 0;
    }

    private static void check(final String name, final long value, final long usual) {
        if (value <= 0) {
            throw new IllegalArgumentException(
                    name + ": " + value + " (expected: > 0). Maybe " + usual + ", the default.");
        }
    }
}
