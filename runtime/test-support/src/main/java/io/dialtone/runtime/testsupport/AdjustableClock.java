package io.dialtone.runtime.testsupport;

import java.time.Duration;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/** A clock that a test moves by hand; monotonic and wall time at once. Not thread safe. */
public final class AdjustableClock implements NanoClock, EpochNanoClock {
    private long nowNs;

    public AdjustableClock(final long nowNs) {
        this.nowNs = nowNs;
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }

    public void advance(final Duration time) {
        advanceNs(time.toNanos());
    }

    public void advanceNs(final long ns) {
        if (ns < 0) {
            throw new IllegalArgumentException("time: " + ns + " ns (expected: >= 0)");
        }
        nowNs += ns;
    }
}
