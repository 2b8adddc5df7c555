package io.dialtone.runtime.engine;

import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * All deadlines of a worker, in Agrona's wheel. Called only by that worker.
 *
 * <p>A tick is about a millisecond and a rotation about 34 s, a little more than 64*T1, so that the many 32 s timers of finished transactions are looked at once.
 */
public final class DeadlineWheel {
    public static final long TICK_NS = 1L << 20;
    private static final int TICKS = 1 << 15;
    private static final int TIMERS_PER_TICK = 4;

    /** After a pause of the process the wheel catches up by this many ticks a turn. */
    private static final int TICKS_PER_TURN_MAX = 256;

    private final DeadlineTimerWheel wheel;
    private final DeadlineTimerWheel.TimerHandler onTimerExpiry = this::onTimerExpiry;
    private final Long2ObjectHashMap<Deadline> scheduled = new Long2ObjectHashMap<>();

    public DeadlineWheel(final long nowNs) {
        wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, nowNs, TICK_NS, TICKS, TIMERS_PER_TICK);
    }

    /** Schedules a deadline, or moves it when it is scheduled. */
    public void schedule(final Deadline deadline, final long atNs) {
        cancel(deadline);
        deadline.timerId = wheel.scheduleTimer(atNs);
        scheduled.put(deadline.timerId, deadline);
    }

    /** Forgets a deadline; does nothing if it is not scheduled. */
    public void cancel(final Deadline deadline) {
        if (deadline.timerId != Deadline.NOT_SCHEDULED) {
            wheel.cancelTimer(deadline.timerId);
            scheduled.remove(deadline.timerId);
            deadline.timerId = Deadline.NOT_SCHEDULED;
        }
    }

    public int size() {
        return scheduled.size();
    }

    /** Calls at most {@code limit} deadlines that are due, and says how many; more than 0 too when the wheel is still behind. */
    int poll(final long nowNs, final int limit) {
        if (wheel.timerCount() == 0) {
            wheel.currentTickTime(nowNs);
            return 0;
        }
        int expired = 0;
        for (int ticks = 0; ticks < TICKS_PER_TURN_MAX && expired < limit; ticks++) {
            final boolean behind = wheel.currentTickTime() <= nowNs;
            expired += wheel.poll(nowNs, onTimerExpiry, limit - expired);
            if (!behind) {
                return expired;
            }
        }
        return Math.max(1, expired);
    }

    private boolean onTimerExpiry(final TimeUnit unit, final long nowNs, final long timerId) {
        final Deadline deadline = scheduled.remove(timerId);
        if (deadline != null) {
            deadline.timerId = Deadline.NOT_SCHEDULED;
            deadline.onDeadline(nowNs);
        }
        return true;
    }
}
