package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The control experiment: the peers and our scenarios work with each other, without anything of ours between them. */
class PeersTest {
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldCarryEveryScenarioThroughKamailioAlone() {
        for (final List<String> pair : List.of(
                List.of("uac", "uas", "", ""),
                List.of("uac-reinvite", "uas-reinvite", "", ""),
                List.of("uac-cancel", "uas-cancel", "", ""),
                List.of("uac-refused", "uas-refuse", "486", "486 Busy Here"))) {
            final SippRun uas = SippRun.named(stage, pair.get(1))
                    .scenario(pair.get(1))
                    .with("STATUS_LINE", pair.get(3))
                    .with("EXTRA", "X-Test: yes")
                    .answers();
            final KamailioHop hop = KamailioHop.start(stage, "kamailio-" + pair.get(0), uas.address());
            final SippRun uac = SippRun.named(stage, pair.get(0))
                    .scenario(pair.get(0))
                    .with("STATUS", pair.get(2))
                    .calls(hop.address(), 50, 50);

            assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);
            uas.finish();

            assertEquals(50, uac.successful());
            assertEquals(0, uac.failed() + uac.unexpected());
            assertEquals(50, uas.successful(), uas::toString);
            assertEquals(0, uas.failed());
        }
    }

    @Test
    void shouldSeeThroughTheEyesOfTshark() {
        final int port = Ports.free();
        final int caller = Ports.free();
        final Capture capture = Capture.start(stage, List.of(port, caller));
        final SippRun uas =
                SippRun.named(stage, "uas").scenario("uas").port(port).answers();
        final SippRun uac =
                SippRun.named(stage, "uac").scenario("uac").port(caller).calls(uas.address(), 50, 20);
        assertEquals(0, uac.awaitEnd(LONG_ENOUGH), uac::toString);

        capture.stop();

        assertEquals(60, capture.framesFrom(caller));
        assertEquals(List.of(), capture.objectionsTo(port));
    }
}
