package io.dialtone.sip.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnansweredTest {
    private static final int SLOTS = 4;
    private static final int REQUESTS = 32;
    private static final int CHUNKS = 32;

    private final RedriveConfig config =
            new RedriveConfig(800, 2_000, 500, 32_000, 4_000, REQUESTS, CHUNKS * Unanswered.CHUNK_BYTES, 2_000, 64);
    private final Unanswered unanswered = new Unanswered(config, SLOTS, 0x5EED);
    private final RequestInHand inHand = new RequestInHand();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[4_096]);
    private final UnsafeBuffer copy = new UnsafeBuffer(new byte[4_096]);

    @Test
    void shouldGiveBackWhatItWasGiven() {
        for (int length = 0; length <= 2_000; length += 50) {
            final SipFlow flow = new SipFlow().set(3, 1, length, ~length, 65_535);
            inHand.from = flow;
            inHand.arrivalNs = 77L + length;
            final int entry = add(length, length, 1, length);

            assertEquals(entry, unanswered.find(length, length));
            assertEquals(entry, unanswered.findNumber(unanswered.number(entry)));
            assertEquals(77 + length, unanswered.arrivalNs(entry));
            assertEquals(1, unanswered.slot(entry));
            final SipFlow read = unanswered.flow(entry, new SipFlow());
            assertTrue(read.sameRemote(flow));
            assertEquals(3, read.listener());
            assertEquals(1, read.transport());
            assertContent(entry, length, length);
            unanswered.remove(entry);
        }
        assertTrue(unanswered.isEmpty());
        assertEquals(0, unanswered.bytes());
    }

    @Test
    void shouldNotTakeAnEntrysNextTenantForTheFirst() {
        final int first = add(1, 1, 0, 10);
        final long number = unanswered.number(first);
        unanswered.remove(first);
        final int second = add(2, 2, 0, 10);

        assertEquals(first, second, "what was freed last is used next");
        assertEquals(Unanswered.NONE, unanswered.findNumber(number));
        assertNotEquals(number, unanswered.number(second));
        assertEquals(Unanswered.NONE, unanswered.findNumber(0));
        assertEquals(Unanswered.NONE, unanswered.findNumber(-1));
    }

    @Test
    void shouldSayWhenEntriesOrBytesAreUsedUp() {
        assertFalse(unanswered.hasRoomFor(2_001));
        for (int i = 0; i < 16; i++) {
            assertTrue(unanswered.hasRoomFor(2_000));
            add(i, i, 0, 2_000);
        }
        assertFalse(unanswered.hasRoomFor(1), "no chunk is left");

        unanswered.remove(unanswered.find(3, 3));
        assertTrue(unanswered.hasRoomFor(2_000));
        for (int i = 0; i < 2; i++) {
            add(100 + i, 100 + i, 0, 1);
        }
        assertEquals(CHUNKS * Unanswered.CHUNK_BYTES, unanswered.bytes());
        assertFalse(unanswered.hasRoomFor(1));
    }

    @Test
    void shouldMakeAllOfASlotPendingAtOnceAndNothingElse() {
        final int a = add(1, 1, 0, 10);
        final int b = add(2, 2, 0, 10);
        final int other = add(3, 3, 1, 10);
        unanswered.passed(a, 5);
        unanswered.passed(b, 5);
        unanswered.passed(other, 5);
        assertEquals(Unanswered.NONE, unanswered.nextPending(0));

        unanswered.rewind(0);

        assertEquals(a, unanswered.nextPending(0));
        assertTrue(unanswered.isPending(a));
        assertTrue(unanswered.isPending(b));
        assertFalse(unanswered.isPending(other));
        unanswered.passed(a, 6);
        assertFalse(unanswered.isPending(a));
        unanswered.remove(b);
        assertEquals(Unanswered.NONE, unanswered.nextPending(0));
        assertEquals(6, unanswered.epoch(a));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldAgreeWithAPlainModelWhateverIsDone(final long seed) {
        final Random random = new Random(seed);
        final Model model = new Model();
        for (int step = 0; step < 50_000; step++) {
            final int choice = random.nextInt(10);
            if (choice < 4) {
                model.add(random);
            } else if (choice < 7 && !model.all.isEmpty()) {
                model.remove(model.all.get(random.nextInt(model.all.size())));
            } else if (choice == 7) {
                model.pass(random.nextInt(SLOTS));
            } else if (choice == 8 && random.nextInt(8) == 0) {
                model.rewind(random.nextInt(SLOTS));
            } else if (!model.all.isEmpty()) {
                model.age(model.all.get(random.nextInt(model.all.size())), random.nextInt(3));
            }
            model.check(random);
        }
    }

    private int add(final long high, final long low, final int slot, final int length) {
        inHand.transaction = high;
        inHand.request = low;
        inHand.slot = slot;
        for (int i = 0; i < length; i++) {
            message.putByte(7 + i, (byte) (high * 31 + i));
        }
        inHand.bytes(message, 7, length);
        return unanswered.add(inHand);
    }

    private void assertContent(final int entry, final long high, final int length) {
        assertEquals(length, unanswered.copyTo(entry, copy, 5));
        for (int i = 0; i < length; i++) {
            assertEquals((byte) (high * 31 + i), copy.getByte(5 + i));
        }
    }

    private static final class Kept {
        long high;
        long low;
        int slot;
        int length;
        int entry;
        long number;
        boolean pending = true;
    }

    /** The same, with lists. */
    private final class Model {
        final List<Kept> all = new ArrayList<>();
        final List<List<Kept>> slots = new ArrayList<>();
        final List<List<Kept>> ages = new ArrayList<>();
        long clock;

        Model() {
            for (int i = 0; i < SLOTS; i++) {
                slots.add(new ArrayList<>());
            }
            for (int i = 0; i < 3; i++) {
                ages.add(new ArrayList<>());
            }
        }

        void add(final Random random) {
            final Kept kept = new Kept();
            kept.high = random.nextInt(64);
            // Keys that meet at the same places of the index, and some that differ in the first half only.
            kept.low = random.nextInt(8) * 64L + random.nextInt(3);
            kept.slot = random.nextInt(SLOTS);
            kept.length = random.nextInt(2_100);
            final boolean known = all.stream().anyMatch(k -> k.high == kept.high && k.low == kept.low);
            assertEquals(known, unanswered.find(kept.high, kept.low) != Unanswered.NONE);
            final int chunks = all.stream().mapToInt(k -> chunks(k.length)).sum();
            final boolean room =
                    kept.length <= 2_000 && all.size() < REQUESTS && chunks + chunks(kept.length) <= CHUNKS;
            assertEquals(room, unanswered.hasRoomFor(kept.length));
            assertEquals(chunks * Unanswered.CHUNK_BYTES, unanswered.bytes());
            if (known || !room) {
                return;
            }
            kept.entry = UnansweredTest.this.add(kept.high, kept.low, kept.slot, kept.length);
            kept.number = unanswered.number(kept.entry);
            all.add(kept);
            slots.get(kept.slot).add(kept);
        }

        void remove(final Kept kept) {
            unanswered.remove(kept.entry);
            all.remove(kept);
            slots.get(kept.slot).remove(kept);
            ages.forEach(age -> age.remove(kept));
            assertEquals(Unanswered.NONE, unanswered.findNumber(kept.number));
        }

        void pass(final int slot) {
            final int entry = unanswered.nextPending(slot);
            if (entry != Unanswered.NONE) {
                slots.get(slot).stream().filter(k -> k.pending).findFirst().orElseThrow().pending = false;
                unanswered.passed(entry, 1);
            }
        }

        void rewind(final int slot) {
            unanswered.rewind(slot);
            slots.get(slot).forEach(k -> k.pending = true);
        }

        void age(final Kept kept, final int age) {
            unanswered.keep(kept.entry, age, ++clock);
            ages.forEach(list -> list.remove(kept));
            ages.get(age).add(kept);
        }

        void check(final Random random) {
            assertEquals(all.size(), unanswered.size());
            for (int slot = 0; slot < SLOTS; slot++) {
                assertEquals(slots.get(slot).isEmpty(), unanswered.isEmpty(slot));
                assertEquals(
                        slots.get(slot).stream()
                                .filter(k -> k.pending)
                                .map(k -> k.entry)
                                .findFirst()
                                .orElse(Unanswered.NONE),
                        unanswered.nextPending(slot));
            }
            for (int age = 0; age < 3; age++) {
                assertEquals(
                        ages.get(age).isEmpty()
                                ? Unanswered.NONE
                                : ages.get(age).getFirst().entry,
                        unanswered.oldest(age));
                assertEquals(ages.get(age).size(), unanswered.size(age));
            }
            if (!all.isEmpty()) {
                final Kept any = all.get(random.nextInt(all.size()));
                assertEquals(any.entry, unanswered.find(any.high, any.low));
                assertEquals(any.entry, unanswered.findNumber(any.number));
                assertEquals(any.pending, unanswered.isPending(any.entry));
                assertContent(any.entry, any.high, any.length);
            }
        }

        private static int chunks(final int length) {
            return (length + Unanswered.CHUNK_BYTES - 1) / Unanswered.CHUNK_BYTES;
        }
    }
}
