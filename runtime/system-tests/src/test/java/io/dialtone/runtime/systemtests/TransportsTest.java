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

        final SippRun uac = uac("uac", ONE_CONNECTION).option("-d", "4000").calls(platform.address(), 50, 400);
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
        assertEquals(0, uac.failed() + uac.unexpected(), uac::toString);
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

    private SippRun.Builder uac(final String scenario, final String mode) {
        return SippRun.named(stage, scenario).scenario(scenario).option("-t", mode, "-max_socket", "1000");
    }
}
