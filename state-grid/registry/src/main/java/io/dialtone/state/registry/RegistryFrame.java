package io.dialtone.state.registry;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What members and clients of the registry say to each other, and what a snapshot holds, as bytes. Static; each thread brings its reader or writer.
 *
 * <pre>
 *   0        1        2                4
 *  +--------+--------+----------------+------------------------------------------+
 *  |  type  | version|    reserved    |  what the type says, little endian       |
 *  +--------+--------+----------------+------------------------------------------+
 *
 *  REGISTER  member i32 | incarnation i64 | known map version i64
 *  COMMAND   proposal i64 | kind u8 | what the kind says
 *  PING      nonce i64 | known map version i64 | sessions i64
 *  ASK       schema i64
 *  OUT_OF_REACH  processes
 *  MAP       registry i64 | map | figures
 *  ANSWER    proposal i64 | is changed u8
 *  PONG      nonce i64 | map version i64 | figures
 *  SCHEMA    schema i64 | text: length u16 and UTF-8
 *  SNAPSHOT  registry i64 | map | n i32 | n times [ member i32 | incarnation i64 | session i64 ] | figures | e i32 | e times [ member i32 | incarnation i64 ] | o i32 | o times [ session i64 | processes ]
 *
 *  map       version i64 | slots lost i64 | backups wanted i32 | m i32 | m times [ member ] | s i32 | s times [ slot ]
 *  member    number i32 | incarnation i64 | is draining u8 | name, host, zone: each length u8 and UTF-8 | is leaving u8 | schema i64 | is out of reach u8
 *  slot      version i64 | epoch i64 | begun epoch i64 | owner, learner, target i32 | n u8 | n backups i32
 *  join      member | schema: length u16 and UTF-8 | n i32 | n schemas read i64
 *  processes n i32 | n times [ member i32 | incarnation i64 ]
 *  figures   sessions lost i64 | n i32 | n times [ member i32 | sessions i64 ]
 * </pre>
 *
 * <p>What stands in brackets begins with its length as u16. Fields are only ever added, at the end of a bracket or frame; a reader leaves alone what it does not know.
 */
final class RegistryFrame {
    static final int VERSION = 1;

    static final int REGISTER = 1;
    static final int COMMAND = 2;
    static final int PING = 3;
    static final int ASK = 4;
    static final int OUT_OF_REACH = 5;
    static final int MAP = 16;
    static final int ANSWER = 17;
    static final int PONG = 18;
    static final int SCHEMA = 19;
    static final int SNAPSHOT = 32;

    /** A map with that many is one message still: an eighth of a term of 1 MiB. */
    static final int SLOTS_MAX = 2048;

    /** Bytes of a name, host or zone. */
    static final int TEXT_BYTES_MAX = 64;

    /** Bytes of a state's schema: with the rest of a join it is one message. */
    static final int SCHEMA_BYTES_MAX = 16 * 1024;

    /** Sessions with a member at the other end that a snapshot may hold. */
    static final int ATTENDANCES_MAX = 256;

    /** Processes that have ended and are remembered: more than can die before their last wishes have arrived. */
    static final int ENDED_MAX = 256;

    private static final int JOIN = 1;
    private static final int DEAD = 2;
    private static final int DRAIN = 3;
    private static final int LEAVE = 4;
    private static final int CHANGE = 5;
    private static final int REACH = 6;

    private RegistryFrame() {}

    /** Lays the reader over a frame and returns its type; 0 if it is none. */
    static int read(final FrameReader reader, final DirectBuffer buffer, final int offset, final int length) {
        reader.wrap(buffer, offset, length);
        final int type = reader.u8();
        final int version = reader.u8();
        reader.u16();
        return reader.isSound() && version >= VERSION ? type : 0;
    }

