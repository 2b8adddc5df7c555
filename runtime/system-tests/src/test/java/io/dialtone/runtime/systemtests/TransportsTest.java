package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls by connections: to a service, through edge and nodes while a node dies, and through the balancer to servers that speak UDP. */
class TransportsTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final String ONE_CONNECTION = "t1";
    private static final String CONNECTION_EACH = "tn";

    @RegisterExtension
    final Stage stage = new Stage();

    @ParameterizedTest
    @ValueSource(strings = {ONE_CONNECTION, CONNECTION_EACH})
    void shouldAnswerCallsByTcp(final String mode) {
        final Platform platform = Platform.inOneProcess(stage, Platform.ANSWERING);
        final Capture capture = Capture.start(stage, List.of(platform.port()));

        final SippRun uac = uac("uac", mode).option("-d", "300").calls(platform.address(), 100, 500);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(500, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected() + uac.retransmissions(), uac::toString);
        assertEquals(List.of(), capture.stop().objectionsTo(platform.port()));
        assertTrue(capture.framesFrom(platform.port()) > 500);
        platform.assertAllAlive();
    }

    @Test
    void shouldLetACallerByTcpGiveUp() {
        final Platform platform =
                Platform.inOneProcess(stage, RingingService.class.getName(), "--class-path", Dialtone.testClasses());

        final SippRun uac = uac("uac-cancel", ONE_CONNECTION).calls(platform.address(), 50, 100);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(100, uac.successful());
    }

    @Test
    void shouldGoOnByTheSameConnectionWhenANodeDies() {
        final Platform platform = Platform.withGrid(stage, Platform.ANSWERING, 3);

        // Answers that the dead node had sent and not yet told its backup of come once more; SIPp takes that for a
        // fault of the call where there are no retransmissions.
        final SippRun uac = uac("uac", ONE_CONNECTION)
                .option("-d", "4000", "-default_behaviors", "all,-abortunexp")
                .calls(platform.address(), 50, 400);
        Await.until(
                "calls are up",
                LONG_ENOUGH,
                () -> platform.status("edge-1")
                                .path("counters")
                                .path("edge.requests.received")
                                .asLong()
                        > 400,
                platform::toString);
        platform.kill("node-1");

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(400, uac.successful());
        assertEquals(0, uac.failed(), uac::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE_CONNECTION, CONNECTION_EACH})
    void shouldBringCallsByTcpToServersThatSpeakUdpAndTheirByesBack(final String mode) {
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-hangs-up").answers();
        final int tcpPort = Ports.free();
        final Balancer balancer = Balancer.start(stage, List.of(uas.address()), "--listen", "tcp:127.0.0.1:" + tcpPort);
        final Capture capture = Capture.start(stage, List.of(balancer.port(), tcpPort));

        final SippRun uac = uac("uac-waits", mode).calls("127.0.0.1:" + tcpPort, 100, 500);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(500, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected(), uac::toString);
        assertEquals(0, balancer.counter("tokens.forged"));
        capture.stop();
        assertEquals(List.of(), capture.objectionsTo(tcpPort));
        assertEquals(List.of(), capture.objectionsTo(balancer.port()));
    }

    @Test
    void shouldAnswerCallsByTls() {
        final int port = Ports.free();
        final Platform platform = Platform.inOneProcess(
                stage, Platform.ANSWERING, TlsListener.options(port).toArray(String[]::new));
        final TlsBridge bridge = TlsBridge.start(stage, port, TlsListener.AUTHORITY);

        final SippRun uac = uac("uac", ONE_CONNECTION).option("-d", "300").calls(bridge.address(), 100, 500);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        final SippRun each = SippRun.named(stage, "each")
                .scenario("uac")
                .option("-t", CONNECTION_EACH, "-max_socket", "1000")
                .calls(bridge.address(), 20, 60);
        assertEquals(0, each.awaitEnd(LONG_ENOUGH), each::toString);

        assertEquals(560, uac.successful() + each.successful());
        assertEquals(
                61,
                platform.status("run")
                        .path("io")
                        .path("countersOfLoops")
                        .get(0)
                        .path("stream-accepted")
                        .asLong());
        platform.assertAllAlive();
    }

    @Test
    void shouldAnswerABrowser() {
        final int port = Ports.free();
        Platform.inOneProcess(stage, Platform.ANSWERING, "--listen", "ws:127.0.0.1:" + port);
        final Browser browser = Browser.connect(stage, port);

        browser.request("INVITE", "sip:bob@127.0.0.1:" + port, "c1", 1, "<sip:bob@example.com>", List.of());
        final String ok = browser.await("SIP/2.0 200");
        final String to = Browser.header(ok, "To");
        final String contact = Browser.uri(Browser.header(ok, "Contact"));
        browser.request("ACK", contact, "c1", 1, to, List.of());
        browser.request("BYE", contact, "c1", 2, to, List.of());

        assertTrue(Browser.header(browser.await("SIP/2.0 200"), "CSeq").equals("2 BYE"));
        assertTrue(contact.contains(";transport=ws"), contact);
    }

    @Test
    void shouldBringByesOfServersThatSpeakUdpToABrowserThatNobodyCanAddress() {
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-hangs-up").answers();
        final int port = Ports.free();
        final Balancer balancer = Balancer.start(stage, List.of(uas.address()), "--listen", "ws:127.0.0.1:" + port);
        final Browser browser = Browser.connect(stage, port);

        browser.request("INVITE", "sip:bob@127.0.0.1:" + port, "c2", 1, "<sip:bob@example.com>", List.of());
        final String ok = browser.await("SIP/2.0 200");
        browser.request(
                "ACK",
                Browser.uri(Browser.header(ok, "Contact")),
                "c2",
                1,
                Browser.header(ok, "To"),
                Browser.lines(ok, "Record-Route", "Route"));
        final String bye = browser.await("BYE ");
        browser.answer(bye);

        Await.until("the server has its 200", LONG_ENOUGH, () -> uas.successful() > 0, uas::toString);
        assertTrue(bye.startsWith("BYE sip:alice@df7jal23ls0d.invalid;transport=ws SIP/2.0"), bye);
        assertEquals(0, balancer.counter("tokens.forged"));
    }

    private SippRun.Builder uac(final String scenario, final String mode) {
        return SippRun.named(stage, scenario).scenario(scenario).option("-t", mode, "-max_socket", "1000");
    }
}
