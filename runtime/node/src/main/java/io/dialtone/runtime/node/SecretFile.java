package io.dialtone.runtime.node;

import io.dialtone.placement.table.ClusterKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;

/** Files that hold a secret. Read at start. */
final class SecretFile {
    private static final System.Logger LOGGER = System.getLogger(SecretFile.class.getName());

    private SecretFile() {}

    /** The key in a file; adds what is wrong with it to the problems. */
    static Optional<ClusterKey> readKey(final Path file, final Problems problems) {
        final Optional<String> text = readText(file, problems);
        try {
            return text.map(ClusterKey::parse);
        } catch (IllegalArgumentException e) {
            problems.add(file + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    static Optional<String> readText(final Path file, final Problems problems) {
        try {
            final String text = Files.readString(file).strip();
            if (text.isEmpty()) {
                problems.add(file + " is empty (expected: a secret). Maybe: openssl rand -hex 32 > " + file);
                return Optional.empty();
            }
            warnIfOthersMayRead(file);
            return Optional.of(text);
        } catch (IOException e) {
            problems.add(file + " cannot be read (expected: a secret). Maybe: openssl rand -hex 32 > " + file);
            return Optional.empty();
        }
    }

    private static void warnIfOthersMayRead(final Path file) throws IOException {
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        "every user of this machine can read the secret in {0}; maybe: chmod 600 {0}",
                        file);
            }
        } catch (UnsupportedOperationException e) {
            // no such permissions here
        }
    }
}
