package io.dialtone.state.api;

import static io.dialtone.state.api.GridModel.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.SlotCommand.Claim;
import io.dialtone.state.api.SlotCommand.Kind;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SlotRulesTest {
    private static final int A = 0;
    private static final int B = 1;
    private static final int C = 2;
    private static final int STRANGER = 7;

    private final GridModel grid = new GridModel(4, 1);

    @BeforeEach
    void threeMembers() {
        grid.join(A);
        grid.join(B);
        grid.join(C);
        grid.settle();
    }

    private int slotOf(final int owner, final int backup) {
        for (int slot = 0; slot < grid.map.slots(); slot++) {
            final SlotEntry entry = grid.map.entry(slot);
            if (entry.owner() == owner && entry.isBackup(backup)) {
                return slot;
            }
        }
        grid.put(0, SlotEntry.of(50, 50, 1, owner, new int[] {backup}, SlotEntry.NONE, SlotEntry.NONE));
        return 0;
    }

    @Test
    void shouldLetABackupTakeOverInANewEpoch() {
        final int slot = slotOf(A, B);
        final SlotEntry before = grid.map.entry(slot);

        assertTrue(grid.change(Kind.TAKE_OVER, B, B, slot));

        final SlotEntry after = grid.map.entry(slot);
        assertEquals(B, after.owner());
        assertEquals(before.epoch() + 1, after.epoch());
        assertTrue(after.version() > before.version());
        assertFalse(after.isBackup(A), "the old owner may have records that nobody else has");
    }

    @Test
    void shouldKeepTheOtherBackupWhenOneTakesOver() {
        grid.put(0, SlotEntry.of(50, 50, 1, A, new int[] {B, C}, SlotEntry.NONE, SlotEntry.NONE));

        assertTrue(grid.change(Kind.TAKE_OVER, C, C, 0));

        assertEquals(C, grid.map.entry(0).owner());
        assertTrue(grid.map.entry(0).isBackup(B));
    }

    private boolean reach(final int member, final boolean isReached) {
        return grid.apply(new SlotCommand.Reach(member, grid.map.incarnationOf(member), isReached));
    }

    private int ownedBy(final int member) {
        int owned = 0;
        for (int slot = 0; slot < grid.map.slots(); slot++) {
            owned += grid.map.entry(slot).owner() == member ? 1 : 0;
        }
        return owned;
    }

    @Test
    void shouldGiveAllThatAnEdgeCannotReachToTheBackupsAtOnce() {
        final SlotMap before = grid.map;

        assertTrue(reach(A, false));

        assertEquals(0, ownedBy(A));
        assertEquals(0, grid.map.slotsLost());
        for (int slot = 0; slot < grid.map.slots(); slot++) {
            final SlotEntry was = before.entry(slot);
            final SlotEntry is = grid.map.entry(slot);
            assertTrue(was.owner() != A ? is.epoch() == was.epoch() : was.isBackup(is.owner()));
        }
        grid.settle();
        assertEquals(0, ownedBy(A), "nothing goes back while it is out of reach");
    }

    @Test
    void shouldTakeAMemberIntoAccountAgainWhenItIsReached() {
        reach(A, false);
        grid.settle();

        assertTrue(reach(A, true));
        grid.settle();

        assertTrue(ownedBy(A) > 0);
    }

    @Test
    void shouldMoveNothingWhenAnEdgeReachesNobody() {
        final int ofA = ownedBy(A);
        grid.put(0, SlotEntry.of(50, 50, 1, A, new int[] {B}, SlotEntry.NONE, SlotEntry.NONE));

        reach(B, false);
        reach(C, false);
        final int all = ownedBy(A);
        reach(A, false);
        grid.settle();

        assertTrue(all > ofA);
        assertEquals(4, ownedBy(A) + ownedBy(B) + ownedBy(C));
        assertEquals(0, grid.map.slotsLost());
        assertTrue(ownedBy(A) > 0, "its backups cannot be reached either");
    }

    @Test
    void shouldNotMindAProcessOutOfReachThatWasReplaced() {
        final SlotMap before = grid.map;

        assertFalse(grid.apply(new SlotCommand.Reach(A, 1, false)));

        assertSame(before, grid.map);
    }

    @Test
    void shouldKeepTheSlotsOfTheOnlyMemberThoughItIsOutOfReach() {
        grid.dead(B);
        grid.dead(C);

        reach(A, false);

        assertEquals(4, ownedBy(A));
    }

    @Test
    void shouldRefuseTakeOverByWhoIsNoBackup() {
        final int slot = slotOf(A, B);
        final SlotMap before = grid.map;

        final boolean byStranger = grid.change(Kind.TAKE_OVER, STRANGER, STRANGER, slot);
        final boolean byUninvolved = grid.change(Kind.TAKE_OVER, C, C, slot);
        final boolean byOwner = grid.change(Kind.TAKE_OVER, A, A, slot);

        assertFalse(byStranger || byUninvolved || byOwner);
        assertSame(before, grid.map);
    }

    @Test
    void shouldRefuseTakeOverByALearner() {
        grid.put(0, SlotEntry.of(50, 50, 1, A, new int[0], B, SlotEntry.NONE));

        assertFalse(grid.change(Kind.TAKE_OVER, B, B, 0), "it does not have all of the slot's state");
    }

    @Test
    void shouldRefuseTheLoserOfARace() {
        grid.put(0, SlotEntry.of(50, 50, 1, A, new int[] {B, C}, SlotEntry.NONE, SlotEntry.NONE));
        final Claim seen = new Claim(0, grid.map.entry(0).version());

        final boolean first =
                grid.apply(new SlotCommand.Change(Kind.TAKE_OVER, B, grid.map.incarnationOf(B), B, List.of(seen)));
        final boolean second =
                grid.apply(new SlotCommand.Change(Kind.TAKE_OVER, C, grid.map.incarnationOf(C), C, List.of(seen)));

        assertTrue(first);
        assertFalse(second);
        assertEquals(B, grid.map.entry(0).owner());
    }

    @Test
    void shouldRefuseAnEvictionThatLostToATakeOver() {
        final int slot = slotOf(A, B);
        final Claim seen = new Claim(slot, grid.map.entry(slot).version());
        assertTrue(grid.change(Kind.TAKE_OVER, B, B, slot));

        final boolean isEvicted =
                grid.apply(new SlotCommand.Change(Kind.EVICT, A, grid.map.incarnationOf(A), B, List.of(seen)));

        assertFalse(isEvicted);
        assertEquals(B, grid.map.entry(slot).owner());
    }

    @Test
    void shouldRefuseATakeOverThatLostToAnEviction() {
        final int slot = slotOf(A, B);
        final Claim seen = new Claim(slot, grid.map.entry(slot).version());
        assertTrue(grid.change(Kind.EVICT, A, B, slot));

        final boolean isTaken =
                grid.apply(new SlotCommand.Change(Kind.TAKE_OVER, B, grid.map.incarnationOf(B), B, List.of(seen)));

        assertFalse(isTaken);
        assertEquals(A, grid.map.entry(slot).owner());
    }

    @Test
    void shouldDoACommandOnceThatComesTwice() {
        final int slot = slotOf(A, B);
        final SlotCommand command = new SlotCommand.Change(
                Kind.TAKE_OVER,
                B,
                grid.map.incarnationOf(B),
                B,
                List.of(new Claim(slot, grid.map.entry(slot).version())));

        assertTrue(grid.apply(command));
        assertFalse(grid.apply(command));
    }

    @Test
    void shouldRefuseWhatAnOldIncarnationAsks() {
        final int slot = slotOf(A, B);
        final long old = grid.map.incarnationOf(B);
        final List<Claim> claims = List.of(new Claim(slot, grid.map.entry(slot).version()));

        assertFalse(grid.apply(new SlotCommand.Change(Kind.TAKE_OVER, B, old - 1, B, claims)));
        assertFalse(grid.apply(new SlotCommand.Dead(B, old - 1)));
        assertFalse(grid.apply(new SlotCommand.Leave(B, old - 1)));
    }

    @Test
    void shouldDecideEachClaimByItself() {
        grid.put(0, SlotEntry.of(50, 50, 1, A, new int[] {B}, SlotEntry.NONE, SlotEntry.NONE));
        grid.put(1, SlotEntry.of(50, 50, 1, A, new int[] {B}, SlotEntry.NONE, SlotEntry.NONE));

        final boolean isChanged = grid.apply(new SlotCommand.Change(
                Kind.TAKE_OVER,
                B,
                grid.map.incarnationOf(B),
                B,
                List.of(new Claim(0, 50), new Claim(1, 49), new Claim(-1, 0), new Claim(4, 0))));

        assertTrue(isChanged);
        assertEquals(B, grid.map.entry(0).owner());
        assertEquals(A, grid.map.entry(1).owner());
    }

    @Test
    void shouldLetOnlyTheOwnerEvict() {
        final int slot = slotOf(A, B);
        final SlotEntry before = grid.map.entry(slot);

        assertFalse(grid.change(Kind.EVICT, B, A, slot));
        assertFalse(grid.change(Kind.EVICT, C, B, slot));
        assertFalse(grid.change(Kind.EVICT, A, A, slot), "nobody evicts himself");
        assertTrue(grid.change(Kind.EVICT, A, B, slot));

        assertFalse(grid.map.entry(slot).isBackup(B));
        assertEquals(before.epoch(), grid.map.entry(slot).epoch());
        assertNotEquals(SlotEntry.NONE, grid.map.entry(slot).learner(), "the planner looks for another at once");
    }

    @Test
    void shouldForgetTheTargetThatIsEvicted() {
        grid.put(0, SlotEntry.of(50, 50, 1, A, new int[] {B, C}, SlotEntry.NONE, B));

        assertTrue(grid.change(Kind.EVICT, A, B, 0));

        assertNotEquals(B, grid.map.entry(0).target());
    }

    @Test
    void shouldLetOnlyTheOwnerPromoteItsLearner() {
        grid.put(0, SlotEntry.of(50, 50, 1, A, new int[0], B, SlotEntry.NONE));

        assertFalse(grid.change(Kind.PROMOTE, B, B, 0));
        assertFalse(grid.change(Kind.PROMOTE, A, C, 0));
        assertTrue(grid.change(Kind.PROMOTE, A, B, 0));

        assertTrue(grid.map.entry(0).isBackup(B));
        assertNotEquals(B, grid.map.entry(0).learner());
        assertEquals(50, grid.map.entry(0).epoch());
    }

    @Test
    void shouldMoveASlotToABackupAndKeepTheOldOwnerAsOne() {
        final int slot = slotOf(A, B);
        final long epoch = grid.map.entry(slot).epoch();

        assertFalse(grid.change(Kind.MOVE, B, B, slot), "not the owner");
        assertFalse(grid.change(Kind.MOVE, A, C, slot), "not a backup");
        assertTrue(grid.change(Kind.MOVE, A, B, slot));

        assertEquals(B, grid.map.entry(slot).owner());
        assertTrue(grid.map.entry(slot).isBackup(A));
        assertEquals(epoch + 1, grid.map.entry(slot).epoch());
    }

    @Test
    void shouldGiveASlotToTheFirstBackupOfADeadOwner() {
        grid.put(0, SlotEntry.of(50, 50, 1, A, new int[] {C, B}, SlotEntry.NONE, B));

        grid.dead(A);

        assertNull(grid.map.member(A));
        assertEquals(C, grid.map.entry(0).owner());
        assertEquals(51, grid.map.entry(0).epoch());
        assertEquals(1, grid.map.entry(0).begunEpoch());
        assertEquals(0, grid.map.slotsLost());
        assertFalse(grid.map.entry(0).isHeldBy(A));
    }

    @Test
    void shouldTakeADeadMemberOutOfAllItsPlaces() {
        grid.put(0, SlotEntry.of(50, 50, 1, B, new int[] {A}, SlotEntry.NONE, A));
        grid.put(1, SlotEntry.of(50, 50, 1, B, new int[] {C}, A, A));

        grid.dead(A);

        for (int slot = 0; slot < grid.map.slots(); slot++) {
            assertFalse(grid.map.entry(slot).isHeldBy(A));
            assertNotEquals(A, grid.map.entry(slot).target());
        }
    }

    @Test
    void shouldCountASlotAsLostAndBeginItInTheNextEpochWhenItsLastHolderDies() {
        grid.put(0, SlotEntry.of(50, 50, 1, A, new int[0], B, SlotEntry.NONE));

        grid.dead(A);

        final SlotEntry after = grid.map.entry(0);
        assertEquals(after.epoch(), after.begunEpoch());
        assertEquals(1, grid.map.slotsLost());
        assertNotEquals(SlotEntry.NONE, after.owner());
        assertEquals(51, after.epoch());
        assertEquals(0, after.backups(), "a learner has not all of it, so nobody has");
    }

    @Test
    void shouldRaiseTheEpochOfALostSlotThatNobodyCanTake() {
        grid.dead(A);
        grid.settle();
        grid.dead(B);
        final long epoch = grid.map.entry(0).epoch();

        grid.dead(C);
        final SlotEntry alone = grid.map.entry(0);
        grid.join(B);

        assertEquals(4, grid.map.slotsLost());
        assertEquals(SlotEntry.NONE, alone.owner());
        assertEquals(epoch + 1, alone.epoch(), "its old owner is out although it has no new one");
        assertEquals(B, grid.map.entry(0).owner());
        assertEquals(epoch + 2, grid.map.entry(0).epoch());
    }

    @Test
    void shouldTakeANewIncarnationForADeathAndAJoin() {
        final int slot = slotOf(A, B);
        final long epoch = grid.map.entry(slot).epoch();

        grid.join(A);

        assertEquals(3, grid.map.members().size());
        assertEquals(B, grid.map.entry(slot).owner());
        assertEquals(epoch + 1, grid.map.entry(slot).epoch());
        assertFalse(grid.map.entry(slot).isBackup(A), "a process that starts has nothing");
    }

    @Test
    void shouldIgnoreAJoinThatComesTwice() {
        final SlotMap before = grid.map;

        final SlotMap after =
                SlotRules.apply(before, new SlotCommand.Join(before.members().get(A)));

        assertSame(before, after);
    }

    @Test
    void shouldRefuseMoreMembersThanThereMayBe() {
        final GridModel full = new GridModel(4, 1);
        for (int number = 0; number < SlotMap.MEMBERS_MAX; number++) {
            full.join(number);
        }

        assertFalse(full.apply(new SlotCommand.Join(member(SlotMap.MEMBERS_MAX))));
        assertFalse(grid.apply(new SlotCommand.Join(member(-1))));
        assertEquals(SlotMap.MEMBERS_MAX, full.map.members().size());
    }

    @Test
    void shouldLetAMemberLeaveOnlyWhenItHoldsNothing() {
        assertFalse(grid.apply(new SlotCommand.Leave(A, grid.map.incarnationOf(A))));

        assertTrue(grid.apply(new SlotCommand.Drain(A, true)));
        assertFalse(grid.apply(new SlotCommand.Drain(A, true)));
        grid.settle();
        assertTrue(grid.apply(new SlotCommand.Leave(A, grid.map.incarnationOf(A))));

        assertNull(grid.map.member(A));
        assertEquals(0, grid.map.slotsLost());
    }

    @Test
    void shouldLetALeavingMemberGoThatIsBackupOnlyForWantOfAnother() {
        final GridModel two = new GridModel(16, 1);
        two.join(A);
        two.join(B);
        two.settle();

        assertTrue(two.apply(new SlotCommand.Drain(A, true, true)));
        assertFalse(two.apply(new SlotCommand.Leave(A, two.map.incarnationOf(A))), "it owns slots");
        two.settle();
        assertEquals(16, two.replicasOf(A), "there is nobody else");
        assertTrue(two.apply(new SlotCommand.Leave(A, two.map.incarnationOf(A))));

        assertNull(two.map.member(A));
        assertEquals(0, two.map.slotsLost());
        assertEquals(0, two.replicasOf(A));
    }

    @Test
    void shouldKeepADrainedBackupThatIsNotToLeave() {
        final GridModel two = new GridModel(16, 1);
        two.join(A);
        two.join(B);
        two.settle();

        two.apply(new SlotCommand.Drain(A, true));
        two.settle();

        assertFalse(two.apply(new SlotCommand.Leave(A, two.map.incarnationOf(A))));
    }

    @Test
    void shouldKeepALeavingBackupUntilAnotherHasLearned() {
        final int slot = slotOf(B, A);
        assertTrue(grid.apply(new SlotCommand.Drain(A, true, true)));
        assertFalse(grid.apply(new SlotCommand.Leave(A, grid.map.incarnationOf(A))));
        grid.settle();

        assertTrue(grid.apply(new SlotCommand.Leave(A, grid.map.incarnationOf(A))));
        assertEquals(1, grid.map.entry(slot).backups());
    }

    @Test
    void shouldTakeALeavingMemberBackAsLongAsItIsThere() {
        assertTrue(grid.apply(new SlotCommand.Drain(A, true, true)));
        grid.settle();

        assertTrue(grid.apply(new SlotCommand.Drain(A, false, true)));
        grid.settle();

        assertFalse(Objects.requireNonNull(grid.map.member(A)).isLeaving());
        assertFalse(grid.apply(new SlotCommand.Leave(A, grid.map.incarnationOf(A))));
    }

    @Test
    void shouldRefuseAJoinThatHasNotLookedAtTheStateOfAnother() {
        final GridModel live = new GridModel(16, 1);
        final GridMember old = withSchema(A, 1, 7);
        live.apply(new SlotCommand.Join(old, "seven", List.of()));

        assertFalse(live.apply(new SlotCommand.Join(withSchema(B, 2, 8), "eight", List.of())));
        assertTrue(live.apply(new SlotCommand.Join(withSchema(B, 2, 8), "eight", List.of(7L))));
        assertFalse(live.apply(new SlotCommand.Join(withSchema(C, 3, 7), "seven", List.of())), "there is 8 now");
        assertTrue(live.apply(new SlotCommand.Join(withSchema(B, 4, 9), "nine", List.of(7L))), "8 ends by it");
        assertTrue(live.apply(new SlotCommand.Join(member(C))), "it says nothing of its state");
    }

    private static GridMember withSchema(final int number, final long incarnation, final long schema) {
        return new GridMember(number, incarnation, "node-" + number, "host-" + number, "zone", false, false, schema);
    }
}
