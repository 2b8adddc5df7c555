package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Session timers (RFC 4028) on both legs of calls between SIPp and SIPp, with the shortest interval there may be: this takes a minute. */
class SessionTimersTest {
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldKeepCallsAliveAndEndTheDeadWhenTheirNodeIsKilled() {
        final Platform platform =
                Platform.withGrid(stage, RefreshingService.class.getName(), 3, "--class-path", Dialtone.testClasses());
        final SippRun uas = SippRun.named(stage, "uas").scenario("uas-timer").answers();
        final SippRun uasOfTheDead =
                SippRun.named(stage, "uas-dead").scenario("uas-timer").answers();
        final Capture capture = Capture.start(stage, List.of(platform.port(), uas.port(), uasOfTheDead.port()));

        final SippRun alive = SippRun.named(stage, "alive")
                .scenario("uac-timer")
                .option("-s", String.valueOf(uas.port()))
                .calls(platform.address(), 20, 40);
        final SippRun dead = SippRun.named(stage, "dead")
                .scenario("uac-stays-away")
                .option("-s", String.valueOf(uasOfTheDead.port()))
                .calls(platform.address(), 20, 20);
        Await.until(
                "calls are up",
                LONG_ENOUGH,
                () -> alive.figure("CurrentCall") >= 40 && dead.figure("CurrentCall") >= 20,
                alive::toString);
        platform.kill("node-1");

        assertEquals(0, alive.awaitEnd(LONG_ENOUGH), alive::toString);
        assertEquals(0, dead.awaitEnd(LONG_ENOUGH), dead::toString);
        capture.stop();
        assertEquals(40, alive.successful(), alive::toString);
        assertEquals(20, dead.successful(), dead::toString);
        assertEquals(0, alive.failed() + alive.unexpected() + dead.failed() + dead.unexpected());
        assertEquals(40, uas.finish().successful(), uas::toString);
        assertEquals(20, uasOfTheDead.finish().successful(), uasOfTheDead::toString);
        assertEquals(List.of(), capture.objectionsTo(platform.port()));
    }
}
