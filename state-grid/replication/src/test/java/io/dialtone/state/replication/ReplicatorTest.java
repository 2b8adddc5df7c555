package io.dialtone.state.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.link.LinkFrame;
import io.dialtone.state.api.MembershipListener.DeathHint;
import io.dialtone.state.api.SessionReplicator;
import io.dialtone.state.api.SlotCommand;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ReplicatorTest {
    private static final int SLOT = 0;
    private static final long KEY = 42;

    @Test
    void shouldLetOutputsLeaveWhenTheBackupHasAppliedTheirRecord() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);

        // when
        final long number = owner.event(SLOT, KEY, "ringing", "180");
        final boolean before = owner.replicator.mayLeave(SLOT, number);
        grid.turns(3);

        // then
        assertFalse(before);
        assertTrue(owner.replicator.mayLeave(SLOT, number));
        assertEquals("ringing", grid.backupOf(SLOT).imageOf(SLOT, KEY));
    }

    @Test
    void shouldHoldOutputsUntilTheRegistryLetsASilentBackupGo() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        grid.backupOf(SLOT).isStopped = true;
        grid.isRegistryUp = false;

        // when
        final long number = owner.event(SLOT, KEY, "up", "200");
        grid.turns(1_000);
        final boolean withoutRegistry = owner.replicator.mayLeave(SLOT, number);
        grid.isRegistryUp = true;
        grid.turns(400);

        // then
        assertFalse(withoutRegistry);
        assertTrue(owner.replicator.mayLeave(SLOT, number));
        assertTrue(owner.replicator.isAlone(SLOT));
    }

    @Test
    void shouldTakeTheSlotsOfASilentOwnerAndSendWhatWasOpen() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker backup = grid.backupOf(SLOT);
        owner.event(SLOT, KEY, "ringing", "180");
        grid.turns(60);
        owner.event(SLOT, KEY, "up", "200");
        owner.turn();
        owner.isStopped = true;

        // when
        grid.turns(1);
        final boolean tooEarly = backup.replicator.isOwned(SLOT);
        grid.turns(400);

        // then
        assertFalse(tooEarly);
        assertTrue(backup.replicator.isOwned(SLOT));
        assertEquals("up", backup.imageOf(SLOT, KEY));
        assertEquals(List.of("200"), backup.reopened);
    }

    @Test
    void shouldFenceAnOwnerThatWakes() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker old = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker heir = grid.backupOf(SLOT);
        final long number = old.event(SLOT, KEY, "up", "200");
        old.isStopped = true;
        grid.turns(500);
        assertTrue(heir.replicator.isOwned(SLOT));

        // when
        old.isStopped = false;
        grid.turn();

        // then
        assertFalse(old.replicator.mayLeave(SLOT, number));
        assertFalse(old.replicator.isOwned(SLOT));
        assertTrue(old.disowned.contains(SLOT));
        assertTrue(heir.replicator.isOwned(SLOT));
    }

    @Test
    void shouldSendAgainWhatWasLost() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker backup = grid.backupOf(SLOT);

        // when
        backup.isDeaf = true;
        owner.event(SLOT, KEY, "one", "1");
        owner.turn();
        backup.isDeaf = false;
        final long number = owner.event(SLOT, KEY, "two", "2");
        grid.turns(20);

        // then
        assertTrue(owner.replicator.mayLeave(SLOT, number));
        assertEquals("two", backup.imageOf(SLOT, KEY));
        assertTrue(owner.count(ReplicationCounter.RESENDS) > 0);
    }

    @Test
    void shouldTellALearnerEverythingBeforeItIsPromoted() {
        // given
        final HandDrivenGrid grid = settled(1, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        for (long key = 0; key < 100; key++) {
            owner.event(SLOT, key, "session " + key, "");
        }

        // when
        final HandDrivenGrid.Worker learner = grid.join();
        for (long key = 100; key < 200; key++) {
            while (!grid.ownerOf(SLOT).replicator.isOwned(SLOT)) {
                grid.turn(); // on its way to the learner
            }
            grid.ownerOf(SLOT).event(SLOT, key, "session " + key, "");
            grid.ownerOf(SLOT).end(SLOT, key - 50);
            grid.turn();
        }
        grid.settle();

        // then
        assertTrue(grid.map.entry(SLOT).isHeldBy(learner.number));
        for (long key = 0; key < 200; key++) {
            assertEquals(owner.imageOf(SLOT, key), learner.imageOf(SLOT, key), "session " + key);
        }
        assertEquals(100, learner.images.count(SLOT));
    }

    @Test
    void shouldHandASlotOverAndStayItsBackup() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker old = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker target = grid.backupOf(SLOT);
        old.event(SLOT, KEY, "up", "200");

        // when
        grid.command(new SlotCommand.Drain(old.number, true));
        for (int i = 0; i < 200 && grid.map.entry(SLOT).owner() == old.number; i++) {
            grid.turn();
        }
        grid.turns(5);
        final long number = target.event(SLOT, KEY, "held", "200");
        grid.turns(5);

        // then
        assertEquals(target.number, grid.map.entry(SLOT).owner());
        assertTrue(target.replicator.mayLeave(SLOT, number));
        assertTrue(target.reopened.isEmpty(), "nothing was open");
        assertEquals("held", target.imageOf(SLOT, KEY));
    }

    @Test
    void shouldSendWhatItHeldWhenItIsHeirToTheOneItHandedTheSlotTo() {
        // given an owner that does not hear that it has handed its slot over, and serves it again
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker old = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker target = grid.backupOf(SLOT);
        handOverUnheard(grid, old, target);
        target.isStopped = true;
        while (!old.replicator.isOwned(SLOT)) {
            grid.turn();
        }
        final long number = old.event(SLOT, KEY, "timer fired", "timer's output");
        grid.turns(3);
        final boolean hasLeft = old.replicator.mayLeave(SLOT, number);

        // when it hears so, and its heir has died meanwhile
        old.onlyKnows = null;
        grid.turn();
        final boolean wasFenced = old.disowned.contains(SLOT);
        grid.turns(400);

        // then
        assertFalse(hasLeft);
        assertTrue(wasFenced);
        assertEquals(old, grid.ownerOf(SLOT));
        assertEquals("timer fired", old.imageOf(SLOT, KEY));
        assertEquals(List.of("timer's output"), old.reopened);
    }

    @Test
    void shouldSendWhatItHeldEvenIfItsHeirHasComeBackMeanwhile() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker old = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker target = grid.backupOf(SLOT);
        handOverUnheard(grid, old, target);
        target.isStopped = true;
        while (!old.replicator.isOwned(SLOT)) {
            grid.turn();
        }
        old.event(SLOT, KEY, "timer fired", "timer's output");
        grid.turns(3);

        // when all of it is heard at once: that the slot was lost, that its owner died and is another process, and that
        // the slot is ours again
        target.incarnation++;
        grid.command(new SlotCommand.Join(grid.memberOf(target.number)));
        old.onlyKnows = null;
        grid.turns(3);

        // then
        assertEquals(old, grid.ownerOf(SLOT));
        assertEquals(List.of("timer's output"), old.reopened);
    }

    @Test
    void shouldNotSendAgainWhatTheNewOwnerHasSeenLeave() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker old = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker target = grid.backupOf(SLOT);
        handOverUnheard(grid, old, target);
        while (!old.replicator.isOwned(SLOT)) {
            grid.turn();
        }
        target.isStopped = true;
        old.event(SLOT, KEY, "timer fired", "timer's output");
        grid.turns(3);

        // when the new owner finds it open, and tells it as a record of its own
        target.isStopped = false;
        target.turn();
        target.onlyKnows = null;
        old.onlyKnows = null;
        grid.turns(60);
        target.isStopped = true;
        grid.turns(400);

        // then
        assertEquals(List.of("timer's output"), target.reopened);
        assertEquals(old, grid.ownerOf(SLOT));
        assertTrue(old.reopened.isEmpty(), "it had left");
    }

    @Test
    void shouldKeepWhatIsOpenUntilANewOwnerHasToldAllOfIt() {
        // given two backups that have applied what has not left
        final HandDrivenGrid grid = new HandDrivenGrid(3, 1, 2, withOneEntryABatch());
        grid.settle();
        final HandDrivenGrid.Worker first = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker second = grid.backupOf(SLOT);
        final HandDrivenGrid.Worker third =
                grid.workers.get(grid.map.entry(SLOT).backup(1));
        first.event(SLOT, KEY, "one", "1");
        first.event(SLOT, KEY + 1, "two", "2");
        first.turn();
        first.isStopped = true;

        // when the next owner dies as it has said that it begins, and told the first of them
        third.turn();
        third.inbox.clear();
        while (!second.replicator.isOwned(SLOT)) {
            grid.nowNs += HandDrivenGrid.MS;
            second.turn();
        }
        second.isStopped = true;
        assertEquals(3, third.inbox.size());
        third.inbox.removeLast();
        grid.turns(900);

        // then
        assertEquals(third, grid.ownerOf(SLOT));
        assertEquals(List.of("11", "2"), third.reopened, "by the first owner, and once more by the second");
    }

    @Test
    void shouldTellWhatIsOpenOfASessionAtOnceBecauseThereIsOneImage() {
        // given two backups, one of which has not heard the last of it
        final HandDrivenGrid grid = new HandDrivenGrid(3, 1, 2, withOneEntryABatch());
        grid.settle();
        final HandDrivenGrid.Worker first = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker second = grid.backupOf(SLOT);
        final HandDrivenGrid.Worker third =
                grid.workers.get(grid.map.entry(SLOT).backup(1));
        first.event(SLOT, KEY, "up", "200");
        first.turn();
        third.turn();
        third.isDeaf = true;
        first.event(SLOT, KEY, "timer fired", "timer's output");
        first.turn();
        first.isStopped = true;
        third.isDeaf = false;

        // when the one that has takes over, and dies after the first record of its epoch
        while (!second.replicator.isOwned(SLOT)) {
            grid.nowNs += HandDrivenGrid.MS;
            second.turn();
        }
        second.isStopped = true;
        while (third.inbox.size() > 2) {
            third.inbox.removeLast();
        }
        grid.turns(900);

        // then
        assertEquals(third, grid.ownerOf(SLOT));
        assertEquals("timer fired", third.imageOf(SLOT, KEY));
        assertTrue(third.reopened.contains("200timer's output"), third.reopened.toString());
    }

    @Test
    void shouldHoldOutputsOfALoneOwnerWhenItsLeaseHasEnded() {
        // given
        final HandDrivenGrid grid = settled(1, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final long number = owner.event(SLOT, KEY, "up", "200");
        assertTrue(owner.replicator.mayLeave(SLOT, number));

        // when
        grid.isRegistryUp = false;
        grid.turns(301);

        // then
        assertFalse(owner.replicator.mayLeave(SLOT, number));
    }

    @Test
    void shouldGiveUpABackupThatLeavesTooMuchUnapplied() {
        // given
        final HandDrivenGrid grid =
                new HandDrivenGrid(2, 1, 1, ReplicatorConfig.defaults().withRing(1 << 18, 1 << 16));
        grid.settle();
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        grid.backupOf(SLOT).isStopped = true;
        final String image = "x".repeat(8_000);

        // when
        for (int i = 0; i < 20; i++) {
            owner.event(SLOT, KEY, image, "");
        }
        final boolean hasRoomEarly = owner.replicator.hasRoom();
        for (int i = 0; i < 20; i++) {
            owner.event(SLOT, KEY, image, "");
        }
        grid.turns(20);

        // then
        assertTrue(hasRoomEarly);
        assertEquals(1, owner.count(ReplicationCounter.RINGS_OVERFLOWN));
        assertTrue(owner.replicator.isAlone(SLOT));
        assertTrue(owner.replicator.hasRoom());
    }

    @Test
    void shouldTakeNoMoreMessagesWhenTheBackupIsBehind() {
        // given
        final HandDrivenGrid grid =
                new HandDrivenGrid(2, 1, 1, ReplicatorConfig.defaults().withRing(1 << 18, 1 << 17));
        grid.settle();
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        grid.backupOf(SLOT).isStopped = true;

        // when
        for (int i = 0; i < 20; i++) {
            owner.event(SLOT, KEY, "x".repeat(8_000), "");
        }

        // then
        assertFalse(owner.replicator.hasRoom());
    }

    @Test
    void shouldDoWithoutABackupWhoseStoreIsFull() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker backup = grid.backupOf(SLOT);
        backup.images.bytesMax(0);

        // when
        final long number = owner.event(SLOT, KEY, "up", "200");
        grid.turns(2);
        final boolean whileBroken = owner.replicator.mayLeave(SLOT, number);
        grid.turns(50);

        // then
        assertFalse(whileBroken);
        assertTrue(backup.count(ReplicationCounter.IMAGES_REFUSED) > 0);
        assertTrue(owner.replicator.mayLeave(SLOT, number));
    }

    @Test
    void shouldAcknowledgeWithABatchOfItsOwnIfOneGoesAnyway() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker backup = grid.backupOf(SLOT);
        final long number = owner.event(SLOT, KEY, "up", "200");
        owner.inbox.clear();
        owner.turn();

        // when
        backup.event(slotOf(grid, backup), KEY, "ringing", "180");
        backup.turn();
        final List<LinkFrame> sent =
                owner.inbox.stream().map(ReplicatorTest::frame).toList();
        owner.turn();

        // then
        assertTrue(sent.stream().anyMatch(LinkFrame::isAcknowledging));
        assertTrue(sent.stream().noneMatch(frame -> frame.type() == LinkFrame.TYPE_REPLICATION_ACK));
        assertTrue(owner.replicator.mayLeave(SLOT, number));
    }

    @Test
    void shouldSayWhatItHasNotAppliedInAFrameOfItsOwn() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker backup = grid.backupOf(SLOT);
        backup.event(slotOf(grid, backup), KEY, "ringing", "180");
        backup.images.bytesMax(0);
        final long number = owner.event(SLOT, KEY, "up", "200");
        owner.inbox.clear();
        owner.turn();

        // when
        backup.turn();
        final List<LinkFrame> sent =
                owner.inbox.stream().map(ReplicatorTest::frame).toList();
        owner.turn();

        // then
        assertTrue(sent.stream().noneMatch(LinkFrame::isAcknowledging));
        assertTrue(sent.stream().anyMatch(frame -> frame.type() == LinkFrame.TYPE_REPLICATION_ACK));
        assertFalse(owner.replicator.mayLeave(SLOT, number));
    }

    private static int slotOf(final HandDrivenGrid grid, final HandDrivenGrid.Worker owner) {
        int slot = 0;
        while (grid.map.entry(slot).owner() != owner.number) {
            slot++;
        }
        return slot;
    }

    private static LinkFrame frame(final byte[] bytes) {
        final LinkFrame frame = new LinkFrame();
        frame.wrap(new UnsafeBuffer(bytes), 0, bytes.length);
        return frame;
    }

    @Test
    void shouldRefuseAnEventWhoseImageCannotBeKept() {
        // given
        final HandDrivenGrid grid = settled(1, 0);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        owner.images.bytesMax(0);

        // when
        final long number = owner.event(SLOT, KEY, "up", "200");

        // then
        assertEquals(SessionReplicator.REFUSED, number);
        assertEquals("none", owner.imageOf(SLOT, KEY));
    }

    @Test
    void shouldKeepAThirdCopyRightThroughTwoDeaths() {
        // given
        final HandDrivenGrid grid = settled(3, 2);
        final HandDrivenGrid.Worker first = grid.ownerOf(SLOT);
        first.event(SLOT, KEY, "one", "1");
        grid.turns(60);
        first.event(SLOT, KEY, "two", "2");
        first.turn();
        first.isStopped = true;

        // when
        grid.turns(700);
        final HandDrivenGrid.Worker second = grid.ownerOf(SLOT);
        final long number = second.event(SLOT, KEY, "three", "3");
        grid.turns(3);
        final boolean mayLeave = second.replicator.mayLeave(SLOT, number);
        second.isStopped = true;
        grid.turns(900);

        // then
        assertTrue(mayLeave);
        final HandDrivenGrid.Worker third = grid.ownerOf(SLOT);
        assertEquals(3, List.of(first, second, third).stream().distinct().count());
        assertEquals("three", third.imageOf(SLOT, KEY));
    }

    @Test
    void shouldNotThrowForAnythingThatComesIn() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker backup = grid.backupOf(SLOT);
        final Random random = new Random(7);
        owner.event(SLOT, KEY, "up", "200");
        owner.turn();
        final byte[] good = backup.inbox.peekLast();

        // when
        for (int i = 0; i < 50_000; i++) {
            final byte[] bad = good.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bad[LinkFrame.HEADER_BYTES + random.nextInt(bad.length - LinkFrame.HEADER_BYTES)] =
                        (byte) random.nextInt();
            }
            final int length = random.nextInt(4) == 0
                    ? LinkFrame.HEADER_BYTES + random.nextInt(bad.length - LinkFrame.HEADER_BYTES)
                    : bad.length;
            final UnsafeBuffer buffer = new UnsafeBuffer(bad, 0, length);
            final LinkFrame frame = new LinkFrame();
            assertTrue(frame.wrap(buffer, 0, length));
            final HandDrivenGrid.Worker receiver = random.nextBoolean() ? owner : backup;
            receiver.replicator.onFrame(frame, buffer, frame.headerLength(), frame.payloadLength());
        }

        // then
        assertTrue(backup.count(ReplicationCounter.BATCHES_MALFORMED)
                        + backup.count(ReplicationCounter.BATCHES_OF_STRANGERS)
                > 1_000);
    }

    // ---- hints of death

    @Test
    void shouldAskAtOnceForTheSlotsOfAnOwnerThatWasSeenToEnd() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker backup = grid.backupOf(SLOT);
        owner.event(SLOT, KEY, "up", "200");
        owner.turn();
        owner.isStopped = true;

        // when the hint overtakes the last frames
        backup.hints.onDeathHint(owner.number, owner.incarnation, DeathHint.EXIT_SEEN);
        grid.turns(3);

        // then
        assertTrue(backup.replicator.isOwned(SLOT));
        assertTrue(backup.count(ReplicationCounter.TAKEOVERS_HINTED) > 0);
    }

    @Test
    void shouldTakeTheSlotsOfAnOwnerThatOthersHaveLostAfterTwoBeats() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker backup = grid.backupOf(SLOT);
        owner.event(SLOT, KEY, "up", "200");
        grid.turn();
        owner.isStopped = true;

        // when
        backup.hints.onDeathHint(owner.number, owner.incarnation, DeathHint.LOST);
        grid.turns(95);
        final boolean tooEarly = backup.replicator.isOwned(SLOT);
        grid.turns(15);

        // then
        assertFalse(tooEarly);
        assertTrue(backup.replicator.isOwned(SLOT));
    }

    @Test
    void shouldLeaveAnOwnerInPeaceThatOthersHaveLostAndWeHear() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker backup = grid.backupOf(SLOT);
        final int asked = grid.asked.size();

        // when
        for (int i = 0; i < 10; i++) {
            backup.hints.onDeathHint(owner.number, owner.incarnation, DeathHint.LOST);
            grid.turns(100);
        }

        // then
        assertEquals(List.of(), grid.asked.subList(asked, grid.asked.size()));
    }

    @Test
    void shouldBeSafeFromAHintThatIsWrong() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker backup = grid.backupOf(SLOT);
        final long number = owner.event(SLOT, KEY, "up", "200");
        owner.turn();

        // when
        backup.hints.onDeathHint(owner.number, owner.incarnation, DeathHint.EXIT_SEEN);
        grid.turns(3);
        final boolean hasLeft = owner.replicator.mayLeave(SLOT, number);
        grid.settle();
        final int asked = grid.asked.size();
        grid.turns(1_000);

        // then the slot has changed hands, once, and nothing is worse for it
        assertFalse(hasLeft);
        assertTrue(owner.disowned.contains(SLOT));
        assertEquals(List.of("200"), backup.reopened);
        assertEquals("up", backup.imageOf(SLOT, KEY));
        assertEquals("up", owner.imageOf(SLOT, KEY));
        assertEquals(List.of(), grid.asked.subList(asked, grid.asked.size()));
    }

    @Test
    void shouldNotBelieveAHintAboutAnOwnersPredecessor() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);

        // when
        grid.backupOf(SLOT).hints.onDeathHint(owner.number, owner.incarnation - 1, DeathHint.EXIT_SEEN);
        grid.turns(100);

        // then
        assertTrue(owner.replicator.isOwned(SLOT));
    }

    @Test
    void shouldAskAtOnceToDoWithoutABackupThatWasSeenToEnd() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker backup = grid.backupOf(SLOT);
        backup.isStopped = true;
        final long number = owner.event(SLOT, KEY, "up", "200");

        // when
        owner.hints.onDeathHint(backup.number, backup.incarnation, DeathHint.EXIT_SEEN);
        grid.turns(3);

        // then
        assertTrue(owner.replicator.mayLeave(SLOT, number));
    }

    @Test
    void shouldTakeTheSlotsOfAnOwnerThatHearsNobody() {
        // given
        final HandDrivenGrid grid = settled(3, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker backup = grid.backupOf(SLOT);
        owner.event(SLOT, KEY, "up", "200");
        grid.turns(60);

        // when
        owner.deafen(true);
        final long number = owner.event(SLOT, KEY, "held", "200 again");
        grid.turns(700);

        // then
        assertFalse(owner.replicator.mayLeave(SLOT, number));
        assertTrue(backup.replicator.isOwned(SLOT), grid.map.entry(SLOT) + " " + grid.asked);
        assertEquals("held", backup.imageOf(SLOT, KEY));
        assertEquals(0, grid.map.slotsLost());
        assertEquals(0, owner.count(ReplicationCounter.EVICTIONS_PROPOSED));
        assertTrue(grid.registryAsked > 0);
    }

    @Test
    void shouldLearnAnewWhenItHearsAgain() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker old = grid.ownerOf(SLOT);
        final HandDrivenGrid.Worker heir = grid.backupOf(SLOT);
        old.deafen(true);
        grid.turns(400);
        heir.event(SLOT, KEY, "up", "200");

        // when
        final boolean wasOwned = heir.replicator.isOwned(SLOT);
        old.deafen(false);
        grid.settle();

        // then
        assertTrue(wasOwned);
        assertTrue(grid.map.entry(SLOT).isHeldBy(old.number));
        assertEquals("up", old.imageOf(SLOT, KEY));
        assertEquals(0, grid.map.slotsLost());
    }

    @Test
    void shouldNotDoWithoutABackupBeforeTheRegistryHasAnswered() {
        // given
        final HandDrivenGrid grid = settled(2, 1);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        grid.backupOf(SLOT).isStopped = true;
        grid.isRegistryUp = false;
        grid.asked.clear();

        // when
        grid.turns(1_000);

        // then
        assertTrue(
                grid.asked.stream()
                        .noneMatch(command -> command instanceof SlotCommand.Change change
                                && change.kind() == SlotCommand.Kind.EVICT),
                grid.asked.toString());
        assertTrue(grid.registryAsked >= 3, grid.registryAsked + " times asked");
        assertTrue(grid.registryAsked <= 10, grid.registryAsked + " times asked");
        assertEquals(0, owner.count(ReplicationCounter.EVICTIONS_PROPOSED));
    }

    @Test
    void shouldHandSlotsOverOneAfterTheOther() {
        // given
        final int slots = 6;
        final HandDrivenGrid grid = new HandDrivenGrid(2, slots, 1, ReplicatorConfig.defaults());
        grid.settle();
        final int drained = grid.ownerOf(SLOT).number;
        final long owned = ownedBy(grid, drained);
        for (int slot = 0; slot < slots; slot++) {
            grid.ownerOf(slot).event(slot, KEY, "up", "");
        }
        grid.turns(20);

        // when
        grid.command(new SlotCommand.Drain(drained, true));

        // then
        final long intervalMs = ReplicatorConfig.defaults().handoverIntervalNs() / HandDrivenGrid.MS;
        int ms = 0;
        for (; ownedBy(grid, drained) > 0 && ms < 2_000; ms++) {
            grid.turn();
            final long left = owned - ownedBy(grid, drained);
            assertTrue(left <= 1 + ms / intervalMs, left + " slots after " + ms + " ms");
        }
        assertEquals(0, ownedBy(grid, drained), "after " + ms + " ms");
    }

    @Test
    void shouldHandEmptySlotsOverAtOnce() {
        // given
        final HandDrivenGrid grid = new HandDrivenGrid(2, 6, 1, ReplicatorConfig.defaults());
        grid.settle();
        final int drained = grid.ownerOf(SLOT).number;

        // when
        grid.command(new SlotCommand.Drain(drained, true));
        grid.turns(60);

        // then
        assertEquals(0, ownedBy(grid, drained));
    }

    @Test
    void shouldTellALearnerNoMoreThanASecondsShare() {
        // given
        final int perSecond = 100_000;
        final HandDrivenGrid grid = new HandDrivenGrid(1, 1, 1, withSnapshots(1_000, perSecond, 1 << 17));
        grid.turns(10);
        final int sessions = 60;
        for (int key = 1; key <= sessions; key++) {
            grid.ownerOf(SLOT).event(SLOT, key, "x".repeat(1_000), "");
        }
        grid.turns(10);

        // when
        grid.join();
        int ms = 0;
        for (; grid.map.entry(SLOT).backups() == 0 && ms < 5_000; ms++) {
            grid.turn();
        }

        // then
        final int leastMs = sessions * 1_000 / (perSecond / 1_000) * 9 / 10;
        assertTrue(ms >= leastMs && ms < 2 * leastMs, "learnt after " + ms + " ms");
    }

    @Test
    void shouldNotTellALearnerMoreThanItMayLeaveUnapplied() {
        // given
        final int sessions = 60;
        final int bytesMax = 10_000;
        final HandDrivenGrid grid = new HandDrivenGrid(1, 1, 1, withSnapshots(1 << 16, 1 << 26, bytesMax));
        grid.turns(10);
        final HandDrivenGrid.Worker owner = grid.ownerOf(SLOT);
        for (int key = 1; key <= sessions; key++) {
            owner.event(SLOT, key, "x".repeat(1_000), "");
        }
        grid.turns(10);

        // when
        final HandDrivenGrid.Worker learner = grid.join();
        for (int ms = 0; owner.counters.get(ReplicationCounter.ENTRY_BYTES_HELD) == 0 && ms < 1_000; ms++) {
            grid.turn();
        }
        learner.isDeaf = true;
        for (int i = 0; i < 100; i++) {
            grid.turn();
            final long held = owner.counters.get(ReplicationCounter.ENTRY_BYTES_HELD);
            assertTrue(held < 3 * bytesMax, "held: " + held);
        }
        final long heldMeanwhile = owner.counters.get(ReplicationCounter.ENTRY_BYTES_HELD);
        learner.isDeaf = false;
        for (int ms = 0; grid.map.entry(SLOT).backups() == 0 && ms < 5_000; ms++) {
            grid.turn();
        }

        // then
        assertTrue(heldMeanwhile > bytesMax / 2, "held: " + heldMeanwhile);
        assertEquals(1, grid.map.entry(SLOT).backups());
    }

    private static long ownedBy(final HandDrivenGrid grid, final int member) {
        long owned = 0;
        for (int slot = 0; slot < grid.map.slots(); slot++) {
            owned += grid.map.entry(slot).owner() == member ? 1 : 0;
        }
        return owned;
    }

    /** The owner asks to hand the slot over and is heard, and neither it nor its heir hears that. */
    private static void handOverUnheard(
            final HandDrivenGrid grid, final HandDrivenGrid.Worker owner, final HandDrivenGrid.Worker target) {
        grid.command(new SlotCommand.Drain(owner.number, true));
        owner.onlyKnows = grid.map;
        target.onlyKnows = grid.map;
        for (int i = 0; i < 150 && grid.map.entry(SLOT).owner() == owner.number; i++) {
            grid.turn();
        }
        assertEquals(target.number, grid.map.entry(SLOT).owner());
    }

    private static ReplicatorConfig withOneEntryABatch() {
        final ReplicatorConfig usual = ReplicatorConfig.defaults();
        return with(1, usual.snapshotBytesPerTurn(), usual.snapshotBytesPerSecond(), usual.snapshotBytesUnappliedMax());
    }

    private static ReplicatorConfig withSnapshots(
            final int bytesPerTurn, final int bytesPerSecond, final int bytesUnappliedMax) {
        return with(ReplicatorConfig.defaults().batchBytesMax(), bytesPerTurn, bytesPerSecond, bytesUnappliedMax);
    }

    private static ReplicatorConfig with(
            final int batchBytesMax,
            final int snapshotBytesPerTurn,
            final int snapshotBytesPerSecond,
            final int snapshotBytesUnappliedMax) {
        final ReplicatorConfig usual = ReplicatorConfig.defaults();
        return new ReplicatorConfig(
                usual.beatIntervalNs(),
                usual.ownerSilenceNsMax(),
                usual.backupSilenceNsMax(),
                usual.stallNsMax(),
                usual.leaseNs(),
                usual.proposalIntervalNs(),
                usual.resendIntervalNs(),
                usual.ringBytes(),
                usual.roomBytes(),
                batchBytesMax,
                snapshotBytesPerTurn,
                snapshotBytesPerSecond,
                snapshotBytesUnappliedMax,
                usual.handoverIntervalNs());
    }

    private static HandDrivenGrid settled(final int nodes, final int backups) {
        final HandDrivenGrid grid = new HandDrivenGrid(nodes, 2, backups, ReplicatorConfig.defaults());
        if (nodes > backups) {
            grid.settle();
        } else {
            grid.turns(10);
        }
        return grid;
    }
}
