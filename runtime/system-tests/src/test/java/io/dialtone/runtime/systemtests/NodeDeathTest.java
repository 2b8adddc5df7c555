package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A node dies while calls ring and calls are up. All that ring are answered, refused by their timer, or given up by their caller; all that are up end by a BYE, of either side, and
 * are refreshed before. With {@code -Ddialtone.calls=2000} so many ring and so many are up.
 */
class NodeDeathTest {
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(4);
    private static final int RINGING = Integer.getInteger("dialtone.calls", 150);
    /** Three kinds of calls ring, three are up. */
    private static final int EACH = RINGING / 3;

    private static final int EACH_PER_SECOND = Math.clamp(EACH / 5, 1, 50);
    private static final int BEGINNING_S = EACH / EACH_PER_SECOND;
    /** When calls go on: long after they are all there, and the node has died. */
    private static final String PATIENCE_S = Integer.toString(12 + 2 * BEGINNING_S);

    /** Calls before, for nodes that have just begun. */
    private static final int WARM_UP = 60;

    private static final Path AUTHORITY =
            Path.of("src/test/resources/tls/ca.pem").toAbsolutePath();

    private int runs;

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldBringCallsByUdpToTheirEnds() {
        final Platform platform = platform();
        shouldBringCallsToTheirEnds(platform, platform.address(), "u1");
    }

    @Test
    void shouldBringCallsByTcpToTheirEnds() {
        final Platform platform = platform();
        shouldBringCallsToTheirEnds(platform, platform.address(), "t1");
    }

    @Test
    void shouldBringCallsByTlsToTheirEnds() {
        final int port = Ports.free();
        final Platform platform = Platform.withGridAndListener(
                stage,
                PatientService.class.getName(),
                3,
                "tls:127.0.0.1:" + port,
                "sip: { tls-certificates: \"" + AUTHORITY.resolveSibling("first.pem") + "\", tls-keys: \""
                        + AUTHORITY.resolveSibling("first.key") + "\" }\n",
                "--class-path",
                Dialtone.testClasses());
        shouldBringCallsToTheirEnds(
                platform, TlsBridge.start(stage, port, AUTHORITY).address(), "t1");
    }

    private Platform platform() {
        return Platform.withGrid(stage, PatientService.class.getName(), 3, "--class-path", Dialtone.testClasses());
    }

    private void shouldBringCallsToTheirEnds(final Platform platform, final String target, final String transport) {
        assertAllWell(calls("uac", "talk-0", transport).calls(target, 20, WARM_UP), WARM_UP);
        final String patienceMs = PATIENCE_S + "000";
        final List<SippRun> runs = List.of(
                calls("uac", "answer-" + PATIENCE_S, transport).calls(target, EACH_PER_SECOND, EACH),
                calls("uac-refused", "refuse-" + PATIENCE_S, transport)
                        .with("STATUS", "480")
                        .calls(target, EACH_PER_SECOND, EACH),
                calls("uac-cancel", "ring-0", transport)
                        .with("RING", patienceMs)
                        .calls(target, EACH_PER_SECOND, EACH),
                calls("uac-waits", "hang-up-" + PATIENCE_S, transport).calls(target, EACH_PER_SECOND, EACH),
                calls("uac-refreshed", "refresh-" + PATIENCE_S, transport).calls(target, EACH_PER_SECOND, EACH),
                calls("uac", "talk-0", transport).option("-d", patienceMs).calls(target, EACH_PER_SECOND, EACH));
        Await.until(
                "all calls ring or are up",
                LONG_ENOUGH,
                () -> platform.status("edge-1")
                                .path("counters")
                                .path("edge.requests.received")
                                .asLong()
                        >= 9L * EACH + 3L * WARM_UP,
                () -> platform + "\n" + runs);
        final long over = runs.stream().mapToLong(SippRun::successful).sum();

        platform.kill("node-1");

        for (final SippRun run : runs) {
            assertAllWell(run, EACH);
        }
        assertEquals(0, over, "calls were over before the node died: the machine is too slow for this many");
        assertTrue(
                platform.status("edge-1")
                                .path("counters")
                                .path("edge.frames.not-owner")
                                .asLong()
                        == 0,
                platform::toString);
    }

    private static void assertAllWell(final SippRun run, final int calls) {
        assertEquals(0, run.awaitEnd(LONG_ENOUGH), run::toString);
        assertEquals(calls, run.successful(), run::toString);
        assertEquals(0, run.failed() + run.unexpected(), run::toString);
    }

    private SippRun.Builder calls(final String scenario, final String user, final String transport) {
        return SippRun.named(stage, scenario + "-" + user + "-" + runs++)
                .scenario(scenario)
                .option("-s", user, "-t", transport);
    }
}
