package io.dialtone.runtime.demo;

import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;

/**
 * Is told whatever a caller does and sees, so that it can be checked afterwards what the other side remembered. Called only by the thread that drives the calls, which it
 * must not hold up.
 */
public interface CallJournal {
    /** Keeps nothing. */
    CallJournal NONE = new CallJournal() {
        @Override
        public void onCall(final long call, final String callId, final long nowNs) {}

        @Override
        public void onRequest(final long call, final long cseq, final SipMethod method, final long nowNs) {}

        @Override
        public void onFinal(
                final long call,
                final long cseq,
                final SipMethod method,
                final int status,
                final SipMessage answer,
                final long nowNs) {}

        @Override
        public void onGivenUp(final long call, final long cseq, final SipMethod method, final long nowNs) {}

        @Override
        public void onForgotten(final long call, final long nowNs) {}
    };

    /** A call begins. */
    void onCall(long call, String callId, long nowNs);

    /** A request is sent for the first time; retransmissions are not told. */
    void onRequest(long call, long cseq, SipMethod method, long nowNs);

    /**
     * A final answer has come, the first or one more to the same request.
     *
     * @param answer valid until the method returns
     */
    void onFinal(long call, long cseq, SipMethod method, int status, SipMessage answer, long nowNs);

    /** No answer came in the time that the RFC gives it: nobody knows if the request was handled. */
    void onGivenUp(long call, long cseq, SipMethod method, long nowNs);

    /** The call ended a while ago; whatever comes for it from now on is not told. */
    void onForgotten(long call, long nowNs);
}
