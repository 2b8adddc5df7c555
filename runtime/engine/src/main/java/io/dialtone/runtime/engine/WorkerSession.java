package io.dialtone.runtime.engine;

import io.dialtone.api.Session;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A session in the memory of its owner: key, slot, state, timers. Protocols extend it. Called only by the owning worker.
 *
 * <p>An event is all or nothing. Between {@link #beginEvent} and {@link #commit} or {@link #rollback} whatever the handler asks for is only written down; commit
 * makes it so. What commit takes over is what a backup will have to be told.
 */
public abstract class WorkerSession<S extends Record> extends KeyedEntry implements Session<S> {
    private static final long CANCEL = -1;

    private final WorkerParts parts;
    private final List<SessionTimer> timers = new ArrayList<>(2);
    private final List<SessionTimer> spareTimers = new ArrayList<>(2);

    private int slot;
    private @Nullable S state;
    private @Nullable String keyText;

    private boolean inEvent;
    private @Nullable S stagedState;
    private final List<String> stagedTimers = new ArrayList<>(2);
    private long[] stagedDelays = new long[2];
    private int stagedNew;
    private boolean endAsked;

    protected WorkerSession(final WorkerParts parts) {
        this.parts = parts;
    }

    /** Prepares a new or pooled session; its key is set already. */
    public final void open(final int slotOfKey) {
        slot = slotOfKey;
    }

    /** Forgets everything, so that the session can go back to a pool. */
    public void close() {
        for (int i = timers.size() - 1; i >= 0; i--) {
            stop(i);
        }
        state = null;
        keyText = null;
        endAsked = false;
        inEvent = false;
        clearKey();
    }

    /** A timer ran out: the protocol shows it to the handler. */
    protected abstract void onTimer(String name, long nowNs);

    // ---- what the handler sees

    @Override
    public final String key() {
        String text = keyText;
        if (text == null) {
            text = new String(keyBytes(), 0, keyLength(), StandardCharsets.UTF_8);
            keyText = text;
        }
        return text;
    }

    @Override
    public final int slot() {
        return slot;
    }

    @Override
    public final S state() {
        final S staged = stagedState;
        return staged != null ? staged : Objects.requireNonNull(state, "no state before initialState()");
    }

    @Override
    public final void update(final S newState) {
        checkInEvent();
        stagedState = Objects.requireNonNull(newState, "state");
    }

    @Override
    public final void startTimer(final String name, final Duration delay) {
        checkInEvent();
        if (delay.isNegative()) {
            throw new IllegalArgumentException("timer " + name + ": " + delay + " (expected: not negative)");
        }
        final int max = parts.config().timersPerSessionMax();
        if (isNew(name) && timers.size() + stagedNew >= max) {
            throw new IllegalStateException("timer " + name + ": the session has its " + max + " timers already");
        }
        if (isNew(name)) {
            stagedNew++;
        }
        stage(name, delay.toNanos());
    }

    @Override
    public final void cancelTimer(final String name) {
        checkInEvent();
        stage(name, CANCEL);
    }

    @Override
    public final void end() {
        checkInEvent();
        endAsked = true;
    }

    // ---- what the protocol does around the handler

    public final boolean hasTimers() {
        return !timers.isEmpty();
    }

    /** True when the handler asked for the session's end in the event being committed. */
    public final boolean isEndAsked() {
        return endAsked;
    }

    public final void beginEvent() {
        assert !inEvent : "a session has one event at a time";
        inEvent = true;
    }

    /** Makes what the handler asked for so. */
    public final void commit(final long nowNs) {
        assert inEvent;
        inEvent = false;
        if (stagedState != null) {
            state = stagedState;
            stagedState = null;
        }
        for (int i = 0; i < stagedTimers.size(); i++) {
            applyTimer(stagedTimers.get(i), stagedDelays[i], nowNs);
        }
        stagedTimers.clear();
        stagedNew = 0;
    }

    /** Forgets what the handler asked for. */
    public final void rollback() {
        inEvent = false;
        endAsked = false;
        stagedState = null;
        stagedTimers.clear();
        stagedNew = 0;
    }

    final void onTimerDue(final SessionTimer timer, final long nowNs) {
        final String name = timer.name;
        timers.remove(timer);
        spareTimers.add(timer);
        parts.counters().increment(WorkerCounter.TIMERS_FIRED);
        onTimer(name, nowNs);
    }

    private void checkInEvent() {
        if (!inEvent) {
            throw new IllegalStateException("a session is the handler's only until its method returns");
        }
    }

    /** Neither running nor asked for in this event. */
    private boolean isNew(final String name) {
        return indexOf(name) < 0 && !stagedTimers.contains(name);
    }

    private void stage(final String name, final long delayNs) {
        final int index = stagedTimers.size();
        if (index == stagedDelays.length) {
            stagedDelays = Arrays.copyOf(stagedDelays, 2 * index);
        }
        stagedTimers.add(Objects.requireNonNull(name, "timer"));
        stagedDelays[index] = delayNs;
    }

    private void applyTimer(final String name, final long delayNs, final long nowNs) {
        final int index = indexOf(name);
        if (delayNs == CANCEL) {
            if (index >= 0) {
                stop(index);
            }
            return;
        }
        final SessionTimer timer;
        if (index >= 0) {
            timer = timers.get(index);
        } else {
            timer = spareTimers.isEmpty() ? new SessionTimer(this) : spareTimers.removeLast();
            timer.name = name;
            timers.add(timer);
        }
        parts.deadlines().schedule(timer, nowNs + delayNs);
    }

    private void stop(final int index) {
        final SessionTimer timer = timers.remove(index);
        parts.deadlines().cancel(timer);
        spareTimers.add(timer);
    }

    private int indexOf(final String name) {
        for (int i = 0; i < timers.size(); i++) {
            if (timers.get(i).name.equals(name)) {
                return i;
            }
        }
        return -1;
    }
}
