package io.dialtone.runtime.engine;

import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.SessionReplicator;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes a record of each event: of what it did to its session, and of the outputs it put into the outbox, which leave when the record is held by all backups. Called only
 * by the owning worker.
 *
 * <p>An event is a message, a deadline, or a command. Even one without a session makes a record if it has an output: so whatever leaves has been seen by a backup that
 * still takes us for the owner.
 */
public final class EventJournal implements SlotEvents {
    private static final UnsafeBuffer NO_KEY = new UnsafeBuffer(0, 0);

    private final Outbox outbox;
    private final CounterSet<WorkerCounter> counters;
    private final SessionRecord record = new SessionRecord();
    private final SessionReplicator replicator;
    private int begin;

    EventJournal(final Outbox outbox, final SessionReplicator replicator, final CounterSet<WorkerCounter> counters) {
        this.outbox = outbox;
        this.replicator = replicator;
        this.counters = counters;
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
    }

    @Override
    public void endEvent() {
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
        record.session(slot, 0, NO_KEY, 0, 0).outputs(outbox.buffer(), begin, outbox.end() - begin);
        final long number = replicator.append(record);
        outbox.seal(begin, replicator.epochOf(slot), number);
        counters.increment(WorkerCounter.RECORDS);
    }
}
