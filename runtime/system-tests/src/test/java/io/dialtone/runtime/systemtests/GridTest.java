package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import io.dialtone.runtime.demo.KillPlan;
import io.dialtone.runtime.demo.NodeKill;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls through node processes that are killed, stopped, emptied and started again under them. */
class GridTest {
    /** Longer than backups wait for an owner, shorter than a process waits for its media driver: after that it ends by itself. */
    private static final int STOPPED_MS = 1_500;

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldLoseNoCallWhenNodesAreKilledOneAfterTheOther() {
        final Platform platform = Platform.withGrid(stage, Platform.ANSWERING, 3);

        for (final String node : new String[] {"node-1", "node-2"}) {
            final CallReport report = callsWhile(platform, 8, () -> {
                final long nowNs = System.nanoTime();
                platform.process(node).signal("KILL");
                return new NodeKill(node, nowNs, callId -> true);
            });

            assertTrue(report.establishedAtKill() > 50, report::toText);
            assertEquals(0, report.establishedLost(), report::toText);
            assertEquals(0, report.contradicted(), report::toText);
            assertTrue(report.allCallsAnswered(), report::toText);
            platform.restart(stage, node);
            platform.awaitSettled(3);
        }
    }

    @Test
    void shouldLoseNoCallWhenAnOwnerIsStoppedAndWakes() {
        final Platform platform = Platform.withGrid(stage, Platform.ANSWERING, 3);

        final CallReport report = callsWhile(platform, 10, () -> {
            final long nowNs = System.nanoTime();
            platform.process("node-2").signal("STOP");
            CompletableFuture.delayedExecutor(STOPPED_MS, TimeUnit.MILLISECONDS)
                    .execute(() -> platform.process("node-2").signal("CONT"));
            return new NodeKill("node-2", nowNs, callId -> true);
        });

        assertTrue(report.establishedAtKill() > 50, report::toText);
        assertEquals(0, report.establishedLost(), report::toText);
        assertEquals(0, report.contradicted(), report::toText);
        assertTrue(report.allCallsAnswered(), report::toText);
        platform.assertAllAlive();
        platform.awaitSettled(3);
    }

    @Test
    void shouldEmptyADrainedNodeUnderCalls() {
        final Platform platform = Platform.withGrid(stage, Platform.ANSWERING, 3);
        final RunningCalls calls = RunningCalls.start(stage, load(platform, 10));

        platform.command("edge-1", "drain", "{\"node\": \"node-1\", \"keep\": true}");
        Await.until("node-1 owns nothing", LONG_ENOUGH, () -> platform.slotsOwnedBy("node-1") == 0, platform::toString);
        platform.command("edge-1", "drain", "{\"node\": \"node-1\", \"undo\": true}");
        Await.until(
                "node-1 owns its share again",
                LONG_ENOUGH,
                () -> platform.slotsOwnedBy("node-1") > 80,
                platform::toString);
        final CallReport report = calls.awaitEnd();

        assertTrue(report.allCallsAnswered(), report::toText);
    }

    @Test
    void shouldBeginAgainWhenAllNodesHaveDied() {
        final Platform platform = Platform.withGrid(stage, Platform.ANSWERING, 2);
        platform.kill("node-1");
        platform.kill("node-2");

        platform.restart(stage, "node-1", "node-2");
        platform.awaitSettled(2);
        final CallReport report =
                RunningCalls.start(stage, load(platform, 3).withHoldMs(200)).awaitEnd();

        assertTrue(report.isClean(), report::toText);
        assertTrue(platform.status("edge-1").path("grid").path("slotsLost").asInt() > 0, platform::toString);
    }

    private CallReport callsWhile(final Platform platform, final int seconds, final KillPlan.Killer killer) {
        return RunningCalls.start(
                        stage, load(platform, seconds), new KillPlan(TimeUnit.SECONDS.toNanos(seconds) / 2, killer))
                .awaitEnd();
    }

    private static CallLoad load(final Platform platform, final int seconds) {
        return CallLoad.to(RunningCalls.loopback(platform.port()))
                .withRate(50)
                .withSeconds(seconds)
                .withHoldMs(2_000)
                .withInDialogEvery(2);
    }
}
