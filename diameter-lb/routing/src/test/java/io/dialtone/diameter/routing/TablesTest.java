package io.dialtone.diameter.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Pending table, expiry wheel, slab and session memory by themselves. */
final class TablesTest {
    // Pending table

    @Test
    void shouldNotFindARequestByAnIdentifierThatItHadBefore() {
        final PendingTable table = new PendingTable(4, 7);
        final int slot = table.open();
        final int first = table.hopByHopId(slot);

        table.renew(slot);
        final int second = table.hopByHopId(slot);
        table.close(slot);

        assertNotEquals(first, second);
        assertEquals(PendingTable.NONE, table.find(first));
        assertEquals(PendingTable.NONE, table.find(second));
    }

    @Test
    void shouldGiveEachRequestAnotherIdentifierForAsLongAsThereAreAny() {
        final PendingTable table = new PendingTable(8, 0);
        final Set<Integer> seen = new HashSet<>();
        final Deque<Integer> open = new ArrayDeque<>();

        for (int i = 0; i < 10_000; i++) {
            final int slot = table.open();
            assertTrue(seen.add(table.hopByHopId(slot)));
            assertEquals(slot, table.find(table.hopByHopId(slot)));
            open.add(slot);
            if (open.size() == 8) {
                assertEquals(PendingTable.NONE, table.open());
                table.close(open.removeLast());
                table.close(open.removeFirst());
            }
        }
    }

    @Test
    void shouldLeaveThePeerMachineItsIdentifiers() {
        final PendingTable table = new PendingTable(1 << 16, -1);
        final int slot = table.open();

        for (int i = 0; i < 1 << 16; i++) {
            assertTrue(Integer.compareUnsigned(table.hopByHopId(slot), PendingTable.IDS_END) < 0);
            table.renew(slot);
        }
    }

    @Test
    void shouldKeepAllThatItIsToldOfARequest() {
        final PendingTable table = new PendingTable(4, -1);
        final int slot = table.open();

        table.request(slot, -2, -3, 272);
        table.fromLane(slot, 5);
        table.toLane(slot, 6);
        table.bytes(slot, 7, 8);
        table.sentNs(slot, -9);
        table.addTried(slot, 10);
        table.addTried(slot, 11);

        assertEquals(-2, table.endToEndId(slot));
        assertEquals(-3, table.fromHopByHopId(slot));
        assertEquals(272, table.commandCode(slot));
        assertEquals(5, table.fromLane(slot));
        assertEquals(6, table.toLane(slot));
        assertEquals(7, table.firstBlock(slot));
        assertEquals(8, table.length(slot));
        assertEquals(-9, table.sentNs(slot));
        assertEquals(2, table.triedCount(slot));
        assertEquals(11, table.tried(slot, 1));
        assertEquals(slot, table.find(table.hopByHopId(slot)));
    }

    // Expiry wheel

    @Test
    void shouldNeverExpireEarlyAndLateByATickAtMost() {
        final Random random = new Random(3);
        final ExpiryWheel wheel = new ExpiryWheel(1_000, 12_345);
        final Map<Integer, Long> due = new HashMap<>();
        for (int slot = 0; slot < 1_000; slot++) {
            // Up to three turns of the wheel.
            final long atNs = 12_345 + random.nextLong(13_000_000_000L);
            wheel.schedule(slot, atNs);
            due.put(slot, atNs);
        }
        for (int slot = 0; slot < 1_000; slot += 10) {
            wheel.cancel(slot);
            due.remove(slot);
        }

        long nowNs = 12_345;
        while (!due.isEmpty()) {
            assertTrue(wheel.nextDeadlineNs() >= 0);
            nowNs += random.nextLong(3_000_000);
            for (int slot = wheel.poll(nowNs); slot != ExpiryWheel.NONE; slot = wheel.poll(nowNs)) {
                assertTrue(Objects.requireNonNull(due.remove(slot)) <= nowNs, "early");
            }
            final long latest = nowNs - ExpiryWheel.TICK_NS;
            assertTrue(due.values().stream().allMatch(atNs -> atNs > latest), "late");
            assertTrue(nowNs < 20_000_000_000L, "never");
        }
        assertEquals(0, wheel.size());
        assertEquals(Long.MAX_VALUE, wheel.nextDeadlineNs());
    }

