package io.dialtone.state.replication;

import io.dialtone.api.link.LinkFrame;
import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import io.dialtone.state.api.SessionRecord;
import io.dialtone.state.api.SlotKeeper;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A worker of a simulated node: the real {@link Replicator}, and around it the smallest engine that has working memory, an outbox and timers. Used by the simulator's
 * one thread.
 */
final class SimulatedWorker implements SlotKeeper {
    private static final int FRAMES_PER_TURN = 64;
    private static final int TIMERS_PER_TURN = 8;
    private static final long NEVER = Long.MAX_VALUE;

    /** What a turn consists of, and a process may die after. */
    static final int STEPS = 5;

    /** A word that waits for the backups. */
    private record Held(long number, Message message, boolean isOpen) {}

    private final Simulator sim;
    private final SimulatedNode node;
    private final HeapImages images;
    private final SimulatedEndpoint link;
    private final ReplicationCounters counters = new ReplicationCounters();
    private final Replicator replicator;

    private final boolean[] acting;
    private final long[] actingEpoch;
    private final Long2ObjectHashMap<SimulatedSession>[] working;
    private final Long2LongHashMap[] armed;
    private final ArrayDeque<Held>[] outbox;
    /** What waited here when its slot was lost. */
    private final LongHashSet dropped = new LongHashSet();

