package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What operators do to a grid of real processes, and what it does when things get tight. */
class OperationsTest {
    private static final System.Logger LOGGER = System.getLogger(OperationsTest.class.getName());
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final int CONFIGURATION = 78;
    private static final int SLOTS = 256;
    private static final String TEST_CLASSES =
            Path.of("target", "test-classes").toAbsolutePath().toString();

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldEndADrainedNodeUnderCallsAndFailNone() {
        final Platform platform = Platform.withGrid(stage, Platform.ANSWERING, 3);
        final RunningCalls calls = RunningCalls.start(stage, load(platform, 8));
        awaitSessions(platform);

        final Child drain = drain(platform, "node-1");

        assertEquals(0, drain.awaitExit(LONG_ENOUGH), drain::output);
        assertTrue(drain.output().contains("node-1 is empty and has ended"), drain::output);
        assertTrue(drain.output().contains("sessions"), drain::output);
        assertEquals(0, platform.process("node-1").awaitExit(LONG_ENOUGH), "a supervisor must not start it again");
        final CallReport report = calls.awaitEnd();
        assertTrue(report.allCallsAnswered(), report::toText);
        final JsonNode grid = platform.status("edge-1").path("grid");
        assertEquals(2, grid.path("members").size(), grid::toPrettyString);
        assertEquals(0, grid.path("slotsLost").asInt(), grid::toPrettyString);
    }

    @Test
    void shouldTakeADrainedNodeBackAndEndTheLastButOneWithoutABackup() {
        final Platform platform = Platform.withGrid(stage, Platform.ANSWERING, 2);
        final RunningCalls calls = RunningCalls.start(stage, load(platform, 10));

        final Child kept = drain(platform, "node-1", "--keep");
        assertEquals(0, kept.awaitExit(LONG_ENOUGH), kept::output);
        assertEquals(0, platform.slotsOwnedBy("node-1"));
        final Child undo = drain(platform, "node-1", "--undo");
        assertEquals(0, undo.awaitExit(LONG_ENOUGH), undo::output);
        Await.until(
                "node-1 owns its share again",
                LONG_ENOUGH,
                () -> platform.slotsOwnedBy("node-1") == SLOTS / 2,
                platform::toString);

        final Child drain = drain(platform, "node-2");
        assertEquals(0, drain.awaitExit(LONG_ENOUGH), drain::output);
        assertEquals(0, platform.process("node-2").awaitExit(LONG_ENOUGH));
        final Child refused = drain(platform, "node-1");
        assertEquals(1, refused.awaitExit(LONG_ENOUGH), refused::output);
        assertTrue(refused.output().contains("there is no other node"), refused::output);

        final CallReport report = calls.awaitEnd();
        assertTrue(report.allCallsAnswered(), report::toText);
        assertEquals(SLOTS, platform.slotsOwnedBy("node-1"));
    }

    @Test
    void shouldSayThatANodeIsNotEmptyWhenTheTimeIsOver() {
        final Platform platform = Platform.withGrid(stage, Platform.ANSWERING, 2);

        final Child drain = drain(platform, "node-1", "--timeout", "1ms");

        assertEquals(1, drain.awaitExit(LONG_ENOUGH), drain::output);
        assertTrue(drain.output().contains("--undo"), drain::output);
        assertEquals(0, platform.process("node-1").awaitExit(LONG_ENOUGH), "it goes on without the command");
    }

    @Test
    void shouldRefuseAServiceThatCannotReadLiveSessionsAndTakeOneThatCan() {
        final Platform platform = Platform.withGrid(stage, Platform.ANSWERING, 2, "--class-path", TEST_CLASSES);
        rehearse(platform, 2);
        final RunningCalls calls = RunningCalls.start(stage, load(platform, 8));
        platform.kill("node-2");

        final Child wrong = platform.tryStart(stage, "node-2", "--handler", IncompatibleService.class.getName());

        assertEquals(CONFIGURATION, wrong.awaitExit(LONG_ENOUGH), wrong::output);
        assertTrue(wrong.output().contains("Call.requests: int before, string now"), wrong::output);
        platform.restartWith(stage, "node-2", "--handler", NextService.class.getName());
        platform.awaitSettled(2);
        final CallReport report = calls.awaitEnd();
        assertTrue(report.allCallsAnswered(), report::toText);
    }

    @Test
    void shouldTakeNoNewCallsWithoutABackupIfToldSo() {
        final Platform platform = Platform.withGrid(stage, Platform.ANSWERING, 2, "--when-alone", "established-only");
        rehearse(platform, 2);
        final RunningCalls established =
                RunningCalls.start(stage, load(platform, 2).withHoldMs(6_000));
        awaitSessions(platform);
        platform.kill("node-2");
        Await.until(
                "node-1 has all slots",
                LONG_ENOUGH,
                () -> platform.slotsOwnedBy("node-1") == SLOTS,
                platform::toString);

        final CallReport refused = RunningCalls.start(stage, load(platform, 1)).awaitEnd();

        assertEquals(0, refused.answered(), refused::toText);
        assertTrue(counter(platform, "node-1", "worker.sessions-refused-alone") > 0, () -> refused.toText() + platform);
        final CallReport report = established.awaitEnd();
        assertEquals(report.answered(), report.completed(), report::toText);
        platform.restart(stage, "node-2");
        platform.awaitSettled(2);
        final CallReport taken = RunningCalls.start(stage, load(platform, 1)).awaitEnd();
        assertTrue(taken.allCallsAnswered(), taken::toText);
    }

