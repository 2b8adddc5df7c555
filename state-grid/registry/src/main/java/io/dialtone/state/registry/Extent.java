package io.dialtone.state.registry;

import io.aeron.archive.client.AeronArchive;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A recording of an archive: where it begins and ends, and how it is cut into files. Asked for by the threads that keep a member's past.
 *
 * @param stopPosition where it ends, or {@link AeronArchive#NULL_POSITION} as long as it is being written
 */
record Extent(long recording, int stream, long startPosition, long stopPosition, int termBytes, int segmentBytes) {
    /** More than a member ever has: its log, and two recordings for each snapshot kept. */
    private static final int RECORDINGS_MAX = 1_000;

    static @Nullable Extent find(final AeronArchive archive, final long recording) {
        for (final Extent extent : list(archive)) {
            if (extent.recording == recording) {
                return extent;
            }
        }
        return null;
    }

    static List<Extent> list(final AeronArchive archive) {
        final List<Extent> extents = new ArrayList<>();
        archive.listRecordings(
                0,
                RECORDINGS_MAX,
                (controlSessionId,
                        correlationId,
                        recordingId,
                        startTimestamp,
                        stopTimestamp,
                        startPosition,
                        stopPosition,
                        initialTermId,
                        segmentFileLength,
                        termBufferLength,
                        mtuLength,
                        sessionId,
                        streamId,
                        strippedChannel,
                        originalChannel,
                        sourceIdentity) -> extents.add(new Extent(
                        recordingId, streamId, startPosition, stopPosition, termBufferLength, segmentFileLength)));
        return extents;
    }

    boolean isBeingWritten() {
        return stopPosition == AeronArchive.NULL_POSITION;
    }

    /** Where it ends now. */
    long end(final AeronArchive archive) {
        return isBeingWritten() ? archive.getRecordingPosition(recording) : stopPosition;
    }
}
