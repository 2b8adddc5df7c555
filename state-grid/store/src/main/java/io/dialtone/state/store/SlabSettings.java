package io.dialtone.state.store;

/**
 * How much a worker's {@link SlabImages} holds. A value for whoever wires a node.
 *
 * @param slots how many slots there are in the cluster's map
 * @param bytes memory for the images, their keys and 32 bytes for each; rounded up to whole pages of 256 KiB. Indexes come on top: about 28 bytes a session of {@code
 *     sessionsMax}
 * @param sessionsMax how many sessions there may be
 * @param imageBytesMax the longest image
 * @param touchesAtStart true to have the memory from the system before the first session comes, false to have it page by page as it is needed
 */
public record SlabSettings(int slots, long bytes, int sessionsMax, int imageBytesMax, boolean touchesAtStart) {
    /** The longest image a session may have unless its service says otherwise. */
    public static final int IMAGE_BYTES_MAX_DEFAULT = 64 * 1024;

    /** No image may be longer, whatever the setting: with the longest key it fills half a page. */
    public static final int IMAGE_BYTES_LIMIT =
            SizeClasses.PAGE_BYTES / 2 - SlabImages.HEADER_BYTES - SlabImages.KEY_BYTES_MAX;

    /** What one worker's references reach. */
    public static final long BYTES_LIMIT = 32L << 30;

    /** What one worker's index reaches. */
    public static final int SESSIONS_LIMIT = 64_000_000;

    public SlabSettings {
        if (slots < 1) {
            throw new IllegalArgumentException("slots: " + slots + " (expected: > 0)");
        }
        if (bytes < 1 || bytes > BYTES_LIMIT) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: 1 to " + BYTES_LIMIT
                    + ", 32 GiB, for each worker). Maybe 1 GiB: about 900 000 sessions of 1 KiB");
        }
        if (sessionsMax < 1 || sessionsMax > SESSIONS_LIMIT) {
            throw new IllegalArgumentException(
                    "sessionsMax: " + sessionsMax + " (expected: 1 to " + SESSIONS_LIMIT + ", for each worker)");
        }
        if (imageBytesMax < 1 || imageBytesMax > IMAGE_BYTES_LIMIT) {
            throw new IllegalArgumentException("imageBytesMax: " + imageBytesMax + " (expected: 1 to "
                    + IMAGE_BYTES_LIMIT + "). Maybe " + IMAGE_BYTES_MAX_DEFAULT + ", the default");
        }
    }

    /** Room for sessions of half a kilobyte each if they are many; images up to 64 KiB; memory taken as it is needed. */
    public static SlabSettings of(final int slots, final long bytes) {
        return new SlabSettings(
                slots, bytes, Math.clamp(bytes / 512, 1_024, SESSIONS_LIMIT), IMAGE_BYTES_MAX_DEFAULT, false);
    }

    public SlabSettings withSessionsMax(final int sessions) {
        return new SlabSettings(slots, bytes, sessions, imageBytesMax, touchesAtStart);
    }

    public SlabSettings withImageBytesMax(final int imageBytes) {
        return new SlabSettings(slots, bytes, sessionsMax, imageBytes, touchesAtStart);
    }

    public SlabSettings withTouchesAtStart(final boolean touches) {
        return new SlabSettings(slots, bytes, sessionsMax, imageBytesMax, touches);
    }
}
