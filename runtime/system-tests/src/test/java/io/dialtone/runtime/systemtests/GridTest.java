package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls through node processes that are emptied and started again under them; {@link KillSeriesTest} kills and stops them. */
class GridTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

    @RegisterExtension
    final Stage stage = new Stage();

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

    private static CallLoad load(final Platform platform, final int seconds) {
        return CallLoad.to(RunningCalls.loopback(platform.port()))
                .withRate(50)
                .withSeconds(seconds)
                .withHoldMs(2_000)
                .withInDialogEvery(2);
    }
}
