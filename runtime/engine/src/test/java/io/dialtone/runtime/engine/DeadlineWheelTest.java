package io.dialtone.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeadlineWheelTest {
    private static final long MS = 1_000_000L;
    private static final int SLOT = 3;
    private static final int ALL = 1_000_000;

    private final ScriptedEvents events = new ScriptedEvents();
    private final DeadlineWheel wheel = new DeadlineWheel(0, events, 4);

    /** Notes when it was called. */
    private static final class Note extends Deadline {
        final List<Long> calledNs = new ArrayList<>();
        long wantedNs;

        @Override
        protected int slot() {
            return SLOT;
        }

        @Override
        protected void onDeadline(final long nowNs) {
            calledNs.add(nowNs);
        }
    }

    @Test
    void shouldCallOnceAndNeverEarly() {
        final Random random = new Random(20_261_120);
        final List<Note> notes = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            final Note note = new Note();
            note.wantedNs = (long) (random.nextDouble() * 40_000 * MS);
            wheel.schedule(note, note.wantedNs);
            notes.add(note);
        }

        for (long nowNs = 0; nowNs <= 40_100 * MS; nowNs += MS) {
            wheel.poll(nowNs, ALL);
        }

        for (final Note note : notes) {
            assertEquals(1, note.calledNs.size());
            final long lateNs = note.calledNs.getFirst() - note.wantedNs;
            assertTrue(lateNs >= 0 && lateNs <= 2 * DeadlineWheel.TICK_NS + MS, () -> "late by " + lateNs);
        }
        assertEquals(0, wheel.size());
    }

    @Test
    void shouldForgetACancelledDeadline() {
        final Note note = new Note();
        wheel.schedule(note, 10 * MS);

        wheel.cancel(note);
        wheel.cancel(note);

        assertFalse(note.isScheduled());
        runUntil(100);
        assertEquals(List.of(), note.calledNs);
    }

    @Test
    void shouldMoveADeadlineThatIsScheduledAgain() {
        final Note note = new Note();
        wheel.schedule(note, 10 * MS);

        wheel.schedule(note, 50 * MS);

        runUntil(40);
        assertEquals(List.of(), note.calledNs);
        runUntil(60);
        assertEquals(1, note.calledNs.size());
    }

    @Test
    void shouldServeNoMoreThanTheLimitInATurn() {
        for (int i = 0; i < 10; i++) {
            wheel.schedule(new Note(), MS);
        }

        assertEquals(4, wheel.poll(20 * MS, 4));
        assertEquals(4, wheel.poll(20 * MS, 4));
        wheel.poll(20 * MS, 4);

        assertEquals(0, wheel.size());
    }

    @Test
    void shouldSpreadWhatIsDueAtOneTimeOverLaterTicks() {
        final int ticks = 100;
        final List<Note> notes = new ArrayList<>();
        for (int i = 0; i < ticks * DeadlineWheel.PER_TICK_MAX; i++) {
            final Note note = new Note();
            wheel.schedule(note, 10 * MS);
            assertEquals(10 * MS, note.dueNs());
            notes.add(note);
        }

        int most = 0;
        long nowNs = 0;
        for (; wheel.size() > 0 && nowNs < 1_000 * MS; nowNs += DeadlineWheel.TICK_NS) {
            most = Math.max(most, wheel.poll(nowNs, ALL));
        }

        // Strides grow with the crowd, so that a place is found in few steps: some ticks stay free.
        assertTrue(most <= 2 * DeadlineWheel.PER_TICK_MAX, "at once: " + most);
        assertTrue(nowNs >= (long) ticks * DeadlineWheel.TICK_NS, "all after " + nowNs);
        for (final Note note : notes) {
            assertEquals(1, note.calledNs.size());
            assertTrue(note.calledNs.getFirst() >= 10 * MS);
        }
    }

    @Test
    void shouldLetTheNextTicksTakeABurstRatherThanMakeMorePlaces() {
        final int dear = DeadlineWheel.PER_TICK_DEAR;
        final int most = dear * (1 + DeadlineWheel.TICKS_LATER_MAX);
        final DeadlineWheel wide = new DeadlineWheel(0, events, dear);
        final List<Note> notes = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            final Note note = new Note();
            wide.schedule(note, 10 * MS);
            notes.add(note);
        }
        assertEquals(dear, wide.placesPerTick());

        wide.schedule(new Note(), 10 * MS);
        assertEquals(2 * dear, wide.placesPerTick());

        long nowNs = 0;
        for (; wide.size() > 0 && nowNs < 1_000 * MS; nowNs += MS) {
            wide.poll(nowNs, ALL);
        }
        final long lastNs = 10 * MS + (DeadlineWheel.TICKS_LATER_MAX + 2) * DeadlineWheel.TICK_NS;
        assertTrue(nowNs <= lastNs + MS, "all after " + nowNs);
        for (final Note note : notes) {
            assertEquals(1, note.calledNs.size());
            assertTrue(note.calledNs.getFirst() >= 10 * MS);
        }
    }

    @Test
    void shouldGiveThePlacesOfCancelledDeadlinesToOthers() {
        for (int i = 0; i < 1_000 * DeadlineWheel.PER_TICK_MAX; i++) {
            final Note note = new Note();
            wheel.schedule(note, 10 * MS);
            wheel.cancel(note);
        }
        final Note last = new Note();
        wheel.schedule(last, 10 * MS);

        runUntil(13);

        assertEquals(1, last.calledNs.size());
    }

    @Test
    void shouldPutOffDeadlinesOfASlotThatRests() {
        final Note note = new Note();
        wheel.schedule(note, 10 * MS);
        events.resting.add(SLOT);
        runUntil(30);
        assertEquals(List.of(), note.calledNs);

        events.resting.clear();
        runUntil(40);

        assertEquals(1, note.calledNs.size());
        assertEquals(0, wheel.size());
    }

    @Test
    void shouldServeNothingWhileOutputsWouldFindNoRoom() {
        final Note note = new Note();
        wheel.schedule(note, 10 * MS);
        events.hasRoom = false;
        runUntil(30);
        assertEquals(List.of(), note.calledNs);

        events.hasRoom = true;
        runUntil(40);

        assertEquals(1, note.calledNs.size());
        assertEquals(1, events.ended);
    }

    @Test
    void shouldCatchUpAfterAPauseAndSayThatItIsBehind() {
        final Note note = new Note();
        wheel.schedule(note, 5_000 * MS);

        int turns = 0;
        while (note.calledNs.isEmpty()) {
            assertTrue(wheel.poll(6_000 * MS, ALL) > 0);
            turns++;
        }

        assertTrue(turns > 1 && turns < 100, () -> "a pause is worked off in bounded turns");
    }

    private void runUntil(final long ms) {
        for (long nowNs = 0; nowNs <= ms * MS; nowNs += MS) {
            wheel.poll(nowNs, ALL);
        }
    }
}
