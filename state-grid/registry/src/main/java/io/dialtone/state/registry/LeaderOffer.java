package io.dialtone.state.registry;

import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.RecordingLog;
import java.util.List;

/**
 * What the leader has for members that lie behind: its newest snapshot, and the log up to there.
 *
 * @param member the leader's number
 * @param term its term
 * @param logRecording its log in its archive
 * @param snapshots the recordings of its newest snapshot, in its archive; empty as long as none was taken
 */
record LeaderOffer(int member, long term, long logRecording, List<RecordingLog.Snapshot> snapshots) {
    LeaderOffer {
        snapshots = List.copyOf(snapshots);
    }

    boolean hasSnapshot() {
        return !snapshots.isEmpty();
    }

    long logPosition() {
        return ofConsensusModule().logPosition();
    }

    long snapshotTerm() {
        return ofConsensusModule().leadershipTermId();
    }

    RecordingLog.Snapshot ofConsensusModule() {
        for (final RecordingLog.Snapshot snapshot : snapshots) {
            if (snapshot.serviceId() == ConsensusModule.Configuration.SERVICE_ID) {
                return snapshot;
            }
        }
        throw new IllegalStateException("the leader's snapshot has no part of its consensus module");
    }
}
