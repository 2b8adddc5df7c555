package io.dialtone.state.registry;

import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.RecordingLog;
import java.io.File;
import java.util.List;

/** Looks up how far a member's own log reaches. Used by the threads that keep its past. */
final class OwnLog {
    private OwnLog() {}

    static LogEnd end(final File clusterDirectory, final AeronArchive archive) {
        if (!new File(clusterDirectory, RecordingLog.RECORDING_LOG_FILE_NAME).exists()) {
            return LogEnd.NOTHING;
        }
        try (RecordingLog log = new RecordingLog(clusterDirectory, false)) {
            final RecordingLog.Entry term = log.findLastTerm();
            final Extent extent = term == null ? null : Extent.find(archive, term.recordingId);
            return term == null || extent == null || !hasBeginning(log.entries(), extent)
                    ? LogEnd.NOTHING
                    : new LogEnd(term.leadershipTermId, extent.end(archive));
        }
    }

    /** A log that has been purged is worth something only with a snapshot in front of it. */
    private static boolean hasBeginning(final List<RecordingLog.Entry> entries, final Extent log) {
        return log.startPosition() == 0
                || entries.stream()
                        .anyMatch(entry -> entry.type == RecordingLog.ENTRY_TYPE_SNAPSHOT
                                && entry.isValid
                                && entry.serviceId == ConsensusModule.Configuration.SERVICE_ID
                                && entry.logPosition >= log.startPosition());
    }
}
