package io.dialtone.sip.transport;

import static java.lang.System.Logger.Level.ERROR;

import io.dialtone.net.LoopCounters;

/** Says what went wrong inside ourselves: the first time, then ever more rarely, with the count. Called only by the loop's thread. */
final class FailureLog {
    private static final System.Logger LOG = System.getLogger(FailureLog.class.getName());

    private static final int SAID_EACH_TIMES = 10;

    private final String role;
    private final LoopCounters<TransportCounter> counters;
    private long nextSaid = 1;

    FailureLog(final String role, final LoopCounters<TransportCounter> counters) {
        this.role = role;
        this.counters = counters;
    }

    void onIngressFailure(final Throwable cause) {
        counters.increment(TransportCounter.INGRESS_FAILURES);
        final long count = counters.get(TransportCounter.INGRESS_FAILURES);
        if (count == nextSaid) {
            nextSaid *= SAID_EACH_TIMES;
            LOG.log(
                    ERROR,
                    role + ": routing threw, failure " + count + " of this loop; the message was dropped",
                    cause);
        }
    }

    void onLoopBroken(final Throwable cause) {
        LOG.log(ERROR, role + ": the loop is broken and ends; its sockets are closed", cause);
    }
}
