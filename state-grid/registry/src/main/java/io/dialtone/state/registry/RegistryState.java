package io.dialtone.state.registry;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.api.SlotRules;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What all members of the registry agree on: the map, and which session speaks for which member of the grid. Changed only by entries of the log, in their order, on
 * the service's thread.
 *
 * <p>A member of the grid is dead when no session has spoken for it for a while. The end of a session is not enough, whatever reason Aeron gives for it: a registry that
 * is started again ends all sessions at once, and calls it a time-out.
 */
final class RegistryState {
    /** A registry that nobody has spoken to yet. */
    static final long NO_REGISTRY = 0;

    /** A process of the grid, and the session that speaks for it. */
    private record Attendance(int member, long incarnation, long session) {}

    /** A start of a process that is over for certain. */
    private record Ended(int member, long incarnation) {}

    private final Map<Long, Attendance> attendances = new TreeMap<>();

    /** The last processes that were seen to end, or were replaced: what they had asked for before may arrive late. */
    private final Set<Ended> ended = new LinkedHashSet<>();

    /** What each session that speaks for an edge cannot reach: members and their incarnations. */
    private final Map<Long, Map<Integer, Long>> outOfReach = new TreeMap<>();

    /** The schemas of the states that members keep, by what identifies them. */
    private final Map<Long, String> schemas = new TreeMap<>();

    private long registry = NO_REGISTRY;
    private SlotMap map;
    private SessionFigures figures = SessionFigures.NONE;

    RegistryState(final int slots, final int backupsWanted) {
        map = SlotMap.empty(slots, backupsWanted);
    }

    SlotMap map() {
        return map;
    }

    /** Tells a registry from one whose directories were deleted: the time of its first session. */
    long registry() {
        return registry;
    }

    SessionFigures figures() {
        return figures;
    }

    /** The schema with this identity, or null if no member has it. */
    @Nullable
    String schema(final long identity) {
        return schemas.get(identity);
    }

    void onSessionOpened(final long timestamp) {
        if (registry == NO_REGISTRY) {
            registry = timestamp;
        }
    }

    /** The session speaks for this process from now on, and whichever did before does not. */
    void onRegister(final long session, final int member, final long incarnation) {
        attendances.values().removeIf(other -> other.member() == member && other.incarnation() == incarnation);
        if (member >= 0 && (attendances.size() < RegistryFrame.ATTENDANCES_MAX || attendances.containsKey(session))) {
            attendances.put(session, new Attendance(member, incarnation, session));
        }
    }

    /**
     * An edge cannot reach these processes, and can reach all others.
     *
     * @return true if the map has changed
     */
    boolean onOutOfReach(final long session, final Map<Integer, Long> processes) {
        if (processes.isEmpty()) {
            outOfReach.remove(session);
        } else if (outOfReach.size() < RegistryFrame.ATTENDANCES_MAX || outOfReach.containsKey(session)) {
            outOfReach.put(session, processes);
        }
        return judgeReach();
    }

    /** A member is within reach if no edge says otherwise of its very process. */
    private boolean judgeReach() {
        boolean isChanged = false;
        for (final GridMember member : map.members()) {
            final boolean isReached = outOfReach.values().stream()
                    .noneMatch(processes -> Long.valueOf(member.incarnation()).equals(processes.get(member.number())));
            if (isReached == member.isOutOfReach()) {
                isChanged |= apply(new SlotCommand.Reach(member.number(), member.incarnation(), isReached));
            }
        }
        return isChanged;
    }

    /**
     * Applies a client's command; false if it was refused or changed nothing. Who says that a process is dead has seen its end: it is never a member again, even if its own wish
     * to be one comes later.
     */
    boolean onCommand(final SlotCommand command) {
        if (command instanceof SlotCommand.Dead dead) {
            noteEnded(dead.member(), dead.incarnation());
        }
        if (command instanceof SlotCommand.Reach) {
            return false; // a member is out of reach as long as an edge's session says so, and no longer
        }
        if (!(command instanceof SlotCommand.Join join)) {
            return apply(command);
        }
        final int number = join.member().number();
        if (ended.contains(new Ended(number, join.member().incarnation()))) {
            return false;
        }
        final long former = map.incarnationOf(number);
        final boolean isChanged = apply(command);
        if (isChanged && former != 0) {
            noteEnded(number, former);
        }
        return isChanged;
    }

    private void noteEnded(final int member, final long incarnation) {
        if (ended.add(new Ended(member, incarnation)) && ended.size() > RegistryFrame.ENDED_MAX) {
            ended.remove(ended.iterator().next());
        }
    }

    private boolean apply(final SlotCommand command) {
        final SlotMap before = map;
        map = SlotRules.apply(before, command);
        if (map.version() == before.version()) {
            return false;
        }
        figures = figures.after(before, map);
        if (command instanceof SlotCommand.Join join && join.member().schema() != GridMember.NO_SCHEMA) {
            schemas.put(join.member().schema(), join.schemaText());
        }
        schemas.keySet().removeIf(identity -> map.members().stream().noneMatch(member -> member.schema() == identity));
        return true;
    }

