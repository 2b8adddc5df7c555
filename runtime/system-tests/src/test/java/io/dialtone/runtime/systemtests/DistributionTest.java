package io.dialtone.runtime.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an operator unpacks, run from a directory that it was not built in. */
class DistributionTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration WARM_UP_MAX = Duration.ofMinutes(5);

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void shouldRunFromWhereItIsUnpacked() throws IOException {
        final Path program = unpack();

        final Child version = run("version", program, "version");
        final Child help = run("help", program, "--help");
        final Child completion = run("completion", program, "completion");
        final Child bash = stage.start(
                "bash",
                List.of(
                        "bash",
                        "-n",
                        stage.write("completion.sh", completion.output()).toString()));
        final Child wrong = stage.start(
                "wrong",
                List.of(program.toString(), "sip-lb", "--listen", "udp:127.0.0.1:5060", "--backend", "no-port"),
                Dialtone.ENVIRONMENT);

        assertTrue(
                version.output().matches("(?s).*Dialtone \\d+\\.\\d+.*Java 2[5-9].*|(?s).*\\d+\\.\\d+\\.\\d+.*"),
                version::output);
        for (final String command : List.of("sip-lb", "run", "node", "edge", "host", "demo", "status")) {
            assertTrue(help.output().contains(command), help::output);
        }
        assertEquals(0, bash.awaitExit(SOON), "bash reads the completion script");
        assertTrue(wrong.awaitExit(SOON) != 0);
        assertTrue(wrong.output().contains("no-port") && wrong.output().contains("expected"), wrong::output);
        Stream.of(version, help, completion, wrong).forEach(DistributionTest::assertNoNoise);
    }

    @Test
    void shouldStartABalancerAndAPlatformWithoutNoise() {
        final PlainUas uas = PlainUas.start(stage, false);
        final Balancer balancer = Balancer.start(stage, List.of(uas.address()));
        final Platform platform = Platform.inOneProcess(stage, Platform.ANSWERING);

        assertNoNoise(balancer.process());
        assertNoNoise(platform.process("run"));
        for (final Child process : List.of(balancer.process(), platform.process("run"))) {
            process.signal("TERM");
            process.awaitExit(SOON);
            assertNoNoise(process);
        }
    }

    @Test
    void shouldShowTheDemo() throws IOException {
        final Path report = stage.directory().resolve("demo.json");
        final Child demo = stage.start(
                "demo",
                Dialtone.command("demo", "--seconds", "4", "--rate", "50", "--report", report.toString()),
                Dialtone.ENVIRONMENT);

        assertEquals(0, demo.awaitExit(Duration.ofMinutes(2)), demo::tail);

        final JsonNode json = new ObjectMapper().readTree(report.toFile());
        assertEquals(200, json.path("calls").path("attempted").asInt());
        assertEquals(200, json.path("calls").path("answered").asInt());
        assertEquals(0, json.path("calls").path("failed").asInt());
        assertTrue(json.path("setupMs").path("p50").asDouble() > 0);
        assertTrue(json.path("setupMs").path("p99").asDouble() > 0);
        assertNoNoise(demo);
    }

    /** The directory of a distribution whose program is {@code bin/dialtone}. */
    private static Path homeOf(final Path program) {
        return program.resolve("../..").normalize();
    }

    @Test
    void shouldStartFromTheCacheOfItsWarmUpUntilJarsChange() throws IOException {
        final Path program = unpack();
        final Path home = homeOf(program);
        final Path cache = home.resolve("cache/balancer.aot");
        assertFalse(isCached("before", program), "an archive has no cache");

        final Child warmUp = stage.start("warm-up", List.of(program.toString(), "warm-up"), Dialtone.ENVIRONMENT);
        assertEquals(0, warmUp.awaitExit(WARM_UP_MAX), warmUp::tail);

        assertTrue(isCached("after", program), "with its cache");
        final FileTime made = Files.getLastModifiedTime(cache);
        run("if-needed", program, "warm-up", "--if-needed");
        assertEquals(made, Files.getLastModifiedTime(cache), "it was done already");
        final Path jar = Files.copy(
                home.resolve("LICENSE"), home.resolve("lib/of-another-build"), StandardCopyOption.COPY_ATTRIBUTES);
        assertFalse(isCached("stale", program), "something in lib is newer than the cache");
        Files.delete(jar);
        assertFalse(isCached("stale-too", program), "something in lib was removed since");
    }

    @Test
    void shouldStartWithoutAWordWhenTheCacheIsBrokenOrOfAnotherJava() throws IOException {
        final Path program = unpack();
        final Path cache = Files.createDirectories(homeOf(program).resolve("cache"));
        final Path file = cache.resolve("balancer.aot");
        Files.writeString(cache.resolve("java"), System.getProperty("java.home") + "\n");

        for (final String content : List.of("", "no cache", "x".repeat(1 << 20))) {
            Files.writeString(file, content);
            assertFalse(isCached("broken-" + content.length(), program));
        }
        Files.writeString(cache.resolve("java"), "/nowhere\n");
        assertFalse(isCached("other-java", program));
        Files.delete(file);
        Files.createDirectory(file);
        assertFalse(isCached("directory", program));
    }

    /** Starts a process with the balancer's options; true if its classes come from a cache. It must not say anything of that. */
    private boolean isCached(final String name, final Path program) throws IOException {
        final Path log = stage.directory().resolve(name + ".classes");
        final Child help = stage.start(
                name,
                List.of(program.toString(), "sip-lb", "--help"),
                Map.of(
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "DIALTONE_JAVA_OPTIONS",
                        "-Xlog:class+load=info:file=" + log));
        assertEquals(0, help.awaitExit(SOON), help::output);
        assertTrue(help.output().startsWith("Usage: "), help::output);
        assertNoNoise(help);
        return Files.readString(log).contains("io.dialtone.runtime.node.Main source: shared objects file");
    }

    private Path unpack() throws IOException {
        final Path archive = Dialtone.archive();
        Assumptions.assumeTrue(archive != null, "SKIPPED: no distribution was built (mvn package builds it)");
        final Child tar = stage.start(
                "tar",
                List.of(
                        "tar",
                        "xzf",
                        String.valueOf(archive),
                        "-C",
                        stage.directory().toString()));
        assertEquals(0, tar.awaitExit(SOON), tar::output);
        try (Stream<Path> paths = Files.list(stage.directory())) {
            return paths.filter(path -> Files.isExecutable(path.resolve("bin/dialtone")))
                    .findFirst()
                    .orElseThrow()
                    .resolve("bin/dialtone");
        }
    }

    private Child run(final String name, final Path program, final String... arguments) {
        final Child child = stage.start(
                name,
                Stream.concat(Stream.of(program.toString()), Stream.of(arguments))
                        .toList(),
                Dialtone.ENVIRONMENT);
        assertEquals(0, child.awaitExit(SOON), child::output);
        return child;
    }

    /** The JVM and the libraries have nothing to say. */
    private static void assertNoNoise(final Child child) {
        for (final String noise : List.of("WARNING", "SLF4J", "Exception", "Unsafe", "warning:")) {
            assertFalse(child.output().contains(noise), () -> child.name() + ":\n" + child.tail());
        }
    }
}
