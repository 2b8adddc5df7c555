package io.dialtone.state.registry;

import io.aeron.Aeron;
import io.aeron.RethrowingErrorHandler;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveMarkFile;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ClusterControl;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.ElectionState;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusterCounters;
import io.aeron.cluster.service.ClusterMarkFile;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.MediaDriverVersion;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.CloseHelper;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.SemanticVersion;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NoOpLock;
import org.jspecify.annotations.Nullable;

/**
 * A member of the registry, embedded in a process: its own media driver, archive, consensus module and service. Started and closed by {@code main}; lives in a host or
 * an edge, not in the nodes that it judges.
 *
 * <p>The times are chosen for a take-over within a second; Aeron's own are for ten. Each has its reason in docs/architecture/registry.md.
 */
public final class RegistryMember implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(RegistryMember.class.getName());

    /** Clients of the registry at once: nodes, edges, and operators' tools. */
    public static final int SESSIONS_MAX = 128;

    private static final long LEADER_HEARTBEAT_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LEADER_HEARTBEAT_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long ELECTION_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long ELECTION_STATUS_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long STARTUP_CANVASS_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long TERMINATION_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);

    // The driver looks at its time-outs once in an interval, so that comes first.
    private static final long TIMER_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long IMAGE_LIVENESS_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CONNECTION_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long RECEIVER_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long UNTETHERED_NS = TimeUnit.MILLISECONDS.toNanos(500);

    // Who misses a part asks for it at once, and again after 5 ms: whoever sends it has an ear for that then. ADR 21.
    private static final long NAK_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long NAKS_APART = 50;
    private static final long RESEND_LINGER_NS = TimeUnit.MILLISECONDS.toNanos(4);

    private static final int TERM_BYTES = 1 << 20;

    /** What is purged of the log is a multiple of this. */
    static final int SEGMENT_BYTES = 16 << 20;

    private static final long LOW_STORAGE_BYTES = 16L << 20;
    private static final String LOG_CHANNEL = "aeron:udp?term-length=1m";
    private static final String CONTROL_CHANNEL = "aeron:udp?term-length=64k";
    private static final String IPC_CHANNEL = "aeron:ipc?term-length=64k";

    /** A command with a claim for each slot that there may be is one message: an eighth of a term. */
    static final String INGRESS_CHANNEL = "aeron:udp?term-length=256k";

    private static final long PARK_MIN_NS = 1_000;
    /** Where rests may be longer than usual nobody waits for a commit: the first is this part of the longest. */
    private static final int PARK_MIN_SHARE = 4;

    private static final long HOUSEKEEPER_END_MS = 5_000;
    private static final int PROTOCOL = 2;
    private static final int CLUSTER_ID = 0;

    private final RegistryMemberSettings settings;
    private final RegistryDisk disk;
    private final RegistryFailureHandler failureHandler;
    private final RegistryCounters counters = new RegistryCounters();
    private final AtomicBoolean isDown = new AtomicBoolean();
    private final RepeatedErrors errors = new RepeatedErrors();
    private final RegistryLock lock;

    /** Held while parts are launched or closed: whoever closes does not miss one. */
    private final Object parts = new Object();

    private @Nullable MediaDriver driver;
    private @Nullable Archive archive;
    private @Nullable Aeron moduleClient;
    private volatile @Nullable ConsensusModule consensusModule;
    private volatile @Nullable ClusteredServiceContainer container;
    private @Nullable Thread housekeeper;

    private RegistryMember(
            final RegistryMemberSettings settings,
            final RegistryDisk disk,
            final RegistryFailureHandler failureHandler,
            final RegistryLock lock) {
        this.settings = settings;
        this.disk = disk;
        this.failureHandler = failureHandler;
        this.lock = lock;
    }

    /**
     * Starts the member; it finds the others, and its own past, by itself. One of several goes on with that after this has returned: it fetches what it has missed before
     * it takes part, and tells the failure handler if it cannot. It also tells it, and ends, when its disk is nearly full.
     *
     * @throws RegistryUnavailableException if it runs already, has no room on its disk, or cannot be started
     */
    public static RegistryMember start(
            final RegistryMemberSettings settings,
            final RegistryDisk disk,
            final RegistryFailureHandler failureHandler) {
        if (!disk.hasRoomToStart()) {
            throw new RegistryUnavailableException("registry member " + settings.self() + ": " + disk.problem());
        }
        final RegistryLock lock = RegistryLock.take(settings.directory());
        final RegistryMember member = new RegistryMember(settings, disk, failureHandler, lock);
        try {
            member.removeMarks();
            member.launch();
            return member;
        } catch (RuntimeException | IOException e) {
            member.close();
            throw new RegistryUnavailableException("registry member " + settings.self() + ": " + e.getMessage(), e);
        }
    }

    public long count(final RegistryCounter counter) {
        return counters.get(counter);
    }

    /** True if this member leads the registry now. Any thread may ask. */
    public boolean isLeader() {
        final ConsensusModule module = consensusModule;
        return module != null
                && !isDown.get()
                && !module.context().clusterNodeRoleCounter().isClosed()
                && module.context().clusterNodeRoleCounter().get() == Cluster.Role.LEADER.code();
    }

    /** True if this member is one of those that decide: it has a leader, or is it. Until then it starts, fetches or elects. Any thread may ask. */
    public boolean isTakingPart() {
        final ConsensusModule module = consensusModule;
        return module != null
                && !isDown.get()
                && !module.context().electionStateCounter().isClosed()
                && module.context().electionStateCounter().get() == ElectionState.CLOSED.code();
    }

    /** True if it has what it needs to elect and to be elected. */
    boolean hasArrived() {
        return container != null;
    }

    /** How far the log is decided as far as this member knows and its service has got, snapshots included; -1 as long as it does not take part. */
    long commitPosition() {
        final ConsensusModule module = consensusModule;
        return module == null || module.context().commitPositionCounter().isClosed()
                ? -1
                : module.context().commitPositionCounter().get();
    }

    /** Asks all members to take a snapshot, if this one leads; they do so by themselves whenever the log has grown. False if it does not, or one is being taken. */
    public boolean requestSnapshot() {
        final ConsensusModule module = consensusModule;
        return isLeader()
                && module != null
                && ClusterControl.ToggleState.SNAPSHOT.toggle(module.context().controlToggleCounter());
    }

    @Override
    public void close() {
        isDown.set(true);
        endHousekeeper();
        synchronized (parts) {
            CloseHelper.quietCloseAll(container, consensusModule, moduleClient, archive, driver);
        }
        lock.close();
    }

    private void endHousekeeper() {
        final Thread thread = housekeeper;
        if (thread == null) {
            return;
        }
        thread.interrupt();
        try {
            thread.join(HOUSEKEEPER_END_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The lock is ours, so whoever left these is gone. */
    private void removeMarks() throws IOException {
        Files.createDirectories(archiveDirectory());
        Files.createDirectories(clusterDirectory());
        Files.deleteIfExists(archiveDirectory().resolve(ArchiveMarkFile.FILENAME));
        Files.deleteIfExists(clusterDirectory().resolve(ClusterMarkFile.FILENAME));
        Files.deleteIfExists(clusterDirectory().resolve(ClusterMarkFile.markFilenameForService(0)));
    }

    private Path archiveDirectory() {
        return settings.directory().resolve("archive");
    }

    private Path clusterDirectory() {
        return settings.directory().resolve("cluster");
    }

    private void launch() {
        driver = MediaDriver.launchEmbedded(driverContext(rest()));
        final Archive itsArchive = Archive.launch(archiveContext(driver.aeronDirectoryName()));
        archive = itsArchive;
        final boolean isAlone = settings.peers().size() == 1;
        if (isAlone) {
            takePart(itsArchive.context());
        }
        housekeeper = Thread.ofPlatform()
                .name("registry-housekeeper")
                .daemon()
                .start(() -> keepHouse(itsArchive.context(), isAlone));
    }

    private IdleStrategy rest() {
        final long parkMaxNs = settings.parkMaxUs() * 1_000L;
        return settings.parkMaxUs() > RegistryMemberSettings.PARK_MAX_US_DEFAULT
                ? new BackoffIdleStrategy(1, 0, parkMaxNs / PARK_MIN_SHARE, parkMaxNs)
                : new BackoffIdleStrategy(1, 1, PARK_MIN_NS, parkMaxNs);
    }

    private void takePart(final Archive.Context itsArchive) {
        synchronized (parts) {
            if (isDown.get()) {
                return;
            }
            final Aeron client = moduleClient(itsArchive.aeronDirectoryName());
            moduleClient = client;
            consensusModule = ConsensusModule.launch(moduleContext(client, itsArchive));
            container = ClusteredServiceContainer.launch(serviceContext(itsArchive));
        }
    }

    private void keepHouse(final Archive.Context itsArchive, final boolean isAlone) {
        final Housekeeping housekeeping =
                new Housekeeping(settings, disk, clusterDirectory(), () -> localArchive(itsArchive), counters);
        try {
            if (!isAlone) {
                housekeeping.arrive();
                takePart(itsArchive);
            }
            housekeeping.run(isAlone, this::isTakingPart);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // we are closed
        } catch (RuntimeException | IOException | TimeoutException | Error e) {
            // A write into a mapped file for which there is no room is an Error; and nobody would look at the disk any
            // more, without a word.
            onDown(String.valueOf(e.getMessage()), e);
        }
    }

    private MediaDriver.Context driverContext(final IdleStrategy rest) {
        return new MediaDriver.Context()
                .aeronDirectoryName(settings.driverDirectory().toString())
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .warnIfDirectoryExists(false)
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(rest)
                .ipcTermBufferLength(TERM_BYTES)
                .publicationTermBufferLength(TERM_BYTES)
                .termBufferSparseFile(false)
                .timerIntervalNs(TIMER_INTERVAL_NS)
                .imageLivenessTimeoutNs(IMAGE_LIVENESS_NS)
                .publicationConnectionTimeoutNs(CONNECTION_NS)
                .flowControlReceiverTimeoutNs(RECEIVER_NS)
                .nakUnicastDelayNs(NAK_NS)
                .nakUnicastRetryDelayRatio(NAKS_APART)
                .retransmitUnicastLingerNs(RESEND_LINGER_NS)
                .untetheredWindowLimitTimeoutNs(UNTETHERED_NS)
                .untetheredLingerTimeoutNs(UNTETHERED_NS)
                .untetheredRestingTimeoutNs(UNTETHERED_NS)
                .lowStorageWarningThreshold(LOW_STORAGE_BYTES)
                .errorHandler(this::onError)
                .terminationHook(() -> onDown("its media driver was told to end", null));
    }

    private Archive.Context archiveContext(final String driverDirectory) {
        final RegistryPeer peer = settings.peer();
        return new Archive.Context()
                .archiveId(settings.self())
                .aeronDirectoryName(driverDirectory)
                .archiveDir(archiveDirectory().toFile())
                .controlChannel(CONTROL_CHANNEL + "|endpoint=" + peer.archiveEndpoint())
                .localControlChannel(IPC_CHANNEL)
                .controlTermBufferLength(1 << 16)
                .replicationChannel("aeron:udp?endpoint=" + peer.anyEndpoint())
                .recordingEventsEnabled(false)
                .segmentFileLength(SEGMENT_BYTES)
                .fileSyncLevel(0)
                .catalogFileSyncLevel(0)
                .lowStorageSpaceThreshold(LOW_STORAGE_BYTES)
                .threadingMode(ArchiveThreadingMode.SHARED)
                .idleStrategySupplier(this::rest)
                .errorHandler(this::onError);
    }

    /**
     * The module's own would yield while it waits for the driver, and on a machine that is short of processors the driver then does not come to its turn: ten seconds
     * were seen, which end the module.
     */
    private Aeron moduleClient(final String driverDirectory) {
        return Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(driverDirectory)
                .errorHandler(this::onError)
                .subscriberErrorHandler(RethrowingErrorHandler.INSTANCE)
                .useConductorAgentInvoker(true)
                .awaitingIdleStrategy(rest())
                .clientLock(NoOpLock.INSTANCE)
                .clientName("registry-consensus"));
    }

    private ConsensusModule.Context moduleContext(final Aeron client, final Archive.Context archiveContext) {
        final RegistryPeer peer = settings.peer();
        return new ConsensusModule.Context()
                .clusterMemberId(settings.self())
                .clusterMembers(RegistryPeer.clusterMembers(settings.peers()))
                .appVersion(appVersion())
                .clusterDir(clusterDirectory().toFile())
                .aeronDirectoryName(client.context().aeronDirectoryName())
                .aeron(client)
                .ownsAeronClient(true)
                .errorCounter(ClusterCounters.allocateVersioned(
                        client,
                        new ExpandableArrayBuffer(),
                        "Cluster Errors",
                        ConsensusModule.Configuration.CONSENSUS_MODULE_ERROR_COUNT_TYPE_ID,
                        CLUSTER_ID,
                        MediaDriverVersion.VERSION,
                        MediaDriverVersion.GIT_SHA))
                .archiveContext(localArchive(archiveContext).idleStrategy(rest()))
                .ingressChannel(INGRESS_CHANNEL)
                .logChannel(LOG_CHANNEL)
                .replicationChannel("aeron:udp?endpoint=" + peer.anyEndpoint())
                .leaderArchiveControlChannel(CONTROL_CHANNEL)
                .leaderHeartbeatIntervalNs(LEADER_HEARTBEAT_INTERVAL_NS)
                .leaderHeartbeatTimeoutNs(LEADER_HEARTBEAT_TIMEOUT_NS)
                .electionTimeoutNs(ELECTION_TIMEOUT_NS)
                .electionStatusIntervalNs(ELECTION_STATUS_INTERVAL_NS)
                .startupCanvassTimeoutNs(STARTUP_CANVASS_TIMEOUT_NS)
                .sessionTimeoutNs(TimeUnit.MILLISECONDS.toNanos(RegistryService.SESSION_TIMEOUT_MS))
                .terminationTimeoutNs(TERMINATION_TIMEOUT_NS)
                .maxConcurrentSessions(SESSIONS_MAX)
                .fileSyncLevel(0)
                .idleStrategySupplier(this::rest)
                .errorHandler(this::onError)
                .terminationHook(() -> onDown("its consensus module has ended", null));
    }

    private ClusteredServiceContainer.Context serviceContext(final Archive.Context archiveContext) {
        return new ClusteredServiceContainer.Context()
                .appVersion(appVersion())
                .clusteredService(new RegistryService(
                        new RegistryState(settings.slots(), settings.backupsWanted()), counters, this::requestSnapshot))
                .clusterDir(clusterDirectory().toFile())
                .aeronDirectoryName(archiveContext.aeronDirectoryName())
                .archiveContext(localArchive(archiveContext))
                .idleStrategySupplier(this::rest)
                .errorHandler(this::onError)
                .terminationHook(() -> onDown("its service has ended", null));
    }

    private static AeronArchive.Context localArchive(final Archive.Context archiveContext) {
        return new AeronArchive.Context()
                .controlRequestChannel(archiveContext.localControlChannel())
                .controlRequestStreamId(archiveContext.localControlStreamId())
                .controlResponseChannel(IPC_CHANNEL)
                .aeronDirectoryName(archiveContext.aeronDirectoryName());
    }

    /**
     * Aeron refuses a member, a log or a snapshot whose major version is another: slots and wanted backups are part of it, because members that begin with different
     * empty maps would never agree again.
     */
    private int appVersion() {
        final int slotsLog2 = Integer.numberOfTrailingZeros(settings.slots());
        return SemanticVersion.compose(PROTOCOL << 6 | settings.backupsWanted() << 4 | slotsLog2, 0, 0);
    }

    private void onError(final Throwable error) {
        final boolean isFatal = error instanceof AgentTerminationException
                || (error instanceof AeronException known && known.category() == AeronException.Category.FATAL);
        if (isFatal) {
            onDown(error.getMessage(), error);
        } else if (!isDown.get() && errors.isToBeSaid(String.valueOf(error.getMessage()), System.nanoTime())) {
            // Elections come this way too; they are nobody's failure.
            LOGGER.log(
                    System.Logger.Level.INFO, () -> "registry member " + settings.self() + ": " + error.getMessage());
        }
    }

    private void onDown(final @Nullable String what, final @Nullable Throwable cause) {
        if (isDown.compareAndSet(false, true)) {
            failureHandler.onRegistryFailure("registry member " + settings.self() + ": " + what, cause);
        }
    }
}
