package io.dialtone.runtime.engine;

import io.dialtone.state.api.SessionRecord;

/**
 * The time of a worker's turn, by both its clocks. Called only by the owning worker.
 *
 * <p>What runs in this process goes by the monotonic clock; what another process may have to go on with is written down by the wall clock. So a step of the wall clock
 * moves no running timer, and only those that change hands.
 */
public final class TurnTime {
    private long nowNs;
    private long epochNowNs;

    void turn(final long monotonicNs, final long wallNs) {
        nowNs = monotonicNs;
        epochNowNs = wallNs;
    }

    /** Monotonic. */
    public long nowNs() {
        return nowNs;
    }

    /** What the wall clock will say at this time; {@link SessionRecord#NO_DEADLINE} stays what it is. */
    public long toWallNs(final long monotonicNs) {
        return monotonicNs == SessionRecord.NO_DEADLINE ? monotonicNs : epochNowNs + (monotonicNs - nowNs);
    }

    /** When the wall clock will say this; now if it has. {@link SessionRecord#NO_DEADLINE} stays what it is. */
    public long toMonotonicNs(final long wallNs) {
        return wallNs == SessionRecord.NO_DEADLINE ? wallNs : nowNs + Math.max(0, wallNs - epochNowNs);
    }
}
