package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Callers by UDP, and servers behind the balancer that are reached by connections: SIPp's and Kamailio's. */
class BackendConnectionsTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

    @RegisterExtension
    final Stage stage = new Stage();

    private final int connectionsPort = Ports.free();
    private final List<String> byTcp = List.of("--listen", "tcp:127.0.0.1:" + connectionsPort);

    @Test
    void shouldBringCallsToServersByTcpAndTheirByesBack() {
        final SippRun one =
                SippRun.named(stage, "uas-1").scenario("uas-hangs-up").answersByTcp();
        final SippRun two =
                SippRun.named(stage, "uas-2").scenario("uas-hangs-up").answersByTcp();
        final Balancer balancer =
                balancer(List.of("tcp:" + one.address(), "tcp:" + two.address()), byTcp, "--probe-interval", "0ms");
        final Capture capture = Capture.start(stage, List.of(balancer.port(), connectionsPort));

        final SippRun uac = SippRun.named(stage, "uac").scenario("uac-waits").calls(balancer.address(), 100, 500);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(500, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected(), uac::toString);
        assertEquals(0, balancer.counter("tokens.forged"));
        assertEquals(0, balancer.counter("failed.transport"));
        final Capture seen = capture.stop();
        assertEquals(List.of(), seen.objectionsTo(balancer.port()));
        assertEquals(List.of(), seen.objectionsTo(connectionsPort));
        one.finish();
        two.finish();
        assertTrue(one.messagesOfAll("_INVITE_Recv") > 100 && two.messagesOfAll("_INVITE_Recv") > 100, one::toString);
    }

    @Test
    void shouldBringCallsToServersByTlsAndTheirByesBack() {
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-hangs-up").answersByTcp();
        final TlsBridge bridge = TlsBridge.before(stage, uas.port(), TlsListener.CERTIFICATE, TlsListener.KEY);
        final Balancer balancer = balancer(
                List.of("tls:" + bridge.address()), TlsListener.options(connectionsPort), "--probe-interval", "0ms");

        final SippRun uac = SippRun.named(stage, "uac").scenario("uac-waits").calls(balancer.address(), 50, 200);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(200, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected(), uac::toString);
    }

    @Test
    void shouldBringCallsThroughKamailioByTcpWhichConnectsForItsOwnRequests() {
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-hangs-up").answers();
        final KamailioHop kamailio = KamailioHop.byTcp(stage, "kamailio", uas.address());
        final Balancer balancer = balancer(List.of("tcp:" + kamailio.address()), byTcp);
        balancer.awaitBackendState(kamailio.address(), "UP", LONG_ENOUGH);

        final SippRun uac = SippRun.named(stage, "uac").scenario("uac-waits").calls(balancer.address(), 50, 200);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(200, uac.successful());
        assertEquals(0, uac.failed() + uac.unexpected(), uac::toString);
        assertEquals(200, balancer.counter("from-backend.forwarded"));
        assertTrue(balancer.counter("probes.answered") > 0, balancer::toString);
    }

    @Test
    void shouldRefuseAtOnceWhatNoServerTakes() {
        final Balancer balancer = balancer(
                List.of("tcp:127.0.0.1:" + Ports.free()), byTcp, "--probe-interval", "0ms", "--eject-failures", "0");

        final SippRun uac = SippRun.named(stage, "uac")
                .scenario("uac-refused")
                .with("STATUS", "503")
                .calls(balancer.address(), 50, 100);

        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
        assertEquals(100, uac.successful());
        assertEquals(0, uac.retransmissions());
        assertEquals(100, balancer.counter("failed.transport"));
    }

    private Balancer balancer(final List<String> backends, final List<String> listening, final String... more) {
        final List<String> options = new ArrayList<>(listening);
        options.addAll(List.of(more));
        return Balancer.start(stage, backends, options.toArray(String[]::new));
    }
}
