package io.dialtone.state.registry;

import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.client.ReplicationParams;
import io.aeron.archive.codecs.RecordingSignal;
import io.aeron.cluster.NodeStateFile;
import io.aeron.cluster.RecordingLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.agrona.IoUtil;

/**
 * Copies the leader's newest snapshot, and its log up to there, into the archive of a member that has nothing or lies behind; afterwards the member is one that was
 * stopped when the snapshot had been taken. Used by one thread of {@link RegistryMember}'s, before the consensus module is launched.
 *
 * <p>What the member had before counts until all is copied: then one file takes another's place. A copy that was broken off is thrown away with the next.
 */
final class SnapshotFetch implements AutoCloseable {
    /** For all of it: a snapshot and at most 40 MiB of log. */
    static final long FETCH_MAX_NS = TimeUnit.SECONDS.toNanos(120);

    private static final long LOOK_MS = 5;
    private static final String NEW_DIRECTORY = "fetched";
    private static final int SYNC_LEVEL = 1;

    private final Path clusterDirectory;
    private final RegistryMemberSettings settings;
    private final RegistryDisk disk;
    private final AeronArchive archive;

    /** Of each copying that has ended, the copy's recording. */
    private final Map<Long, Long> ended = new HashMap<>();

    private final Set<Long> synced = new HashSet<>();

    SnapshotFetch(
            final Path clusterDirectory,
            final RegistryMemberSettings settings,
            final RegistryDisk disk,
            final AeronArchive.Context archive) {
        this.disk = disk;
        this.clusterDirectory = clusterDirectory;
        this.settings = settings;
        this.archive = AeronArchive.connect(archive.recordingSignalConsumer(
                (controlSessionId, correlationId, recordingId, subscriptionId, position, signal) ->
                        onSignal(correlationId, recordingId, signal)));
    }

    /** Fetches what the leader offers. */
    void fetch(final LeaderOffer offer) throws IOException, InterruptedException, TimeoutException {
        final long deadlineNs = System.nanoTime() + FETCH_MAX_NS;
        purgeStrays();
        final String source = "aeron:udp?term-length=64k|endpoint=" + archiveEndpoint(offer.member());
        final long log = copy(source, offer.logRecording(), offer.logPosition(), deadlineNs);
        final List<RecordingLog.Snapshot> snapshots = new ArrayList<>();
        for (final RecordingLog.Snapshot theirs : offer.snapshots()) {
            final long ours = copy(source, theirs.recordingId(), AeronArchive.NULL_POSITION, deadlineNs);
            snapshots.add(new RecordingLog.Snapshot(
                    ours,
                    theirs.leadershipTermId(),
                    theirs.termBaseLogPosition(),
                    theirs.logPosition(),
                    theirs.timestamp(),
                    theirs.serviceId()));
        }
        rememberTerm(offer);
        writeRecordingLog(offer, log, snapshots);
        purgeStrays();
    }

    private String archiveEndpoint(final int member) {
        for (final RegistryPeer peer : settings.peers()) {
            if (peer.number() == member) {
                return peer.archiveEndpoint();
            }
        }
        throw new RegistryUnavailableException(
                "registry member " + member + " leads (expected: one of " + settings.peers() + ")");
    }

    private long copy(final String source, final long recording, final long stopPosition, final long deadlineNs)
            throws InterruptedException, TimeoutException {
        final long replication = archive.replicate(
                recording,
                archive.context().controlRequestStreamId(),
                source,
                new ReplicationParams()
                        .stopPosition(stopPosition)
                        .replicationChannel(
                                "aeron:udp?endpoint=" + settings.peer().anyEndpoint())
                        .replicationSessionId((int) archive.context().aeron().nextCorrelationId()));
        while (true) {
            disk.requireRoom();
            archive.pollForRecordingSignals();
            final Long copy = ended.get(replication);
            final Extent extent = copy == null ? null : Extent.find(archive, copy);
            if (extent != null && !extent.isBeingWritten()) {
                final boolean isWhole = stopPosition == AeronArchive.NULL_POSITION
                        ? synced.contains(replication)
                        : extent.stopPosition() == stopPosition;
                if (!isWhole) {
                    throw new RegistryUnavailableException(
                            "copying the leader's snapshot was broken off at " + extent.stopPosition());
                }
                return extent.recording();
            }
            if (System.nanoTime() - deadlineNs > 0) {
                throw new TimeoutException("the leader's snapshot was not fetched within "
                        + TimeUnit.NANOSECONDS.toSeconds(FETCH_MAX_NS) + " s");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    private void onSignal(final long correlationId, final long recording, final RecordingSignal signal) {
        if (signal == RecordingSignal.SYNC) {
            synced.add(correlationId);
        } else if (signal == RecordingSignal.REPLICATE_END) {
            ended.put(correlationId, recording);
        }
    }

    /** In the leader's term, and those before, somebody else was voted for. */
    private void rememberTerm(final LeaderOffer offer) throws IOException {
        try (NodeStateFile state = new NodeStateFile(clusterDirectory.toFile(), true, SYNC_LEVEL)) {
            state.proposeMaxCandidateTermId(offer.term(), offer.logPosition(), System.currentTimeMillis());
        }
    }

    private void writeRecordingLog(final LeaderOffer offer, final long log, final List<RecordingLog.Snapshot> snapshots)
            throws IOException {
        final Path written = clusterDirectory.resolve(NEW_DIRECTORY);
        IoUtil.delete(written.toFile(), true);
        Files.createDirectories(written);
        try (RecordingLog recordingLog = new RecordingLog(written.toFile(), true)) {
            final RecordingLog.Snapshot newest = offer.ofConsensusModule();
            // Where older terms began is not known here. A member that comes from one of them is told 0, and so throws
            // away what it has rather than keep what may have been overruled.
            for (long term = 0; term < newest.leadershipTermId(); term++) {
                recordingLog.appendTerm(log, term, 0, newest.timestamp());
            }
            recordingLog.appendTerm(log, newest.leadershipTermId(), newest.termBaseLogPosition(), newest.timestamp());
            for (final RecordingLog.Snapshot snapshot : snapshots) {
                recordingLog.appendSnapshot(
                        snapshot.recordingId(),
                        snapshot.leadershipTermId(),
                        snapshot.termBaseLogPosition(),
                        snapshot.logPosition(),
                        snapshot.timestamp(),
                        snapshot.serviceId());
            }
            recordingLog.force(SYNC_LEVEL);
        }
        Files.move(
                written.resolve(RecordingLog.RECORDING_LOG_FILE_NAME),
                clusterDirectory.resolve(RecordingLog.RECORDING_LOG_FILE_NAME),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        IoUtil.delete(written.toFile(), true);
    }

    /** Deletes recordings that the recording log knows nothing of: of copies that were broken off, or of a past that another has taken the place of. */
    private void purgeStrays() {
        final Set<Long> known = new HashSet<>();
        if (Files.exists(clusterDirectory.resolve(RecordingLog.RECORDING_LOG_FILE_NAME))) {
            try (RecordingLog log = new RecordingLog(clusterDirectory.toFile(), false)) {
                log.entries().forEach(entry -> known.add(entry.recordingId));
            }
        }
        for (final Extent extent : Extent.list(archive)) {
            if (!known.contains(extent.recording()) && !extent.isBeingWritten()) {
                archive.purgeRecording(extent.recording());
            }
        }
    }

    @Override
    public void close() {
        archive.close();
    }
}
