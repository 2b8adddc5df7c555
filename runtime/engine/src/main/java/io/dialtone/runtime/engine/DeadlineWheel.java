package io.dialtone.runtime.engine;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.jspecify.annotations.Nullable;

/**
 * All deadlines of a worker, in Agrona's wheel. Called only by that worker.
 *
 * <p>A tick is about a millisecond and a rotation about 34 s, a little more than 64*T1, so that the many 32 s timers of finished transactions are looked at once.
 *
 * <p>Each tick has places for as many deadlines as the fullest one. So that thousands at one time, after a takeover for instance, neither make the wheel as large as all
 * memory nor come all at once, a tick takes {@link #PER_TICK_MAX}; those beyond come later by some ticks. Long before that, when more places would take a worker tenths of a second
 * to make, a deadline of a full tick comes later by {@link #TICKS_LATER_MAX} at most instead.
 */
public final class DeadlineWheel {
    private static final int TICK_SHIFT = 20;
    public static final long TICK_NS = 1L << TICK_SHIFT;

    /** More than a worker can serve in a tick. */
    static final int PER_TICK_MAX = 64;

    /** A tick with so many places or more does not get others because of a burst that the next ones can take. */
    static final int PER_TICK_DEAR = 16;

    static final int TICKS_LATER_MAX = 16;

    private static final int TICKS = 1 << 15;

    /** A deadline of a slot that rests while it is handed over is looked at again after this time. */
    private static final long NOT_NOW_NS = 2 * TICK_NS;

    /** After a pause of the process the wheel catches up by this many ticks a turn. */
    private static final int TICKS_PER_TURN_MAX = 256;

    private final DeadlineTimerWheel wheel;
    private final DeadlineTimerWheel.TimerHandler onTimerExpiry = this::onTimerExpiry;
    /** The place of a timer: its tick, and its place among the tick's, of which there are {@code perTick}. */
    private @Nullable Deadline[] scheduled;

    /** How many of each tick's places are taken. */
    private final short[] taken = new short[TICKS];

    private final SlotEvents events;
    private final long startNs;
    private int perTick;
    private int size;

    /**
     * Makes a wheel without deadlines.
     *
     * @param nowNs monotonic time
     * @param events around each deadline
     * @param perTick places that a tick has at first, a power of two: where one needs more all get more, and the worker stands still for as long as it takes to copy them
     */
    DeadlineWheel(final long nowNs, final SlotEvents events, final int perTick) {
        this.events = events;
        this.perTick = perTick;
        startNs = nowNs;
        scheduled = new @Nullable Deadline[TICKS * perTick];
        wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, nowNs, TICK_NS, TICKS, perTick);
    }

    /** Schedules a deadline, or moves it when it is scheduled. */
    public void schedule(final Deadline deadline, final long atNs) {
        cancel(deadline);
        final long tick = Math.max((atNs - startNs) >> TICK_SHIFT, currentTick());
        final boolean isInTime = taken[spokeOf(tick)] < perTick || perTick < PER_TICK_DEAR;
        final long timerId = wheel.scheduleTimer(isInTime ? atNs : laterSlowPath(tick, atNs));
        while (placeInTick(timerId) >= perTick) {
            growSlowPath();
        }
        scheduled[indexOf(timerId)] = deadline;
        taken[tickOf(timerId)]++;
        deadline.timerId = timerId;
        deadline.atNs = atNs;
        size++;
    }

    private long currentTick() {
        return ((wheel.currentTickTime() - startNs) >> TICK_SHIFT) - 1;
    }

    private static int spokeOf(final long tick) {
        return (int) tick & TICKS - 1;
    }

    /** The beginning of a later tick with a place; if there is none near, all of them get more, and when they have as many as they may, one is looked for in strides that grow. */
    private long laterSlowPath(final long tick, final long atNs) {
        int ahead = 1;
        while (ahead <= TICKS_LATER_MAX && taken[spokeOf(tick + ahead)] >= perTick) {
            ahead++;
        }
        if (ahead <= TICKS_LATER_MAX) {
            return startNs + ((tick + ahead) << TICK_SHIFT);
        }
        if (perTick < PER_TICK_MAX) {
            return atNs;
        }
        for (int tries = 1; ahead < TICKS && taken[spokeOf(tick + ahead)] >= PER_TICK_MAX; tries++) {
            ahead += 1 + tries / 8;
        }
        return startNs + ((tick + (ahead < TICKS ? ahead : 0)) << TICK_SHIFT);
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

    /** Places that each tick has by now. */
    int placesPerTick() {
        return perTick;
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
        taken[tickOf(timerId)]--;
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
        return tickOf(timerId) * perTick + placeInTick(timerId);
    }

    private static int tickOf(final long timerId) {
        return (int) (timerId >>> 32);
    }

    private static int placeInTick(final long timerId) {
        return (int) timerId;
    }
}
