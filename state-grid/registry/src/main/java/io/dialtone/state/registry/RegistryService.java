package io.dialtone.state.registry;

import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.cluster.codecs.CloseReason;
import io.aeron.cluster.service.ClientSession;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The registry's part of a cluster member: applies what the log brings to {@link RegistryState}, tells the clients, takes snapshots. Called only by the service
 * container's thread.
 *
 * <p>Each client gets the whole map when it changes. What a client did not take at once is sent again shortly after, by a timer of the log, since only an entry of the
 * log is an occasion to send; a client that misses that too asks with its next ping.
 */
final class RegistryService implements ClusteredService {
    /** A session that is silent for longer is closed. */
    static final long SESSION_TIMEOUT_MS = 2_000;

    /** A member of the grid that has had no session for so long is dead. Longer than any lease lasts, and than a client needs to find a registry that was started again. */
    static final long RETURN_MS = 2_000;

    /** Who holds the last copy of a slot has its time so many times again: nobody else could take over, and when it is dead the slot's sessions are lost. */
    static final int LAST_COPY_RETURNS = 9;

    /** The log grows by so much before a snapshot is taken: a restart reads no more than that again. */
    static final long SNAPSHOT_LOG_BYTES = 4 << 20;

    private static final System.Logger LOGGER = System.getLogger(RegistryService.class.getName());
    private static final int SEND_ATTEMPTS = 3;
    private static final long SNAPSHOT_RETRY_NS = TimeUnit.SECONDS.toNanos(1);

    // Timers by number: those of members have the member's, from 0 on, and in the upper half how often it has had its
    // time again.
    private static final long SEND_AGAIN = -1;
    private static final long SEND_AGAIN_LATER = -2;
    private static final long SEND_AGAIN_MS = 50;
    private static final long SEND_AGAIN_LATER_MS = 500;
    private static final long ONCE_MORE = 1L << 32;

    /** A client whose map we do not know. */
    private static final long UNKNOWN = -1;

    private final RegistryState state;
    private final RegistryCounters counters;
    private final BooleanSupplier snapshotRequest;
    private final FrameReader reader = new FrameReader();
    private final FrameWriter writer = new FrameWriter();
    private final FrameWriter mapWriter = new FrameWriter();

    /** Versions that this member, as leader, has sent; other members have not. No part of the state. */
    private final Long2LongHashMap sentVersions = new Long2LongHashMap(UNKNOWN);

    private @Nullable Cluster cluster;
    private boolean isLeader;
    private long snapshotPosition;
    private long snapshotAskedNs;

    RegistryService(final RegistryState state, final RegistryCounters counters, final BooleanSupplier snapshotRequest) {
        this.state = state;
        this.counters = counters;
        this.snapshotRequest = snapshotRequest;
    }

    @Override
    public void onStart(final Cluster itsCluster, final @Nullable Image snapshotImage) {
        cluster = itsCluster;
        snapshotPosition = itsCluster.logPosition();
        if (snapshotImage != null) {
            load(itsCluster, snapshotImage);
        }
    }

    private void load(final Cluster itsCluster, final Image image) {
        final boolean[] isSound = {true};
        final boolean[] isRead = {false};
        final FragmentHandler handler = new FragmentAssembler((buffer, offset, length, header) -> {
            final int type = RegistryFrame.read(reader, buffer, offset, length);
            if (type == RegistryFrame.SCHEMA) {
                isSound[0] &= state.readSchema(reader);
            } else {
                isRead[0] |= type == RegistryFrame.SNAPSHOT && state.read(reader);
            }
        });
        while (!image.isEndOfStream() && !image.isClosed()) {
            itsCluster.idleStrategy().idle(image.poll(handler, 1));
        }
        if (!isRead[0] || !isSound[0]) {
            // Without its past it would answer from an empty map: it must not run.
            throw new IllegalStateException("the registry's snapshot cannot be read");
        }
    }

    @Override
    public void onSessionOpen(final ClientSession session, final long timestamp) {
        state.onSessionOpened(timestamp);
        sendMap(session);
    }

    @Override
    public void onSessionClose(final ClientSession session, final long timestamp, final CloseReason closeReason) {
        sentVersions.remove(session.id());
        final long version = state.map().version();
        final int left = state.onSessionClosed(session.id());
        if (state.map().version() != version) {
            onChanged(timestamp);
        }
        if (left != SlotEntry.NONE) {
            schedule(left, timestamp + RETURN_MS);
        }
    }

