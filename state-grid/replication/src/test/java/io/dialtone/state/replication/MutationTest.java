package io.dialtone.state.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Breaks each rule on purpose and shows that the simulator sees it, by the invariant that the rule is there for: a simulator that finds nothing proves nothing otherwise.
 * The list is in docs/architecture/simulator.md.
 */
class MutationTest {
    private static final int SEEDS_MAX = 3_000;

    // ---- I1: one owner for a slot and epoch

    @Test
    void shouldCatchATakeoverWithoutANewEpoch() {
        assertCaught(Mutation.TAKEOVER_KEEPS_EPOCH, "I1: ");
    }

    @Test
    void shouldCatchANodeThatThinksItOwnsAll() {
        assertCaught(Mutation.NODE_THINKS_IT_OWNS_ALL, "I1: ");
    }

    // ---- I2: a new owner was in sync

    @Test
    void shouldCatchALearnerThatInherits() {
        assertCaught(Mutation.LEARNER_INHERITS, "I2: ");
    }

    // ---- I3: no output without its record at all backups

    @Test
    void shouldCatchOutputsThatAreNotHeld() {
        assertCaught(Mutation.OUTPUTS_NOT_HELD, "I3: leaves");
    }

    @Test
    void shouldCatchABackupThatLosesImages() {
        assertCaught(Mutation.BACKUP_LOSES_IMAGES, "I3: ");
    }

    @Test
    void shouldCatchForgedAcks() {
        assertCaught(Mutation.ACKS_FORGED, "I3: leaves");
    }

    // ---- I4: an owner does not drop its backups by itself

    @Test
    void shouldCatchAnOwnerThatForgetsItsBackups() {
        assertCaught(Mutation.OWNER_FORGETS_BACKUPS, "I3: leaves");
    }

    // ---- I5: who has lost a slot is fenced

    @Test
    void shouldCatchAFencedOwnerThatGoesOn() {
        assertCaught(Mutation.FENCED_OWNER_GOES_ON, "I3: leaves");
    }

    // ---- I6: a learner is promoted only when it has all

    @Test
    void shouldCatchALearnerThatIsPromotedAtOnce() {
        assertCaught(Mutation.LEARNER_PROMOTED_AT_ONCE, "I3: said before");
    }

    @Test
    void shouldCatchASnapshotThatSkipsSessions() {
        assertCaught(Mutation.SNAPSHOT_SKIPS_SESSIONS, "I3: ");
    }

    // ---- I7: a timer is an event like any other

    @Test
    void shouldCatchATimerWithoutARecord() {
        assertCaught(Mutation.TIMER_WITHOUT_RECORD, "I3: leaves");
    }

    @Test
    void shouldCatchForgottenTimers() {
        assertCaught(Mutation.TIMERS_FORGOTTEN_AT_TAKEOVER, "has never fired");
    }

    @Test
    void shouldCatchForgottenOpenOutputs() {
        assertCaught(Mutation.OPEN_OUTPUTS_FORGOTTEN, "its output has never left");
    }

    // ---- I8: a restarted process is a new member

    @Test
    void shouldCatchARestartUnderTheOldIncarnation() {
        assertCaught(Mutation.RESTART_KEEPS_INCARNATION, "I3: ", "I1: ", "I10: ", "session lost");
    }

    // ---- I9: edges refuse old epochs

    @Test
    void shouldCatchAnEdgeThatTakesOldEpochs() {
        assertCaught(Mutation.EDGE_TAKES_OLD_EPOCHS, "I9: ");
    }

    // ---- I10: a slot is lost only after its owner's lease

    @Test
    void shouldCatchAMemberDeclaredDeadTooEarly() {
        assertCaught(Mutation.DEAD_TOO_EARLY, "I10: ");
    }

    @Test
    void shouldCatchALeaseThatNeverEnds() {
        assertCaught(Mutation.LEASE_NEVER_ENDS, "I10: ");
    }

    @Test
    void shouldCatchARegistryThatBelievesHints() {
        assertCaught(Mutation.HINTS_ARE_BELIEVED, "I10: ");
    }

    // ---- the history

    @Test
    void shouldCatchDuplicatesThatRunTwice() {
        assertCaught(Mutation.DUPLICATES_RUN_TWICE, "contradicted: ", "twice");
    }

    @Test
    void shouldCatchARefusedEventThatIsNotUndone() {
        assertCaught(Mutation.REFUSED_EVENT_NOT_UNDONE, "I3: leaves", "a state that nobody has recorded");
    }

    /** In some world the broken rule leads to one of the violations that it is there against, and the unbroken one does not. */
    private static void assertCaught(final Mutation mutation, final String... words) {
        for (long seed = 1; seed <= SEEDS_MAX; seed++) {
            final String wrong = whatGoesWrong(seed, mutation);
            if (Arrays.stream(words).anyMatch(wrong::contains)) {
                assertEquals("", whatGoesWrong(seed, Mutation.NONE));
                return;
            }
        }
        fail(mutation + " was not caught as " + List.of(words) + " in " + SEEDS_MAX + " worlds");
    }

    private static String whatGoesWrong(final long seed, final Mutation mutation) {
        try {
            Simulator.run(seed, mutation, new Coverage());
            return "";
        } catch (final RuntimeException | AssertionError failure) {
            return failure.toString();
        }
    }
}
