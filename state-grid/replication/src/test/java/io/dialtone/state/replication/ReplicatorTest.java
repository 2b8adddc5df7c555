package io.dialtone.state.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.link.LinkFrame;
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
