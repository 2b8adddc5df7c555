package io.dialtone.runtime.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoTest {
    @Test
    void shouldSayWhyItCouldNotStart() throws InterruptedException {
        final ByteArrayOutputStream screen = new ByteArrayOutputStream();
        final Demo demo = new Demo(
                progress -> {
                    throw new IOException("node-1 ended with 70: no room in /dev/shm");
                },
                10,
                1,
                false,
                null,
                new PrintStream(screen, true, StandardCharsets.UTF_8));

        final int exit = demo.run();

        assertEquals(Demo.EXIT_NOT_STARTED, exit);
        assertTrue(screen.toString(StandardCharsets.UTF_8).contains("no room in /dev/shm"));
    }

    @Test
    void shouldShowCallsAndNodesAndEndWellWhenAllWereAnswered() throws Exception {
        final ByteArrayOutputStream screen = new ByteArrayOutputStream();
        try (LoopbackUas uas = new LoopbackUas()) {
            final FakeCluster cluster = new FakeCluster(uas.address(), List.of());

            final int exit = new Demo(
                            progress -> cluster,
                            50,
                            1,
                            false,
                            null,
                            new PrintStream(screen, true, StandardCharsets.UTF_8))
                    .run();

            final String shown = screen.toString(StandardCharsets.UTF_8);
            assertEquals(Demo.EXIT_ALL_ANSWERED, exit, shown);
            assertTrue(shown.contains("All 50 calls were answered and ended well."), shown);
            assertTrue(shown.contains("node-1             50 calls"), shown);
            assertTrue(cluster.closed);
        }
    }

    @Test
    void shouldNotEndWellWhenAProcessDied() throws Exception {
        final ByteArrayOutputStream screen = new ByteArrayOutputStream();
        try (LoopbackUas uas = new LoopbackUas()) {
            final FakeCluster cluster = new FakeCluster(uas.address(), List.of("node-2 (pid 7)"));

            final int exit = new Demo(
                            progress -> cluster,
                            50,
                            1,
                            false,
                            null,
                            new PrintStream(screen, true, StandardCharsets.UTF_8))
                    .run();

            assertEquals(Demo.EXIT_CALLS_LOST, exit);
            assertTrue(screen.toString(StandardCharsets.UTF_8).contains("node-2 (pid 7)"));
        }
    }

    @Test
    void shouldSayWhatBecameOfTheCallsOfAKilledNode() throws Exception {
        final ByteArrayOutputStream screen = new ByteArrayOutputStream();
        final Path json = Files.createTempFile("demo", ".json");
        try (LoopbackUas uas = new LoopbackUas()) {
            final FakeCluster cluster = new FakeCluster(uas.address(), List.of());

            final int exit = new Demo(
                            progress -> cluster,
                            50,
                            3,
                            true,
                            json,
                            new PrintStream(screen, true, StandardCharsets.UTF_8))
                    .run();

            final String shown = screen.toString(StandardCharsets.UTF_8);
            final String report = Files.readString(json);
            assertEquals(Demo.EXIT_ALL_ANSWERED, exit, shown);
            assertTrue(shown.contains("kill -9 node-1"), shown);
            assertTrue(report.contains("\"establishedLost\": 0") || report.contains("\"establishedLost\":0"), report);
            assertTrue(report.contains("firstAnswerMs"), report);
        } finally {
            Files.deleteIfExists(json);
        }
    }

    /** No processes at all, but an address that answers. */
    private static final class FakeCluster implements DemoCluster {
        private final InetSocketAddress edge;
        private final List<String> died;
        private long calls;
        private boolean closed;

        FakeCluster(final InetSocketAddress edge, final List<String> died) {
            this.edge = edge;
            this.died = died;
        }

        @Override
        public InetSocketAddress edge() {
            return edge;
        }

        @Override
        public List<String> processes() {
            return List.of("node-1 (pid 6)");
        }

        @Override
        public List<String> died() {
            return died;
        }

        @Override
        public Map<String, Long> callsByNode() {
            calls += 50;
            return Map.of("node-1", calls);
        }

        @Override
        public NodeKill killBusiest() {
            return new NodeKill("node-1", System.nanoTime(), callId -> true);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
