package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.examples.GateService;
import io.dialtone.examples.HidingService;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls from SIPp to SIPp through a chain of three services in each node: a proxy that screens, and two back-to-back agents, the last of which leaves the cluster. */
class ServiceChainTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final String CHAIN = Platform.chain(GateService.class, HidingService.class, BridgingService.class);

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldBringCallsWhoseNodeIsKilledToTheirEndsAndSayNothingThatTsharkObjectsTo() {
        final Platform platform = Platform.withGrid(stage, CHAIN, 3, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answers();
        final Capture capture = Capture.start(stage, List.of(platform.port(), uas.port()));

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .option("-d", "4000", "-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 120);
        Await.until("calls are up", LONG_ENOUGH, () -> uac.figure("CurrentCall") >= 60, uac::toString);
        platform.kill("node-1");

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        capture.stop();
        assertEquals(120, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected(), uac::toString);
        assertTrue(capture.framesFrom(platform.port()) > 1_000);
        assertEquals(List.of(), capture.objectionsTo(platform.port()));
    }

    @Test
    void shouldWithdrawCallsAtAllServicesWhoseCallersGiveUp() {
        final Platform platform = Platform.ofProcesses(stage, CHAIN, 2, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-cancel").answers();

        final SippRun giveUp = SippRun.named(stage, "give-up")
                .scenario("uac-cancel")
                .option("-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 50);

        assertEquals(0, giveUp.awaitEnd(LONG_ENOUGH), giveUp::toString);
        assertEquals(50, giveUp.successful());
        assertEquals(50, uas.finish().messagesOfAll("_CANCEL_Recv"), uas::toString);
    }
}
