package io.dialtone.state.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.RecordingLog;
import io.dialtone.state.registry.Arrival.Step;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whether a member may take part; nobody is asked here. */
class ArrivalTest {
    private static final LogEnd SOME_LOG = new LogEnd(3, 1_000);
    private static final LeaderOffer WITHOUT_SNAPSHOT = new LeaderOffer(1, 5, 0, List.of());

    @Test
    void shouldFetchWhatItHasMissedFromTheLeader() {
        assertEquals(Step.FETCH, Arrival.next(LogEnd.NOTHING, told(snapshotAt(3, 1_000)), 0));
        assertEquals(Step.FETCH, Arrival.next(SOME_LOG, told(snapshotAt(3, 1_001)), 0));
    }

    @Test
    void shouldFetchIfItsLogIsOfAnOlderTermThanTheSnapshotHoweverLongItIs() {
        assertEquals(Step.FETCH, Arrival.next(SOME_LOG, told(snapshotAt(4, 500)), 0));
    }

    @Test
    void shouldTakePartAtOnceIfTheLogTellsIt() {
        assertEquals(Step.TAKE_PART, Arrival.next(SOME_LOG, told(snapshotAt(3, 1_000)), 0));
        assertEquals(Step.TAKE_PART, Arrival.next(LogEnd.NOTHING, told(WITHOUT_SNAPSHOT), 0));
    }

    @Test
    void shouldNotWaitLongForALeaderIfItHasALogItself() {
        final PeerWords words = words(Set.of(1, 2), Set.of());

        assertEquals(Step.WAIT, Arrival.next(SOME_LOG, words, Arrival.LEADER_WAIT_NS - 1));
        assertEquals(Step.TAKE_PART, Arrival.next(SOME_LOG, words, Arrival.LEADER_WAIT_NS));
    }

    @Test
    void shouldBeginIfNobodyHasAnything() {
        assertEquals(Step.TAKE_PART, Arrival.next(LogEnd.NOTHING, words(Set.of(), Set.of(1, 2)), 0));
    }

    @Test
    void shouldBeginWithAnEmptyMajorityIfTheThirdIsNotToBeSeen() {
        final PeerWords words = words(Set.of(), Set.of(2));

        assertEquals(Step.WAIT, Arrival.next(LogEnd.NOTHING, words, Arrival.FRESH_WAIT_NS - 1));
        assertEquals(Step.TAKE_PART, Arrival.next(LogEnd.NOTHING, words, Arrival.FRESH_WAIT_NS));
    }

    @Test
    void shouldNotBeginBesideSomebodyWhoHasALogNorAlone() {
        for (final PeerWords words :
                List.of(words(Set.of(1), Set.of(2)), words(Set.of(1), Set.of()), words(Set.of(), Set.of()))) {
            assertEquals(Step.WAIT, Arrival.next(LogEnd.NOTHING, words, Arrival.PATIENCE_NS - 1));
            assertEquals(Step.GIVE_UP, Arrival.next(LogEnd.NOTHING, words, Arrival.PATIENCE_NS));
        }
    }

    @Test
    void shouldSayWhoHasALog() {
        assertTrue(Arrival.reason(words(Set.of(1), Set.of(2))).contains("[1] have a log"));
        assertFalse(Arrival.reason(words(Set.of(), Set.of())).contains("have a log"));
    }

    private static PeerWords told(final LeaderOffer leader) {
        return new PeerWords(leader, Set.of(1), Set.of(), 2);
    }

    private static PeerWords words(final Set<Integer> withLog, final Set<Integer> empty) {
        return new PeerWords(null, withLog, empty, 2);
    }

    private static LeaderOffer snapshotAt(final long term, final long position) {
        return new LeaderOffer(
                1,
                5,
                0,
                List.of(
                        new RecordingLog.Snapshot(1, term, 0, position, 0, 0),
                        new RecordingLog.Snapshot(2, term, 0, position, 0, ConsensusModule.Configuration.SERVICE_ID)));
    }
}
