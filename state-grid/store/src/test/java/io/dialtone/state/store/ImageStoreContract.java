package io.dialtone.state.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.ImageStore;
import io.dialtone.state.api.ImageView;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every store of images does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set up before each test
public abstract class ImageStoreContract {
    protected static final int SLOTS = 8;
    protected static final int IMAGE_BYTES_MAX = 64 * 1024;
    protected static final int SESSIONS_MAX = 3_000;

    ImageStore store;
    Sessions sessions;

    /** A store of about this many bytes, {@link #SLOTS} slots, {@link #SESSIONS_MAX} sessions, images of up to {@link #IMAGE_BYTES_MAX}. */
    protected abstract ImageStore open(long bytes) throws Exception;

    protected abstract void close(ImageStore opened) throws Exception;

    @BeforeEach
    void open() throws Exception {
        store = open(4 << 20);
        sessions = new Sessions(store);
    }

    @AfterEach
    void close() throws Exception {
        close(store);
    }

    @Test
    void shouldFindWhatWasPut() {
        sessions.keep(1, "a84b4c76e66710@pc33", 1_000, 7);

        sessions.assertHere(1, "a84b4c76e66710@pc33", 1_000, 7);
        assertEquals(1, store.count());
        assertEquals(1, store.count(1));
        assertEquals(0, store.count(2));
    }

    @Test
    void shouldFindASessionByTheHashOfItsKeyInItsSlotOnly() {
        for (int i = 0; i < 500; i++) {
            sessions.keep(1, "s" + i, 100, i);
            sessions.keep(2, "s" + i, 100, 1_000 + i);
        }
        sessions.remove(1, "s7");
        final ImageView view = new ImageView();

        assertTrue(store.find(1, Sessions.hashOf("s8"), view));
        assertEquals("s8", Sessions.nameOf(view));
        sessions.assertImage(view, 100, 8);
        assertFalse(store.find(1, Sessions.hashOf("s7"), view));
        assertTrue(store.find(2, Sessions.hashOf("s7"), view));
        sessions.assertImage(view, 100, 1_007);
        assertFalse(store.find(3, Sessions.hashOf("s8"), view));
    }

    @Test
    void shouldTellSessionsOfDifferentSlotsApart() {
        sessions.keep(1, "same", 100, 1);
        sessions.keep(2, "same", 100, 2);

        sessions.assertHere(1, "same", 100, 1);
        sessions.assertHere(2, "same", 100, 2);
        assertTrue(sessions.remove(1, "same"));
        assertFalse(sessions.isHere(1, "same"));
        sessions.assertHere(2, "same", 100, 2);
    }

    @Test
    void shouldKeepTheNewestImageWhateverItsLength() {
        final int[] lengths = {100, 101, 40, 64 * 1024, 5, 0, 3_000, 2_900, 2_000, 1_500, 1_000};

        for (int i = 0; i < lengths.length; i++) {
            sessions.keep(3, "one", lengths[i], i);
            sessions.assertHere(3, "one", lengths[i], i);
            assertEquals(1, store.count());
            assertEquals(Set.of("one"), sessions.walk(3));
        }
    }

    @Test
    void shouldForgetWhatWasRemoved() {
        sessions.keep(1, "one", 100, 1);

        assertTrue(sessions.remove(1, "one"));

        assertFalse(sessions.isHere(1, "one"));
        assertFalse(sessions.remove(1, "one"));
        assertEquals(0, store.count());
        assertEquals(0, store.count(1));
        assertEquals(Set.of(), sessions.walk(1));
    }

    @Test
    void shouldRefuseAnImageThatIsTooLongAndKeepTheOldOne() {
        sessions.keep(1, "one", 100, 1);

        assertEquals(ImageStore.TOO_LONG, sessions.put(1, "one", IMAGE_BYTES_MAX + 1, 2));

        sessions.assertHere(1, "one", 100, 1);
    }

