package io.dialtone.runtime.engine;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.jspecify.annotations.Nullable;

/**
 * All deadlines of a worker, in Agrona's wheel. Called only by that worker.
 *
 * <p>A tick is about a millisecond and a rotation about 34 s, a little more than 64*T1, so that the many 32 s timers of finished transactions are looked at once.
 */
public final class DeadlineWheel {
    public static final long TICK_NS = 1L << 20;
    private static final int TICKS = 1 << 15;
    private static final int TIMERS_PER_TICK = 4;

    /** A deadline of a slot that rests while it is handed over is looked at again after this time. */
    private static final long NOT_NOW_NS = 2 * TICK_NS;

    /** After a pause of the process the wheel catches up by this many ticks a turn. */
    private static final int TICKS_PER_TURN_MAX = 256;

    private final DeadlineTimerWheel wheel;
    private final DeadlineTimerWheel.TimerHandler onTimerExpiry = this::onTimerExpiry;
    /** The place of a timer: its tick, and its place among the tick's, of which there are {@code perTick}. */
    private @Nullable Deadline[] scheduled = new @Nullable Deadline[TICKS * TIMERS_PER_TICK];

    private final SlotEvents events;
    private int perTick = TIMERS_PER_TICK;
    private int size;

    DeadlineWheel(final long nowNs, final SlotEvents events) {
        this.events = events;
        wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, nowNs, TICK_NS, TICKS, TIMERS_PER_TICK);
    }

    /** Schedules a deadline, or moves it when it is scheduled. */
    public void schedule(final Deadline deadline, final long atNs) {
        cancel(deadline);
        final long timerId = wheel.scheduleTimer(atNs);
        while (placeInTick(timerId) >= perTick) {
            growSlowPath();
        }
        scheduled[indexOf(timerId)] = deadline;
        deadline.timerId = timerId;
        deadline.atNs = atNs;
        size++;
    }

    /** Forgets a deadline; does nothing if it is not scheduled. */
    public void cancel(final Deadline deadline) {
        if (deadline.timerId != Deadline.NOT_SCHEDULED) {
            wheel.cancelTimer(deadline.timerId);
            remove(deadline.timerId);
        }
    }

    public int size() {
        return size;
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
            if (!behind || !events.hasRoom()) {
                return expired;
            }
        }
        return Math.max(1, expired);
    }

    private boolean onTimerExpiry(final TimeUnit unit, final long nowNs, final long timerId) {
        if (!events.hasRoom()) {
            return false;
        }
        final Deadline deadline = remove(timerId);
        if (!events.mayRun(deadline.slot())) {
            schedule(deadline, nowNs + NOT_NOW_NS);
            return true;
        }
        events.beginEvent();
        deadline.onDeadline(nowNs);
        events.endEvent();
        return true;
    }

    private Deadline remove(final long timerId) {
        final int index = indexOf(timerId);
        final Deadline deadline = Objects.requireNonNull(scheduled[index], "each timer of the wheel has its deadline");
        scheduled[index] = null;
        deadline.timerId = Deadline.NOT_SCHEDULED;
        size--;
        return deadline;
    }

    private void growSlowPath() {
        final @Nullable Deadline[] grown = new @Nullable Deadline[2 * scheduled.length];
        for (int tick = 0; tick < TICKS; tick++) {
            System.arraycopy(scheduled, tick * perTick, grown, tick * 2 * perTick, perTick);
        }
        scheduled = grown;
        perTick *= 2;
    }

    /** A timer id is the tick and the place in the tick, a half each. */
    private int indexOf(final long timerId) {
        return (int) (timerId >>> 32) * perTick + placeInTick(timerId);
    }

    private static int placeInTick(final long timerId) {
        return (int) timerId;
    }
}
