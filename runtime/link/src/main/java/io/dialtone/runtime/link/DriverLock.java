package io.dialtone.runtime.link;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the driver that left a directory is gone, without waiting until its last heartbeat is old. Used by {@link LinkDriver}, on the thread that starts and closes it.
 *
 * <p>A driver locks a file beside its directory and writes into it who it is. The system gives the lock back when the process is gone, however it went. So whoever has the lock, and finds there the
 * very driver whose directory this is, knows that it does not live. Whoever does not get the lock, or finds another name, knows nothing, and has to look at heartbeats: so nothing depends on the
 * lock but time, and it may be deleted while others wait for it.
 */
final class DriverLock implements AutoCloseable {
    private static final int NAME_BYTES_MAX = 64;

    private final Path file;
    private final @Nullable FileChannel channel;

    private DriverLock(final Path file, final @Nullable FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Takes the lock of a directory if nobody has it; without it, all questions have the answer no. */
    static DriverLock tryTake(final Path directory) {
        final Path file = directory.resolveSibling(directory.getFileName() + ".lock");
        FileChannel channel = null;
        boolean isLocked = false;
        try {
            channel = FileChannel.open(
                    file,
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS));
            isLocked = channel.tryLock() != null;
        } catch (IOException | OverlappingFileLockException e) {
            isLocked = false; // somebody else's file, or a driver in this very process
        } finally {
            if (!isLocked) {
                closeQuietly(channel);
            }
        }
        return new DriverLock(file, isLocked ? channel : null);
    }

    /** True if the driver of that name had the lock, and so has ended. */
    boolean hasEnded(final String driver) {
        if (channel == null) {
            return false;
        }
        try {
            final ByteBuffer name = ByteBuffer.allocate(NAME_BYTES_MAX);
            channel.read(name, 0);
            return new String(name.array(), 0, name.position(), StandardCharsets.US_ASCII).equals(driver);
        } catch (IOException e) {
            return false; // then heartbeats tell
        }
    }

    /** Says that this driver has the lock from now on. */
    void name(final String driver) {
        if (channel == null) {
            return;
        }
        try {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(driver.getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException e) {
            System.getLogger(DriverLock.class.getName())
                    .log(System.Logger.Level.DEBUG, "the next driver will look at our heartbeats", e);
        }
    }

    @Override
    public void close() {
        if (channel == null) {
            return;
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(DriverLock.class.getName()).log(System.Logger.Level.DEBUG, "the lock stays", e);
        }
        closeQuietly(channel);
    }

    private static void closeQuietly(final @Nullable FileChannel channel) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(DriverLock.class.getName()).log(System.Logger.Level.DEBUG, "closing a driver's lock", e);
        }
    }
}
