package io.dialtone.sip.routing;

/** The histograms of one I/O thread. Written by that thread, read by any. */
final class ProxyLatencies {
    final LatencyHistogram inviteFirstResponse = new LatencyHistogram();
    final LatencyHistogram inviteFinalResponse = new LatencyHistogram();
    final LatencyHistogram otherFirstResponse = new LatencyHistogram();
    final LatencyHistogram forwarding = new LatencyHistogram();
}