    /** The member that this session speaks for says how many sessions it has. */
    void onSessions(final long session, final long sessions) {
        final Attendance attendance = attendances.get(session);
        if (attendance != null && map.incarnationOf(attendance.member()) == attendance.incarnation()) {
            figures = figures.said(attendance.member(), sessions);
        }
    }

    /**
     * A session has ended.
     *
     * @return the member that it spoke for and that is to be looked after in a while, or {@link SlotEntry#NONE}
     */
    int onSessionClosed(final long session) {
        onOutOfReach(session, Map.of());
        final Attendance gone = attendances.remove(session);
        return gone != null && isUnattended(gone.member()) ? gone.member() : SlotEntry.NONE;
    }

    /** True if no session speaks for anybody. */
    boolean isQuiet() {
        return attendances.isEmpty();
    }

    /** True if the member is known and no session speaks for it. */
    boolean isUnattended(final int number) {
        final GridMember member = map.member(number);
        if (member == null) {
            return false;
        }
        for (final Attendance attendance : attendances.values()) {
            if (attendance.member() == number && attendance.incarnation() == member.incarnation()) {
                return false;
            }
        }
        return true;
    }

    /** True if this member holds what none of those holds whom a session speaks for. */
    boolean hasLastCopy(final int number) {
        return SlotRules.hasLastCopy(map, number, other -> !isUnattended(other));
    }

    /** The member has had its time to come back. Nobody has seen its end: it may be a member again. */
    boolean onUnattended(final int number) {
        return isUnattended(number) && apply(new SlotCommand.Dead(number, map.incarnationOf(number)));
    }

    void write(final FrameWriter writer) {
        writer.begin(RegistryFrame.SNAPSHOT).i64(registry);
        RegistryFrame.writeMap(writer, map);
        writer.i32(attendances.size());
        for (final Attendance attendance : attendances.values()) {
            final int opened = writer.open();
            writer.i32(attendance.member()).i64(attendance.incarnation()).i64(attendance.session());
            writer.close(opened);
        }
        RegistryFrame.writeFigures(writer, figures);
        writer.i32(ended.size());
        for (final Ended process : ended) {
            final int opened = writer.open();
            writer.i32(process.member()).i64(process.incarnation());
            writer.close(opened);
        }
        writer.i32(outOfReach.size());
        outOfReach.forEach((session, processes) -> {
            final int opened = writer.open();
            writer.i64(session);
            RegistryFrame.writeProcesses(writer, processes);
            writer.close(opened);
        });
    }

    /** Writes the schema after this one, and returns its identity; null after the last. Each is a frame of its own, before that of {@link #write}. */
    @Nullable
    Long writeSchemaAfter(final @Nullable Long identity, final FrameWriter writer) {
        for (final Map.Entry<Long, String> schema : schemas.entrySet()) {
            if (identity == null || schema.getKey() > identity) {
                writer.begin(RegistryFrame.SCHEMA).i64(schema.getKey()).longText(schema.getValue());
                return schema.getKey();
            }
        }
        return null;
    }

    /** Takes a schema from a snapshot's frame; false if it is not sound. */
    boolean readSchema(final FrameReader reader) {
        final long identity = reader.i64();
        final String text = reader.longText(RegistryFrame.SCHEMA_BYTES_MAX);
        if (reader.isSound()) {
            schemas.put(identity, text);
        }
        return reader.isSound();
    }

    /** Takes the state from a snapshot's frame; false if it is not sound, and then nothing has changed. */
    boolean read(final FrameReader reader) {
        final long itsRegistry = reader.i64();
        final SlotMap itsMap = RegistryFrame.readMap(reader);
        final int count = reader.count(RegistryFrame.ATTENDANCES_MAX);
        final Map<Long, Attendance> itsAttendances = new TreeMap<>();
        for (int i = 0; i < count && reader.isSound(); i++) {
            final int outer = reader.enter();
            final Attendance attendance = new Attendance(reader.i32(), reader.i64(), reader.i64());
            reader.leave(outer);
            itsAttendances.put(attendance.session(), attendance);
        }
        final SessionFigures itsFigures = RegistryFrame.readFigures(reader);
        final int endedCount = reader.count(RegistryFrame.ENDED_MAX);
        final List<Ended> itsEnded = new ArrayList<>();
        for (int i = 0; i < endedCount && reader.isSound(); i++) {
            final int outer = reader.enter();
            itsEnded.add(new Ended(reader.i32(), reader.i64()));
            reader.leave(outer);
        }
        final int complainers = reader.count(RegistryFrame.ATTENDANCES_MAX);
        final Map<Long, Map<Integer, Long>> itsOutOfReach = new TreeMap<>();
        for (int i = 0; i < complainers && reader.isSound(); i++) {
            final int outer = reader.enter();
            itsOutOfReach.put(reader.i64(), RegistryFrame.readProcesses(reader));
            reader.leave(outer);
        }
        if (!reader.isSound() || itsMap == null) {
            return false;
        }
        outOfReach.clear();
        outOfReach.putAll(itsOutOfReach);
        figures = itsFigures;
        registry = itsRegistry;
        map = itsMap;
        attendances.clear();
        attendances.putAll(itsAttendances);
        ended.clear();
        ended.addAll(itsEnded);
        return true;
    }
}
