package io.dialtone.state.registry;

import io.aeron.Aeron;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.RecordingLog;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * What a member does beside deciding: finds out before it takes part whether it has missed more than the log can tell, fetches that, deletes what snapshots have made
 * superfluous, and looks whether it has been left behind or its disk is full. Runs on one thread of {@link RegistryMember}'s, which may wait.
 */
final class Housekeeping {
    private static final System.Logger LOGGER = System.getLogger(Housekeeping.class.getName());
    private static final long POLL_MS = 10;

    /** Somebody who fills the disk with 640 MB/s does not fill the last of it between two looks. */
    private static final long LOOK_MS = 100;

    private static final long PURGE_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long PURGE_RETRY_NS = TimeUnit.SECONDS.toNanos(5);

    /** A member that has found no leader for so long asks whether there is one that it cannot follow. */
    private static final long STRANDED_NS = TimeUnit.SECONDS.toNanos(10);

    private static final long STRANDED_ASK_NS = TimeUnit.SECONDS.toNanos(3);

    private final RegistryMemberSettings settings;
    private final RegistryDisk disk;
    private final Path clusterDirectory;
    private final File recordingLog;
    private final Supplier<AeronArchive.Context> archive;
    private final RegistryCounters counters;
    private @Nullable LogPurge purge;
    private long recordedBytes;
    private long purgedAtBytes;
    private long purgeLookNs = System.nanoTime();
    private String purgeProblem = "";

    Housekeeping(
            final RegistryMemberSettings settings,
            final RegistryDisk disk,
            final Path clusterDirectory,
            final Supplier<AeronArchive.Context> archive,
            final RegistryCounters counters) {
        this.settings = settings;
        this.disk = disk;
        this.clusterDirectory = clusterDirectory;
        recordingLog =
                clusterDirectory.resolve(RecordingLog.RECORDING_LOG_FILE_NAME).toFile();
        this.archive = archive;
        this.counters = counters;
    }

    // ---- before it takes part

    /**
     * Returns when the member may take part, having fetched what it has missed.
     *
     * @throws RegistryUnavailableException if it has nothing and can fetch nothing
     */
    void arrive() throws InterruptedException, IOException, TimeoutException {
        final LogEnd own = ownEnd();
        final PeerWords words = ask(own, Arrival.PATIENCE_NS);
        final LeaderOffer leader = words.leader();
        if (leader != null && own.isBehind(leader)) {
            try (SnapshotFetch fetch = new SnapshotFetch(clusterDirectory, settings, disk, archive.get())) {
                fetch.fetch(leader);
            }
            counters.increment(RegistryCounter.SNAPSHOTS_FETCHED);
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "registry member {0} has fetched the snapshot at {1} from member {2}, and goes on from there",
                    settings.self(),
                    leader.logPosition(),
                    leader.member());
        } else if (Arrival.next(own, words, Arrival.PATIENCE_NS) == Arrival.Step.GIVE_UP) {
            throw new RegistryUnavailableException(Arrival.reason(words));
        }
    }

    private LogEnd ownEnd() {
        try (AeronArchive connected = AeronArchive.connect(archive.get())) {
            return OwnLog.end(clusterDirectory.toFile(), connected);
        }
    }

    /** Asks the others until it is clear what to do, or for so long. */
    private PeerWords ask(final LogEnd own, final long maxNs) throws InterruptedException {
        try (Aeron aeron = Aeron.connect(new Aeron.Context()
                        .aeronDirectoryName(archive.get().aeronDirectoryName())
                        .errorHandler(e -> LOGGER.log(System.Logger.Level.DEBUG, "asking the other members", e))
                        .clientName("registry-inquiry"));
                PeerInquiry inquiry = new PeerInquiry(settings, aeron)) {
            final long beganNs = System.nanoTime();
            boolean isSaid = false;
            while (true) {
                disk.requireRoom();
                final long nowNs = System.nanoTime();
                final long waitedNs = nowNs - beganNs;
                final PeerWords words = inquiry.poll(nowNs);
                if (waitedNs >= maxNs || Arrival.next(own, words, waitedNs) != Arrival.Step.WAIT) {
                    return words;
                }
                if (!isSaid && waitedNs >= Arrival.FRESH_WAIT_NS) {
                    isSaid = true;
                    LOGGER.log(
                            System.Logger.Level.INFO,
                            "registry member {0} waits: {1}",
                            settings.self(),
                            Arrival.reason(words));
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            }
        }
    }

    // ---- while it takes part

    /** Runs until it is interrupted. */
    void run(final boolean isAlone, final BooleanSupplier isTakingPart) throws InterruptedException {
        long tookPartNs = System.nanoTime();
        try {
            while (true) {
                disk.requireRoom();
                purgeAfterSnapshots();
                final long nowNs = System.nanoTime();
                if (isAlone || isTakingPart.getAsBoolean()) {
                    tookPartNs = nowNs;
                } else if (nowNs - tookPartNs > STRANDED_NS) {
                    endIfLeftBehind();
                    tookPartNs = System.nanoTime();
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            }
        } finally {
            closePurge();
        }
    }

    /** Deletes what snapshots have made superfluous: once after the start, and a look after the recording log has grown, as it does with each snapshot. */
    private void purgeAfterSnapshots() {
        if (System.nanoTime() - purgeLookNs < 0) {
            return;
        }
        purgeLookNs = System.nanoTime() + PURGE_LOOK_NS;
        final long bytesAtLastLook = recordedBytes;
        recordedBytes = recordingLog.length();
        if (bytesAtLastLook == purgedAtBytes) {
            return;
        }
        try {
            LogPurge connected = purge;
            if (connected == null) {
                connected = new LogPurge(clusterDirectory.toFile(), archive.get());
                purge = connected;
            }
            counters.add(RegistryCounter.LOG_BYTES_PURGED, connected.purge());
            purgedAtBytes = bytesAtLastLook;
            purgeProblem = "";
        } catch (RuntimeException e) {
            // Somebody may be reading there, as a member that catches up does. The log grows on until the next attempt.
            closePurge();
            purgeLookNs = System.nanoTime() + PURGE_RETRY_NS;
            final String problem = String.valueOf(e.getMessage());
            if (!problem.equals(purgeProblem) && !Thread.currentThread().isInterrupted()) {
                purgeProblem = problem;
                LOGGER.log(System.Logger.Level.INFO, "the registry''s log is not purged for now: {0}", problem);
            }
        }
    }

    private void closePurge() {
        CloseHelper.quietClose(purge);
        purge = null;
    }

    /** The others may have purged what this member would need to follow them; it then has to begin with their snapshot. */
    private void endIfLeftBehind() throws InterruptedException {
        final LogEnd own = ownEnd();
        final LeaderOffer leader = ask(own, STRANDED_ASK_NS).leader();
        if (leader != null && own.isBehind(leader)) {
            throw new RegistryUnavailableException("it lies behind the snapshot of member " + leader.member()
                    + ", which leads, and cannot follow (expected: started again, it fetches that)");
        }
    }
}