    @Test
    void shouldRefuseNewCallsAndLoseNoneWhenTheStoreOfImagesIsFull() {
        final Platform platform = Platform.withGrid(stage, Platform.ANSWERING, 2, "--images-size", "2m");

        final CallReport report = RunningCalls.start(
                        stage, load(platform, 6).withRate(400).withHoldMs(8_000).withInDialogEvery(0))
                .awaitEnd();

        assertTrue(report.answered() > 200, report::toText);
        assertTrue(report.answered() < report.attempted(), report::toText);
        assertEquals(report.answered(), report.completed(), report::toText);
        // Each holds the images of both, so whoever is asked next when they are full refuses.
        assertTrue(
                counter(platform, "node-1", "worker.sessions-refused-store-full")
                                + counter(platform, "node-2", "worker.sessions-refused-store-full")
                        > 0,
                () -> report.toText() + platform);
        platform.assertAllAlive();
        platform.awaitSettled(2);
    }

    @Test
    void shouldStartCleanAndSayWhatIsLostWhenEverythingWasKilled() {
        final Platform platform = Platform.withGrid(stage, Platform.ANSWERING, 3);
        rehearse(platform, 3);
        final RunningCalls calls = RunningCalls.start(stage, load(platform, 8).withHoldMs(8_000));
        awaitSessions(platform);
        Await.until(
                "the registry to have heard of sessions",
                LONG_ENOUGH,
                () -> sessionsKnown(platform) > 50,
                platform::toString);

        platform.killAll();
        final long beginNs = System.nanoTime();
        platform.restartAll(stage);
        final long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNs);

        LOGGER.log(System.Logger.Level.INFO, "kill -9 of everything: all ready again after {0} ms", tookMs);
        final JsonNode grid = platform.status("edge-1").path("grid");
        // Each once at least: a slot that is begun anew at a process that nobody knows yet to be dead is lost once
        // more, empty.
        assertTrue(grid.path("slotsLost").asInt() >= SLOTS, grid::toPrettyString);
        assertTrue(grid.path("sessionsLost").asInt() > 50, grid::toPrettyString);
        assertTrue(
                platform.process(platform.host()).output().contains("slots are lost, with about"),
                platform.process(platform.host())::output);
        assertTrue(calls.awaitEnd().answered() > 0);
        platform.awaitSettled(
                3); // while slots are still dealt out a new owner may say again what the former one has said
        final CallReport report =
                RunningCalls.start(stage, load(platform, 2).withHoldMs(200)).awaitEnd();
        assertTrue(report.isClean(), report::toText);
        assertTrue(tookMs < 30_000, "took " + tookMs + " ms");
    }

    /** The first call of a new node may stop it so long that the other gives it up as backup: whoever is to be killed is killed when that is over. */
    private void rehearse(final Platform platform, final int nodes) {
        final CallReport report =
                RunningCalls.start(stage, load(platform, 2).withHoldMs(200)).awaitEnd();
        assertTrue(report.allCallsAnswered(), report::toText);
        platform.awaitSettled(nodes);
    }

    private static long counter(final Platform platform, final String node, final String name) {
        return platform.status(node).path("counters").path(name).asLong();
    }

    /** Until there are some sessions. */
    private static void awaitSessions(final Platform platform) {
        Await.until(
                "sessions",
                LONG_ENOUGH,
                () -> platform.status("node-1")
                                .path("services")
                                .path(0)
                                .path("sessions")
                                .asInt()
                        > 0,
                platform::toString);
    }

    /** What nodes have told the registry, as the edge has heard. */
    private static long sessionsKnown(final Platform platform) {
        long sessions = 0;
        for (final JsonNode member : platform.status("edge-1").path("grid").path("members")) {
            sessions += member.path("sessions").asLong();
        }
        return sessions;
    }

    private Child drain(final Platform platform, final String node, final String... options) {
        final List<String> arguments = new ArrayList<>(List.of("drain", node));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("--admin", platform.adminOf("edge-1")));
        return stage.start(
                "drain-" + node + "-" + System.nanoTime(), Dialtone.command(arguments), Dialtone.ENVIRONMENT);
    }

    private static CallLoad load(final Platform platform, final int seconds) {
        return CallLoad.to(RunningCalls.loopback(platform.port()))
                .withRate(50)
                .withSeconds(seconds)
                .withHoldMs(2_000)
                .withInDialogEvery(2);
    }
}
