package io.dialtone.state.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.api.SlotRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RegistryFrameTest {
    private final FrameReader reader = new FrameReader();
    private final FrameWriter writer = new FrameWriter();

    static List<SlotCommand> commands() {
        final List<SlotCommand> commands = new ArrayList<>();
        commands.add(new SlotCommand.Join(new GridMember(3, Long.MIN_VALUE, "nodé", "host", "", true)));
        commands.add(new SlotCommand.Join(
                new GridMember(4, 1, "node", "host", "zone", false, true, Long.MIN_VALUE),
                "schéma " + "x".repeat(300),
                List.of(1L, Long.MAX_VALUE)));
        commands.add(new SlotCommand.Dead(0, -1));
        commands.add(new SlotCommand.Drain(7, true));
        commands.add(new SlotCommand.Drain(7, false));
        commands.add(new SlotCommand.Drain(7, true, true));
        commands.add(new SlotCommand.Leave(65_535, 42));
        commands.add(new SlotCommand.Reach(3, -7, true));
        commands.add(new SlotCommand.Reach(3, -7, false));
        for (final SlotCommand.Kind kind : SlotCommand.Kind.values()) {
            commands.add(new SlotCommand.Change(
                    kind, 1, 2, 3, List.of(new SlotCommand.Claim(0, 9), new SlotCommand.Claim(255, Long.MAX_VALUE))));
        }
        return commands;
    }

    static SlotMap map(final int slots, final int members) {
        SlotMap map = SlotMap.empty(slots, 2);
        for (int number = 0; number < members; number++) {
            map = SlotRules.apply(
                    map,
                    new SlotCommand.Join(
                            new GridMember(number * 3, number + 1, "node-" + number, "host-" + number, "zone", false)));
        }
        return map;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldReadTheCommandThatWasWritten(final SlotCommand command) {
        writer.begin(RegistryFrame.COMMAND);
        RegistryFrame.writeCommand(writer, command);

        assertEquals(RegistryFrame.COMMAND, RegistryFrame.read(reader, writer.buffer(), 0, writer.length()));

        assertEquals(command, RegistryFrame.readCommand(reader));
    }

    @Test
    void shouldReadTheMapThatWasWritten() {
        final SlotMap map = map(256, 5);
        writer.begin(RegistryFrame.MAP);
        RegistryFrame.writeMap(writer, map);

        RegistryFrame.read(reader, writer.buffer(), 0, writer.length());

        assertEquals(map, RegistryFrame.readMap(reader));
        assertTrue(writer.length() < 13_000, "256 slots take " + writer.length());
    }

    @Test
    void shouldFitTheLargestMapIntoOneMessage() {
        final List<GridMember> members = new ArrayList<>();
        final List<SlotEntry> entries = new ArrayList<>();
        for (int number = 0; number < SlotMap.MEMBERS_MAX; number++) {
            final String text = "x".repeat(RegistryFrame.TEXT_BYTES_MAX);
            members.add(new GridMember(number, 1, text, text, text, false));
        }
        for (int slot = 0; slot < RegistryFrame.SLOTS_MAX; slot++) {
            entries.add(SlotEntry.of(1, 1, 1, 0, new int[] {1, 2, 3}, 4, 4));
        }
        writer.begin(RegistryFrame.MAP);

        RegistryFrame.writeMap(writer, SlotMap.of(1, 2, 0, members, entries));

        assertTrue(writer.length() < (1 << 20) / 8 - 128, "takes " + writer.length());
        RegistryFrame.read(reader, writer.buffer(), 0, writer.length());
        assertNotNull(RegistryFrame.readMap(reader));
    }

    @Test
    void shouldLeaveAloneWhatALaterVersionHasAdded() {
        writer.begin(RegistryFrame.COMMAND).u8(1);
        final int opened = writer.open();
        writer.i32(4)
                .i64(5)
                .u8(0)
                .text("name")
                .text("host")
                .text("zone")
                .u8(1)
                .i64(66)
                .u8(0)
                .i64(77)
                .text("new");
        writer.close(opened);
        writer.longText("schema").i32(0);
        writer.i64(99);

        RegistryFrame.read(reader, writer.buffer(), 0, writer.length());

        assertEquals(
                new SlotCommand.Join(
                        new GridMember(4, 5, "name", "host", "zone", false, true, 66), "schema", List.of()),
                RegistryFrame.readCommand(reader));
    }

    @Test
    void shouldRefuseEachFrameThatIsCutShort() {
        for (final SlotCommand command : commands()) {
            writer.begin(RegistryFrame.COMMAND);
            RegistryFrame.writeCommand(writer, command);
            for (int length = 4; length < writer.length(); length++) {
                RegistryFrame.read(reader, writer.buffer(), 0, length);
                assertNull(RegistryFrame.readCommand(reader), command + " cut to " + length);
            }
        }
        writer.begin(RegistryFrame.MAP);
        RegistryFrame.writeMap(writer, map(16, 3));
        for (int length = 0; length < writer.length(); length++) {
            final boolean isFrame = RegistryFrame.read(reader, writer.buffer(), 0, length) != 0;
            assertTrue(!isFrame || RegistryFrame.readMap(reader) == null, "cut to " + length);
        }
    }

    @Test
    void shouldNeverThrowWhateverComes() {
        final Random random = new Random(20261120);
        writer.begin(RegistryFrame.MAP);
        RegistryFrame.writeMap(writer, map(16, 3));
        final byte[] map = new byte[writer.length()];
        writer.buffer().getBytes(0, map);
        int sound = 0;
        for (int i = 0; i < 50_000; i++) {
            final byte[] bytes = map.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
            RegistryFrame.read(reader, buffer, 0, bytes.length);
            sound += RegistryFrame.readMap(reader) == null ? 0 : 1;
            RegistryFrame.read(reader, buffer, 0, random.nextInt(bytes.length));
            RegistryFrame.readCommand(reader);
        }
        assertTrue(sound > 0 && sound < 50_000, "some must survive and some must not: " + sound);
    }

    @Test
    void shouldNeverThrowWhateverCommandComesAndIsApplied() {
        final Random random = new Random(42);
        SlotMap map = map(16, 3);
        for (int i = 0; i < 50_000; i++) {
            writer.begin(RegistryFrame.COMMAND);
            RegistryFrame.writeCommand(
                    writer, commands().get(random.nextInt(commands().size())));
            final byte[] bytes = new byte[writer.length()];
            writer.buffer().getBytes(0, bytes);
            bytes[4 + random.nextInt(bytes.length - 4)] = (byte) random.nextInt(256);
            RegistryFrame.read(reader, new UnsafeBuffer(bytes), 0, bytes.length);
            final SlotCommand command = RegistryFrame.readCommand(reader);
            if (command != null) {
                map = SlotRules.apply(map, command);
            }
        }
        writer.begin(RegistryFrame.MAP);
        RegistryFrame.writeMap(writer, map);
        RegistryFrame.read(reader, writer.buffer(), 0, writer.length());
        assertEquals(map, RegistryFrame.readMap(reader), "what was accepted can be written and read again");
    }

    @Test
    void shouldRefuseNamesThatAreTooLong() {
        final GridMember member = new GridMember(0, 1, "x".repeat(65), "host", "zone", false);

        final IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> RegistryFrame.check(new SlotCommand.Join(member)));

        assertTrue(String.valueOf(refused.getMessage()).contains("64"));
    }

    @Test
    void shouldRefuseASchemaThatIsTooLong() {
        final GridMember member = new GridMember(0, 1, "node", "host", "zone", false, false, 5);
        final SlotCommand.Join join =
                new SlotCommand.Join(member, "x".repeat(RegistryFrame.SCHEMA_BYTES_MAX + 1), List.of());

        assertThrows(IllegalArgumentException.class, () -> RegistryFrame.check(join));
    }
}
