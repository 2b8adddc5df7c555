package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A service subscribes to SIPp (RFC 6665), which wants it for longer (423), tells before it accepts, is refreshed after the node has died that knew of it, ends what it has accepted, and is asked anew.
 */
class WatchingTest {
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(1);
    private static final int EACH = 40;

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldGoOnSubscribingWhenItsNodeIsKilled() {
        final Platform platform =
                Platform.withGrid(stage, WatchingService.class.getName(), 3, "--class-path", Dialtone.testClasses());
        final SippRun notifier =
                SippRun.named(stage, "notifier").scenario("notifier").answers();
        final Capture capture = Capture.start(stage, List.of(platform.port(), notifier.port()));
        final SippRun starter = SippRun.named(stage, "starter")
                .scenario("uac-message")
                .option("-s", String.valueOf(notifier.port()))
                .calls(platform.address(), 20, EACH);
        assertEquals(0, starter.awaitEnd(LONG_ENOUGH), starter::toString);
        Await.until("all are told", LONG_ENOUGH, () -> notifier.messagesOfAll("_200_Recv") >= EACH, notifier::toString);

        platform.kill("node-1");

        Await.until("all have left", LONG_ENOUGH, () -> notifier.successful() >= 2 * EACH, notifier::toString);
        capture.stop();
        notifier.finish();
        assertEquals(2 * EACH, notifier.successful(), notifier::toString);
        assertEquals(0, notifier.failed() + notifier.unexpected(), notifier::toString);
        assertEquals(List.of(), capture.objectionsTo(platform.port()));
    }
}
