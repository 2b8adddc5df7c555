package io.dialtone.placement.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SlotTableTest {
    @Test
    void shouldDealSlotsRoundRobin() {
        final SlotTable table = SlotTable.roundRobin(8, 3, 5, 9);

        assertEquals(3, table.ownerOf(0));
        assertEquals(5, table.ownerOf(1));
        assertEquals(9, table.ownerOf(2));
        assertEquals(3, table.ownerOf(3));
        assertEquals(5, table.ownerOf(7));
        assertEquals(1, table.epochOf(7));
        assertEquals(3, table.slotsOwnedBy(3));
        assertEquals(SlotTable.NO_OWNER, SlotTable.roundRobin(4).ownerOf(2));
    }

    @Test
    void shouldMoveASlotOnlyIntoAGreaterEpoch() {
        final SlotTable table = SlotTable.roundRobin(8, 0, 1);

        final SlotTable moved = table.withOwner(4, 1, 2);

        assertEquals(1, moved.ownerOf(4));
        assertEquals(2, moved.epochOf(4));
        assertEquals(0, table.ownerOf(4));
        assertThrows(IllegalArgumentException.class, () -> moved.withOwner(4, 0, 2));
    }

    @Test
    void shouldPublishNoTableWithTwoOwnersInOneEpochOrAnEpochGoneBack() {
        final SlotTable first = SlotTable.roundRobin(8, 0, 1);
        final SlotTableHolder holder = new SlotTableHolder(first);
        final SlotTable second = first.withOwner(4, 1, 2);

        holder.publish(second);

        assertSame(second, holder.table());
        assertThrows(IllegalArgumentException.class, () -> holder.publish(first));
        assertThrows(IllegalArgumentException.class, () -> holder.publish(first.withOwner(4, 0, 2)));
        assertThrows(IllegalArgumentException.class, () -> holder.publish(SlotTable.roundRobin(16, 0, 1)));
    }

    @Test
    void shouldRefuseSlotsThatAreNoPowerOfTwo() {
        for (final int slots : new int[] {0, -1, 3, 255, SlotTable.SLOTS_MAX * 2}) {
            assertThrows(IllegalArgumentException.class, () -> SlotTable.roundRobin(slots, 0));
        }
    }

    @Test
    void shouldSpreadTheSlotsOfEachOwnerOverItsThreads() {
        final SlotTable table = SlotTable.roundRobin(256, 0, 1, 2, 3);
        for (int threads = 1; threads <= 4; threads++) {
            final int[][] counts = new int[4][threads];
            for (int slot = 0; slot < 256; slot++) {
                counts[table.ownerOf(slot)][SlotTable.threadOf(slot, threads)]++;
            }
            for (final int[] ofOwner : counts) {
                for (final int count : ofOwner) {
                    assertTrue(count >= 64 / threads - 4 && count <= 64 / threads + 4, count + " of " + threads);
                }
            }
        }
    }

    @Test
    void shouldSpreadCallIdsEvenlyAndByKey() {
        final SlotHash hash = SlotHash.of(ClusterKey.parse("the secret of one cluster"), 256);
        final SlotHash other = SlotHash.of(ClusterKey.parse("the secret of another cluster"), 256);
        final int[] counts = new int[256];
        int same = 0;
        for (int i = 0; i < 256_000; i++) {
            final byte[] callId = ("call-" + i + "@192.0.2.1").getBytes(StandardCharsets.US_ASCII);
            final int slot = hash.slotOf(callId);
            counts[slot]++;
            same += slot == other.slotOf(callId) ? 1 : 0;
            assertEquals(slot, hash.slotOf(new UnsafeBuffer(callId), 0, callId.length));
        }
        for (final int count : counts) {
            assertTrue(count > 850 && count < 1150, "a slot got " + count + " of about 1000");
        }
        assertTrue(same < 1300, "two keys agree on " + same);
    }
}
