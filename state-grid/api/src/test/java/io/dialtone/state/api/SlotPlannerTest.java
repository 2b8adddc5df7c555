package io.dialtone.state.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.SlotCommand.Kind;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlotPlannerTest {
    private static final int SLOTS = 64;

    @Test
    void shouldGiveTheFirstMemberAllSlotsInTheFirstEpoch() {
        final GridModel grid = new GridModel(SLOTS, 1);

        grid.join(3);

        assertEquals(SLOTS, grid.ownedBy(3));
        assertEquals(1, grid.map.entry(0).epoch());
        assertEquals(0, grid.map.slotsLost());
    }

    @Test
    void shouldTeachOnlySoManySlotsAtOnce() {
        final GridModel grid = new GridModel(SLOTS, 1);
        grid.join(0);

        grid.join(1);

        assertEquals(SlotPlanner.TEACHING_MAX, grid.learnersOf(0));
        grid.complete(firstSlotWithLearner(grid));
        assertEquals(SlotPlanner.TEACHING_MAX, grid.learnersOf(0));
    }

    @Test
    void shouldLearnOnlySoManySlotsFromAllTogether() {
        final GridModel grid = settled(SLOTS, 1, 6);

        grid.join(6);

        assertEquals(SlotPlanner.LEARNING_MAX, grid.learntBy(6));
    }

    @Test
    void shouldFirstTeachSlotsThatAreAlone() {
        final GridModel grid = settled(SLOTS, 2, 3);
        grid.join(3);
        grid.settle();
        for (int slot = 0; slot < SLOTS; slot++) {
            final SlotEntry entry = grid.map.entry(slot);
            final int[] backups = slot == SLOTS - 1 ? new int[0] : new int[] {entry.backup(0)};
            grid.put(
                    slot,
                    SlotEntry.of(
                            entry.version(),
                            entry.epoch(),
                            entry.begunEpoch(),
                            entry.owner(),
                            backups,
                            SlotEntry.NONE,
                            SlotEntry.NONE));
        }

        grid.join(4);

        assertNotEquals(SlotEntry.NONE, grid.map.entry(SLOTS - 1).learner());
    }

    @Test
    void shouldPreferAnotherZoneAndThenAnotherHost() {
        final GridModel grid = new GridModel(SLOTS, 1);
        grid.join(0, "host-1", "zone-1");
        grid.join(1, "host-1", "zone-1");
        grid.settle();
        assertTrue(grid.map.entry(0).backups() == 1, "a backup on the same host is better than none");

        grid.join(2, "host-2", "zone-1");
        grid.settle();
        for (int slot = 0; slot < SLOTS; slot++) {
            final SlotEntry entry = grid.map.entry(slot);
            assertNotEquals(hostOf(grid, entry.owner()), hostOf(grid, entry.backup(0)));
        }

        grid.join(3, "host-3", "zone-2");
        grid.settle();
        for (int slot = 0; slot < SLOTS; slot++) {
            final SlotEntry entry = grid.map.entry(slot);
            assertNotEquals(zoneOf(grid, entry.owner()), zoneOf(grid, entry.backup(0)));
        }
    }

    @Test
    void shouldSpreadTwoBackupsOverHosts() {
        final GridModel grid = new GridModel(SLOTS, 2);
        for (int number = 0; number < 6; number++) {
            grid.join(number, "host-" + number / 2, "zone");
        }

        grid.settle();

        for (int slot = 0; slot < SLOTS; slot++) {
            final SlotEntry entry = grid.map.entry(slot);
            assertNotEquals(hostOf(grid, entry.owner()), hostOf(grid, entry.backup(0)));
            assertNotEquals(hostOf(grid, entry.owner()), hostOf(grid, entry.backup(1)));
            assertNotEquals(hostOf(grid, entry.backup(0)), hostOf(grid, entry.backup(1)));
        }
    }

    @ParameterizedTest
    @CsvSource({"64, 1, 1", "64, 1, 2", "64, 2, 3", "256, 1, 3", "256, 0, 4", "256, 2, 9", "256, 1, 20", "16, 1, 16"})
    void shouldMoveNoMoreSlotsThanNeededWhenANodeJoins(final int slots, final int wanted, final int members) {
        final GridModel grid = settled(slots, wanted, members);
        grid.ownerChanges = 0;

        grid.join(members);
        grid.settle();

        assertTrue(grid.ownerChanges <= slots / (members + 1) + 1, grid.ownerChanges + " moves");
        assertBalanced(grid);
        assertPlaced(grid);
    }

    @Test
    void shouldMoveToBackupsBeforeOthers() {
        final GridModel grid = settled(SLOTS, 1, 2);
        grid.apply(new SlotCommand.Drain(1, true));
        grid.settle();
        assertEquals(SLOTS, grid.ownedBy(0));

        grid.apply(new SlotCommand.Drain(1, false));

        for (int slot = 0; slot < SLOTS; slot++) {
            assertEquals(SlotEntry.NONE, grid.map.entry(slot).learner(), "it is a backup already");
        }
        grid.settle();
        assertBalanced(grid);
    }

    @Test
    void shouldHandOverOnlySoManySlotsAtOnce() {
        final GridModel grid = settled(SLOTS, 1, 3);

        grid.apply(new SlotCommand.Drain(1, true));

        int moving = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            final SlotEntry entry = grid.map.entry(slot);
            moving += entry.owner() == 1 && entry.target() != SlotEntry.NONE ? 1 : 0;
        }
        assertEquals(SlotPlanner.MOVING_MAX, moving);
    }

    @Test
    void shouldEmptyADrainingMemberAndNeverBeWithFewerBackups() {
        final GridModel grid = settled(SLOTS, 1, 3);

        grid.apply(new SlotCommand.Drain(1, true));
        boolean isBusy = true;
        while (isBusy) {
            isBusy = false;
            for (int slot = 0; slot < SLOTS; slot++) {
                isBusy |= grid.complete(slot);
                assertTrue(grid.map.entry(slot).backups() >= 1);
            }
        }

        for (int slot = 0; slot < SLOTS; slot++) {
            assertFalse(grid.map.entry(slot).isHeldBy(1));
        }
        assertEquals(0, grid.map.slotsLost());
    }

    @Test
    void shouldKeepADrainingMemberAsBackupWhileThereIsNoOther() {
        final GridModel grid = settled(SLOTS, 1, 2);

        grid.apply(new SlotCommand.Drain(1, true));
        grid.settle();

        assertEquals(SLOTS, grid.ownedBy(0));
        assertEquals(SLOTS, grid.replicasOf(1));
    }

    @Test
    void shouldNotMoveAnythingWhenAllAreDraining() {
        final GridModel grid = settled(SLOTS, 1, 2);
        grid.ownerChanges = 0;

        grid.apply(new SlotCommand.Drain(1, true));
        grid.apply(new SlotCommand.Drain(0, true));
        grid.settle();

        assertBalancedAmong(grid, true);
    }

    @Test
    void shouldTakeBackATargetThatIsDraining() {
        final GridModel grid = settled(SLOTS, 1, 2);
        grid.join(2);

        grid.apply(new SlotCommand.Drain(2, true));

        for (int slot = 0; slot < SLOTS; slot++) {
            assertNotEquals(2, grid.map.entry(slot).target());
            assertNotEquals(2, grid.map.entry(slot).learner());
        }
    }

    @Test
    void shouldTrimTheBackupThatIsPlacedWorst() {
        final GridModel grid = new GridModel(1, 1);
        grid.join(0, "host-1", "zone-1");
        grid.join(1, "host-2", "zone-2");
        grid.join(2, "host-1", "zone-1");
        grid.settle();
        grid.put(0, SlotEntry.of(50, 50, 1, 0, new int[] {1, 2}, SlotEntry.NONE, SlotEntry.NONE));

        grid.apply(new SlotCommand.Drain(2, true));
        grid.apply(new SlotCommand.Drain(2, false));

        assertTrue(grid.map.entry(0).isBackup(1));
        assertFalse(grid.map.entry(0).isBackup(2));
    }

    @Test
    void shouldNotTrimWhileAMoveIsPending() {
        final GridModel grid = new GridModel(2, 1);
        grid.join(0);
        grid.join(1);
        grid.settle();
        grid.join(2);
        grid.put(0, SlotEntry.of(50, 50, 1, 0, new int[] {1, 2}, SlotEntry.NONE, 2));
        grid.put(1, SlotEntry.of(50, 50, 1, 0, new int[] {1}, SlotEntry.NONE, SlotEntry.NONE));

        grid.join(3);

        assertEquals(2, grid.map.entry(0).backups());
        assertTrue(grid.change(Kind.MOVE, 0, 2, 0));
        assertEquals(1, grid.map.entry(0).backups());
    }

    @Test
    void shouldSpreadReplicas() {
        final GridModel grid = settled(256, 1, 7);

        for (int number = 0; number < 7; number++) {
            final int replicas = grid.replicasOf(number);
            assertTrue(replicas >= 256 / 7 - 8 && replicas <= 256 / 7 + 8, number + " has " + replicas);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldHoldItsWordWhateverHappensAndComeToRest(final long seed) {
        final Random random = new Random(seed);
        final int wanted = (int) (seed % 3);
        final int membersMax = 2 + random.nextInt(7);
        final GridModel grid = new GridModel(32, wanted);
        final GridWatch watch = new GridWatch(grid, seed);

        for (int step = 0; step < 2_000; step++) {
            randomStep(grid, random, membersMax);
            watch.check(step);
        }
        for (int number = 0; number < membersMax; number++) {
            if (grid.map.member(number) == null) {
                grid.join(number, "host-" + number / 2, "zone-" + number / 4);
            }
            grid.apply(new SlotCommand.Drain(number, false));
        }
        grid.settle();

        watch.check(-1);
        assertBalanced(grid);
        assertPlaced(grid);
    }

    private static void randomStep(final GridModel grid, final Random random, final int membersMax) {
        final int number = random.nextInt(membersMax);
        final int slot = random.nextInt(grid.map.slots());
        final SlotEntry entry = grid.map.entry(slot);
        switch (random.nextInt(24)) {
            case 0 -> grid.join(number, "host-" + number / 2, "zone-" + number / 4);
            case 1 -> grid.dead(number);
            case 2 -> grid.apply(new SlotCommand.Drain(number, random.nextBoolean()));
            case 3 -> grid.apply(new SlotCommand.Leave(number, grid.map.incarnationOf(number)));
            case 4, 5 -> {
                if (entry.backups() > 0) {
                    final int heir = entry.backup(random.nextInt(entry.backups()));
                    grid.change(Kind.TAKE_OVER, heir, heir, slot);
                }
            }
            case 6, 7 -> grid.change(Kind.EVICT, entry.owner(), number, slot);
            case 8 -> grid.change(Kind.MOVE, entry.owner(), number, slot);
            default -> grid.complete(slot);
        }
    }

    private static GridModel settled(final int slots, final int wanted, final int members) {
        final GridModel grid = new GridModel(slots, wanted);
        for (int number = 0; number < members; number++) {
            grid.join(number);
            grid.settle();
        }
        return grid;
    }

    private static int firstSlotWithLearner(final GridModel grid) {
        int slot = 0;
        while (grid.map.entry(slot).learner() == SlotEntry.NONE) {
            slot++;
        }
        return slot;
    }

    private static String hostOf(final GridModel grid, final int number) {
        final GridMember member = grid.map.member(number);
        return member == null ? "" : member.host();
    }

    private static String zoneOf(final GridModel grid, final int number) {
        final GridMember member = grid.map.member(number);
        return member == null ? "" : member.zone();
    }

    private static void assertBalanced(final GridModel grid) {
        assertBalancedAmong(grid, false);
    }

    private static void assertBalancedAmong(final GridModel grid, final boolean isDrainingToo) {
        int fewest = Integer.MAX_VALUE;
        int most = 0;
        for (final GridMember member : grid.map.members()) {
            if (isDrainingToo || !member.isDraining()) {
                fewest = Math.min(fewest, grid.ownedBy(member.number()));
                most = Math.max(most, grid.ownedBy(member.number()));
            }
        }
        assertTrue(most - fewest <= 1, () -> grid.print());
    }

    private static void assertPlaced(final GridModel grid) {
        final int members = grid.map.members().size();
        final int wanted = Math.min(grid.map.backupsWanted(), members - 1);
        for (int slot = 0; slot < grid.map.slots(); slot++) {
            final SlotEntry entry = grid.map.entry(slot);
            assertEquals(wanted, entry.backups(), grid::print);
            assertEquals(SlotEntry.NONE, entry.learner(), grid::print);
            assertEquals(SlotEntry.NONE, entry.target(), grid::print);
            int elsewhere = 0;
            int farther = 0;
            for (final GridMember member : grid.map.members()) {
                elsewhere += member.host().equals(hostOf(grid, entry.owner())) ? 0 : 1;
                farther += member.zone().equals(zoneOf(grid, entry.owner())) ? 0 : 1;
            }
            int onOtherHosts = 0;
            int inOtherZones = 0;
            for (int i = 0; i < entry.backups(); i++) {
                onOtherHosts += hostOf(grid, entry.backup(i)).equals(hostOf(grid, entry.owner())) ? 0 : 1;
                inOtherZones += zoneOf(grid, entry.backup(i)).equals(zoneOf(grid, entry.owner())) ? 0 : 1;
            }
            assertEquals(Math.min(wanted, elsewhere), onOtherHosts, grid::print);
            assertEquals(Math.min(wanted, farther), inOtherZones, grid::print);
        }
    }

    /** What must hold of each map, and of each step from one to the next. */
    private static final class GridWatch {
        private final GridModel grid;
        private final long seed;
        private SlotMap before;

        GridWatch(final GridModel grid, final long seed) {
            this.grid = grid;
            this.seed = seed;
            before = grid.map;
        }

        void check(final int step) {
            final SlotMap map = grid.map;
            for (int slot = 0; slot < map.slots(); slot++) {
                final int at = slot;
                final SlotEntry entry = map.entry(slot);
                assertTrue(isSound(map, entry), () -> where(step, at));
                assertTrue(isNext(before.entry(slot), entry), () -> where(step, at) + " was " + before.entry(at));
            }
            final SlotMap.Draft draft = map.draft();
            SlotPlanner.plan(draft);
            assertSame(map, draft.toMap(), () -> where(step, 0) + ": a planned map must be planned to itself");
            for (final GridMember member : map.members()) {
                assertTrue(grid.learnersOf(member.number()) <= SlotPlanner.TEACHING_MAX, () -> where(step, 0));
                assertTrue(grid.learntBy(member.number()) <= SlotPlanner.LEARNING_MAX, () -> where(step, 0));
            }
            before = map;
        }

        private static boolean isSound(final SlotMap map, final SlotEntry entry) {
            if (entry.owner() == SlotEntry.NONE) {
                return map.members().isEmpty() && entry.backups() == 0;
            }
            boolean isSound = map.member(entry.owner()) != null;
            for (int i = 0; i < entry.backups(); i++) {
                isSound &= map.member(entry.backup(i)) != null && entry.backup(i) != entry.owner();
                for (int j = 0; j < i; j++) {
                    isSound &= entry.backup(i) != entry.backup(j);
                }
            }
            if (entry.learner() != SlotEntry.NONE) {
                isSound &= map.member(entry.learner()) != null
                        && entry.learner() != entry.owner()
                        && !entry.isBackup(entry.learner());
            }
            if (entry.target() != SlotEntry.NONE) {
                isSound &= entry.isBackup(entry.target()) || entry.learner() == entry.target();
            }
            return isSound;
        }

        private static boolean isNext(final SlotEntry before, final SlotEntry after) {
            if (before.equals(after)) {
                return true;
            }
            final boolean isNewOwner = before.owner() != after.owner();
            return after.version() > before.version()
                    && (isNewOwner ? after.epoch() > before.epoch() : after.epoch() >= before.epoch());
        }

        private String where(final int step, final int slot) {
            return "seed " + seed + " step " + step + " slot " + slot + ": " + grid.map.entry(slot) + "\n"
                    + grid.print();
        }
    }
}