    @Override
    public void onSessionMessage(
            final @Nullable ClientSession session,
            final long timestamp,
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final Header header) {
        if (session == null) {
            return;
        }
        switch (RegistryFrame.read(reader, buffer, offset, length)) {
            case RegistryFrame.REGISTER -> onRegister(session, timestamp);
            case RegistryFrame.COMMAND -> onCommand(session, timestamp);
            case RegistryFrame.PING -> onPing(session);
            case RegistryFrame.ASK -> onAsk(session);
            case RegistryFrame.OUT_OF_REACH -> onOutOfReach(session, timestamp);
            default -> counters.increment(RegistryCounter.FRAMES_MALFORMED);
        }
    }

    private void onRegister(final ClientSession session, final long timestamp) {
        final int member = reader.i32();
        final long incarnation = reader.i64();
        final long knownVersion = reader.i64();
        if (!reader.isSound()) {
            counters.increment(RegistryCounter.FRAMES_MALFORMED);
            return;
        }
        final boolean wasQuiet = state.isQuiet();
        state.onRegister(session.id(), member, incarnation);
        if (wasQuiet && !state.isQuiet()) {
            onSpokenAgain(timestamp);
        }
        sendMapTo(session, knownVersion);
    }

    /** Whoever finds the registry first after a stall says nothing of the others: all have their time again. */
    private void onSpokenAgain(final long timestamp) {
        for (final GridMember member : state.map().members()) {
            schedule(member.number(), timestamp + RETURN_MS);
        }
    }

    private void onCommand(final ClientSession session, final long timestamp) {
        final long proposal = reader.i64();
        final SlotCommand command = RegistryFrame.readCommand(reader);
        if (command == null) {
            counters.increment(RegistryCounter.FRAMES_MALFORMED);
            return;
        }
        final long slotsLost = state.map().slotsLost();
        final long sessionsLost = state.figures().sessionsLost();
        final boolean isChanged = state.onCommand(command);
        if (isChanged) {
            sayWhatIsLost(slotsLost, sessionsLost);
            counters.increment(RegistryCounter.COMMANDS_APPLIED);
            onChanged(timestamp);
            if (command instanceof SlotCommand.Join join
                    && state.isUnattended(join.member().number())) {
                // Whoever joins without a session would never be found dead.
                schedule(join.member().number(), timestamp + RETURN_MS);
            }
        } else {
            counters.increment(RegistryCounter.COMMANDS_REFUSED);
        }
        writer.begin(RegistryFrame.ANSWER).i64(proposal).u8(isChanged ? 1 : 0);
        send(session, writer);
    }

    private void onPing(final ClientSession session) {
        final long nonce = reader.i64();
        final long knownVersion = reader.i64();
        final long sessions = reader.i64();
        if (!reader.isSound()) {
            counters.increment(RegistryCounter.FRAMES_MALFORMED);
            return;
        }
        state.onSessions(session.id(), sessions);
        sendMapTo(session, knownVersion);
        writer.begin(RegistryFrame.PONG).i64(nonce).i64(state.map().version());
        RegistryFrame.writeFigures(writer, state.figures());
        send(session, writer);
    }

    private void onOutOfReach(final ClientSession session, final long timestamp) {
        final Map<Integer, Long> processes = RegistryFrame.readProcesses(reader);
        if (!reader.isSound()) {
            counters.increment(RegistryCounter.FRAMES_MALFORMED);
        } else if (state.onOutOfReach(session.id(), processes)) {
            onChanged(timestamp);
        }
    }

    /** A process that wants to join asks for the schema of those that are there; it asks again if it gets no answer. */
    private void onAsk(final ClientSession session) {
        final long identity = reader.i64();
        final String text = state.schema(identity);
        if (reader.isSound() && text != null && isLeader) {
            writer.begin(RegistryFrame.SCHEMA).i64(identity).longText(text);
            send(session, writer);
        }
    }

