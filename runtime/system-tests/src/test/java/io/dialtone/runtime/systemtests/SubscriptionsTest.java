package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** SIPp subscribes (RFC 6665), refreshes after the node has died that knew of it, and leaves. */
class SubscriptionsTest {
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(1);
    private static final int EACH = 60;

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldGoOnTellingWhenTheirNodeIsKilled() {
        final Platform platform =
                Platform.withGrid(stage, TellingService.class.getName(), 3, "--class-path", Dialtone.testClasses());
        final Capture capture = Capture.start(stage, List.of(platform.port()));
        final SippRun subscribers = SippRun.named(stage, "subscribers")
                .scenario("subscriber")
                .with("WAIT", "12000")
                .calls(platform.address(), 20, EACH);
        Await.until(
                "all have subscribed",
                LONG_ENOUGH,
                () -> subscribers.figure("CurrentCall") >= EACH,
                subscribers::toString);

        platform.kill("node-1");

        assertEquals(0, subscribers.awaitEnd(LONG_ENOUGH), subscribers::toString);
        capture.stop();
        assertEquals(EACH, subscribers.successful(), subscribers::toString);
        assertEquals(0, subscribers.failed() + subscribers.unexpected(), subscribers::toString);
        assertTrue(capture.framesFrom(platform.port()) >= 6L * EACH);
        assertEquals(List.of(), capture.objectionsTo(platform.port()));
    }
}
