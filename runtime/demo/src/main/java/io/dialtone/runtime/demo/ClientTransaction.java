package io.dialtone.runtime.demo;

import io.dialtone.sip.codec.SipMethod;

/** One request of a call and the answers to it (RFC 3261 17.1). Owned by its {@link Call}. */
final class ClientTransaction {
    private static final long NEVER = Long.MAX_VALUE;

    final SipMethod method;
    final long cseq;
    final long firstSentNs;

    int transmissions = 1;
    int finals;
    int finalStatus;
    long firstFinalNs;

    /** When timer A or E fires next; {@link Long#MAX_VALUE} when it is stopped. */
    long retransmitAtNs;
    /** When timer B or F fires. */
    long giveUpAtNs;

    private long pauseNs;

    ClientTransaction(final SipMethod method, final long cseq, final long nowNs, final CallLoad.Timers timers) {
        this.method = method;
        this.cseq = cseq;
        firstSentNs = nowNs;
        pauseNs = timers.t1Ns();
        retransmitAtNs = nowNs + pauseNs;
        giveUpAtNs = nowNs + timers.giveUpNs();
    }

    /** Timer A doubles without end; timer E doubles up to T2. */
    void retransmitted(final long nowNs, final CallLoad.Timers timers) {
        transmissions++;
        pauseNs = method == SipMethod.INVITE ? pauseNs * 2 : Math.min(pauseNs * 2, timers.t2Ns());
        retransmitAtNs = nowNs + pauseNs;
    }

    /** A provisional answer stops timer A; the other methods go on, every T2. */
    void provisional(final long nowNs, final CallLoad.Timers timers) {
        if (method == SipMethod.INVITE) {
            retransmitAtNs = NEVER;
        } else {
            pauseNs = timers.t2Ns();
            retransmitAtNs = Math.min(retransmitAtNs, nowNs + pauseNs);
        }
    }

    /** Notes a final answer and says if it is the first. */
    boolean finalAnswer(final int status, final long nowNs) {
        finals++;
        if (finals > 1) {
            return false;
        }
        finalStatus = status;
        firstFinalNs = nowNs;
        retransmitAtNs = NEVER;
        giveUpAtNs = NEVER;
        return true;
    }

    boolean answered() {
        return finals > 0;
    }

    /**
     * Whether a repeated final answer is in order: the other side repeats one for each copy of the request that reached it, and one to INVITE by
     * itself from T1 on until our ACK arrives.
     */
    boolean mayRepeat(final long nowNs, final CallLoad.Timers timers) {
        // A tenth less than T1, because the other side's timer started before its first answer reached us and clocks
        // tick coarsely.
        return finals <= transmissions
                || (method == SipMethod.INVITE && nowNs - firstFinalNs >= timers.t1Ns() - timers.t1Ns() / 10);
    }

    long nextNs() {
        return Math.min(retransmitAtNs, giveUpAtNs);
    }
}
