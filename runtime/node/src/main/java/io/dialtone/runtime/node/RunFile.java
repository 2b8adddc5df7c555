package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A small file that each running process leaves for {@code dialtone status} and its like, and takes away when it ends. Files of processes that
 * ended otherwise are cleared by whoever reads them. Used by main threads only.
 *
 * @param startMs when the process started, so that a reused process id is noticed
 * @param role sip-lb, edge, node, host or run
 * @param admin the address of its admin server
 * @param tokenFile where the secret for its admin commands is, or empty
 */
record RunFile(long pid, long startMs, String role, String name, String admin, String tokenFile) {
    private static final String SUFFIX = ".json";

    /** {@code $XDG_RUNTIME_DIR/dialtone}, else {@code /tmp/dialtone-UID}. */
    static Path directory(final Map<String, String> environment) {
        final String xdg = environment.get("XDG_RUNTIME_DIR");
        if (xdg != null && Files.isWritable(Path.of(xdg))) {
            return Path.of(xdg, "dialtone");
        }
        return Path.of(System.getProperty("java.io.tmpdir"), "dialtone-" + userId());
    }

    private static String userId() {
        try {
            return String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return System.getProperty("user.name");
        }
    }

    static RunFile ofThisProcess(final String role, final String name, final String admin, final String tokenFile) {
        final ProcessHandle self = ProcessHandle.current();
        return new RunFile(self.pid(), startMsOf(self), role, name, admin, tokenFile);
    }

    /** Writes it where only its user can; returns where it is. */
    Path write(final Path directory) throws IOException {
        Files.createDirectories(directory);
        closeToOthers(directory);
        final ObjectNode json = Json.object();
        json.put("pid", pid)
                .put("startMs", startMs)
                .put("role", role)
                .put("name", name)
                .put("admin", admin)
                .put("tokenFile", tokenFile);
        final Path file = directory.resolve(pid + SUFFIX);
        final Path temporary = directory.resolve(pid + ".new");
        Files.writeString(temporary, Json.write(json));
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return file;
    }

    /** A directory in /tmp that somebody else made for us is not to be trusted. */
    private static void closeToOthers(final Path directory) throws IOException {
        try {
            final String owner = Files.getOwner(directory).getName();
            final String user = System.getProperty("user.name");
            if (!owner.equals(user)) {
                throw new IOException(directory + " belongs to " + owner + " (expected: " + user + ")");
            }
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        } catch (UnsupportedOperationException e) {
            // a file system without owners protects nothing
        }
    }

    /** The processes that run now, oldest first; clears the files of those that do not. */
    static List<RunFile> readAll(final Path directory) throws IOException {
        final List<RunFile> running = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return running;
        }
        final List<Path> files;
        try (Stream<Path> listed = Files.list(directory)) {
            files = listed.filter(file -> file.toString().endsWith(SUFFIX)).toList();
        }
        for (final Path file : files) {
            final Optional<RunFile> read = read(file);
            if (read.isPresent() && read.get().isRunning()) {
                running.add(read.get());
            } else {
                Files.deleteIfExists(file);
            }
        }
        running.sort(Comparator.comparingLong(RunFile::startMs).thenComparing(RunFile::name));
        return running;
    }

    private static Optional<RunFile> read(final Path file) {
        try {
            final JsonNode json = Json.read(Files.readString(file));
            return Optional.of(new RunFile(
                    json.path("pid").asLong(),
                    json.path("startMs").asLong(),
                    json.path("role").asText(),
                    json.path("name").asText(),
                    json.path("admin").asText(),
                    json.path("tokenFile").asText()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private boolean isRunning() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> startMsOf(process) == startMs)
                .isPresent();
    }

    private static long startMsOf(final ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }
}
