package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls from SIPp through edge and nodes to SIPp, over a service that joins two legs. */
class BackToBackTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final String BRIDGING = BridgingService.class.getName();

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldCarryCallsThatTsharkDoesNotObjectTo() {
        final Platform platform = Platform.ofProcesses(stage, BRIDGING, 2, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answers();
        final Capture capture = Capture.start(stage, List.of(platform.port(), uas.port()));

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .option("-d", "200", "-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 100);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        capture.stop();

        assertEquals(100, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        assertEquals(0, uac.retransmissions());
        assertEquals(100, uas.finish().messagesOfAll("_BYE_Recv"), uas::toString);
        assertTrue(capture.framesFrom(platform.port()) > 1_000);
        assertEquals(List.of(), capture.objectionsTo(platform.port()));
        platform.assertAllAlive();
    }

    @Test
    void shouldWithdrawCallsWhoseCallersGiveUp() {
        final Platform platform = Platform.inOneProcess(stage, BRIDGING, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-cancel").answers();

        final SippRun giveUp = SippRun.named(stage, "give-up")
                .scenario("uac-cancel")
                .option("-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 50);

        assertEquals(0, giveUp.awaitEnd(LONG_ENOUGH), giveUp::toString);
        assertEquals(50, giveUp.successful());
        assertEquals(50, uas.finish().messagesOfAll("_CANCEL_Recv"), uas::toString);
    }

    @Test
    void shouldKeepBothLegsOfCallsWhoseNodeIsKilled() {
        final Platform platform = Platform.withGrid(stage, BRIDGING, 3, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answers();

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .option("-d", "4000", "-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 120);
        Await.until("calls are up", LONG_ENOUGH, () -> uac.figure("CurrentCall") >= 60, uac::toString);
        platform.kill("node-1");

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(120, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected(), uac::toString);
    }
}
