package io.dialtone.state.registry;

import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.RecordingLog;
import java.io.File;
import java.util.List;

/**
 * Deletes what a member's archive has of the time before its last snapshots. Used by one thread of {@link RegistryMember}'s, which may wait for the archive.
 *
 * <p>A member that lies behind what is left of the log fetches a snapshot ({@link SnapshotFetch}).
 */
final class LogPurge implements AutoCloseable {
    /** Should the last snapshot be unreadable, an operator may go back to the ones before; the log reaches back to the oldest kept. */
    static final int SNAPSHOTS_KEPT = 2;

    private final File clusterDirectory;
    private final AeronArchive archive;

    LogPurge(final File clusterDirectory, final AeronArchive.Context archive) {
        this.clusterDirectory = clusterDirectory;
        this.archive = AeronArchive.connect(archive);
    }

    /** Deletes what can be deleted; says how many bytes of the log that was. */
    long purge() {
        try (RecordingLog log = new RecordingLog(clusterDirectory, false)) {
            final List<RecordingLog.Entry> snapshots = log.entries().stream()
                    .filter(entry -> entry.type == RecordingLog.ENTRY_TYPE_SNAPSHOT && entry.isValid)
                    .toList();
            final long[] positions = snapshots.stream()
                    .filter(entry -> entry.serviceId == ConsensusModule.Configuration.SERVICE_ID)
                    .mapToLong(entry -> entry.logPosition)
                    .sorted()
                    .toArray();
            if (positions.length < SNAPSHOTS_KEPT) {
                return 0;
            }
            final long oldestKept = positions[positions.length - SNAPSHOTS_KEPT];
            final long purged = purgeLog(log.findLastTermRecordingId(), oldestKept);
            for (final RecordingLog.Entry snapshot : snapshots) {
                if (snapshot.logPosition < oldestKept && Extent.find(archive, snapshot.recordingId) != null) {
                    archive.purgeRecording(snapshot.recordingId);
                }
            }
            return purged;
        }
    }

    private long purgeLog(final long recording, final long position) {
        final Extent extent = Extent.find(archive, recording);
        if (extent == null) {
            return 0;
        }
        final long newStart = AeronArchive.segmentFileBasePosition(
                extent.startPosition(), position, extent.termBytes(), extent.segmentBytes());
        if (newStart <= extent.startPosition()) {
            return 0;
        }
        archive.purgeSegments(recording, newStart);
        return newStart - extent.startPosition();
    }

    @Override
    public void close() {
        archive.close();
    }
}