    @Test
    void shouldRefuseWhatThereIsNoRoomForAndLeaveTheRestAsItWas() {
        int kept = 0;
        while (sessions.put(kept % SLOTS, "s" + kept, 8_000, kept) == ImageStore.KEPT) {
            kept++;
        }

        assertTrue(kept > 200, "only " + kept + " of 8 000 bytes in 4 MiB");
        assertEquals(kept, store.count());
        assertEquals(ImageStore.FULL, sessions.put(kept % SLOTS, "s" + kept, 8_000, 1));
        assertFalse(sessions.isHere(kept % SLOTS, "s" + kept));
        for (int i = 0; i < kept; i++) {
            sessions.assertHere(i % SLOTS, "s" + i, 8_000, i);
        }
        sessions.keep(0, "s0", 8_000, 99);
    }

    @Test
    void shouldTakeSessionsAgainWhenOthersHaveGone() {
        int kept = 0;
        while (sessions.put(0, "s" + kept, 8_000, kept) == ImageStore.KEPT) {
            kept++;
        }

        for (int i = 0; i < kept; i += 2) {
            assertTrue(sessions.remove(0, "s" + i));
        }

        for (int i = 0; i < kept; i += 2) {
            sessions.keep(1, "n" + i, 8_000, i);
        }
        for (int i = 1; i < kept; i += 2) {
            sessions.assertHere(0, "s" + i, 8_000, i);
        }
    }

    @Test
    void shouldRefuseMoreSessionsThanItWasMadeForHoweverSmall() {
        for (int i = 0; i < SESSIONS_MAX; i++) {
            sessions.keep(i % SLOTS, "s" + i, 10, i);
        }

        assertEquals(ImageStore.FULL, sessions.put(1, "more", 10, 1));
        assertEquals(0, store.bytesFree());
        sessions.keep(0, "s0", 20, 5);
        assertTrue(sessions.remove(0, "s0"));
        sessions.keep(1, "more", 10, 1);
    }

    @Test
    void shouldCountDownTheBytesThatAreFree() {
        final long before = store.bytesFree();
        assertEquals(store.bytesMax(), before);

        for (int i = 0; i < 100; i++) {
            sessions.keep(0, "s" + i, 10_000, i);
        }

        assertTrue(store.bytesFree() <= before - 800_000, before + " bytes before, " + store.bytesFree() + " after");
        store.clear(0);
        assertEquals(before, store.bytesFree());
    }

    @Test
    void shouldWalkThroughTheSessionsOfASlotAndNoOthers() {
        for (int i = 0; i < 1_000; i++) {
            sessions.keep(i % 2, "s" + i, 50, i);
        }

        final Set<String> shown = sessions.walk(1);

        assertEquals(500, shown.size());
        assertTrue(shown.contains("s999"));
        assertFalse(shown.contains("s998"));
        assertEquals(Set.of(), sessions.walk(5));
    }

    @Test
    void shouldShowTheImageAndDeadlineOnAWalk() {
        sessions.keep(4, "one", 777, 9);
        final ImageView view = new ImageView();

        final long cursor = store.next(4, ImageStore.BEGIN, view);

        assertEquals("one", Sessions.nameOf(view));
        assertEquals(Sessions.hashOf("one"), view.keyHash());
        assertEquals(9_000, view.deadlineNs());
        sessions.assertImage(view, 777, 9);
        assertEquals(ImageStore.END, store.next(4, cursor, view));
    }

    @Test
    void shouldClearOneSlotOnly() {
        for (int i = 0; i < 600; i++) {
            sessions.keep(i % 3, "s" + i, 200, i);
        }

        store.clear(1);

        assertEquals(0, store.count(1));
        assertEquals(400, store.count());
        assertFalse(sessions.isHere(1, "s1"));
        sessions.assertHere(2, "s2", 200, 2);
        assertEquals(Set.of(), sessions.walk(1));
        store.clear(1);
        sessions.keep(1, "s1", 200, 1);
    }

    @Test
    void shouldDoAsAMapDoes() {
        new ImageStoreModel(store, SLOTS, IMAGE_BYTES_MAX, 1).run(20_000);
    }
}
