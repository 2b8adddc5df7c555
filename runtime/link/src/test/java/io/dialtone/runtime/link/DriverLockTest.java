package io.dialtone.runtime.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class DriverLockTest {
    private static final int SILENCE_MS_MAX = 60_000;
    private static final int KILLED = 128 + 9;

    @TempDir
    Path parent;

    private @Nullable Process child;

    @AfterEach
    void killChild() {
        if (child != null) {
            child.destroyForcibly();
        }
    }

    @Test
    void shouldTakeTheDirectoryOfAKilledDriverWithoutWaitingForItsHeartbeatToAge() throws Exception {
        final LinkSettings settings = settings(parent.resolve("driver"));
        final Process first = startDriver(settings.directory());
        assertEquals('.', first.getInputStream().read(), "it is up");
        assertThrows(LinkUnavailableException.class, () -> LinkDriver.start(settings, (what, cause) -> {}));

        first.destroyForcibly();
        assertEquals(KILLED, first.waitFor());
        final long beginNs = System.nanoTime();
        try (LinkDriver second = LinkDriver.start(settings, (what, cause) -> {})) {
            final long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNs);

            assertTrue(second.silentMs() < SILENCE_MS_MAX);
            assertTrue(tookMs < SILENCE_MS_MAX / 2, () -> "it waited: " + tookMs + " ms");
        }
        assertFalse(Files.exists(parent.resolve("driver.lock")), "who ends in order leaves nothing");
    }

    @Test
    void shouldKnowTheDriverThatHadTheLockAndNoOther() {
        final Path directory = parent.resolve("driver");
        final DriverLock first = DriverLock.tryTake(directory);
        first.name("17@1000");

        final DriverLock second = DriverLock.tryTake(directory);
        assertFalse(second.hasEnded("17@1000"), "who has not the lock knows nothing");
        second.close();

        assertTrue(first.hasEnded("17@1000"));
        assertFalse(first.hasEnded("17@1001"));
        assertFalse(first.hasEnded("18@1000"));
        first.close();
        assertFalse(Files.exists(parent.resolve("driver.lock")));
    }

    @Test
    void shouldKnowNothingWhereTheLockCannotBeMade() throws IOException {
        Files.createSymbolicLink(parent.resolve("driver.lock"), parent.resolve("elsewhere"));

        final DriverLock lock = DriverLock.tryTake(parent.resolve("driver"));
        lock.name("17@1000");

        assertFalse(lock.hasEnded("17@1000"));
        assertFalse(Files.exists(parent.resolve("elsewhere")), "a link of somebody else is not followed");
        lock.close();
    }

    /** A process with a driver, for {@link #startDriver}. */
    public static void main(final String[] args) throws InterruptedException {
        final LinkDriver driver = LinkDriver.start(settings(Path.of(args[0])), (what, cause) -> {});
        System.out.print('.');
        System.out.flush();
        while (driver.silentMs() < SILENCE_MS_MAX) {
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private static LinkSettings settings(final Path directory) {
        final LinkSettings defaults = LinkSettings.defaults(directory);
        return new LinkSettings(
                directory,
                defaults.termBytes(),
                defaults.mtuBytes(),
                defaults.parkMinUs(),
                defaults.parkMaxUs(),
                SILENCE_MS_MAX,
                defaults.clientSilenceMsMax(),
                defaults.beatIntervalMs(),
                defaults.peerSilenceMsMax());
    }

    private Process startDriver(final Path directory) throws IOException {
        final Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DriverLockTest.class.getName(),
                        directory.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        child = process;
        return process;
    }
}
