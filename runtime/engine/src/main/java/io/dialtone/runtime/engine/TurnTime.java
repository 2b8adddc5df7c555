package io.dialtone.runtime.engine;

import io.dialtone.state.api.SessionRecord;

/**
 * The time of a worker's turn, by both its clocks. Called only by the owning worker.
 *
 * <p>What runs in this process goes by the monotonic clock; what another process may have to go on with is written down by the wall clock. So a step of the wall clock
 * moves no running timer, and only those that change hands. An image that this worker has written says how its clocks stood to each other then, and is read by that: timers of
 * sessions that rest are running timers, too.
 */
public final class TurnTime {
    private final long clockId;
    private long nowNs;
    private long epochNowNs;
    /** What the wall clock was ahead of the monotonic one for who has written what is read. */
    private long readOffsetNs;

    /**
     * @param clockId of nobody else
     */
    TurnTime(final long clockId) {
        this.clockId = clockId;
    }

    void turn(final long monotonicNs, final long wallNs) {
        nowNs = monotonicNs;
        epochNowNs = wallNs;
        readOffsetNs = offsetNs();
    }

    /** Names this worker's pair of clocks. */
    long clockId() {
        return clockId;
    }

    /** What the wall clock is ahead of the monotonic one. */
    long offsetNs() {
        return epochNowNs - nowNs;
    }

    /** What is read from now on in this turn was written by clocks that stood so. */
    void readBy(final long offsetNs) {
        readOffsetNs = offsetNs;
    }

    /** Monotonic. */
    public long nowNs() {
        return nowNs;
    }

    /** What the wall clock will say at this time; {@link SessionRecord#NO_DEADLINE} stays what it is. */
    public long toWallNs(final long monotonicNs) {
        return monotonicNs == SessionRecord.NO_DEADLINE ? monotonicNs : epochNowNs + (monotonicNs - nowNs);
    }

    /** When the wall clock will say this, as {@link #readBy} has it stand; now if it has. {@link SessionRecord#NO_DEADLINE} stays what it is. */
    public long toMonotonicNs(final long wallNs) {
        return wallNs == SessionRecord.NO_DEADLINE ? wallNs : nowNs + Math.max(0, wallNs - readOffsetNs - nowNs);
    }
}
