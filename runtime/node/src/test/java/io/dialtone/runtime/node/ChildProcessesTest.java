package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessesTest {
    private static final long READY_MS_MAX = 60_000;
    private static final List<String> BALANCER = List.of(
            "sip-lb",
            "--listen",
            "udp:127.0.0.1:0",
            "--backend",
            "127.0.0.1:9",
            "--probe-interval",
            "0",
            "--admin",
            "127.0.0.1:0");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void shouldEndAChildWhoseParentIsGone() throws Exception {
        try (ChildProcesses children = new ChildProcesses(folder)) {
            final ChildProcesses.Child child = children.start("sip-lb", BALANCER);
            children.awaitReady(child, READY_MS_MAX);

            child.process().getOutputStream().close(); // as the system does for a parent that was killed

            assertTrue(child.process().waitFor(READY_MS_MAX, TimeUnit.MILLISECONDS), "it ends by itself");
            assertEquals(ExitCode.OK, child.process().exitValue());
            assertTrue(Files.readString(child.log()).contains("stopped by the end of its parent"), "and says why");
        }
    }

    @Test
    void shouldLeaveNothingBehindAfterSigterm() throws Exception {
        final ChildProcesses.Child child;
        try (ChildProcesses children = new ChildProcesses(folder)) {
            child = children.start("sip-lb", BALANCER);
            children.awaitReady(child, READY_MS_MAX);
        }

        assertFalse(child.isAlive());
        assertEquals(ExitCode.OK, child.process().exitValue());
        assertTrue(
                RunFile.readAll(RunFile.directory(System.getenv())).stream()
                        .noneMatch(file -> file.pid() == child.process().pid()),
                "no run file");
    }

    @Test
    void shouldShowTheLastWordsOfAChildThatDoesNotStart() throws Exception {
        try (ChildProcesses children = new ChildProcesses(folder)) {
            final ChildProcesses.Child child = children.start("sip-lb", List.of("sip-lb", "--loops", "0"));

            final IOException failure = assertThrows(IOException.class, () -> children.awaitReady(child, READY_MS_MAX));

            assertTrue(String.valueOf(failure.getMessage()).contains("exit code 78"), failure.getMessage());
            assertTrue(String.valueOf(failure.getMessage()).contains("sip.loops: 0"), failure.getMessage());
        }
    }
}
