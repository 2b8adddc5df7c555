package io.dialtone.state.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotMap;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A registry of three whose log no longer reaches back to the beginning, and members that need what is gone. */
class RegistryPurgeTest {
    @Test
    void shouldTakeBackAnEmptiedMemberWithItsVote() throws IOException {
        try (RegistryHouse house = new RegistryHouse(3, 1)) {
            final RegistryClient node = house.joined(0);
            house.ask(node, new SlotCommand.Drain(0, true), "what is to be remembered", map -> isDraining(map));
            changeLeader(house);
            growUntilPurged(house, node, List.of(0, 1, 2));
            changeLeader(house);
            final int leader = house.awaitLeader();
            final int emptied = (leader + 1) % 3;

            house.stop(emptied);
            house.wipe(emptied);
            house.start(emptied);
            awaitTakingPart(house, emptied);

            assertEquals(1, house.member(emptied).count(RegistryCounter.SNAPSHOTS_FETCHED));
            shouldCommitWithTheVoteOf(house, node, emptied);
        }
    }

    @Test
    void shouldTakeBackAMemberThatHasMissedMoreThanTheLogStillTells() throws IOException {
        try (RegistryHouse house = new RegistryHouse(3, 1)) {
            final RegistryClient node = house.joined(0);
            final int absent = (house.awaitLeader() + 1) % 3;
            awaitTakingPart(house, absent);
            house.stop(absent);
            house.ask(node, new SlotCommand.Drain(0, true), "what is to be remembered", map -> isDraining(map));
            growUntilPurged(house, node, List.of((absent + 1) % 3, (absent + 2) % 3));

            house.start(absent);
            awaitTakingPart(house, absent);

            assertEquals(1, house.member(absent).count(RegistryCounter.SNAPSHOTS_FETCHED));
            shouldCommitWithTheVoteOf(house, node, absent);
        }
    }

    @Test
    void shouldNoticeThatItCannotFollowAndFetchWhenItIsStartedAgain() throws IOException {
        try (RegistryHouse house = new RegistryHouse(3, 1)) {
            final RegistryClient node = house.joined(0);
            final int absent = (house.awaitLeader() + 1) % 3;
            final List<Integer> others = List.of((absent + 1) % 3, (absent + 2) % 3);
            awaitTakingPart(house, absent);
            house.stop(absent);
            house.ask(node, new SlotCommand.Drain(0, true), "what is to be remembered", map -> isDraining(map));
            growUntilPurged(house, node, others);

            others.forEach(house::stop);
            house.start(absent);
            house.await(
                    "it to begin with the log that it has",
                    () -> house.member(absent).hasArrived());
            others.forEach(house::start);
            house.await("it to see that it cannot follow", () -> !house.failures.isEmpty());
            house.stop(absent);
            house.start(absent);
            awaitTakingPart(house, absent);

            assertEquals(1, house.member(absent).count(RegistryCounter.SNAPSHOTS_FETCHED));
            shouldCommitWithTheVoteOf(house, node, absent);
        }
    }

    @Test
    void shouldGoOnWithACopyOfAnotherMembersDirectoryIfThereIsNoLeaderToFetchFrom() throws IOException {
        try (RegistryHouse house = new RegistryHouse(3, 1)) {
            final RegistryClient node = house.joined(0);
            final int dead = house.awaitLeader();
            final int absent = (dead + 1) % 3;
            final int left = (dead + 2) % 3;
            awaitTakingPart(house, absent);
            house.stop(absent);
            house.ask(node, new SlotCommand.Drain(0, true), "what is to be remembered", map -> isDraining(map));
            growUntilPurged(house, node, List.of(dead, left));

            house.stop(dead);
            house.stop(left);
            house.copyDirectory(left, absent);
            house.start(left);
            house.start(absent);
            house.ask(
                    node,
                    new SlotCommand.Join(new GridMember(3, 1, "late", "host", "zone", false)),
                    "a command that needs both",
                    map -> map.member(3) != null);

            assertTrue(isDraining(node.map()));
        }
    }

