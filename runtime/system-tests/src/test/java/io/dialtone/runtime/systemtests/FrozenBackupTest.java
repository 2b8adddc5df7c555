package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * No answer leaves before a second process has its record. The second process is stopped: the first handles what comes and has its answers ready, and must keep them. What is looked at is what
 * the processes say of themselves, and what a phone gets; no test waits for time to pass.
 */
class FrozenBackupTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final int CALLS = 20;

    /** Longer than the tests: a process or a driver that is stopped is not held for dead by Aeron, and wakes as if nothing had been. */
    private static final String PATIENT = "link: { driver-silence-max: 1m, client-silence-max: 1m }\n";

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldKeepAllAnswersWhileNeitherBackupNorRegistryCanSayAnything() throws IOException {
        final Platform platform = Platform.withGridAndSettings(stage, Platform.ANSWERING, 2, PATIENT);
        final Phone phone = Phone.start(stage, platform.socketAddress());
        final List<String> callIds = callsOf(platform, "node-1");

        // The registry first: from here on nobody can agree to do without the backup.
        platform.freeze(platform.host());
        platform.freeze("node-2");
        callIds.forEach(phone::invite);
        Await.until(
                "the owner has handled all calls and holds their answers",
                LONG_ENOUGH,
                () -> lag(platform).path("outputsHeld").asInt() >= CALLS,
                () -> lag(platform).toString());
        Await.until(
                "the owner has missed its backup, and would do without it if it could",
                LONG_ENOUGH,
                () -> isLost(platform, "node-1", "node-2"),
                platform.status("node-1")::toPrettyString);
        // What the owner lets go the edge sends at once; this answer comes from the edge itself, after all that was
        // there.
        phone.inviteOfAnotherVersion("nothing-hides-in-the-edge");
        Await.until("the edge has answered", LONG_ENOUGH, () -> phone.answers("nothing-hides-in-the-edge") > 0);

        assertEquals(Set.of(), phone.answered(callIds), "answers that left without their record");
        assertTrue(
                lag(platform).path("entriesUnapplied").asInt() >= CALLS,
                () -> lag(platform).toString());

        platform.thaw("node-2");
        Await.until(
                "all answers have left, with the registry still stopped",
                LONG_ENOUGH,
                () -> phone.answered(callIds).size() == CALLS,
                phone::toString);
        assertEquals(0, aloneOf(platform, "node-1"), "slots that the owner holds without a backup");
        platform.thaw(platform.host());
        platform.assertAllAlive();
    }

    @Test
    void shouldLetAnswersGoOnlyWhenTheRegistryHasAgreedToDoWithoutTheBackup() throws IOException {
        final Platform platform = Platform.withGridAndSettings(stage, Platform.ANSWERING, 2, PATIENT);
        final Phone phone = Phone.start(stage, platform.socketAddress());
        final List<String> callIds = callsOf(platform, "node-1");
        assertEquals(0, aloneOf(platform, "node-1"), "slots that the owner holds without a backup");

        platform.freeze("node-2");
        callIds.forEach(phone::invite);
        Await.until(
                "an answer has left",
                LONG_ENOUGH,
                () -> !phone.answered(callIds).isEmpty(),
                phone::toString);

        // The backup sleeps still, so nothing but the registry's word can have let it go, and the owner knows that.
        assertTrue(aloneOf(platform, "node-1") > 0, platform.status("node-1")::toPrettyString);
        Await.until(
                "all answers have left",
                LONG_ENOUGH,
                () -> phone.answered(callIds).size() == CALLS,
                phone::toString);
        platform.thaw("node-2");
        platform.awaitSettled(2);
        platform.assertAllAlive();
    }

    private static List<String> callsOf(final Platform platform, final String node) {
        final Predicate<String> isIts = platform.callsOf(Set.of(node));
        return Stream.iterate(0, i -> i + 1)
                .map(i -> "frozen-" + i + "@test")
                .filter(isIts)
                .limit(CALLS)
                .toList();
    }

    private static JsonNode lag(final Platform platform) {
        return platform.status("node-1").path("grid").path("lag").path(0);
    }

    private static int aloneOf(final Platform platform, final String node) {
        for (final JsonNode member : platform.status(node).path("grid").path("members")) {
            if (member.path("name").asText().equals(node)) {
                return member.path("alone").asInt();
            }
        }
        throw new AssertionError(node + " is no member");
    }

    private static boolean isLost(final Platform platform, final String node, final String peer) {
        for (final JsonNode each : platform.status(node).path("peers")) {
            if (each.path("name").asText().equals(peer)) {
                return !each.path("reachable").asBoolean();
            }
        }
        return false;
    }
}
