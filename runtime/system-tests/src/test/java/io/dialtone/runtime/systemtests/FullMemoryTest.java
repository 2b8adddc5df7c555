package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A machine whose {@code /dev/shm}, where the corridor lies, is full. */
class FullMemoryTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final int UNAVAILABLE = 69;
    private static final int MEBIBYTES = 512;

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldGoOnWithWhatItHasAndSayWhyNothingNewCanBegin() {
        assumeTrue(SharedMemory.isAvailable(), "needs root and nsenter");
        final SharedMemory memory = SharedMemory.of(stage, MEBIBYTES);
        final Platform platform = Platform.withGridIn(stage, memory, Platform.ANSWERING, 3);

        memory.fill();
        final CallReport full = RunningCalls.start(stage, load(platform)).awaitEnd();
        assertTrue(full.allCallsAnswered(), full::toText);
        platform.assertAllAlive();

        final RunningCalls calls = RunningCalls.start(stage, load(platform));
        platform.kill("node-1");
        platform.awaitSettled(2);
        final CallReport killed = calls.awaitEnd();
        assertTrue(killed.allCallsAnswered(), killed::toText);

        Await.until("the driver gives back what the dead node had", LONG_ENOUGH, () -> memory.freeMebibytes() > 8);
        memory.fill();
        platform.startAgain(stage, "node-1");
        final Child refused = platform.process("node-1");
        assertEquals(UNAVAILABLE, refused.awaitExit(LONG_ENOUGH), refused::output);
        assertTrue(refused.output().contains("no room for the streams of node-1 in /dev/shm"), refused::output);

        memory.empty();
        platform.restart(stage, "node-1");
        platform.awaitSettled(3);
        final CallReport well = RunningCalls.start(stage, load(platform)).awaitEnd();
        assertTrue(well.allCallsAnswered(), well::toText);
        assertEquals(0, platform.status("edge-1").path("grid").path("slotsLost").asInt());
    }

    private static CallLoad load(final Platform platform) {
        return CallLoad.to(RunningCalls.loopback(platform.port()))
                .withRate(100)
                .withSeconds(5)
                .withHoldMs(2_000)
                .withInDialogEvery(1);
    }
}