    @Test
    void shouldNotLetAnEmptiedMemberVoteUntilItHasLearntFromALeader() throws IOException {
        try (RegistryHouse house = new RegistryHouse(3, 1)) {
            final RegistryClient node = house.joined(0);
            final int leader = house.awaitLeader();
            final int ignorant = (leader + 1) % 3;
            final int emptied = (leader + 2) % 3;
            house.stop(ignorant);
            house.ask(node, new SlotCommand.Drain(0, true), "a commit without one of them", map -> isDraining(map));
            house.stop(emptied);
            house.wipe(emptied);
            house.stop(leader);

            house.start(ignorant);
            house.start(emptied);
            passLongerThanAnElection(house);

            assertEquals(-1, house.leader(), "they would know nothing of the commit");
            assertFalse(house.member(emptied).hasArrived());
            house.start(leader);
            awaitTakingPart(house, emptied);
            final RegistryClient stranger = house.onlooker();
            house.awaitMap(stranger, "the commit", map -> isDraining(map));
        }
    }

    @Test
    void shouldBeginWithTwoIfTheThirdIsNotThereYet() throws IOException {
        try (RegistryHouse house = RegistryHouse.ofNobody(3, 1)) {
            house.start(0);
            house.start(2);
            final RegistryClient node = house.joined(0);
            house.start(1);
            awaitTakingPart(house, 1);

            shouldCommitWithTheVoteOf(house, node, 1);
        }
    }

    /** The log has terms before its newest snapshot then, and terms after it. */
    private static void changeLeader(final RegistryHouse house) {
        final int old = house.awaitLeader();
        house.stop(old);
        house.awaitLeader();
        house.start(old);
        awaitTakingPart(house, old);
    }

    /** Snapshots behind the first segment of the log, as many as are kept: the segment is superfluous then. */
    private static void growUntilPurged(
            final RegistryHouse house, final RegistryClient node, final List<Integer> members) {
        house.grow(node, members, RegistryMember.SEGMENT_BYTES);
        for (int snapshots = 0; snapshots < LogPurge.SNAPSHOTS_KEPT; snapshots++) {
            house.snapshot(members);
        }
        house.awaitPurged(members);
    }

    private static void awaitTakingPart(final RegistryHouse house, final int member) {
        house.await(
                "member " + member + " to take part", () -> house.member(member).isTakingPart());
    }

    /** No third member is there, and afterwards it must have kept what was decided. */
    private static void shouldCommitWithTheVoteOf(
            final RegistryHouse house, final RegistryClient node, final int member) {
        final int leader = house.awaitLeader();
        final int other = leader == member ? (member + 1) % 3 : 3 - member - leader;
        final int next = 3 - member - other;
        house.stop(other);
        house.ask(
                node,
                new SlotCommand.Join(new GridMember(3, 1, "late", "host", "zone", false)),
                "a command that needs its vote",
                map -> map.member(3) != null);
        final SlotMap before = node.map();
        house.stop(next);
        house.start(other);
        final RegistryClient stranger = house.onlooker();
        house.awaitMap(stranger, "the map from the member", map -> map.version() >= before.version());

        assertNotNull(stranger.map().member(0));
        assertEquals(isDraining(before), isDraining(stranger.map()));
        house.await("all to agree", () -> stranger.map().equals(node.map()));
        assertEquals(0, node.count(RegistryCounter.REGISTRY_REPLACED));
        assertTrue(stranger.map().version() >= before.version());
    }

    private static void passLongerThanAnElection(final RegistryHouse house) {
        final long beganNs = System.nanoTime();
        final long spanNs = TimeUnit.SECONDS.toNanos(6);
        house.await("time to pass", () -> System.nanoTime() - beganNs > spanNs);
    }

    private static boolean isDraining(final SlotMap map) {
        final GridMember member = map.member(0);
        return member != null && member.isDraining();
    }
}