    /**
     * Says which text of a joining member cannot be written.
     *
     * @throws IllegalArgumentException for the operator
     */
    static void check(final SlotCommand.Join join) {
        final GridMember member = join.member();
        if (join.schemaText().getBytes(StandardCharsets.UTF_8).length > SCHEMA_BYTES_MAX
                || join.schemasRead().size() > SlotMap.MEMBERS_MAX) {
            throw new IllegalArgumentException("schema of the state (expected: at most " + SCHEMA_BYTES_MAX
                    + " bytes, and at most " + SlotMap.MEMBERS_MAX + " others read)");
        }
        for (final String text : List.of(member.name(), member.host(), member.zone())) {
            final int bytes = text.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > TEXT_BYTES_MAX) {
                throw new IllegalArgumentException(
                        "name, host or zone: " + text + " (expected: at most " + TEXT_BYTES_MAX + " bytes)");
            }
        }
    }

    static void writeMap(final FrameWriter writer, final SlotMap map) {
        writer.i64(map.version()).i64(map.slotsLost()).i32(map.backupsWanted());
        writer.i32(map.members().size());
        for (final GridMember member : map.members()) {
            writeMember(writer, member);
        }
        writer.i32(map.slots());
        for (int slot = 0; slot < map.slots(); slot++) {
            final SlotEntry entry = map.entry(slot);
            final int opened = writer.open();
            writer.i64(entry.version()).i64(entry.epoch()).i64(entry.begunEpoch());
            writer.i32(entry.owner()).i32(entry.learner()).i32(entry.target());
            writer.u8(entry.backups());
            for (int i = 0; i < entry.backups(); i++) {
                writer.i32(entry.backup(i));
            }
            writer.close(opened);
        }
    }

    /** The map, or null if it is not sound. */
    static @Nullable SlotMap readMap(final FrameReader reader) {
        final long version = reader.i64();
        final long slotsLost = reader.i64();
        final int backupsWanted = reader.i32();
        final int memberCount = reader.count(SlotMap.MEMBERS_MAX);
        final List<GridMember> members = new ArrayList<>(memberCount);
        for (int i = 0; i < memberCount; i++) {
            final GridMember member = readMember(reader);
            if (i > 0 && members.get(i - 1).number() >= member.number()) {
                reader.refuse();
            }
            members.add(member);
        }
        final int slots = reader.count(SLOTS_MAX);
        final List<SlotEntry> entries = new ArrayList<>(slots);
        for (int slot = 0; slot < slots && reader.isSound(); slot++) {
            entries.add(readEntry(reader, members));
        }
        final boolean isSane = version >= 0 && backupsWanted >= 0 && backupsWanted < SlotEntry.BACKUPS_MAX;
        return reader.isSound() && isSane ? SlotMap.of(version, backupsWanted, slotsLost, members, entries) : null;
    }

    private static SlotEntry readEntry(final FrameReader reader, final List<GridMember> members) {
        final int outer = reader.enter();
        final long version = reader.i64();
        final long epoch = reader.i64();
        final long begunEpoch = reader.i64();
        final int owner = readHolder(reader, members);
        final int learner = readHolder(reader, members);
        final int target = readHolder(reader, members);
        int count = reader.u8();
        if (count > SlotEntry.BACKUPS_MAX) {
            reader.refuse();
            count = 0;
        }
        final int[] backups = new int[count];
        for (int i = 0; i < count; i++) {
            backups[i] = readHolder(reader, members);
            if (backups[i] == SlotEntry.NONE) {
                reader.refuse();
            }
        }
        reader.leave(outer);
        return SlotEntry.of(version, epoch, begunEpoch, owner, backups, learner, target);
    }

    private static int readHolder(final FrameReader reader, final List<GridMember> members) {
        final int number = reader.i32();
        if (number == SlotEntry.NONE) {
            return number;
        }
        for (final GridMember member : members) {
            if (member.number() == number) {
                return number;
            }
        }
        reader.refuse();
        return SlotEntry.NONE;
    }

    private static void writeMember(final FrameWriter writer, final GridMember member) {
        final int opened = writer.open();
        writer.i32(member.number()).i64(member.incarnation()).u8(member.isDraining() ? 1 : 0);
        writer.text(member.name()).text(member.host()).text(member.zone());
        writer.u8(member.isLeaving() ? 1 : 0).i64(member.schema()).u8(member.isOutOfReach() ? 1 : 0);
        writer.close(opened);
    }

    private static GridMember readMember(final FrameReader reader) {
        final int outer = reader.enter();
        final int number = reader.i32();
        final long incarnation = reader.i64();
        final boolean isDraining = reader.u8() != 0;
        final String name = reader.text(TEXT_BYTES_MAX);
        final String host = reader.text(TEXT_BYTES_MAX);
        final String zone = reader.text(TEXT_BYTES_MAX);
        final boolean isLeaving = reader.u8() != 0;
        final long schema = reader.i64();
        final boolean isOutOfReach = reader.u8() != 0;
        reader.leave(outer);
        if (number < 0) {
            reader.refuse();
        }
        return new GridMember(number, incarnation, name, host, zone, isDraining, isLeaving, schema, isOutOfReach);
    }

    /** Members and their incarnations. */
    static void writeProcesses(final FrameWriter writer, final Map<Integer, Long> processes) {
        writer.i32(processes.size());
        new TreeMap<>(processes).forEach((member, incarnation) -> {
            final int opened = writer.open();
            writer.i32(member).i64(incarnation);
            writer.close(opened);
        });
    }

    static Map<Integer, Long> readProcesses(final FrameReader reader) {
        final int count = reader.count(SlotMap.MEMBERS_MAX);
        final Map<Integer, Long> processes = new TreeMap<>();
        for (int i = 0; i < count && reader.isSound(); i++) {
            final int outer = reader.enter();
            processes.put(reader.i32(), reader.i64());
            reader.leave(outer);
        }
        return processes;
    }

    static void writeFigures(final FrameWriter writer, final SessionFigures figures) {
        writer.i64(figures.sessionsLost()).i32(figures.sessions().size());
        figures.sessions().forEach((member, sessions) -> {
            final int opened = writer.open();
            writer.i32(member).i64(sessions);
            writer.close(opened);
        });
    }

    static SessionFigures readFigures(final FrameReader reader) {
        final long sessionsLost = reader.i64();
        final int count = reader.count(SlotMap.MEMBERS_MAX);
        final Map<Integer, Long> sessions = new TreeMap<>();
        for (int i = 0; i < count && reader.isSound(); i++) {
            final int outer = reader.enter();
            sessions.put(reader.i32(), reader.i64());
            reader.leave(outer);
        }
        return new SessionFigures(sessionsLost, sessions);
    }

    static void writeCommand(final FrameWriter writer, final SlotCommand command) {
        switch (command) {
            case SlotCommand.Join join -> writeJoin(writer.u8(JOIN), join);
            case SlotCommand.Dead dead -> writer.u8(DEAD).i32(dead.member()).i64(dead.incarnation());
            case SlotCommand.Drain drain -> {
                writer.u8(DRAIN).i32(drain.member()).u8(drain.isDraining() ? 1 : 0);
                writer.u8(drain.isLeaving() ? 1 : 0);
            }
            case SlotCommand.Leave leave -> writer.u8(LEAVE).i32(leave.member()).i64(leave.incarnation());
            case SlotCommand.Reach reach ->
                writer.u8(REACH).i32(reach.member()).i64(reach.incarnation()).u8(reach.isReached() ? 1 : 0);
            case SlotCommand.Change change -> {
                writer.u8(CHANGE).u8(numberOf(change.kind()));
                writer.i32(change.by()).i64(change.incarnation()).i32(change.about());
                writer.i32(change.claims().size());
                for (final SlotCommand.Claim claim : change.claims()) {
                    writer.i32(claim.slot()).i64(claim.version());
                }
            }
        }
    }

    /** The command, or null if it is not sound. */
    static @Nullable SlotCommand readCommand(final FrameReader reader) {
        final SlotCommand command = switch (reader.u8()) {
            case JOIN -> readJoin(reader);
            case DEAD -> new SlotCommand.Dead(reader.i32(), reader.i64());
            case DRAIN -> new SlotCommand.Drain(reader.i32(), reader.u8() != 0, reader.u8() != 0);
            case LEAVE -> new SlotCommand.Leave(reader.i32(), reader.i64());
            case CHANGE -> readChange(reader);
            case REACH -> new SlotCommand.Reach(reader.i32(), reader.i64(), reader.u8() != 0);
            default -> null;
        };
        return reader.isSound() ? command : null;
    }

    private static void writeJoin(final FrameWriter writer, final SlotCommand.Join join) {
        writeMember(writer, join.member());
        writer.longText(join.schemaText()).i32(join.schemasRead().size());
        join.schemasRead().forEach(writer::i64);
    }

    private static SlotCommand readJoin(final FrameReader reader) {
        final GridMember member = readMember(reader);
        final String schema = reader.longText(SCHEMA_BYTES_MAX);
        final int count = reader.count(SlotMap.MEMBERS_MAX);
        final List<Long> schemasRead = new ArrayList<>(count);
        for (int i = 0; i < count && reader.isSound(); i++) {
            schemasRead.add(reader.i64());
        }
        return new SlotCommand.Join(member, schema, schemasRead);
    }

    private static @Nullable SlotCommand readChange(final FrameReader reader) {
        final SlotCommand.Kind kind = kindOf(reader.u8());
        final int by = reader.i32();
        final long incarnation = reader.i64();
        final int about = reader.i32();
        final int count = reader.count(SLOTS_MAX);
        final List<SlotCommand.Claim> claims = new ArrayList<>(count);
        for (int i = 0; i < count && reader.isSound(); i++) {
            claims.add(new SlotCommand.Claim(reader.i32(), reader.i64()));
        }
        return kind == null ? null : new SlotCommand.Change(kind, by, incarnation, about, claims);
    }

    private static int numberOf(final SlotCommand.Kind kind) {
        return switch (kind) {
            case TAKE_OVER -> 1;
            case EVICT -> 2;
            case PROMOTE -> 3;
            case MOVE -> 4;
        };
    }

    private static SlotCommand.@Nullable Kind kindOf(final int number) {
        return switch (number) {
            case 1 -> SlotCommand.Kind.TAKE_OVER;
            case 2 -> SlotCommand.Kind.EVICT;
            case 3 -> SlotCommand.Kind.PROMOTE;
            case 4 -> SlotCommand.Kind.MOVE;
            default -> null;
        };
    }
}
