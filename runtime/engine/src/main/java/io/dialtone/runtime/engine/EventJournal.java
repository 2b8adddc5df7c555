package io.dialtone.runtime.engine;

import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.SessionReplicator;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a record of each event: of what it did to its session, and of the outputs it put into the outbox, which leave when the record is held by all backups. Called only
 * by the owning worker.
 *
 * <p>An event is a message, a deadline, or a command. Even one without a session makes a record if it has an output: so whatever leaves has been seen by a backup that
 * still takes us for the owner.
 *
 * <p>An event whose record is refused never was: its outputs are forgotten, its session is forgotten in memory and lies in the store as the event before has left it.
 */
public final class EventJournal implements SlotEvents {
    private static final UnsafeBuffer NO_KEY = new UnsafeBuffer(0, 0);

    private final Outbox outbox;
    private final SessionReplicator replicator;
    private final CounterSet<WorkerCounter> counters;
    private final boolean keepsImages;
    private final SessionRecord record = new SessionRecord();
    private final ImageWriter image = new ImageWriter();
    private final UnsafeBuffer keyView = new UnsafeBuffer(0, 0);
    private final List<WorkerSession<?>> touched = new ArrayList<>(2);
    private @Nullable DormantSessions dormant;
    private int begin;
    private boolean kept;

    EventJournal(final Outbox outbox, final SessionReplicator replicator, final CounterSet<WorkerCounter> counters) {
        this.outbox = outbox;
        this.replicator = replicator;
        this.counters = counters;
        keepsImages = replicator.keepsImages();
    }

    /** Who takes back sessions; set before the first event. */
    void dormant(final DormantSessions sessions) {
        dormant = sessions;
    }

    /** False if nobody looks at images. */
    public boolean keepsImages() {
        return keepsImages;
    }

    /** True if nobody else has what is recorded for this slot now. */
    public boolean isAlone(final int slot) {
        return replicator.isAlone(slot);
    }

    @Override
    public boolean hasRoom() {
        return outbox.hasRoom();
    }

    @Override
    public boolean mayRun(final int slot) {
        return replicator.isOwned(slot);
    }

    @Override
    public void beginEvent() {
        begin = outbox.end();
        kept = true;
    }

    /** False if the event that has just ended was undone. */
    boolean wasKept() {
        return kept;
    }

    /** The event changes this session, or something that belongs to it. */
    public void touch(final WorkerSession<?> session) {
        if (!session.isTouched()) {
            session.touched(true);
            touched.add(session);
        }
    }

    /** Something else has become of a session: what the event did to it is not to be recorded. */
    void untouch(final WorkerSession<?> session) {
        if (session.isTouched()) {
            session.touched(false);
            touched.remove(session);
        }
    }

    /** A session whose image nobody can read does not exist any more. */
    void recordLost(final int slot, final long keyHash, final DirectBuffer key) {
        record.session(slot, keyHash, key, 0, key.capacity()).ended();
        append(false);
    }

    @Override
    public void endEvent() {
        if (!touched.isEmpty()) {
            recordSessions();
        }
        if (outbox.end() > begin) {
            recordOutputs();
        }
    }

    private void recordOutputs() {
        final int slot = outbox.slotAt(begin);
        if (!replicator.isOwned(slot)) {
            counters.increment(WorkerCounter.OUTPUTS_DROPPED_DISOWNED);
            outbox.truncate(begin);
            return;
        }
        record.session(slot, 0, NO_KEY, 0, 0);
        append(true);
    }

    /** A record for each session; the last one, which is usually the only one, takes the outputs. */
    private void recordSessions() {
        for (int i = 0; i < touched.size(); i++) {
            final WorkerSession<?> session = touched.get(i);
            if (keepsImages && replicator.isOwned(session.slot())) {
                write(session);
                if (!append(i == touched.size() - 1)) {
                    undo();
                    return;
                }
            }
        }
        for (int i = touched.size() - 1; i >= 0; i--) {
            final WorkerSession<?> session = touched.remove(i);
            session.touched(false);
            if (session.isOver()) {
                owner().remove(session);
            }
        }
    }

    private void write(final WorkerSession<?> session) {
        keyView.wrap(session.keyBytes(), 0, session.keyLength());
        record.session(session.slot(), session.keyHash(), keyView, 0, session.keyLength());
        if (session.isOver()) {
            record.ended();
        } else {
            session.encode(image.clear());
            record.image(image.buffer(), 0, image.length(), session.nextDeadlineWallNs());
        }
    }

    private boolean append(final boolean withOutputs) {
        if (withOutputs) {
            record.outputs(outbox.buffer(), begin, outbox.end() - begin);
        }
        final int slot = record.slot();
        final long number = replicator.append(record);
        if (number == SessionReplicator.REFUSED) {
            return false;
        }
        counters.increment(WorkerCounter.RECORDS);
        if (withOutputs) {
            outbox.seal(begin, slot, replicator.epochOf(slot), number);
            begin = outbox.end();
        }
        return true;
    }

    private void undo() {
        kept = false;
        counters.increment(WorkerCounter.EVENTS_NOT_KEPT);
        outbox.truncate(begin);
        while (!touched.isEmpty()) {
            final WorkerSession<?> session = touched.removeLast();
            session.touched(false);
            owner().takeBack(session);
        }
    }

    private DormantSessions owner() {
        return Objects.requireNonNull(dormant, "set before the first event");
    }
}