    /** The one place that knows at the moment it happens, and says it once: the leader. */
    private void sayWhatIsLost(final long slotsBefore, final long sessionsBefore) {
        final long slots = state.map().slotsLost() - slotsBefore;
        if (slots > 0 && isLeader) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "{0} slots are lost, with about {1} sessions: all who held them are gone. They are begun anew, empty.",
                    slots,
                    state.figures().sessionsLost() - sessionsBefore);
        }
    }

    @Override
    public void onTimerEvent(final long correlationId, final long timestamp) {
        if (correlationId == SEND_AGAIN) {
            sendMapToAll();
            schedule(SEND_AGAIN_LATER, timestamp + SEND_AGAIN_LATER_MS);
        } else if (correlationId == SEND_AGAIN_LATER) {
            sendMapToAll();
        } else if (state.isQuiet()) {
            // More likely this registry was out of breath than all nodes at once; and nobody is there to take what they
            // have.
            schedule(correlationId, timestamp + RETURN_MS);
        } else if (correlationId < LAST_COPY_RETURNS * ONCE_MORE && state.hasLastCopy((int) correlationId)) {
            schedule(correlationId + ONCE_MORE, timestamp + RETURN_MS);
        } else {
            onNotReturned((int) correlationId, timestamp);
        }
    }

    private void onNotReturned(final int member, final long timestamp) {
        final long slotsLost = state.map().slotsLost();
        final long sessionsLost = state.figures().sessionsLost();
        if (state.onUnattended(member)) {
            sayWhatIsLost(slotsLost, sessionsLost);
            counters.increment(RegistryCounter.MEMBERS_TIMED_OUT);
            onChanged(timestamp);
        }
    }

    private void onChanged(final long timestamp) {
        sendMapToAll();
        schedule(SEND_AGAIN, timestamp + SEND_AGAIN_MS);
    }

    // ---- to the clients

    private void sendMapToAll() {
        if (cluster != null && isLeader) {
            for (final ClientSession session : cluster.clientSessions()) {
                sendMap(session);
            }
        }
    }

    private void sendMapTo(final ClientSession session, final long knownVersion) {
        if (knownVersion < state.map().version()) {
            sentVersions.remove(session.id());
            sendMap(session);
        }
    }

    private void sendMap(final ClientSession session) {
        final long version = state.map().version();
        if (!isLeader || session.isClosing() || sentVersions.get(session.id()) == version) {
            return;
        }
        mapWriter.begin(RegistryFrame.MAP).i64(state.registry());
        RegistryFrame.writeMap(mapWriter, state.map());
        RegistryFrame.writeFigures(mapWriter, state.figures());
        if (send(session, mapWriter)) {
            sentVersions.put(session.id(), version);
            counters.increment(RegistryCounter.MAPS_SENT);
        } else {
            counters.increment(RegistryCounter.MAPS_HELD_UP);
        }
    }

    private boolean send(final ClientSession session, final FrameWriter frame) {
        for (int attempt = 0; attempt < SEND_ATTEMPTS; attempt++) {
            final long result = session.offer(frame.buffer(), 0, frame.length());
            if (result > 0) {
                return true;
            }
            if (result != Publication.BACK_PRESSURED && result != Publication.ADMIN_ACTION) {
                return false;
            }
        }
        return false;
    }

    private void schedule(final long correlationId, final long deadline) {
        if (cluster != null) {
            while (!cluster.scheduleTimer(correlationId, deadline)) {
                cluster.idleStrategy().idle();
            }
        }
    }

    // ---- the member

    @Override
    public void onTakeSnapshot(final ExclusivePublication snapshotPublication) {
        final Cluster itsCluster = cluster;
        if (itsCluster == null) {
            throw new IllegalStateException("a snapshot before the start");
        }
        Long schema = state.writeSchemaAfter(null, writer);
        while (schema != null) {
            record(itsCluster, snapshotPublication);
            schema = state.writeSchemaAfter(schema, writer);
        }
        state.write(writer);
        record(itsCluster, snapshotPublication);
        snapshotPosition = itsCluster.logPosition();
        counters.increment(RegistryCounter.SNAPSHOTS);
    }

    private void record(final Cluster itsCluster, final ExclusivePublication snapshot) {
        long result;
        while ((result = snapshot.offer(writer.buffer(), 0, writer.length())) < 0) {
            if (result != Publication.BACK_PRESSURED && result != Publication.ADMIN_ACTION) {
                throw new IllegalStateException("the snapshot's recording refuses it: " + result);
            }
            itsCluster.idleStrategy().idle();
        }
    }

    @Override
    public void onRoleChange(final Cluster.Role newRole) {
        isLeader = newRole == Cluster.Role.LEADER;
        sentVersions.clear();
        LOGGER.log(System.Logger.Level.INFO, "registry member is {0}", newRole);
    }

    @Override
    public int doBackgroundWork(final long nowNs) {
        if (cluster == null || !isLeader || cluster.logPosition() - snapshotPosition < SNAPSHOT_LOG_BYTES) {
            return 0;
        }
        if (nowNs - snapshotAskedNs < SNAPSHOT_RETRY_NS) {
            return 0;
        }
        snapshotAskedNs = nowNs;
        return snapshotRequest.getAsBoolean() ? 1 : 0;
    }

    @Override
    public void onTerminate(final Cluster itsCluster) {
        LOGGER.log(System.Logger.Level.INFO, "registry member ends");
    }
}
