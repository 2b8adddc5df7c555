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

    @Test
    void shouldJoinCallersByTcpWithCalleesByUdp() {
        final Platform platform = Platform.inOneProcess(stage, BRIDGING, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answers();
        final Capture capture = Capture.start(stage, List.of(platform.port(), uas.port()));

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .option("-t", "t1", "-d", "200", "-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 100);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(100, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        assertEquals(100, uas.finish().messagesOfAll("_BYE_Recv"), uas::toString);
        assertEquals(List.of(), capture.stop().objectionsTo(platform.port()));
    }

    @Test
    void shouldCallByTcpWithOffersTooLongForADatagram() {
        final Platform platform = Platform.inOneProcess(stage, BRIDGING, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answersByTcp();
        final Capture capture = Capture.start(stage, List.of(platform.port(), uas.port()));

        final SippRun uac = callsWithLongOffers(platform, uas);

        assertEquals(100, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        assertEquals(100, uas.finish().messagesOfAll("_BYE_Recv"), uas::toString);
        assertEquals(List.of(), capture.stop().objectionsTo(platform.port()));
    }

    @Test
    void shouldCallByUdpWithOffersTooLongForADatagramWhoDoesNotListenByTcp() {
        final Platform platform = Platform.inOneProcess(stage, BRIDGING, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-reinvite").answers();

        final SippRun uac = callsWithLongOffers(platform, uas);

        assertEquals(100, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected());
        assertEquals(100, uas.finish().messagesOfAll("_BYE_Recv"), uas::toString);
    }

    private SippRun callsWithLongOffers(final Platform platform, final SippRun uas) {
        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-reinvite")
                .with("PADDING", "x".repeat(1_300))
                .option("-d", "200", "-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 100);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        return uac;
    }

    @Test
    void shouldJoinABrowserWithACalleeByUdpThatHangsUp() {
        final int port = Ports.free();
        Platform.inOneProcess(
                stage, BRIDGING, "--class-path", Dialtone.testClasses(), "--listen", "ws:127.0.0.1:" + port);
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-hangs-up").answers();
        final Browser browser = Browser.connect(stage, port);

        browser.request(
                "INVITE", "sip:" + uas.port() + "@127.0.0.1:" + port, "c1", 1, "<sip:bob@example.com>", List.of());
        final String ok = browser.await("SIP/2.0 200");
        browser.request(
                "ACK", Browser.uri(Browser.header(ok, "Contact")), "c1", 1, Browser.header(ok, "To"), List.of());
        final String bye = browser.await("BYE sip:alice@df7jal23ls0d.invalid;transport=ws SIP/2.0");
        browser.answer(bye);

        assertTrue(Browser.header(bye, "Via").startsWith("SIP/2.0/WS "), bye);
        Await.until("the callee has its 200", LONG_ENOUGH, () -> uas.successful() > 0, uas::toString);
    }
}
