package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFileTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void shouldFindAProcessThatRuns() throws Exception {
        final RunFile written = RunFile.ofThisProcess("sip-lb", "one", "127.0.0.1:9060", "");

        written.write(folder);

        assertEquals(List.of(written), RunFile.readAll(folder));
    }

    @Test
    void shouldClearTheFilesOfProcessesThatAreGone() throws Exception {
        final RunFile self = RunFile.ofThisProcess("sip-lb", "one", "127.0.0.1:9060", "");
        final Path reused =
                new RunFile(self.pid(), self.startMs() - 1, "sip-lb", "old", "127.0.0.1:9060", "").write(folder);
        final Path broken = Files.writeString(folder.resolve("4711.json"), "{");

        assertEquals(List.of(), RunFile.readAll(folder));
        assertFalse(Files.exists(reused), "the file of a process whose number was given to another");
        assertFalse(Files.exists(broken), "a file that cannot be read");
    }

    @Test
    void shouldKeepTheDirectoryFromOtherUsers() throws Exception {
        final Path directory = folder.resolve("run");

        RunFile.ofThisProcess("sip-lb", "one", "127.0.0.1:9060", "").write(directory);

        assertEquals(3, Files.getPosixFilePermissions(directory).size());
    }

    @Test
    void shouldPreferTheUsersOwnRuntimeDirectory() {
        assertEquals(folder.resolve("dialtone"), RunFile.directory(Map.of("XDG_RUNTIME_DIR", folder.toString())));
        assertTrue(RunFile.directory(Map.of()).toString().contains("dialtone-"), "one for each user below /tmp");
    }
}
