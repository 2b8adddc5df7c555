package io.dialtone.examples;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkPublication;

/** The link of a worker that is driven by a loop: whatever it sends comes to the loop, and everybody is there. */
abstract class LoopLink implements LinkEndpoint, LinkPublication {
    @Override
    public LinkPublication publication(final int member, final int thread) {
        return this;
    }

    @Override
    public int frameBytesMax() {
        return 1 << 16;
    }

    @Override
    public int member() {
        return 1;
    }

    @Override
    public int thread() {
        return 0;
    }

    @Override
    public long incarnation() {
        return 1;
    }

    @Override
    public int threadsOf(final int member) {
        return 1;
    }

    @Override
    public boolean isReachable(final int member, final int thread) {
        return true;
    }

    @Override
    public long incarnationOf(final int member, final int thread) {
        return 1;
    }

    @Override
    public int doWork(final long nowNs) {
        return 0;
    }

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }
}
