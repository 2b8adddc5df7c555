package io.dialtone.state.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotCommand.Claim;
import io.dialtone.state.api.SlotCommand.Kind;
import io.dialtone.state.api.SlotEntry;
import io.dialtone.state.api.SlotMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A registry with all its parts in one process; times are those of the machine, and no test says how long anything takes. */
class RegistryTest {
    @Test
    void shouldTellAllClientsWhatWasCommitted() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient onlooker = house.onlooker();
            final RegistryClient node = house.joined(0);

            house.awaitMap(onlooker, "the map", map -> map.member(0) != null);

            assertEquals(0, onlooker.map().entry(3).owner());
            assertEquals(node.map(), onlooker.map());
            assertEquals(0, node.count(RegistryCounter.FRAMES_MALFORMED));
        }
    }

    @Test
    void shouldHearTheRegistryAsLongAsItIsThere() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final long beginningNs = System.nanoTime();
            final RegistryClient node = house.joined(0);

            house.await("a sign of life", () -> node.lastHeardNs() - beginningNs > 0);
            final long heardNs = node.lastHeardNs();
            house.await("a later one", () -> node.lastHeardNs() - heardNs > 0);
            house.stop(0);
            final long endNs = System.nanoTime();
            house.await("the end of the session", () -> node.count(RegistryCounter.DISCONNECTED) > 0);

            assertTrue(node.lastHeardNs() - endNs < 0);
            assertEquals(0, node.map().entry(0).owner(), "slots go on working");
        }
    }

    @Test
    void shouldKeepItsStateOverARestart() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient node = house.joined(0);
            house.awaitLeader();
            assertTrue(house.member(0).requestSnapshot());
            house.await("the snapshot", () -> house.member(0).count(RegistryCounter.SNAPSHOTS) == 1);
            house.ask(node, new SlotCommand.Drain(0, true), "what comes after the snapshot", map -> isDraining(map, 0));
            final SlotMap before = node.map();

            house.stop(0);
            house.start(0);
            final RegistryClient stranger = house.onlooker();
            house.awaitMap(stranger, "the map", map -> map.version() > 0);

            assertEquals(before, stranger.map());
            house.ask(node, new SlotCommand.Drain(0, false), "another command", map -> !isDraining(map, 0));
            assertEquals(0, node.count(RegistryCounter.REGISTRY_REPLACED));
        }
    }

    @Test
    void shouldPurgeTheLogBeforeItsSnapshotsAndStartAgainFromWhatIsLeft() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient node = house.joined(0);
            house.ask(node, new SlotCommand.Drain(0, true), "what is to be remembered", map -> isDraining(map, 0));

            // Until the last but one lies behind the first segment; nobody asks for them.
            final long snapshots = RegistryMember.SEGMENT_BYTES / RegistryService.SNAPSHOT_LOG_BYTES + 1;
            for (long number = 1; number <= snapshots; number++) {
                final long taken = number;
                house.grow(node, List.of(0), RegistryService.SNAPSHOT_LOG_BYTES);
                house.await("snapshot " + taken, () -> house.member(0).count(RegistryCounter.SNAPSHOTS) >= taken);
            }
            house.awaitPurged(List.of(0));
            final SlotMap before = node.map();
            house.stop(0);
            house.start(0);
            final RegistryClient stranger = house.onlooker();
            house.awaitMap(stranger, "the map", map -> map.version() > 0);

            assertTrue(isDraining(stranger.map(), 0));
            assertEquals(before, stranger.map());
        }
    }

    @Test
    void shouldRememberOverARestartHowManySessionsThereWere() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient first = house.joined(0);
            first.say(1_000);
            house.await("the figure", () -> first.figures().of(0) == 1_000);

            house.stop(0);
            house.freeze(first);
            house.start(0);
            final RegistryClient second = house.client(0, 200);
            house.ask(
                    second,
                    new SlotCommand.Join(new GridMember(0, 200, "node-0", "host-0", "zone", false)),
                    "it to join again",
                    map -> map.incarnationOf(0) == 200);

            assertEquals(RegistryHouse.SLOTS, second.map().slotsLost());
            assertEquals(1_000, second.figures().sessionsLost());
        }
    }

    @Test
    void shouldHoldAMemberForDeadWhenItsSessionTimesOut() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient other = house.joined(1);
            final RegistryClient node = house.joined(0);
            house.awaitMap(other, "both", map -> map.members().size() == 2);

            house.freeze(node);
            house.awaitMap(other, "its death", map -> map.member(0) == null);

            for (int slot = 0; slot < RegistryHouse.SLOTS; slot++) {
                assertEquals(1, other.map().entry(slot).owner());
            }
            final long heardNs = node.lastHeardNs();
            house.thaw(node);
            house.await("the sleeper to hear the registry", () -> node.lastHeardNs() != heardNs);
            assertNull(node.map().member(0), "whoever hears the registry knows what it knows");
        }
    }

    @Test
    void shouldNotHoldAMemberForDeadThatHasANewSession() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient other = house.joined(1);
            final RegistryClient first = house.joined(0);
            final RegistryClient second = house.client(0, 100);
            house.await("the second session", () -> second.map().member(0) != null);

            house.freeze(first);
            outlast(house, other);

            assertNotNull(other.map().member(0));
            assertEquals(0, house.member(0).count(RegistryCounter.MEMBERS_TIMED_OUT));
        }
    }

    @Test
    void shouldHoldNobodyForDeadWhileNobodyIsHeard() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient first = house.joined(0);
            final RegistryClient second = house.joined(1);
            final RegistryClient watcher = house.onlooker();
            house.awaitMap(watcher, "both", map -> map.members().size() == 2);

            house.freeze(first);
            house.freeze(second);
            passUntilTheSilentAreDead(house);
            house.thaw(first);
            house.thaw(second);
            passUntilTheSilentAreDead(house);

            assertEquals(0, house.member(0).count(RegistryCounter.MEMBERS_TIMED_OUT));
            assertEquals(2, watcher.map().members().size());
            assertEquals(0, watcher.map().slotsLost());
        }
    }

    @Test
    void shouldHoldForDeadWhoDoesNotComeBackWhenOthersDo() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient owner = house.joined(0);
            final RegistryClient learner = house.joined(1);
            house.awaitMap(owner, "both", map -> map.members().size() == 2);

            house.freeze(owner);
            house.freeze(learner);
            passUntilTheSilentAreDead(house);
            house.thaw(owner);

            house.awaitMap(owner, "its death", map -> map.member(1) == null && map.member(0) != null);
        }
    }

    @Test
    void shouldWaitForTheOneWhoHoldsTheLastCopy() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient owner = house.joined(0);
            final RegistryClient learner = house.joined(1);
            house.awaitMap(learner, "both", map -> map.members().size() == 2);

            house.freeze(owner);
            passUntilTheSilentAreDead(house);
            final long heardNs = owner.lastHeardNs();
            house.thaw(owner);
            house.await("the sleeper to hear the registry", () -> owner.lastHeardNs() != heardNs);

            assertEquals(0, house.member(0).count(RegistryCounter.MEMBERS_TIMED_OUT));
            assertEquals(0, learner.map().slotsLost());
            assertEquals(0, learner.map().entry(0).owner());
        }
    }

    /** Longer than a session lives in silence and its member has to come back; for when nobody is there whose signs of life could be counted. */
    private static void passUntilTheSilentAreDead(final RegistryHouse house) {
        final long beganNs = System.nanoTime();
        final long spanNs =
                TimeUnit.MILLISECONDS.toNanos(RegistryService.SESSION_TIMEOUT_MS + RegistryService.RETURN_MS + 500);
        house.await("time to pass", () -> System.nanoTime() - beganNs > spanNs);
    }

    /** Signs of life, each a tenth of a second after the one before at least, until any session would have timed out and its member be dead. */
    private static void outlast(final RegistryHouse house, final RegistryClient client) {
        final long spanNs =
                TimeUnit.MILLISECONDS.toNanos(RegistryService.SESSION_TIMEOUT_MS + RegistryService.RETURN_MS);
        for (long signs = spanNs / RegistryClient.PING_NS + 3; signs > 0; signs--) {
            final long heardNs = client.lastHeardNs();
            house.await("a sign of life", () -> client.lastHeardNs() - heardNs >= RegistryClient.PING_NS);
        }
    }

    @Test
    void shouldHoldAMemberForDeadThatJoinsWithoutASession() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient onlooker = house.onlooker();
            house.joined(1);

            house.ask(
                    onlooker,
                    new SlotCommand.Join(new GridMember(5, 1, "ghost", "host", "zone", false)),
                    "it to join",
                    map -> map.member(5) != null);
            house.awaitMap(onlooker, "it to die", map -> map.member(5) == null);

            assertEquals(1, onlooker.map().members().size());
        }
    }

    @Test
    void shouldNotStartTwiceInOneDirectory() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryMemberSettings settings = house.settings(0, RegistryHouse.SLOTS);

            final RegistryDisk disk = RegistryDisk.of(settings.directory());

            assertThrows(
                    RegistryUnavailableException.class,
                    () -> RegistryMember.start(settings, disk, (what, cause) -> {}));

            assertNotNull(house.joined(0).map().member(0), "the first is none the worse for it");
        }
    }

    @Test
    void shouldNotRunWithAnotherNumberOfSlotsThanItBeganWith() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            assertNotNull(house.joined(0).map().member(0));
            house.stop(0);

            house.start(0, 2 * RegistryHouse.SLOTS);

            house.await("the member to end", () -> !house.failures.isEmpty());
        }
    }

    @Test
    void shouldEndBeforeItsDiskIsFullAndNotStartUntilThereIsRoom() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient node = house.joined(0);
            assertTrue(house.failures.isEmpty());

            house.diskFreeBytes.set(RegistryDisk.ROOM_MIN_BYTES - 1);
            house.await("the member to end", () -> !house.failures.isEmpty());
            house.stop(0);
            house.diskFreeBytes.set(RegistryDisk.ROOM_START_BYTES - 1);
            final RegistryUnavailableException refused =
                    assertThrows(RegistryUnavailableException.class, () -> house.start(0));
            house.diskFreeBytes.set(RegistryDisk.ROOM_START_BYTES);
            house.start(0);
            final long startedNs = System.nanoTime();
            house.await("a sign of life", () -> node.lastHeardNs() - startedNs > 0);

            assertEquals(List.of(String.valueOf(refused.getMessage())), house.failures);
            assertTrue(
                    house.failures.getFirst().contains("is full: less than 64 MiB are left"), house.failures::getFirst);
            assertNotNull(node.map().member(0));
        }
    }

    @Test
    void shouldSeeTheRoomOnItsDirectorysDiskEvenBeforeThereIsADirectory() throws IOException {
        final Path directory = Path.of("target").toAbsolutePath();

        final long free =
                RegistryDisk.of(directory.resolve("not").resolve("there")).freeBytes();

        assertTrue(free > 0 && free <= Files.getFileStore(directory).getTotalSpace(), () -> "free: " + free);
    }

    @Test
    void shouldGoOnWhenItsLeaderIsGoneAndLetOneOfTwoRacersWin() throws IOException {
        try (RegistryHouse house = new RegistryHouse(3, 2)) {
            final RegistryClient a = house.joined(0);
            final RegistryClient b = house.joined(1);
            final RegistryClient c = house.joined(2);
            settle(house, a, b, c);
            final int leader = house.awaitLeader();
            final SlotMap before = a.map();
            final int owner = before.entry(0).owner();
            final Claim seen = new Claim(0, before.entry(0).version());

            house.stop(leader);
            for (final RegistryClient client : List.of(a, b, c)) {
                final int self = client == a ? 0 : client == b ? 1 : 2;
                if (self != owner) {
                    house.propose(
                            client, new SlotCommand.Change(Kind.TAKE_OVER, self, 100 + self, self, List.of(seen)));
                }
            }
            final int first = owner == 0 ? 1 : 0;
            house.ask(
                    first == 0 ? a : b,
                    new SlotCommand.Change(Kind.TAKE_OVER, first, 100 + first, first, List.of(seen)),
                    "a new owner",
                    map -> map.entry(0).owner() != owner);
            house.awaitAnswers();
            house.awaitMap(a, "a new owner", map -> map.entry(0).owner() != owner);

            final SlotEntry after = a.map().entry(0);
            assertNotEquals(leader, house.awaitLeader());
            assertEquals(before.entry(0).epoch() + 1, after.epoch(), "one of them won");
            house.await("all to agree", () -> b.map().equals(a.map()) && c.map().equals(a.map()));
            assertEquals(3, a.map().members().size(), "a change of leader is nobody's death");
        }
    }

    @Test
    void shouldChangeNothingWithoutAMajorityAndGoOnWithOne() throws IOException {
        try (RegistryHouse house = new RegistryHouse(3, 1)) {
            final RegistryClient node = house.joined(0);
            final int leader = house.awaitLeader();
            final SlotMap before = node.map();

            house.stop((leader + 1) % 3);
            house.stop((leader + 2) % 3);
            final long endNs = System.nanoTime();
            house.propose(node, new SlotCommand.Drain(0, true));
            house.await("the end of the session", () -> node.count(RegistryCounter.DISCONNECTED) > 0);

            assertTrue(node.lastHeardNs() - endNs < 0, "nobody hears a registry without a majority");
            assertEquals(before, node.map());

            house.start((leader + 1) % 3);
            house.await("a sign of life", () -> node.lastHeardNs() - endNs > 0);
            final RegistryClient onlooker = house.onlooker();
            house.ask(
                    onlooker,
                    new SlotCommand.Join(new GridMember(3, 1, "late", "host", "zone", false)),
                    "a command",
                    map -> map.member(3) != null);
        }
    }

    @Test
    void shouldTellAllWhomAnEdgeCannotReachUntilItCanOrIsGone() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient node = house.joined(0);
            final RegistryClient edge = house.onlooker();

            edge.sayOutOfReach(Map.of(0, 100L));
            house.awaitMap(node, "the edge's word", map -> isOutOfReach(map, 0));
            edge.sayOutOfReach(Map.of());
            house.awaitMap(node, "its end", map -> !isOutOfReach(map, 0));
            edge.sayOutOfReach(Map.of(0, 100L));
            house.awaitMap(node, "the edge's word again", map -> isOutOfReach(map, 0));
            house.freeze(edge);
            edge.onClose();
            house.awaitMap(node, "the end of the edge", map -> !isOutOfReach(map, 0));

            assertEquals(0, node.map().slotsLost());
        }
    }

    private static boolean isOutOfReach(final SlotMap map, final int number) {
        final GridMember member = map.member(number);
        return member != null && member.isOutOfReach();
    }

    @Test
    void shouldAnswerAtOnceWhenItIsAsked() throws IOException {
        try (RegistryHouse house = new RegistryHouse(1, 1)) {
            final RegistryClient idle = house.onlooker();
            house.await(
                    "the first answer", () -> idle.lastHeardNs() - System.nanoTime() > -RegistryClient.PING_IDLE_NS);
            final long askedNs = System.nanoTime();

            idle.ask();
            house.await("the answer", () -> idle.lastHeardNs() - askedNs >= 0);

            assertTrue(
                    idle.lastHeardNs() - askedNs < RegistryClient.PING_IDLE_NS / 2, "it was no answer to the question");
        }
    }

    @Test
    void shouldLetAnEmptyMemberCatchUp() throws IOException {
        try (RegistryHouse house = new RegistryHouse(3, 1)) {
            final RegistryClient node = house.joined(0);
            final int leader = house.awaitLeader();
            assertTrue(house.member(leader).requestSnapshot());
            house.await("the snapshot", () -> house.member(leader).count(RegistryCounter.SNAPSHOTS) == 1);
            house.ask(node, new SlotCommand.Drain(0, true), "a command", map -> isDraining(map, 0));
            final int replaced = (leader + 1) % 3;
            final int other = (leader + 2) % 3;

            house.stop(replaced);
            house.wipe(replaced);
            house.start(replaced);
            house.await("it to take part", () -> house.member(replaced).isTakingPart());
            house.stop(other);
            house.ask(
                    node,
                    new SlotCommand.Drain(0, false),
                    "a command that needs the new member",
                    map -> !isDraining(map, 0));
            house.stop(leader);
            house.start(other);
            final RegistryClient stranger = house.onlooker();
            house.awaitMap(stranger, "the map without the old leader", map -> map.version() > 0);

            assertNull(stranger.map().member(1));
            assertNotNull(stranger.map().member(0));
            assertTrue(stranger.map().version() >= node.map().version());
        }
    }

    private static boolean isDraining(final SlotMap map, final int number) {
        final GridMember member = map.member(number);
        return member != null && member.isDraining();
    }

    /** The owners' part: learners become backups, targets owners. */
    private void settle(final RegistryHouse house, final RegistryClient... nodes) {
        while (true) {
            final SlotMap map = nodes[0].map();
            final List<SlotCommand.Change> changes = new ArrayList<>();
            for (int slot = 0; slot < map.slots(); slot++) {
                final SlotEntry entry = map.entry(slot);
                final List<Claim> claims = List.of(new Claim(slot, entry.version()));
                final int owner = entry.owner();
                if (entry.target() != SlotEntry.NONE && entry.isBackup(entry.target())) {
                    changes.add(new SlotCommand.Change(Kind.MOVE, owner, 100 + owner, entry.target(), claims));
                } else if (entry.learner() != SlotEntry.NONE) {
                    changes.add(new SlotCommand.Change(Kind.PROMOTE, owner, 100 + owner, entry.learner(), claims));
                }
            }
            if (changes.isEmpty()) {
                house.await("all to agree", () -> {
                    for (final RegistryClient node : nodes) {
                        if (!node.map().equals(map)) {
                            return false;
                        }
                    }
                    return true;
                });
                return;
            }
            changes.forEach(change -> house.propose(nodes[0], change));
            house.awaitAnswers();
        }
    }
}
