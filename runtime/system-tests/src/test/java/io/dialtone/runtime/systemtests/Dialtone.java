package io.dialtone.runtime.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How tests run the product: the distribution as it was built before this module, with all its JVM flags. Where none was built ({@code mvn test}),
 * the class path of the tests.
 */
final class Dialtone {
    private static final Map<String, String> JAVA = Map.of("JAVA_HOME", System.getProperty("java.home"));

    /**
     * What its processes find around them. Where up to ten start at once on two cores their optimising compilers would take most of the first minute, so the build asks for the quick
     * compiler alone; series and long runs run as the product does.
     */
    static final Map<String, String> ENVIRONMENT = Map.of(
            "JAVA_HOME",
            System.getProperty("java.home"),
            "DIALTONE_JAVA_OPTIONS",
            System.getProperty("dialtone.product.jvm", ""));

    private static final Path DISTRIBUTION =
            Path.of(System.getProperty("dialtone.distribution", "../distribution/target"));

    private static final Duration WARM_UP_MAX = Duration.ofMinutes(5);

    private static final AtomicBoolean IS_WARM = new AtomicBoolean();

    private Dialtone() {}

    static List<String> command(final String... arguments) {
        return command(List.of(arguments));
    }

    static List<String> command(final List<String> arguments) {
        final List<String> command = new ArrayList<>();
        final Path home = home();
        if (home != null) {
            command.add(home.resolve("bin/dialtone").toString());
        } else {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of(
                    "--add-opens",
                    "java.base/jdk.internal.misc=ALL-UNNAMED",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    "io.dialtone.runtime.node.Main"));
        }
        command.addAll(arguments);
        return command;
    }

    /** As an operator does once after the installation, and every process starts with a third less work; nothing where no distribution was built. */
    static void warmUp(final Stage stage) {
        if (home() != null && IS_WARM.compareAndSet(false, true)) {
            final Child warmUp = stage.start("warm-up", command("warm-up", "--if-needed"), JAVA);
            if (warmUp.awaitExit(WARM_UP_MAX) != 0) {
                throw new AssertionError("warm-up: " + warmUp.tail());
            }
        }
    }

    /** Where services that live among the tests are for the product's class path. */
    static String testClasses() {
        return Path.of("target", "test-classes").toAbsolutePath().toString();
    }

    /** Directory of the unpacked distribution, or null if none was built. */
    static @Nullable Path home() {
        for (final Path root : children(DISTRIBUTION)) {
            if (Files.isExecutable(root.resolve("bin/dialtone"))) {
                return root.toAbsolutePath().normalize();
            }
            for (final Path inner : children(root)) {
                if (Files.isExecutable(inner.resolve("bin/dialtone"))
                        && root.getFileName().toString().startsWith("dialtone-")) {
                    return inner.toAbsolutePath().normalize();
                }
            }
        }
        return null;
    }

    /** The packed distribution, or null if none was built. */
    static @Nullable Path archive() {
        for (final Path path : children(DISTRIBUTION)) {
            if (path.toString().endsWith(".tar.gz")) {
                return path.toAbsolutePath().normalize();
            }
        }
        return null;
    }

    private static List<Path> children(final Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
