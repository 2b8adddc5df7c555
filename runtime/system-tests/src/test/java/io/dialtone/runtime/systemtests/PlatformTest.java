package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.runtime.demo.CallLoad;
import io.dialtone.runtime.demo.CallReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls that a developer's handler answers: in one process, and through an edge, the link and node processes. */
class PlatformTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final String RINGING = RingingService.class.getName();
    private static final String TEST_CLASSES =
            Path.of("target", "test-classes").toAbsolutePath().toString();

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldAnswerEveryKindOfCallInOneProcess() {
        final Platform platform = Platform.inOneProcess(stage, Platform.ANSWERING);

        final SippRun plain =
                SippRun.named(stage, "uac").scenario("uac").option("-d", "300").calls(platform.address(), 200, 1000);
        assertEquals(0, plain.awaitEnd(LONG_ENOUGH), plain::toString);
        final CallReport asking = RunningCalls.start(
                        stage,
                        CallLoad.to(RunningCalls.loopback(platform.port()))
                                .withRate(50)
                                .withSeconds(3)
                                .withInDialogEvery(1))
                .awaitEnd();

        assertEquals(1000, plain.successful());
        assertEquals(0, plain.failed() + plain.unexpected());
        assertTrue(asking.isClean(), asking::toText);
        platform.assertAllAlive();
    }

    @Test
    void shouldLetACallerGiveUpWhileTheServiceRings() {
        final Platform platform = Platform.inOneProcess(stage, RINGING, "--class-path", TEST_CLASSES);

        final SippRun uac = SippRun.named(stage, "uac").scenario("uac-cancel").calls(platform.address(), 50, 100);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(100, uac.successful());
        assertEquals(0, uac.retransmissions());
    }

    @Test
    void shouldCarryCallsThroughEdgeAndNodeProcesses() {
        final Platform platform = Platform.ofProcesses(stage, Platform.ANSWERING, 2);

        final SippRun uac =
                SippRun.named(stage, "uac").scenario("uac").option("-d", "300").calls(platform.address(), 200, 2000);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        final CallReport asking = RunningCalls.start(
                        stage,
                        CallLoad.to(RunningCalls.loopback(platform.port()))
                                .withRate(50)
                                .withSeconds(3)
                                .withInDialogEvery(1))
                .awaitEnd();

        assertEquals(2000, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        assertTrue(asking.isClean(), asking::toText);
        platform.assertAllAlive();
    }

    @Test
    void shouldTakeCallsFromKamailioAndThroughTheBalancer() {
        final Platform platform = Platform.inOneProcess(stage, Platform.ANSWERING);
        final Balancer balancer = Balancer.start(stage, List.of(platform.address()));
        final KamailioHop hop = KamailioHop.start(stage, "kamailio", balancer.address());

        final SippRun uac = SippRun.named(stage, "uac").scenario("uac").calls(hop.address(), 50, 200);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(200, uac.successful());
        assertEquals("UP", balancer.backendState(platform.address()));
    }

    @Test
    void shouldAnswerSipsak() {
        final Platform platform = Platform.inOneProcess(stage, Platform.ANSWERING);

        final Child options =
                stage.start("sipsak", List.of(Peer.SIPSAK.path(), "-v", "-s", "sip:ping@" + platform.address()));

        assertEquals(0, options.awaitExit(Duration.ofSeconds(20)), options::output);
    }
}
