package io.dialtone.runtime.engine;

import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.api.link.LinkFrameHandler;
import io.dialtone.placement.table.SlotTable;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * A thread's worth of a node: the single writer of the sessions of its slots. A turn takes what came in, serves what is due, and releases what that put in the outbox.
 * Called only by its own thread; others use {@link #proxy}.
 */
public final class SessionWorker implements Agent {
    private static final int COMMANDS_PER_TURN_MAX = 16;

    private final WorkerConfig config;
    private final WorkerContext context;
    private final LinkEndpoint link;
    private final EpochNanoClock epochClock;
    private final CounterSet<WorkerCounter> counters;
    private final ManyToOneConcurrentArrayQueue<WorkerCommand> mailbox;
    private final Consumer<WorkerCommand> onCommand;
    private final LinkFrameHandler onFrame = this::onFrame;
    private final DeadlineWheel deadlines;
    private final SessionStore sessions;
    private final Outbox outbox;
    private final SessionProtocol protocol;
    private final SessionWorkerProxy proxy;
    private final LinkFrame frame = new LinkFrame();
    private SlotTable slots;
    private long nowNs;

    public SessionWorker(
            final WorkerConfig config, final WorkerContext context, final SessionProtocol.Factory protocolFactory) {
        this.config = config;
        this.context = context;
        link = context.link();
        epochClock = context.epochClock();
        counters = context.counters();
        slots = context.slots().table();
        mailbox = new ManyToOneConcurrentArrayQueue<>(config.commandsMax());
        onCommand = command -> command.onWorker(this);
        nowNs = context.nanoClock().nanoTime();
        deadlines = new DeadlineWheel(nowNs);
        sessions = new SessionStore(slots.slots(), config.sessionsMax(), counters);
        outbox = new Outbox(link, config.outboxBytesMax(), counters);
        protocol = protocolFactory.create(
                new WorkerParts(config, deadlines, outbox, sessions, counters, context.tableHash()));
        proxy = new SessionWorkerProxy(mailbox);
    }

    @Override
    public int doWork() {
        nowNs = context.nanoClock().nanoTime();
        slots = context.slots().table();
        int work = link.doWork(nowNs);
        work += mailbox.drain(onCommand, COMMANDS_PER_TURN_MAX);
        work += link.poll(onFrame, config.framesPerTurnMax());
        work += deadlines.poll(nowNs, config.deadlinesPerTurnMax());
        work += outbox.release();
        counters.set(WorkerCounter.DEADLINES, deadlines.size());
        return work;
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

    private void onFrame(final DirectBuffer buffer, final int offset, final int length) {
        counters.increment(WorkerCounter.FRAMES_RECEIVED);
        if (!frame.wrap(buffer, offset, length) || frame.type() != protocol.frameType()) {
            counters.increment(WorkerCounter.FRAMES_UNKNOWN);
            return;
        }
        if (isOurs(frame.slot(), frame.epoch()) && isInTime(frame.deadlineNs())) {
            if (frame.isRedriven()) {
                counters.increment(WorkerCounter.FRAMES_REDRIVEN);
            }
            protocol.onMessage(frame, buffer, offset + frame.headerLength(), frame.payloadLength(), nowNs);
        }
    }

    /** One owner for each slot and epoch: what was sent under another belief is dropped, and its retransmission finds the owner. */
    private boolean isOurs(final int slot, final long epoch) {
        if (slot < 0
                || slot >= slots.slots()
                || slots.ownerOf(slot) != link.member()
                || SlotTable.threadOf(slot, context.threads()) != link.thread()) {
            counters.increment(WorkerCounter.FRAMES_NOT_OURS);
            return false;
        }
        if (slots.epochOf(slot) != epoch) {
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
