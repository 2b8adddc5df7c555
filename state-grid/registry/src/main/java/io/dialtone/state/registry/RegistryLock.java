package io.dialtone.state.registry;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One member for a directory at a time. The system gives the lock back when the process that has it is gone, however it went: so whoever gets it knows that, and may
 * remove the marks by which Aeron would hold the old one alive for 10 s more. Used by {@link RegistryMember}.
 */
final class RegistryLock implements AutoCloseable {
    private static final String NAME = "member.lock";

    private final FileChannel channel;

    private RegistryLock(final FileChannel channel) {
        this.channel = channel;
    }

    static RegistryLock take(final Path directory) {
        try {
            Files.createDirectories(directory);
            final FileChannel channel =
                    FileChannel.open(directory.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel)) {
                return new RegistryLock(channel);
            }
            channel.close();
        } catch (IOException e) {
            throw new RegistryUnavailableException("registry directory " + directory + ": " + e, e);
        }
        throw new RegistryUnavailableException("registry directory " + directory
                + " is in use (expected: by nobody). Maybe this member runs already.");
    }

    private static boolean tryLock(final FileChannel channel) throws IOException {
        try {
            final FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // Another member in this very process.
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new RegistryUnavailableException("registry lock: " + e, e);
        }
    }
}
