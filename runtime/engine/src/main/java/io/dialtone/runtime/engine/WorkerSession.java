package io.dialtone.runtime.engine;

import io.dialtone.api.Session;
import io.dialtone.state.api.StateCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A session in the memory of its owner: key, slot, state, timers. Protocols extend it. Called only by the owning worker.
 *
 * <p>An event is all or nothing. Between {@link #beginEvent} and {@link #commit} or {@link #rollback} whatever the handler asks for is only written down; commit
 * makes it so. What commit takes over is what a backup will have to be told.
 */
public abstract class WorkerSession<S extends Record> extends KeyedEntry implements Session<S> {
    private static final long CANCEL = -1;
    /** From 2 on an image names its clocks. */
    private static final int VERSION = 2;

    private static final int VERSION_MIN = 1;
    private static final int FLAG_BEGUN = 1;
    private static final int CLOCK_ID = 2;
    private static final int CLOCK_OFFSET = CLOCK_ID + Long.BYTES;
    private static final int CLOCKS_END = CLOCK_OFFSET + Long.BYTES;

    private final WorkerParts parts;
    private final List<SessionTimer> timers = new ArrayList<>(2);
    private final List<SessionTimer> spareTimers = new ArrayList<>(2);

    private int slot;
    private int generation;
    private long lastEventNs;
    private boolean begun;
    private boolean touched;
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
        forgetState();
        keyText = null;
        inEvent = false;
        begun = false;
        touched = false;
        generation = 0;
        clearKey();
    }

    /** Over for the handler, though what was said may have to be said again. */
    protected final void endState() {
        for (int i = timers.size() - 1; i >= 0; i--) {
            stop(i);
        }
        forgetState();
        parts.sessions().end(this);
    }

    private void forgetState() {
        state = null;
        endAsked = false;
    }

    // ---- what it leaves to others

    /** How its state is written. */
    protected abstract StateCodec<S> codec();

    /** True when the handler's part is over and so is all that belongs to it: nobody will ask for it. */
    public abstract boolean isOver();

    /** Writes what the protocol knows of the session. */
    protected abstract void encodeProtocol(ImageWriter image);

    /** Reads what {@link #encodeProtocol} wrote, and sets its timers. What makes no sense is {@linkplain ImageReader#refuse refused}. */
    protected abstract void decodeProtocol(ImageReader image);

    /** The protocol's own next deadline. */
    protected abstract long nextProtocolDeadlineNs();

    /** True if the state of the event is one that can be kept. Asked before {@link #commit}. */
    public final boolean fits(final ImageWriter scratch) {
        final S staged = stagedState;
        return staged == null || codec().encode(staged, scratch.clear().rest(), 0) != StateCodec.TOO_LONG;
    }

    /**
     * Writes the whole session.
     *
     * <pre>
     *  version (8) · flags (8): 1 is begun · clocks (64) · what the wall clock was ahead of the monotonic one, ns (64) · state: length (32), bytes as the service's codec writes them; only if begun
     *  timer generation (32) · timers (16), each: name: length (16), characters (16 each) · deadline, ns since 1970 (64) · generation (32)
     *  what the protocol writes
     * </pre>
     */
    final void encode(final ImageWriter image) {
        lastEventNs = parts.time().nowNs();
        image.putByte(VERSION).putByte(begun ? FLAG_BEGUN : 0);
        image.putLong(parts.time().clockId()).putLong(parts.time().offsetNs());
        if (begun) {
            final int at = image.length();
            final int length = codec().encode(
                            Objects.requireNonNull(state), image.putInt(0).rest(), at + Integer.BYTES);
            assert length != StateCodec.TOO_LONG : "asked before it was committed";
            image.setInt(at, length);
            image.advance(length);
        }
        image.putInt(generation).putShort(timers.size());
        for (int i = 0; i < timers.size(); i++) {
            final SessionTimer timer = timers.get(i);
            image.putText(timer.name)
                    .putLong(parts.time().toWallNs(timer.dueNs()))
                    .putInt(timer.generation);
        }
        encodeProtocol(image);
    }

    /** Reads what {@link #encode} wrote into a session that has its key and slot and nothing else; false if these bytes are no image. */
    final boolean restore(final ImageReader image) {
        try {
            lastEventNs = parts.time().nowNs();
            final int version = image.readByte();
            if (version < VERSION_MIN) {
                return false;
            }
            begun = (image.readByte() & FLAG_BEGUN) != 0;
            if (version >= VERSION) {
                image.skip(2 * Long.BYTES); // whoever asks for this has read them
            }
            if (begun) {
                final int length = image.readLength(Integer.MAX_VALUE);
                if (length < 0) {
                    return false;
                }
                state = codec().decode(image.buffer(), image.position(), length);
                image.skip(length);
            }
            generation = image.readInt();
            for (int i = image.readCount(); i > 0 && image.isIntact(); i--) {
                final SessionTimer timer = newTimer(image.readText());
                parts.deadlines().schedule(timer, parts.time().toMonotonicNs(image.readLong()));
                timer.generation = image.readInt();
            }
            decodeProtocol(image);
            return image.isComplete();
        } catch (RuntimeException e) {
            return false; // the codec's word on bytes of another version, or of nobody
        }
    }

    /** How the clocks stood when these clocks wrote the image; or else what is given. */
    static long offsetNs(final DirectBuffer image, final long clockId, final long otherwise) {
        return image.capacity() >= CLOCKS_END
                        && image.getByte(0) >= VERSION
                        && image.getLong(CLOCK_ID, ImageWriter.ORDER) == clockId
                ? image.getLong(CLOCK_OFFSET, ImageWriter.ORDER)
                : otherwise;
    }

    final long nextDeadlineNs() {
        long nextNs = nextProtocolDeadlineNs();
        for (int i = 0; i < timers.size(); i++) {
            nextNs = Math.min(nextNs, timers.get(i).dueNs());
        }
        return nextNs;
    }

    final long nextDeadlineWallNs() {
        return parts.time().toWallNs(nextDeadlineNs());
    }

    final long lastEventNs() {
        return lastEventNs;
    }

    /** Between its first request and the end of its handler's part. */
    public final boolean isBegun() {
        return begun;
    }

    final void begun(final boolean isBegun) {
        begun = isBegun;
    }

    final boolean isTouched() {
        return touched;
    }

    final void touched(final boolean isTouched) {
        touched = isTouched;
    }

    /** A timer ran out: the protocol shows it to the handler. */
    protected abstract void onTimer(String name, long nowNs);

    // ---- what the handler sees

    @Override
    public final String key() {
        String text = keyText;
        if (text == null) {
            final int prefix = SessionKeyView.prefixBytes(keyBytes(), keyLength());
            text = new String(keyBytes(), prefix, keyLength() - prefix, StandardCharsets.UTF_8);
            keyText = text;
        }
        return text;
    }

    /** The place in its worker's chain of the service whose session this is; the first, or only, one is 1. */
    public final int service() {
        return parts.service();
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
    public final Optional<Duration> timeLeft(final String name) {
        checkInEvent();
        for (int i = stagedTimers.size() - 1; i >= 0; i--) {
            if (stagedTimers.get(i).equals(name)) {
                return stagedDelays[i] == CANCEL ? Optional.empty() : Optional.of(Duration.ofNanos(stagedDelays[i]));
            }
        }
        final int index = indexOf(name);
        return index < 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(
                        Math.max(0, timers.get(index).dueNs() - parts.time().nowNs())));
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
        parts.journal().touch(this);
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
        parts.journal().touch(this);
        spareTimers.add(timer);
        parts.counters().increment(WorkerCounter.TIMERS_FIRED);
        onTimer(name, nowNs);
    }

    /** Shows its timers with what is left of each, in ns. */
    public final void forEachTimer(final ObjLongConsumer<String> to) {
        for (int i = 0; i < timers.size(); i++) {
            to.accept(
                    timers.get(i).name,
                    Math.max(0, timers.get(i).dueNs() - parts.time().nowNs()));
        }
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
            timer = newTimer(name);
        }
        timer.generation = ++generation;
        parts.deadlines().schedule(timer, nowNs + delayNs);
    }

    private SessionTimer newTimer(final String name) {
        final SessionTimer timer = spareTimers.isEmpty() ? new SessionTimer(this) : spareTimers.removeLast();
        timer.name = name;
        timers.add(timer);
        return timer;
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