    @Test
    void shouldExpireAllWhenTheProcessWasPausedForLongerThanATurn() {
        final ExpiryWheel wheel = new ExpiryWheel(16, 0);
        for (int slot = 0; slot < 16; slot++) {
            wheel.schedule(slot, slot * 1_000_000_000L);
        }

        int expired = 0;
        while (wheel.poll(60_000_000_000L) != ExpiryWheel.NONE) {
            expired++;
        }

        assertEquals(16, expired);
    }

    @Test
    void shouldSayWhenTheNextDeadlineIs() {
        final ExpiryWheel wheel = new ExpiryWheel(4, 0);
        wheel.schedule(1, 50_000_000);

        final long atNs = wheel.nextDeadlineNs();

        assertTrue(atNs >= 50_000_000 && atNs <= 50_000_000 + ExpiryWheel.TICK_NS, "at " + atNs);
        assertEquals(ExpiryWheel.NONE, wheel.poll(49_999_999));
        assertEquals(1, wheel.poll(atNs));
    }

    // Slab

    @Test
    void shouldGiveBackTheBytesOfEachRequestInWhateverOrderTheyGo() {
        final Random random = new Random(4);
        final RequestSlab slab = new RequestSlab(64 * RequestSlab.BLOCK_BYTES);
        final Map<Integer, byte[]> kept = new HashMap<>();
        final UnsafeBuffer scratch = new UnsafeBuffer(new byte[1 << 16]);
        int refused = 0;

        for (int i = 0; i < 20_000; i++) {
            final byte[] bytes = new byte[random.nextInt(8 * RequestSlab.BLOCK_BYTES)];
            random.nextBytes(bytes);
            final int first = slab.put(new UnsafeBuffer(bytes), 0, bytes.length);
            if (first != RequestSlab.NONE) {
                kept.put(first, bytes);
            } else {
                refused++;
            }
            if (first == RequestSlab.NONE || random.nextBoolean()) {
                final int gone = kept.keySet().stream()
                        .skip(random.nextInt(kept.size()))
                        .findFirst()
                        .orElseThrow();
                final byte[] expected = Objects.requireNonNull(kept.remove(gone));
                final byte[] actual = new byte[expected.length];
                slab.get(gone, expected.length, scratch, 0);
                scratch.getBytes(0, actual);
                assertArrayEquals(expected, actual);
                slab.remove(gone);
            }
        }

        assertTrue(refused > 0, "never full");
        kept.keySet().forEach(slab::remove);
        assertEquals(64, slab.freeBlocks());
    }

    // Session memory

    @Test
    void shouldForgetTheSessionThatWasUsedLeastLatelyWhenThereIsNoRoom() {
        final SessionMemory memory = new SessionMemory(4, 3_600_000_000_000L);
        for (int key = 1; key <= 4; key++) {
            memory.put(key, key, key * 10_000_000_000L);
        }
        memory.find(1, 100_000_000_000L);

        assertTrue(memory.put(5, 5, 110_000_000_000L));

        assertEquals(1, memory.find(1, 120_000_000_000L));
        assertEquals(SessionMemory.NONE, memory.find(2, 120_000_000_000L));
        assertEquals(5, memory.find(5, 120_000_000_000L));
        assertEquals(4, memory.size());
    }

    @Test
    void shouldForgetASessionThatIsIdleForTooLong() {
        final SessionMemory memory = new SessionMemory(4, 10_000_000_000L);
        memory.put(1, 1, 0);

        assertEquals(1, memory.find(1, 9_000_000_000L));
        assertEquals(SessionMemory.NONE, memory.find(1, 40_000_000_000L));
        assertEquals(0, memory.size());
    }
}
