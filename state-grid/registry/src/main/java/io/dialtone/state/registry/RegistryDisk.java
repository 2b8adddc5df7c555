package io.dialtone.state.registry;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * The room on the disk of a member's directory. Any thread may ask.
 *
 * <p>Aeron writes into mapped files. On a full disk such a write faults, and the member's threads end without telling anybody; so the member is ended before.
 */
public final class RegistryDisk {
    /** With less room than this a member is ended: four segments of its log. */
    public static final long ROOM_MIN_BYTES = 64L << 20;

    /** With less room than this none is started, so that it is not ended again at once. */
    public static final long ROOM_START_BYTES = 2 * ROOM_MIN_BYTES;

    private static final int MIB_BITS = 20;

    private final Path directory;
    private final LongSupplier freeBytes;

    /** With another answer than the system's, for tests. */
    public RegistryDisk(final Path directory, final LongSupplier freeBytes) {
        this.directory = directory;
        this.freeBytes = freeBytes;
    }

    /** The disk that the directory is on, or will be when it is made. */
    public static RegistryDisk of(final Path directory) {
        return new RegistryDisk(directory, () -> usableBytes(directory));
    }

    private static long usableBytes(final Path directory) {
        Path place = directory.toAbsolutePath();
        while (!Files.exists(place) && place.getParent() != null) {
            place = place.getParent();
        }
        return place.toFile().getUsableSpace();
    }

    public long freeBytes() {
        return freeBytes.getAsLong();
    }

    /** True if there is room enough for a member to be started. */
    public boolean hasRoomToStart() {
        return freeBytes() >= ROOM_START_BYTES;
    }

    /** What is wrong with too little room, for an operator; always the same words. */
    public String problem() {
        return "the disk of " + directory + " is full: less than " + (ROOM_MIN_BYTES >> MIB_BITS)
                + " MiB are left (expected: " + (ROOM_START_BYTES >> MIB_BITS) + " MiB to start)";
    }

    /**
     * Called again and again by a member that runs.
     *
     * @throws RegistryUnavailableException if it has to end
     */
    void requireRoom() {
        if (freeBytes() < ROOM_MIN_BYTES) {
            throw new RegistryUnavailableException(problem());
        }
    }
}
