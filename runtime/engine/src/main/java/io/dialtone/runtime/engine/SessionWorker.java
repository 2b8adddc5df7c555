package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.SessionReplicator;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * A thread's worth of a node: the single writer of the sessions of its slots. A turn takes what came in, serves what is due, makes a record of each event, and releases
 * what the backups have records of. Called only by its own thread; others use {@link #proxy}.
 *
 * <p>Who pauses, who resumes: while replication or the outbox has no room, no message is taken and no deadline served. Frames of replication are read all the same,
 * because they bring the room back; messages wait in {@link HeldFrames} meanwhile.
 */
public final class SessionWorker implements Agent {
    private static final int COMMANDS_PER_TURN_MAX = 16;

    /** After so many of a kind a turn looks at the clock. */
    private static final int PORTION = 8;

    private final WorkerConfig config;
    private final WorkerContext context;
    private final LinkEndpoint link;
    private final EpochNanoClock epochClock;
    private final CounterSet<WorkerCounter> counters;
    private final ManyToOneConcurrentArrayQueue<WorkerCommand> mailbox;
    private final Consumer<WorkerCommand> onCommand;
    private final LinkFrameHandler onFrame = this::onFrame;
    private final LinkFrameHandler onWithin = this::onWithin;
    private final IntUnaryOperator frames;
    private final IntUnaryOperator framesHeld;
    private final IntUnaryOperator deadlinesDue;
    private final DeadlineWheel deadlines;
    private final SessionStore sessions;
    private final Outbox outbox;
    private final HeldFrames held;
    private final TurnTime time;
    private final DormantSessions dormant;
    private final IdleSessions idle;
    private final boolean mayRest;
    private final ImageStore images;
    private final SessionReplicator replicator;
    private final EventJournal journal;
    private final SessionProtocol protocol;
    private final SessionWorkerProxy proxy;
    private final LinkFrame frame = new LinkFrame();
    private boolean takesMessages;
    private long nowNs;

    public SessionWorker(
            final WorkerConfig config, final WorkerContext context, final SessionProtocol.Factory protocolFactory) {
        this.config = config;
        this.context = context;
        link = context.link();
        epochClock = context.epochClock();
        counters = context.counters();
        mailbox = new ManyToOneConcurrentArrayQueue<>(config.commandsMax());
        onCommand = this::onCommand;
        nowNs = context.nanoClock().nanoTime();
        time = new TurnTime(link.incarnation() ^ (long) link.member() << 48 ^ (long) link.thread() << 32);
        final WorkerGrid grid = context.grid();
        images = grid.images();
        counters.set(WorkerCounter.IMAGES_BYTES_MAX, images.bytesMax());
        sessions = new SessionStore(
                grid.slots(), config.sessionsMax(), config.imagesReservePercent(), grid.keyHash(), images, counters);
        outbox = new Outbox(link, config.outboxBytesMax(), counters);
        held = new HeldFrames(config.heldBytesMax(), counters, this::onMessageFrame, () -> takesMessages);
        dormant = new DormantSessions(grid.slots(), sessions, outbox, images, time, counters);
        replicator = grid.replicators().create(link, dormant, images);
        journal = new EventJournal(outbox, replicator, counters);
        deadlines = new DeadlineWheel(nowNs, journal, config.deadlinesPerTick());
        proxy = new SessionWorkerProxy(mailbox);
        protocol = protocolFactory.create(new WorkerParts(
                config,
                time,
                deadlines,
                outbox,
                sessions,
                dormant,
                journal,
                counters,
                context.tableHash(),
                proxy,
                grid.keyHash(),
                1));
        dormant.bind(protocol, deadlines, journal);
        journal.dormant(dormant);
        idle = new IdleSessions(sessions, dormant, time, grid.slots(), config.restAfterNs());
        frames = max -> link.poll(onFrame, max);
        framesHeld = held::poll;
        deadlinesDue = max -> deadlines.poll(nowNs, max);
        mayRest = journal.keepsImages() && protocol.namesSessionInEachMessage();
    }

    @Override
    public int doWork() {
        nowNs = context.nanoClock().nanoTime();
        time.turn(nowNs, epochClock.nanoTime());
        outbox.now(nowNs);
        int work = link.doWork(nowNs);
        work += replicator.doWork(nowNs);
        work += mailbox.drain(onCommand, COMMANDS_PER_TURN_MAX);
        work += outbox.hasWithin() ? deliverWithin() : 0;
        takesMessages = replicator.hasRoom() && outbox.hasRoom();
        if (!takesMessages) {
            counters.increment(WorkerCounter.TURNS_WITHOUT_ROOM);
        } else if (!held.isEmpty()) {
            work += whileThereIsTime(framesHeld, config.framesPerTurnMax());
        }
        work += whileThereIsTime(frames, config.framesPerTurnMax());
        if (takesMessages) {
            work += whileThereIsTime(deadlinesDue, config.deadlinesPerTurnMax());
            work += journal.keepsImages() ? dormant.doWork() : 0;
            work += mayRest ? idle.doWork() : 0;
        }
        work += replicator.flush(nowNs);
        work += outbox.release(replicator);
        counters.set(WorkerCounter.DEADLINES, deadlines.size());
        counters.set(WorkerCounter.IMAGES, images.count());
        counters.set(WorkerCounter.IMAGES_BYTES_USED, images.bytesMax() - images.bytesFree());
        return work;
    }

    /**
     * Hands over what services of this worker say to each other, as far as the backups have it. That is before the turn's records are sent: so the record of what comes of it is on its way when the
     * backups hear that the message has left.
     */
    private int deliverWithin() {
        return replicator.hasRoom() ? outbox.deliver(replicator, onWithin, config.framesPerTurnMax()) : 0;
    }

    private void onWithin(final DirectBuffer buffer, final int offset, final int length) {
        counters.increment(WorkerCounter.MESSAGES_WITHIN);
        onMessageFrame(buffer, offset, length);
    }

    /** Takes from a source in portions, until it has no more or the turn has lasted long enough: others wait for our beats, records and outputs, which leave when it ends. */
    private int whileThereIsTime(final IntUnaryOperator source, final int max) {
        int taken = 0;
        int asked;
        int got;
        do {
            asked = Math.min(PORTION, max - taken);
            got = source.applyAsInt(asked);
            taken += got;
        } while (got == asked && taken < max && context.nanoClock().nanoTime() - nowNs < config.turnNsMax());
        return taken;
    }

    @Override
    public String roleName() {
        return "worker-" + link.member() + "-" + link.thread();
    }

    /** How other threads speak to this worker. */
    public SessionWorkerProxy proxy() {
        return proxy;
    }

    /** The worker's sessions; for commands, which run on the worker. */
    public SessionStore sessions() {
        return sessions;
    }

    /** The worker's sessions that are not in memory; for commands. */
    public DormantSessions dormant() {
        return dormant;
    }

    /** The session whose key has this hash, in memory or at rest; for commands, which run on the worker. */
    public @Nullable WorkerSession<?> find(final long keyHash) {
        for (int slot = 0; slot < sessions.slots(); slot++) {
            if (replicator.isOwned(slot)) {
                final WorkerSession<?> session = sessions.find(slot, keyHash);
                if (session != null) {
                    return session;
                }
                if (dormant.hasAny(slot)) {
                    final WorkerSession<?> woken = dormant.wake(slot, keyHash);
                    if (woken != null) {
                        return woken;
                    }
                }
            }
        }
        return null;
    }

    private void onCommand(final WorkerCommand command) {
        journal.beginEvent();
        command.onWorker(this);
        journal.endEvent();
    }

    private void onFrame(final DirectBuffer buffer, final int offset, final int length) {
        counters.increment(WorkerCounter.FRAMES_RECEIVED);
        if (!frame.wrap(buffer, offset, length)) {
            counters.increment(WorkerCounter.FRAMES_UNKNOWN);
        } else if (protocol.reads(frame.type())) {
            if (takesMessages && held.isEmpty()) {
                onMessage(buffer, offset);
            } else {
                held.add(buffer, offset, length);
            }
        } else if (frame.type() == LinkFrame.TYPE_REPLICATION || frame.type() == LinkFrame.TYPE_REPLICATION_ACK) {
            replicator.onFrame(frame, buffer, offset + frame.headerLength(), frame.payloadLength());
        } else {
            counters.increment(WorkerCounter.FRAMES_UNKNOWN);
        }
    }

    /** A frame that was put aside, and was seen to be a message then. */
    private void onMessageFrame(final DirectBuffer buffer, final int offset, final int length) {
        frame.wrap(buffer, offset, length);
        onMessage(buffer, offset);
    }

    private void onMessage(final DirectBuffer buffer, final int offset) {
        if (isOurs(frame.slot(), frame.epoch()) && isInTime(frame.deadlineNs())) {
            if (frame.isRedriven()) {
                counters.increment(WorkerCounter.FRAMES_REDRIVEN);
            }
            journal.beginEvent();
            protocol.onMessage(frame, buffer, offset + frame.headerLength(), frame.payloadLength(), nowNs);
            journal.endEvent();
            if (!journal.wasKept()) {
                journal.beginEvent();
                protocol.onMessageNotKept(nowNs);
                journal.endEvent();
            }
            takesMessages = outbox.hasRoom();
        }
    }

    /** One owner for each slot and epoch: what was sent under another belief is dropped, and its retransmission finds the owner. */
    private boolean isOurs(final int slot, final long epoch) {
        if (slot < 0 || slot >= context.grid().slots() || !replicator.isOwned(slot)) {
            counters.increment(WorkerCounter.FRAMES_NOT_OURS);
            return false;
        }
        if (replicator.epochOf(slot) != epoch) {
            counters.increment(WorkerCounter.FRAMES_OF_OTHER_EPOCH);
            return false;
        }
        return true;
    }

    private boolean isInTime(final long deadlineNs) {
        if (deadlineNs != 0 && epochClock.nanoTime() > deadlineNs) {
            counters.increment(WorkerCounter.FRAMES_TOO_LATE);
            return false;
        }
        return true;
    }
}
