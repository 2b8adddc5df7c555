package io.dialtone.state.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotEntry;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class RegistryStateTest {
    private static final int NODE = 4;
    private static final long FIRST_START = 100;
    private static final long SECOND_START = 200;
    private static final long SESSION = 1;
    private static final long OTHER_SESSION = 2;

    private final RegistryState state = new RegistryState(16, 1);

    private void join(final long incarnation) {
        state.onCommand(new SlotCommand.Join(member(incarnation)));
    }

    private static GridMember member(final long incarnation) {
        return new GridMember(NODE, incarnation, "node", "host", "zone", false);
    }

    @Test
    void shouldHoldAMemberForDeadThatDoesNotComeBackInTime() {
        state.onRegister(SESSION, NODE, FIRST_START);
        join(FIRST_START);

        final int left = state.onSessionClosed(SESSION);

        assertEquals(NODE, left);
        assertNotNull(state.map().member(NODE));
        assertTrue(state.onUnattended(NODE));
        assertNull(state.map().member(NODE));
    }

    @Test
    void shouldNotHoldAMemberForDeadThatHasComeBack() {
        state.onRegister(SESSION, NODE, FIRST_START);
        join(FIRST_START);
        state.onSessionClosed(SESSION);
        state.onRegister(OTHER_SESSION, NODE, FIRST_START);

        assertFalse(state.onUnattended(NODE));

        assertNotNull(state.map().member(NODE));
    }

    @Test
    void shouldNotMindTheEndOfASessionThatAnotherHasReplaced() {
        state.onRegister(SESSION, NODE, FIRST_START);
        join(FIRST_START);
        state.onRegister(OTHER_SESSION, NODE, FIRST_START);

        final int left = state.onSessionClosed(SESSION);

        assertEquals(SlotEntry.NONE, left);
        assertNotNull(state.map().member(NODE));
    }

    @Test
    void shouldNotHoldTheNextStartForDeadWhenTheFirstOnesSessionTimesOut() {
        state.onRegister(SESSION, NODE, FIRST_START);
        join(FIRST_START);
        state.onRegister(OTHER_SESSION, NODE, SECOND_START);
        join(SECOND_START);

        state.onSessionClosed(SESSION);

        assertEquals(SECOND_START, state.map().incarnationOf(NODE));
        assertFalse(state.isUnattended(NODE));
    }

    @Test
    void shouldNotLetAnOldStartSpeakForTheNewOne() {
        state.onRegister(OTHER_SESSION, NODE, SECOND_START);
        join(SECOND_START);
        state.onRegister(SESSION, NODE, FIRST_START);

        assertEquals(NODE, state.onSessionClosed(OTHER_SESSION));

        assertTrue(state.onUnattended(NODE));
        assertNull(state.map().member(NODE));
    }

    @Test
    void shouldRefuseTheJoinOfAProcessThatWasSeenToEnd() {
        join(FIRST_START);
        state.onCommand(new SlotCommand.Dead(NODE, FIRST_START));
        state.onCommand(new SlotCommand.Dead(NODE, SECOND_START));

        join(FIRST_START);
        join(SECOND_START);

        assertNull(state.map().member(NODE), "one was a member, the other's wish was still on its way");
    }

    @Test
    void shouldRefuseTheLateJoinOfAProcessThatWasReplaced() {
        join(FIRST_START);
        join(SECOND_START);

        join(FIRST_START);

        assertEquals(SECOND_START, state.map().incarnationOf(NODE));
    }

    @Test
    void shouldLetAProcessJoinAgainThatWasOnlySilent() {
        join(FIRST_START);
        assertTrue(state.onUnattended(NODE));

        join(FIRST_START);

        assertEquals(FIRST_START, state.map().incarnationOf(NODE));
    }

    @Test
    void shouldRememberWhoHasEndedAfterASnapshot() {
        state.onCommand(new SlotCommand.Dead(NODE, FIRST_START));
        for (int i = 0; i < RegistryFrame.ENDED_MAX - 1; i++) {
            state.onCommand(new SlotCommand.Dead(NODE + 1, i));
        }
        final RegistryState other = new RegistryState(16, 1);
        assertTrue(other.read(reader(bytes(state))));

        assertFalse(other.onCommand(new SlotCommand.Join(member(FIRST_START))));
        other.onCommand(new SlotCommand.Dead(NODE + 1, -1)); // one more than is remembered
        assertTrue(other.onCommand(new SlotCommand.Join(member(FIRST_START))));
    }

    @Test
    void shouldBeTheSameAfterASnapshot() {
        state.onSessionOpened(777);
        state.onRegister(SESSION, NODE, FIRST_START);
        join(FIRST_START);

        final RegistryState other = new RegistryState(16, 1);
        assertTrue(other.read(reader(bytes(state))));

        assertArrayEquals(bytes(state), bytes(other));
        assertEquals(777, other.registry());
        assertEquals(state.map(), other.map());
        assertEquals(NODE, other.onSessionClosed(SESSION), "it knows who spoke for whom");
    }

    @Test
    void shouldRefuseASnapshotThatIsCutShort() {
        state.onRegister(SESSION, NODE, FIRST_START);
        join(FIRST_START);
        final byte[] whole = bytes(state);
        final RegistryState other = new RegistryState(16, 1);

        for (int length = 4; length < whole.length; length++) {
            final FrameReader reader = new FrameReader();
            RegistryFrame.read(reader, new UnsafeBuffer(whole), 0, length);
            assertFalse(other.read(reader), "cut to " + length);
        }

        assertEquals(0, other.map().version());
    }

    @Test
    void shouldBoundTheSessionsThatSpeakForMembers() {
        for (int session = 0; session < 10_000; session++) {
            state.onRegister(session, session, 1);
        }

        assertTrue(new RegistryState(16, 1).read(reader(bytes(state))));
    }

    private static byte[] bytes(final RegistryState state) {
        final FrameWriter writer = new FrameWriter();
        state.write(writer);
        final byte[] bytes = new byte[writer.length()];
        writer.buffer().getBytes(0, bytes);
        return bytes;
    }

    private static FrameReader reader(final byte[] bytes) {
        final FrameReader reader = new FrameReader();
        assertEquals(RegistryFrame.SNAPSHOT, RegistryFrame.read(reader, new UnsafeBuffer(bytes), 0, bytes.length));
        return reader;
    }

    @Test
    void shouldSayHowManySessionsWereLostWithTheSlotsThatAllHoldersOfAreGone() {
        state.onCommand(new SlotCommand.Join(new GridMember(0, 1, "a", "host-a", "", false)));
        state.onRegister(SESSION, 0, 1);
        state.onSessions(SESSION, 1_000);

        state.onCommand(new SlotCommand.Join(new GridMember(0, 2, "a", "host-a", "", false)));

        assertEquals(1_000, state.figures().sessionsLost());
        assertEquals(16, state.map().slotsLost());
        assertEquals(0, state.figures().of(0), "a process that starts again is empty");
    }

    @Test
    void shouldCountTheSessionsOfSlotsThatHaveGoneToAnotherAsItsOwn() {
        state.onCommand(new SlotCommand.Join(new GridMember(0, 1, "a", "host-a", "", false)));
        state.onCommand(new SlotCommand.Join(new GridMember(1, 1, "b", "host-b", "", false)));
        for (int slot = 0; slot < 16; slot++) {
            final SlotCommand.Claim claim =
                    new SlotCommand.Claim(slot, state.map().entry(slot).version());
            state.onCommand(new SlotCommand.Change(SlotCommand.Kind.PROMOTE, 0, 1, 1, List.of(claim)));
        }
        final int kept = backedUpBy(1);
        state.onRegister(SESSION, 0, 1);
        state.onSessions(SESSION, 1_600);

        state.onCommand(new SlotCommand.Dead(0, 1));

        assertTrue(kept > 0, "nobody learned");
        assertEquals(1_600L * kept / 16, state.figures().of(1));
        assertEquals(1_600L * (16 - kept) / 16, state.figures().sessionsLost());
    }

    private boolean isOutOfReach() {
        final GridMember member = state.map().member(NODE);
        return member != null && member.isOutOfReach();
    }

    @Test
    void shouldHoldAMemberOutOfReachUntilNoEdgeSaysSo() {
        join(FIRST_START);

        assertTrue(state.onOutOfReach(SESSION, Map.of(NODE, FIRST_START)));
        assertFalse(state.onOutOfReach(OTHER_SESSION, Map.of(NODE, FIRST_START)));
        assertTrue(isOutOfReach());

        assertFalse(state.onOutOfReach(SESSION, Map.of()));
        assertTrue(isOutOfReach());
        state.onSessionClosed(OTHER_SESSION);
        assertFalse(isOutOfReach());
    }

    @Test
    void shouldForgetThatAProcessWasOutOfReachWhenAnotherHasItsPlace() {
        join(FIRST_START);
        state.onOutOfReach(SESSION, Map.of(NODE, FIRST_START));

        join(SECOND_START);

        assertFalse(isOutOfReach());
    }

    @Test
    void shouldTakeNobodysCommandForAnEdgesWord() {
        join(FIRST_START);

        assertFalse(state.onCommand(new SlotCommand.Reach(NODE, FIRST_START, false)));

        assertFalse(isOutOfReach());
    }

    @Test
    void shouldKeepInASnapshotWhoIsOutOfReachAndWhoSaysSo() {
        join(FIRST_START);
        state.onOutOfReach(SESSION, Map.of(NODE, FIRST_START));

        final RegistryState copy = copyBySnapshot();

        assertEquals(state.map(), copy.map());
        copy.onSessionClosed(SESSION);
        final GridMember member = copy.map().member(NODE);
        assertTrue(member != null && !member.isOutOfReach());
    }

    @Test
    void shouldNotBelieveAProcessThatWasReplaced() {
        state.onRegister(SESSION, NODE, FIRST_START);
        join(FIRST_START);
        join(SECOND_START);

        state.onSessions(SESSION, 77);

        assertEquals(0, state.figures().of(NODE));
    }

    private int backedUpBy(final int member) {
        int count = 0;
        for (int slot = 0; slot < 16; slot++) {
            count += state.map().entry(slot).isBackup(member) ? 1 : 0;
        }
        return count;
    }

    @Test
    void shouldKeepTheSchemasOfThoseWhoAreThere() {
        final GridMember first = new GridMember(0, 1, "a", "", "", false, false, 11);
        final GridMember second = new GridMember(1, 1, "b", "", "", false, false, 12);
        state.onCommand(new SlotCommand.Join(first, "eleven", List.of()));
        state.onCommand(new SlotCommand.Join(second, "twelve", List.of(11L)));

        final RegistryState copy = copyBySnapshot();

        assertEquals("eleven", copy.schema(11));
        assertEquals("twelve", copy.schema(12));
        copy.onCommand(new SlotCommand.Dead(0, 1));
        assertNull(copy.schema(11), "nobody keeps such a state any more");
        assertEquals("twelve", copy.schema(12));
    }

    private RegistryState copyBySnapshot() {
        final RegistryState copy = new RegistryState(16, 1);
        final FrameWriter writer = new FrameWriter();
        final FrameReader reader = new FrameReader();
        Long schema = state.writeSchemaAfter(null, writer);
        while (schema != null) {
            RegistryFrame.read(reader, writer.buffer(), 0, writer.length());
            assertTrue(copy.readSchema(reader));
            schema = state.writeSchemaAfter(schema, writer);
        }
        state.write(writer);
        RegistryFrame.read(reader, writer.buffer(), 0, writer.length());
        assertTrue(copy.read(reader));
        return copy;
    }
}
