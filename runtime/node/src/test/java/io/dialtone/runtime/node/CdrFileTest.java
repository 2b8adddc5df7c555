package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CdrFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private Path path() {
        return folder.resolve("node-1.cdr.jsonl");
    }

    private static ByteBuffer line(final String text) {
        return ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void shouldPutFilesAsideAndDeleteTheOldest() throws IOException {
        try (CdrFile file = CdrFile.open(path(), 20, 3)) {
            for (int i = 0; i < 9; i++) {
                file.write(line("line number " + i)); // 14 bytes: one to a file
            }
        }

        assertEquals(List.of("node-1.cdr.jsonl", "node-1.cdr.jsonl.1", "node-1.cdr.jsonl.2"), names());
        assertEquals("line number 8\n", Files.readString(path()));
        assertEquals("line number 6\n", Files.readString(folder.resolve("node-1.cdr.jsonl.2")));
    }

    @Test
    void shouldKeepOneFileIfThatIsAll() throws IOException {
        try (CdrFile file = CdrFile.open(path(), 20, 1)) {
            file.write(line("line number 1"));
            file.write(line("line number 2"));
        }

        assertEquals(List.of("node-1.cdr.jsonl"), names());
        assertEquals("line number 2\n", Files.readString(path()));
    }

    @Test
    void shouldGoOnBehindALineThatWasBrokenOff() throws IOException {
        Files.writeString(path(), "{\"id\":\"a\"}\n{\"id\":\"b");

        try (CdrFile file = CdrFile.open(path(), 1_000, 3)) {
            file.write(line("{\"id\":\"c\"}"));
        }

        assertEquals(List.of("{\"id\":\"a\"}", "{\"id\":\"b", "{\"id\":\"c\"}"), Files.readAllLines(path()));
    }

    @Test
    void shouldTakeALineThatIsLongerThanAFile() throws IOException {
        try (CdrFile file = CdrFile.open(path(), 20, 2)) {
            file.write(line("x".repeat(100)));
            file.write(line("y"));
        }

        assertEquals("y\n", Files.readString(path()));
    }
}
