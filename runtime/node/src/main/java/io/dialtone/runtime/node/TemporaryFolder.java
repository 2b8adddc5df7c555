package io.dialtone.runtime.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** A folder that whoever wants it makes, and that is gone when the process has ended well. Used by the main thread. */
final class TemporaryFolder implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(TemporaryFolder.class.getName());
    private static final int NAME_BYTES = 8;

    private final Path path;

    /** A name that nobody else has; there is nothing yet. */
    TemporaryFolder(final String prefix) {
        final byte[] random = new byte[NAME_BYTES];
        new SecureRandom().nextBytes(random);
        path = Path.of(
                System.getProperty("java.io.tmpdir"), prefix + HexFormat.of().formatHex(random));
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(path)) {
            final List<Path> deepestFirst =
                    walk.sorted(Comparator.reverseOrder()).toList();
            for (final Path each : deepestFirst) {
                Files.delete(each);
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "{0} stays: {1}", path, e);
        }
    }
}
