package io.dialtone.sip.transport;

import io.dialtone.sip.routing.SipFlow;
import io.dialtone.sip.routing.SipIngress;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;

/** An ingress that does with each message what a test says, and counts its turns. */
class ScriptedIngress implements SipIngress {
    /** What to do with a message; called by the loop's thread. */
    interface Script {
        void onMessage(UnsafeBuffer buffer, int offset, int length, SipFlow from);
    }

    private final Script script;
    final AtomicLong turns = new AtomicLong();
    volatile long lastTurnNs = Long.MIN_VALUE / 2;
    volatile long deadlineNs = Long.MAX_VALUE;
    volatile boolean throwInDoWork;

    ScriptedIngress(final Script script) {
        this.script = script;
    }

    @Override
    public void onMessage(
            final UnsafeBuffer buffer, final int offset, final int length, final SipFlow from, final long nowNs) {
        script.onMessage(buffer, offset, length, from);
    }

    @Override
    public int doWork(final long nowNs) {
        lastTurnNs = nowNs;
        turns.incrementAndGet();
        if (throwInDoWork) {
            throw new IllegalStateException("the test wants it so");
        }
        return 0;
    }

    @Override
    public long nextDeadlineNs() {
        return deadlineNs;
    }
}
