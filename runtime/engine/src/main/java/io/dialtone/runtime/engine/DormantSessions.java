package io.dialtone.runtime.engine;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.SlotKeeper;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a worker that lie in its store of images only: those it has taken over, and those to which nothing has happened for long. It makes them again when a
 * message comes for them or a timer of theirs is due. Called only by the owning worker.
 *
 * <p>Their timers would weigh as much as they do. So a slot is walked through when it comes and every {@link #WALK_NS} after that, some images a turn, and only deadlines
 * before the end of the next walk are put into the wheel, each with a copy of its session's key: as an alarm. What is overdue when a slot comes is made again one by one,
 * {@link #OVERDUE_NS} apart, the first at once. If there are more alarms than there may be, walks rest until some have rung: what is due then is late, but it comes.
 */
public final class DormantSessions implements SlotKeeper {
    private static final long SECOND_NS = 1_000_000_000L;

    /** Time between two walks through a slot. */
    static final long WALK_NS = 5 * SECOND_NS;

    /** Sessions whose timers are overdue are made again one after the other, this far apart: so they leave more than half of a worker's time to messages. */
    static final long OVERDUE_NS = SECOND_NS / 20_000;

    /** Alarms that are set at a time; each weighs some 200 bytes. */
    static final int ALARMS_MAX = 1 << 17;

    /** An event that could not be kept, and was brought by a timer, is tried again after this time. */
    private static final long RETRY_NS = SECOND_NS;

    /** A tenth of a millisecond, where each image is a miss of the processor's caches. */
    private static final int IMAGES_PER_TURN_MAX = 512;

    private static final int SPARES_MAX = 1 << 12;
    private static final long NO_WALK = Long.MAX_VALUE;

    private final SessionStore sessions;
    private final Outbox outbox;
    private final ImageStore images;
    private final TurnTime time;
    private final CounterSet<WorkerCounter> counters;
    private final int[] dormant;
    private final long[] walkAtNs;
    private final long[] cursors;
    /** Of each slot how our clocks stood to each other when it came: its former owner's deadlines are read by that, whatever the wall clock does later. */
    private final long[] offsets;

    private final KeyedTable<Alarm> alarms = new KeyedTable<>(ALARMS_MAX);
    /** Of each slot the alarms, chained. */
    private final @Nullable Alarm[] firstAlarm;

    private final ArrayDeque<Alarm> spares = new ArrayDeque<>();
    private final ImageView view = new ImageView();
    private final ImageReader reader = new ImageReader();
    private final UnsafeBuffer keyView = new UnsafeBuffer(0, 0);
    private @Nullable SessionProtocol protocol;
    private @Nullable DeadlineWheel deadlines;
    private @Nullable EventJournal journal;
    private long epoch;
    private long firstWalkNs = NO_WALK;
    /** When the next overdue session is made again. */
    private long nextOverdueNs;

    private int total;

    DormantSessions(
            final int slots,
            final SessionStore sessions,
            final Outbox outbox,
            final ImageStore images,
            final TurnTime time,
            final CounterSet<WorkerCounter> counters) {
        this.sessions = sessions;
        this.outbox = outbox;
        this.images = images;
        this.time = time;
        this.counters = counters;
        dormant = new int[slots];
        walkAtNs = new long[slots];
        cursors = new long[slots];
        offsets = new long[slots];
        firstAlarm = new @Nullable Alarm[slots];
        Arrays.fill(walkAtNs, NO_WALK);
    }

    /** The rest of the worker, which is made after this; set before the first event. */
    void bind(final SessionProtocol itsProtocol, final DeadlineWheel itsDeadlines, final EventJournal itsJournal) {
        protocol = itsProtocol;
        deadlines = itsDeadlines;
        journal = itsJournal;
    }

    // ---- what replication says

    @Override
    public void onOwned(final int slot, final long ownedEpoch, final long nowNs) {
        epoch = ownedEpoch;
        onDormant(slot, images.count(slot) - dormant[slot]);
        cursors[slot] = ImageStore.BEGIN;
        offsets[slot] = time.offsetNs();
        walkAtNs[slot] = nowNs;
        firstWalkNs = nowNs;
    }

    @Override
    public void onOpenOutputs(
            final int slot, final long number, final DirectBuffer outputs, final int offset, final int length) {
        outbox.addOpen(slot, epoch, number, outputs, offset, length);
    }

    @Override
    public void onDisowned(final int slot) {
        walkAtNs[slot] = NO_WALK;
        onDormant(slot, -dormant[slot]);
        for (final WorkerSession<?> session : sessions.listOf(slot)) {
            journal().untouch(session);
            protocol().forget(session);
        }
        protocol().forgetStrays(slot);
        outbox.drop(slot);
        forgetAlarms(slot);
    }

    // ---- what the protocol asks

    /** False if no session of the slot is dormant. */
    public boolean hasAny(final int slot) {
        return dormant[slot] > 0;
    }

    /** The session with this key, made again from its image; null if there is none. Asked when it is not in memory. */
    public @Nullable WorkerSession<?> wake(
            final int slot, final long hash, final DirectBuffer key, final int offset, final int length) {
        if (dormant[slot] == 0 || !images.find(slot, hash, key, offset, length, view)) {
            return null;
        }
        return restore(slot);
    }

    /** The session whose key has this hash, made again from its image; null if there is none. Asked when it is not in memory. */
    public @Nullable WorkerSession<?> wake(final int slot, final long hash) {
        return dormant[slot] == 0 || !images.find(slot, hash, view) ? null : restore(slot);
    }

    /** Makes all sessions of a slot again: for a message that does not name its session. Each slot pays for that once after it came. */
    public void wakeAll(final int slot) {
        long cursor = images.next(slot, ImageStore.BEGIN, view);
        while (cursor != ImageStore.END) {
            final DirectBuffer key = view.key();
            if (sessions.find(slot, view.keyHash(), key, 0, key.capacity()) == null) {
                restore(slot);
            }
            cursor = images.next(slot, cursor, view);
        }
    }

    // ---- what the journal asks

    /** The session is over. */
    void remove(final WorkerSession<?> session) {
        protocol().forget(session);
    }

    /** The session goes back to what its image says, if it has one. */
    void takeBack(final WorkerSession<?> session) {
        if (find(session)) {
            onDormant(session.slot(), +1);
            arm(session.slot(), time.nowNs() + RETRY_NS);
        }
        protocol().forget(session);
    }

    // ---- turns

    /** Walks on through slots that are due, and says how many images it has seen. */
    int doWork() {
        if (time.nowNs() < firstWalkNs) {
            return 0;
        }
        firstWalkNs = NO_WALK;
        int seen = 0;
        for (int slot = 0; slot < walkAtNs.length; slot++) {
            if (walkAtNs[slot] <= time.nowNs()) {
                seen += walk(slot, IMAGES_PER_TURN_MAX - seen);
            }
            firstWalkNs = Math.min(firstWalkNs, walkAtNs[slot]);
        }
        return seen;
    }

    /** False if no image of the slot is kept, so that none of its sessions can rest. */
    boolean mayRest(final int slot) {
        return images.count(slot) > 0;
    }

    /** An idle session leaves memory; its image is as it is. False if it has none: then it stays. */
    boolean rest(final WorkerSession<?> session) {
        if (!find(session)) {
            return false;
        }
        final int slot = session.slot();
        counters.increment(WorkerCounter.SESSIONS_PUT_TO_REST);
        onDormant(slot, +1);
        protocol().forget(session);
        onImage(slot);
        return true;
    }

    private int walk(final int slot, final int limit) {
        if (dormant[slot] == 0) {
            endWalk(slot);
            return 0;
        }
        int seen = 0;
        while (seen < limit && !alarms.isFull()) {
            final long cursor = images.next(slot, cursors[slot], view);
            if (cursor == ImageStore.END) {
                endWalk(slot);
                return seen;
            }
            cursors[slot] = cursor;
            onImage(slot);
            seen++;
        }
        return seen;
    }

    private void endWalk(final int slot) {
        cursors[slot] = ImageStore.BEGIN;
        walkAtNs[slot] = time.nowNs() + WALK_NS;
    }

    /** The view lies over an image: its deadline may be near. */
    private void onImage(final int slot) {
        final long nowNs = time.nowNs();
        readByItsClocks(slot);
        final long dueNs = time.toMonotonicNs(view.deadlineNs());
        time.readBy(time.offsetNs());
        if (dueNs == SessionRecord.NO_DEADLINE || dueNs > nowNs + 2 * WALK_NS) {
            return;
        }
        final DirectBuffer key = view.key();
        if (sessions.find(slot, view.keyHash(), key, 0, key.capacity()) != null) {
            return;
        }
        if (dueNs > nowNs) {
            arm(slot, dueNs);
        } else if (alarms.find(view.keyHash(), key, 0, key.capacity()) == null) {
            nextOverdueNs = Math.max(nextOverdueNs, nowNs);
            arm(slot, nextOverdueNs);
            nextOverdueNs += OVERDUE_NS;
        }
    }

    // ---- alarms

    /** Sets an alarm for the session that the view lies over. If there are as many as there may be, the next walk does. */
    private void arm(final int slot, final long atNs) {
        final DirectBuffer key = view.key();
        Alarm alarm = alarms.find(view.keyHash(), key, 0, key.capacity());
        if (alarm == null) {
            if (alarms.isFull()) {
                return;
            }
            alarm = spares.isEmpty() ? new Alarm() : spares.removeLast();
            alarm.key(view.keyHash(), key, 0, key.capacity());
            alarm.slot = slot;
            alarms.add(alarm);
            chain(alarm);
        }
        deadlines().schedule(alarm.deadline, atNs);
    }

    private void chain(final Alarm alarm) {
        final Alarm first = firstAlarm[alarm.slot];
        alarm.next = first;
        if (first != null) {
            first.previous = alarm;
        }
        firstAlarm[alarm.slot] = alarm;
    }

    private void unchain(final Alarm alarm) {
        final Alarm next = alarm.next;
        final Alarm previous = alarm.previous;
        if (previous == null) {
            firstAlarm[alarm.slot] = next;
        } else {
            previous.next = next;
        }
        if (next != null) {
            next.previous = previous;
        }
        alarm.next = null;
        alarm.previous = null;
    }

    private void forgetAlarms(final int slot) {
        for (Alarm alarm = firstAlarm[slot]; alarm != null; alarm = firstAlarm[slot]) {
            deadlines().cancel(alarm.deadline);
            forget(alarm);
        }
    }

    private void onAlarm(final Alarm alarm) {
        keyView.wrap(alarm.keyBytes(), 0, alarm.keyLength());
        final int length = alarm.keyLength();
        if (sessions.find(alarm.slot, alarm.keyHash(), keyView, 0, length) == null) {
            wake(alarm.slot, alarm.keyHash(), keyView, 0, length); // its own timers do the rest
        }
        forget(alarm);
    }

    private void forget(final Alarm alarm) {
        alarms.remove(alarm);
        unchain(alarm);
        alarm.clearKey();
        if (spares.size() < SPARES_MAX) {
            spares.addLast(alarm);
        }
    }

    // ---- images

    /** Lays the view over the session's image. */
    private boolean find(final WorkerSession<?> session) {
        keyView.wrap(session.keyBytes(), 0, session.keyLength());
        return images.find(session.slot(), session.keyHash(), keyView, 0, session.keyLength(), view);
    }

    private @Nullable WorkerSession<?> restore(final int slot) {
        onDormant(slot, -1);
        final WorkerSession<?> session = protocol().newSession(view.key());
        if (session == null) {
            counters.increment(WorkerCounter.IMAGES_UNREADABLE);
            journal().recordLost(slot, view.keyHash(), view.key());
            return null;
        }
        session.key(view.keyHash(), view.key(), 0, view.key().capacity());
        session.open(slot);
        readByItsClocks(slot);
        final boolean isRestored = session.restore(reader.wrap(view.image()));
        time.readBy(time.offsetNs());
        if (isRestored) {
            sessions.add(session);
            counters.increment(WorkerCounter.SESSIONS_RESTORED);
            return session;
        }
        journal().untouch(session); // or it would be forgotten once more at the end of the event
        if (reader.isPostponed()) {
            counters.increment(WorkerCounter.RESTORES_POSTPONED);
            onDormant(slot, +1);
            protocol().forget(session);
            return null;
        }
        counters.increment(WorkerCounter.IMAGES_UNREADABLE);
        journal().recordLost(slot, view.keyHash(), view.key());
        protocol().forget(session);
        return null;
    }

    /** What is read of the image that the view lies over is read as its writer meant it. */
    private void readByItsClocks(final int slot) {
        time.readBy(WorkerSession.offsetNs(view.image(), time.clockId(), offsets[slot]));
    }

    private void onDormant(final int slot, final int change) {
        dormant[slot] += change;
        total += change;
        sessions.dormant(total);
        counters.set(WorkerCounter.SESSIONS_DORMANT, total);
    }

    private SessionProtocol protocol() {
        return Objects.requireNonNull(protocol);
    }

    private DeadlineWheel deadlines() {
        return Objects.requireNonNull(deadlines);
    }

    private EventJournal journal() {
        return Objects.requireNonNull(journal);
    }

    /** The time at which a dormant session must be made again. */
    private final class Alarm extends KeyedEntry {
        int slot;

        @Nullable
        Alarm next;

        @Nullable
        Alarm previous;

        final Deadline deadline = new Deadline() {
            @Override
            protected int slot() {
                return slot;
            }

            @Override
            protected void onDeadline(final long nowNs) {
                onAlarm(Alarm.this);
            }
        };
    }
}
