package io.dialtone.sip.routing;

/** Sends an OPTIONS to a backend, for whoever watches it. Called only by the thread that probes. */
interface ProbeSender {
    void sendProbe(Backend backend, int sequence, long nowNs);
}
