package io.dialtone.state.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Does the same to a store and to a map, at random from a seed, with several walks under way at any time. It says the seed and the step when they differ.
 *
 * <p>The load changes character every few thousand steps: how long images are, whether sessions rather come or go. So the store gets full, empty and full of other sizes again.
 */
final class ImageStoreModel {
    private static final int WALKS = 4;
    private static final int PHASE = 2_000;
    private static final int NAMES = 4_000;

    private final ImageStore store;
    private final Sessions sessions;
    private final Random random;
    private final int slots;
    private final int imageBytesMax;
    private final long seed;
    private final List<Map<String, int[]>> model = new ArrayList<>();
    private final List<Walk> walks = new ArrayList<>();
    private int typicalLength;
    private int comingPercent;

    /** What was seen on the way, so that a test can say that it was seen at all. */
    int timesFull;

    int timesGrownToFull;
    int walksEnded;
    int largest;

    ImageStoreModel(final ImageStore store, final int slots, final int imageBytesMax, final long seed) {
        this.store = store;
        this.slots = slots;
        this.imageBytesMax = imageBytesMax;
        this.seed = seed;
        sessions = new Sessions(store);
        random = new Random(seed);
        for (int i = 0; i < slots; i++) {
            model.add(new HashMap<>());
        }
        for (int i = 0; i < WALKS; i++) {
            walks.add(new Walk(random.nextInt(slots)));
        }
    }

    void run(final int steps) {
        for (int step = 0; step < steps; step++) {
            if (step % PHASE == 0) {
                changeCharacter();
            }
            try {
                step();
                if (step % 997 == 0) {
                    compareAll();
                }
            } catch (final AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
            }
        }
        compareAll();
    }

    private void changeCharacter() {
        final int[] lengths = {20, 200, 1_000, 1_150, 3_000, 9_000, 40_000};
        typicalLength = lengths[random.nextInt(lengths.length)];
        comingPercent = random.nextInt(4) == 0 ? 10 : 60 + random.nextInt(35);
    }

    private void step() {
        final int slot = random.nextInt(slots);
        final String name = "call-" + random.nextInt(NAMES);
        final int what = random.nextInt(1_000);
        if (what < 2) {
            store.clear(slot);
            final Set<String> gone = model.get(slot).keySet();
            walks.forEach(walk -> walk.onGone(slot, gone));
            model.get(slot).clear();
        } else if (what < 300) {
            walks.get(random.nextInt(WALKS)).step();
        } else if (what < 400) {
            compare(slot, name);
        } else if (random.nextInt(100) < comingPercent) {
            put(slot, name);
        } else {
            // Names that are here are rare among all names: rather take one that is.
            final String here = model.get(slot).keySet().stream().findFirst().orElse(name);
            assertEquals(model.get(slot).containsKey(here), sessions.remove(slot, here), here);
            model.get(slot).remove(here);
            walks.forEach(walk -> walk.onGone(slot, Set.of(here)));
        }
        assertEquals(model.get(slot).size(), store.count(slot));
    }

    private void put(final int slot, final String name) {
        final int length = random.nextInt(50) == 0
                ? random.nextInt(imageBytesMax + 2)
                : typicalLength + random.nextInt(typicalLength / 4 + 1);
        final int fill = random.nextInt(1_000);
        final long freeBefore = store.bytesFree();
        final int answer = sessions.put(slot, name, length, fill);
        if (length > imageBytesMax) {
            assertEquals(ImageStore.TOO_LONG, answer);
        } else if (answer == ImageStore.KEPT) {
            model.get(slot).put(name, new int[] {length, fill});
        } else {
            assertEquals(ImageStore.FULL, answer);
            assertTrue(freeBefore < length + name.length(), "full, with " + freeBefore + " bytes free");
            timesFull++;
            timesGrownToFull += model.get(slot).containsKey(name) ? 1 : 0;
            compare(slot, name);
        }
        largest = Math.max(largest, store.count());
    }

    private void compare(final int slot, final String name) {
        final int[] expected = model.get(slot).get(name);
        if (expected == null) {
            assertFalse(sessions.isHere(slot, name), name);
        } else {
            sessions.assertHere(slot, name, expected[0], expected[1]);
        }
    }

    private void compareAll() {
        int all = 0;
        for (int slot = 0; slot < slots; slot++) {
            all += model.get(slot).size();
            for (final String name : model.get(slot).keySet()) {
                compare(slot, name);
            }
            assertEquals(model.get(slot).keySet(), sessions.walk(slot));
        }
        assertEquals(all, store.count());
        assertTrue(store.bytesFree() >= 0 && store.bytesFree() <= store.bytesMax());
    }

    /** A walk that takes a step now and then while all else goes on. */
    private final class Walk {
        private final ImageView view = new ImageView();
        private int slot;
        private long cursor;
        private Set<String> owed = new HashSet<>();

        private Walk(final int slot) {
            begin(slot);
        }

        private void begin(final int itsSlot) {
            slot = itsSlot;
            cursor = ImageStore.BEGIN;
            owed = new HashSet<>(model.get(slot).keySet());
        }

        private void onGone(final int fromSlot, final Set<String> names) {
            if (fromSlot == slot) {
                owed.removeAll(names);
            }
        }

        private void step() {
            final int steps = random.nextInt(30);
            for (int i = 0; i < steps; i++) {
                cursor = store.next(slot, cursor, view);
                if (cursor == ImageStore.END) {
                    assertEquals(Set.of(), owed, "not shown, though here all along");
                    walksEnded++;
                    begin(random.nextInt(slots));
                    return;
                }
                final String name = Sessions.nameOf(view);
                final int[] expected = model.get(slot).get(name);
                if (expected == null) {
                    throw new AssertionError(name + " shown, though not here");
                }
                sessions.assertImage(view, expected[0], expected[1]);
                owed.remove(name);
            }
        }
    }
}