    private final LinkFrame frame = new LinkFrame();
    private final LinkFrame reply = new LinkFrame();
    private final UnsafeBuffer replyHeader = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);
    private final SessionRecord record = new SessionRecord();
    private final UnsafeBuffer keyBuffer = new UnsafeBuffer(new byte[Long.BYTES]);
    private final UnsafeBuffer imageBuffer = new UnsafeBuffer(new byte[HeapImages.IMAGE_BYTES_MAX]);
    private final ImageView view = new ImageView();
    private long nextDueNs = NEVER;
    private long turnAtNs = NEVER;
    private boolean isWokenAfterPause;
    private int lastStep = STEPS + 1;
    private boolean isDeathSeen;

    @SuppressWarnings({"unchecked", "rawtypes"})
    SimulatedWorker(final Simulator sim, final SimulatedNode node, final int thread, final long storeBytesMax) {
        this.sim = sim;
        this.node = node;
        final int slots = sim.slots();
        acting = new boolean[slots];
        actingEpoch = new long[slots];
        working = new Long2ObjectHashMap[slots];
        armed = new Long2LongHashMap[slots];
        outbox = new ArrayDeque[slots];
        for (int slot = 0; slot < slots; slot++) {
            working[slot] = new Long2ObjectHashMap<>();
            armed[slot] = new Long2LongHashMap(SessionRecord.NO_DEADLINE);
            outbox[slot] = new ArrayDeque<>(4);
        }
        images = new HeapImages(slots, storeBytesMax);
        link = new SimulatedEndpoint(
                sim, node.number(), thread, node.incarnation(), node.monotonicNs(), this::onArrival);
        replicator = new Replicator(
                sim.replicatorConfig(),
                new ReplicatorContext(
                        link,
                        node.authority(),
                        MutatedImages.of(images, sim, this),
                        this,
                        node.hints(),
                        sim.threadsOf(node.number()),
                        counters,
                        node.monotonicNs()));
    }

    HeapImages images() {
        return images;
    }

    SimulatedEndpoint link() {
        return link;
    }

    ReplicationCounters counters() {
        return counters;
    }

    boolean isActing(final int slot) {
        return acting[slot];
    }

    long epochOf(final int slot) {
        return actingEpoch[slot];
    }

    /** True if nothing waits here to be said, or to fire. */
    boolean isQuiet() {
        for (int slot = 0; slot < acting.length; slot++) {
            if (!outbox[slot].isEmpty() || !armed[slot].isEmpty()) {
                return false;
            }
        }
        return true;
    }

    // ---- turns

    private void onArrival() {
        wake(sim.dice.skewed(0, Simulator.MS));
    }

    void wake(final long inNs) {
        final long at = sim.nowNs() + inNs * node.slowness();
        if (at < turnAtNs) {
            turnAtNs = at;
            sim.at(at, () -> {
                if (turnAtNs == at && node.isAlive(this)) {
                    turnAtNs = NEVER;
                    if (!node.isPaused()) {
                        turn();
                    }
                }
            });
        }
    }

    void wakeAfterPause() {
        if (link.waiting() > 0) {
            sim.saw(RarePath.FRAMES_AFTER_PAUSE);
        }
        isWokenAfterPause = true;
        turnAtNs = NEVER;
        wake(0);
    }

    private void turn() {
        final long nowNs = node.monotonicNs();
        lookForFencing();
        int work = link.doWork(nowNs);
        for (int step = 1; step <= STEPS; step++) {
            work += step(step, nowNs);
            if (step == lastStep) {
                sim.saw(RarePath.DEATH_IN_MID_TURN);
                node.kill(isDeathSeen);
                return;
            }
        }
        wake(work > 0 ? sim.dice.between(Simulator.MS / 20, Simulator.MS) : sim.idleNs());
    }

    private int step(final int step, final long nowNs) {
        return switch (step) {
            case 1 -> replicator.doWork(nowNs);
            case 2 -> link.poll(this::onFrame, FRAMES_PER_TURN);
            case 3 -> fireTimers();
            case 4 -> replicator.flush(nowNs);
            default -> release();
        };
    }

    /** The process dies after this step of the next turn. */
    void dieIn(final int step, final boolean isSeen) {
        dieAfter(step, isSeen);
        wake(0);
    }

    /** The process dies after this step of this turn, or the next. */
    void dieAfter(final int step, final boolean isSeen) {
        lastStep = step;
        isDeathSeen = isSeen;
    }

    void spare() {
        lastStep = STEPS + 1;
    }

    private void lookForFencing() {
        if (isWokenAfterPause) {
            isWokenAfterPause = false;
            for (int slot = 0; slot < acting.length; slot++) {
                if (acting[slot] && sim.registry().map().entry(slot).epoch() > actingEpoch[slot]) {
                    sim.saw(RarePath.FENCED_OWNER_WOKE);
                }
            }
        }
    }

    private void onFrame(final DirectBuffer buffer, final int offset, final int length) {
        if (!frame.wrap(buffer, offset, length)) {
            throw new Violation("a frame that is none");
        }
        final int payload = offset + frame.headerLength();
        if (frame.type() == LinkFrame.TYPE_REPLICATION || frame.type() == LinkFrame.TYPE_REPLICATION_ACK) {
            replicator.onFrame(frame, buffer, payload, frame.payloadLength());
        } else {
            onRequest(frame.slot(), Message.of(buffer, payload));
        }
    }

    // ---- events

    private void onRequest(final int slot, final Message request) {
        if (!replicator.isOwned(slot)) {
            if (sim.mutation == Mutation.FENCED_OWNER_GOES_ON && acting[slot]) {
                runFenced(slot, request);
            } else if (sim.dice.chance(0.5)) {
                send(slot, sim.registry().map().entry(slot).epoch(), reply(request, Message.BUSY, 0, 0));
            }
            return;
        }
        if (!acting[slot]) {
            throw new Violation("slot " + slot + " is owned and the engine was not told so");
        }
        if (!replicator.hasRoom()) {
            sim.saw(RarePath.NO_ROOM);
            send(slot, actingEpoch[slot], reply(request, Message.BUSY, 0, 0));
            return;
        }
        SimulatedSession session = find(slot, request.key());
        if (session == null) {
            if (request.kind() != Message.CREATE) {
                append(slot, request.key(), null, false, reply(request, Message.NO_SESSION, 0, 0));
                return;
            }
            if (sim.isEstablishedOnlyWhenAlone()
                    && sim.registry().map().backupsWanted() > 0
                    && replicator.isAlone(slot)) {
                sim.saw(RarePath.ALONE_REFUSED_NEW_SESSION);
                send(slot, actingEpoch[slot], reply(request, Message.BUSY, 0, 0));
                return;
            }
            session = new SimulatedSession(request.key(), request.edge());
        }
        if (request.kind() == Message.READ) {
            append(slot, session.key, null, false, reply(request, Message.SEEN, session.version, session.hash));
            return;
        }
        final int answer = session.answerOf(request.id());
        if (answer >= 0 && sim.mutation != Mutation.DUPLICATES_RUN_TWICE) {
            sim.saw(RarePath.DUPLICATE_ANSWERED_FROM_STATE);
            append(
                    slot,
                    session.key,
                    null,
                    false,
                    reply(request, Message.DONE, session.answeredVersion(answer), session.answeredHash(answer)));
            return;
        }
        run(slot, session, request);
    }

    private void run(final int slot, final SimulatedSession session, final Message request) {
        final long parent = session.hash;
        session.apply(request.id());
        if (request.kind() == Message.END) {
            final long number =
                    append(slot, session.key, null, true, reply(request, Message.ENDED, session.version, session.hash));
            if (number > 0) {
                sim.history().onRun(session.version, parent, session.hash, request.id(), 0);
                sim.history().onEndRun(session.key, slot, session.hash);
                working[slot].remove(session.key);
                armed[slot].remove(session.key);
            }
            return;
        }
        long timer = 0;
        if (request.version() > 0) {
            timer = request.id();
            session.addTimer(timer, node.wallNs() + request.version() * 1_000L);
        }
        session.addAnswer(request.id(), session.version, session.hash);
        working[slot].put(session.key, session);
        final long number =
                append(slot, session.key, session, false, reply(request, Message.DONE, session.version, session.hash));
        if (number > 0) {
            sim.history().onRun(session.version, parent, session.hash, request.id(), timer);
            forgetNowAndThen(slot, session.key);
        }
    }

    /** Idle sessions lie as bytes in the store. */
    private void forgetNowAndThen(final int slot, final long key) {
        if (sim.dice.chance(0.3)) {
            working[slot].remove(key);
        }
    }

    private @Nullable SimulatedSession find(final int slot, final long key) {
        SimulatedSession session = working[slot].get(key);
        if (session == null) {
            keyBuffer.putLong(0, key);
            if (images.find(slot, key, keyBuffer, 0, Long.BYTES, view)) {
                sim.saw(RarePath.DORMANT_SESSION_RESTORED);
                session = SimulatedSession.restore(view.image());
                working[slot].put(key, session);
            }
        }
        return session;
    }

    /** Records an event and holds its output; what could not be recorded is undone, by going back to the image in the store. */
    private long append(
            final int slot,
            final long key,
            final @Nullable SimulatedSession changed,
            final boolean hasEnded,
            final Message output) {
        keyBuffer.putLong(0, key);
        record.session(slot, key, keyBuffer, 0, Long.BYTES);
        if (hasEnded) {
            record.ended();
        } else if (changed != null) {
            record.image(imageBuffer, 0, changed.write(imageBuffer), changed.nextDeadlineNs());
        }
        record.outputs(new UnsafeBuffer(output.toBytes()), 0, Message.BYTES);
        final long number = replicator.append(record);
        if (number <= 0) {
            sim.saw(RarePath.OWNERS_STORE_FULL);
            if (sim.mutation != Mutation.REFUSED_EVENT_NOT_UNDONE) {
                working[slot].remove(key);
            }
            if (output.kind() != Message.TIMER) {
                send(slot, actingEpoch[slot], reply(output, Message.BUSY, 0, 0));
            }
            return number;
        }
        if (sim.isTracing()) {
            sim.trace("n" + node.number() + " slot " + slot + " e" + actingEpoch[slot] + " records " + number + " for "
                    + output);
        }
        if (changed != null) {
            arm(slot, key, changed.nextDeadlineNs());
        }
        if (sim.mutation == Mutation.OUTPUTS_NOT_HELD) {
            leave(slot, output);
        } else {
            sim.checker().onHeld(slot, actingEpoch[slot], output);
            outbox[slot].add(new Held(number, output, false));
        }
        return number;
    }

    private static Message reply(final Message request, final int kind, final int version, final long hash) {
        return new Message(kind, request.edge(), request.id(), request.key(), version, hash);
    }

    // ---- timers

    private void arm(final int slot, final long key, final long deadlineNs) {
        if (deadlineNs == SessionRecord.NO_DEADLINE) {
            armed[slot].remove(key);
        } else {
            armed[slot].put(key, deadlineNs);
            nextDueNs = Math.min(nextDueNs, deadlineNs);
        }
    }

    private int fireTimers() {
        final long wallNs = node.wallNs();
        if (nextDueNs > wallNs) {
            return 0;
        }
        int fired = 0;
        for (int slot = 0; slot < acting.length; slot++) {
            if (acting[slot] && replicator.isOwned(slot)) {
                for (long key = dueIn(slot, wallNs); key != 0 && fired < TIMERS_PER_TURN; key = dueIn(slot, wallNs)) {
                    fired++;
                    if (!replicator.hasRoom() || !fire(slot, key, wallNs)) {
                        return fired;
                    }
                }
            }
        }
        nextDueNs = fired == TIMERS_PER_TURN ? wallNs : earliest();
        return fired;
    }

    private long dueIn(final int slot, final long wallNs) {
        final Long2LongHashMap.EntryIterator entries = armed[slot].entrySet().iterator();
        while (entries.hasNext()) {
            entries.next();
            if (entries.getLongValue() <= wallNs) {
                return entries.getLongKey();
            }
        }
        return 0;
    }

    private long earliest() {
        long earliest = NEVER;
        for (final Long2LongHashMap deadlines : armed) {
            final Long2LongHashMap.ValueIterator values = deadlines.values().iterator();
            while (values.hasNext()) {
                earliest = Math.min(earliest, values.nextValue());
            }
        }
        return earliest;
    }

    private boolean fire(final int slot, final long key, final long wallNs) {
        final SimulatedSession session = find(slot, key);
        if (session == null) {
            throw new Violation("a timer of a session that is not there: " + Long.toHexString(key));
        }
        final long parent = session.hash;
        final long timer = session.takeDue(wallNs);
        if (timer == 0) {
            arm(slot, key, session.nextDeadlineNs());
            return true;
        }
        final long event = SimulatedSession.popOf(timer);
        session.apply(event);
        final Message output = new Message(Message.TIMER, session.edge, timer, key, session.version, session.hash);
        if (sim.mutation == Mutation.TIMER_WITHOUT_RECORD) {
            sim.history().onRun(session.version, parent, session.hash, event, 0);
            arm(slot, key, session.nextDeadlineNs());
            leave(slot, output);
            return true;
        }
        final long number = append(slot, key, session, false, output);
        if (number > 0) {
            sim.history().onRun(session.version, parent, session.hash, event, 0);
            forgetNowAndThen(slot, key);
        }
        return number > 0;
    }

    // ---- words to the outside

    private int release() {
        int released = 0;
        for (int slot = 0; slot < outbox.length; slot++) {
            final ArrayDeque<Held> held = outbox[slot];
            for (Held first = held.peek(); first != null; first = held.peek()) {
                if (!replicator.mayLeave(slot, first.number)) {
                    if (replicator.isAlone(slot)) {
                        sim.saw(RarePath.LEASE_HELD_OUTPUT_BACK);
                    } else if (sim.checker().hasFrozenBackup(slot, actingEpoch[slot])) {
                        sim.saw(RarePath.OUTPUT_HELD_FOR_A_FROZEN_BACKUP);
                    }
                    break;
                }
                held.poll();
                if (first.isOpen) {
                    sim.saw(RarePath.OPEN_OUTPUTS_EMITTED_AGAIN);
                }
                leave(slot, first.message);
                released++;
            }
        }
        return released;
    }

    private void leave(final int slot, final Message message) {
        final long epoch = actingEpoch[slot];
        sim.checker().onLeaving(node, replicator.isAlone(slot), slot, epoch, message);
        send(slot, epoch, message);
    }

    private void send(final int slot, final long epoch, final Message message) {
        if (sim.isTracing()) {
            sim.trace("n" + node.number() + " slot " + slot + " e" + epoch + " says " + message);
        }
        reply.wrapNew(replyHeader, 0, Message.TYPE_REPLY)
                .slot(slot)
                .epoch(epoch)
                .incarnation(node.incarnation())
                .member(node.number())
                .thread(link.thread());
        link.publication(message.edge(), 0)
                .offer(replyHeader, 0, LinkFrame.HEADER_BYTES, new UnsafeBuffer(message.toBytes()), 0, Message.BYTES);
    }

    private void runFenced(final int slot, final Message request) {
        final SimulatedSession session = find(slot, request.key());
        if (session != null && request.kind() == Message.UPDATE && session.answerOf(request.id()) < 0) {
            final long parent = session.hash;
            session.apply(request.id());
            sim.history().onRun(session.version, parent, session.hash, request.id(), 0);
            leave(slot, reply(request, Message.DONE, session.version, session.hash));
        }
    }

    // ---- what replication says

    @Override
    public void onOwned(final int slot, final long epoch, final long nowNs) {
        if (sim.isTracing()) {
            sim.trace("n" + node.number() + " OWNS slot " + slot + " e" + epoch + " with " + images.count(slot)
                    + " sessions");
        }
        if (acting[slot]) {
            forget(slot);
        }
        acting[slot] = true;
        actingEpoch[slot] = epoch;
        sim.checker().onActing(node, images, slot, epoch);
        sim.nemesis().onOwned(node, this);
        if (sim.mutation == Mutation.TIMERS_FORGOTTEN_AT_TAKEOVER) {
            return;
        }
        for (long cursor = images.next(slot, ImageStore.BEGIN, view);
                cursor != ImageStore.END;
                cursor = images.next(slot, cursor, view)) {
            if (view.deadlineNs() != SessionRecord.NO_DEADLINE) {
                sim.saw(RarePath.TIMER_AFTER_TAKEOVER);
                arm(slot, view.key().getLong(0), view.deadlineNs());
            }
        }
    }

    @Override
    public void onOpenOutputs(
            final int slot, final long number, final DirectBuffer outputs, final int offset, final int length) {
        if (!acting[slot]) {
            throw new Violation("open outputs of slot " + slot + ", which is not owned");
        }
        if (sim.mutation == Mutation.OPEN_OUTPUTS_FORGOTTEN) {
            return;
        }
        for (int at = offset; at < offset + length; at += Message.BYTES) {
            final Message message = Message.of(outputs, at);
            if (sim.isTracing()) {
                sim.trace("n" + node.number() + " slot " + slot + " open output " + number + " " + message);
            }
            if (dropped.contains(message.id())) {
                sim.saw(RarePath.OUTPUT_HELD_WHEN_FENCED_EMITTED_AFTER_ALL);
            }
            sim.checker().onReopened(slot, actingEpoch[slot], message);
            outbox[slot].add(new Held(number, message, true));
        }
    }

    @Override
    public void onDisowned(final int slot) {
        if (sim.isTracing()) {
            sim.trace("n" + node.number() + " DISOWNS slot " + slot + " e" + actingEpoch[slot]);
        }
        if (!acting[slot]) {
            throw new Violation("slot " + slot + " is disowned and was not owned");
        }
        if (sim.mutation == Mutation.FENCED_OWNER_GOES_ON) {
            outbox[slot].clear();
            return;
        }
        acting[slot] = false;
        forget(slot);
    }

    private void forget(final int slot) {
        if (!outbox[slot].isEmpty()) {
            sim.saw(RarePath.HELD_OUTPUT_DROPPED);
            outbox[slot].forEach(held -> dropped.add(held.message.id()));
        }
        outbox[slot].clear();
        working[slot].clear();
        armed[slot].clear();
    }
}
