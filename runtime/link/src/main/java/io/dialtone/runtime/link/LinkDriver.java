package io.dialtone.runtime.link;

import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.driver.exceptions.ActiveDriverException;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The media driver of a host, through which its processes talk: one for each host, in a process of its own or embedded where a single process
 * is the whole platform. Started and closed by {@code main}.
 */
public final class LinkDriver implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(LinkDriver.class.getName());

    private static final long TIMER_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long IMAGE_LIVENESS_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CONNECTION_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long RECEIVER_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long UNTETHERED_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(1);

    // Who misses a part asks for it at once, and again after 5 ms: whoever sends it has an ear for that then. ADR 21.
    private static final long NAK_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long NAKS_APART = 50;
    private static final long RESEND_LINGER_NS = TimeUnit.MILLISECONDS.toNanos(4);

    private static final long UNBLOCK_OVER_CLIENT_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOW_STORAGE_BYTES = 16L << 20;
    private static final int SPINS = 10;
    private static final int YIELDS = 0;
    private static final long NEVER = Long.MIN_VALUE;
    private static final long TAKE_OVER_REST_MS = 50;

    private final MediaDriver driver;
    private final LinkSettings settings;
    private final DriverLock lock;
    private final @Nullable AgentInvoker invoker;

    private LinkDriver(final MediaDriver driver, final LinkSettings settings, final DriverLock lock) {
        this.driver = driver;
        this.lock = lock;
        this.settings = settings;
        invoker = driver.sharedAgentInvoker();
    }

    /**
     * Starts the driver on a thread of its own.
     *
     * @throws LinkUnavailableException if another driver lives at the directory, or it cannot be made
     */
    public static LinkDriver start(final LinkSettings settings, final LinkFailureHandler failureHandler) {
        return start(settings, ThreadingMode.SHARED, failureHandler);
    }

    /** Starts a driver without a thread: the caller must call {@link #doWork} all the time, from one thread, also while nothing happens. */
    public static LinkDriver startInvoked(final LinkSettings settings, final LinkFailureHandler failureHandler) {
        final LinkDriver driver = start(settings, ThreadingMode.INVOKER, failureHandler);
        if (driver.invoker != null) {
            driver.invoker.start();
        }
        return driver;
    }

    /** A turn of a driver that was started without a thread; nothing otherwise. */
    public int doWork() {
        return invoker == null ? 0 : invoker.invoke();
    }

    /** Milliseconds since the driver last showed a sign of life; more than {@link LinkSettings#driverSilenceMsMax} is dead, and so is one that has left nothing. May be called by any thread. */
    public long silentMs() {
        final long heartbeat = lastHeartbeat(settings);
        return heartbeat == NEVER ? Long.MAX_VALUE : System.currentTimeMillis() - heartbeat;
    }

    @Override
    public void close() {
        driver.close();
        lock.close();
    }

    private static LinkDriver start(
            final LinkSettings settings, final ThreadingMode threadingMode, final LinkFailureHandler failureHandler) {
        final DriverLock lock = DriverLock.tryTake(settings.directory());
        boolean isStarted = false;
        try {
            final MediaDriver driver = launch(settings, threadingMode, failureHandler, lock);
            isStarted = true;
            closeToOthers(settings);
            lock.name(nameOfDriver(settings));
            return new LinkDriver(driver, settings, lock);
        } finally {
            if (!isStarted) {
                lock.close();
            }
        }
    }

    private static MediaDriver launch(
            final LinkSettings settings,
            final ThreadingMode threadingMode,
            final LinkFailureHandler failureHandler,
            final DriverLock lock) {
        final String before = nameOfDriver(settings);
        final boolean hasEnded = !before.isEmpty() && lock.hasEnded(before);
        final long heartbeat = lastHeartbeat(settings);
        final long deadlineNs = System.nanoTime() + settings.driverSilenceMsMax() * 1_500_000L;
        while (true) {
            try {
                return MediaDriver.launchEmbedded(
                        context(settings, threadingMode, failureHandler).dirDeleteOnStart(hasEnded));
            } catch (ActiveDriverException e) {
                // A driver that was killed looks alive until its last heartbeat is old; one that lives has beaten
                // since.
                if (lastHeartbeat(settings) != heartbeat || System.nanoTime() - deadlineNs >= 0) {
                    throw new LinkUnavailableException(
                            "a media driver is alive at " + settings.directory()
                                    + " (expected: none). Maybe dialtone host runs already",
                            e);
                }
                rest(e);
            }
        }
    }

    private static MediaDriver.Context context(
            final LinkSettings settings, final ThreadingMode threadingMode, final LinkFailureHandler failureHandler) {
        final long clientSilenceNs = settings.clientSilenceMsMax() * 1_000_000L;
        return new MediaDriver.Context()
                .aeronDirectoryName(settings.directory().toString())
                .driverTimeoutMs(settings.driverSilenceMsMax())
                .dirDeleteOnStart(false)
                .dirDeleteOnShutdown(true)
                .warnIfDirectoryExists(false)
                .printConfigurationOnStart(false)
                .threadingMode(threadingMode)
                .sharedIdleStrategy(new BackoffIdleStrategy(
                        SPINS, YIELDS, settings.parkMinUs() * 1_000L, settings.parkMaxUs() * 1_000L))
                .sharedThreadFactory(work -> {
                    final Thread thread = new Thread(work, "link-driver");
                    thread.setDaemon(true);
                    return thread;
                })
                .ipcTermBufferLength(settings.termBytes())
                .publicationTermBufferLength(settings.termBytes())
                .ipcMtuLength(LinkSettings.MTU_BYTES_INSIDE)
                .mtuLength(settings.mtuBytes())
                .termBufferSparseFile(false)
                .timerIntervalNs(TIMER_INTERVAL_NS)
                .clientLivenessTimeoutNs(clientSilenceNs)
                .publicationUnblockTimeoutNs(clientSilenceNs + UNBLOCK_OVER_CLIENT_NS)
                .imageLivenessTimeoutNs(IMAGE_LIVENESS_NS)
                .publicationConnectionTimeoutNs(CONNECTION_NS)
                .publicationLingerTimeoutNs(LINGER_NS)
                .flowControlReceiverTimeoutNs(RECEIVER_NS)
                .nakUnicastDelayNs(NAK_NS)
                .nakUnicastRetryDelayRatio(NAKS_APART)
                .retransmitUnicastLingerNs(RESEND_LINGER_NS)
                .untetheredWindowLimitTimeoutNs(UNTETHERED_NS)
                .untetheredLingerTimeoutNs(UNTETHERED_NS)
                .untetheredRestingTimeoutNs(UNTETHERED_NS)
                .lowStorageWarningThreshold(LOW_STORAGE_BYTES)
                .errorHandler(error -> onError(settings, error, failureHandler))
                .terminationHook(() -> failureHandler.onLinkFailure("the media driver was told to end", null));
    }

    private static void onError(
            final LinkSettings settings, final Throwable error, final LinkFailureHandler failureHandler) {
        if (error instanceof AgentTerminationException) {
            failureHandler.onLinkFailure(
                    "the media driver at " + settings.directory() + " ended: " + error.getMessage(), error);
        } else {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    () -> "media driver at " + settings.directory() + ": " + error.getMessage());
        }
    }

    /** Wall-clock milliseconds of the last heartbeat that a driver left in the directory, or {@link #NEVER}. */
    static long lastHeartbeat(final LinkSettings settings) {
        return read(
                settings,
                NEVER,
                (file, metaData) -> new ManyToOneRingBuffer(CncFileDescriptor.createToDriverBuffer(file, metaData))
                        .consumerHeartbeatTime());
    }

    /** What tells the driver of the directory from any other; empty if there is none. */
    private static String nameOfDriver(final LinkSettings settings) {
        return read(
                settings,
                "",
                (file, metaData) ->
                        CncFileDescriptor.pid(metaData) + "@" + CncFileDescriptor.startTimestampMs(metaData));
    }

    private static <T> T read(
            final LinkSettings settings,
            final T otherwise,
            final BiFunction<MappedByteBuffer, DirectBuffer, T> reader) {
        final CommonContext probe =
                new CommonContext().aeronDirectoryName(settings.directory().toString());
        // Without that it looks nowhere, and finds nothing.
        probe.concludeAeronDirectory();
        final MappedByteBuffer file = probe.mapExistingCncFile(message -> {});
        if (file == null) {
            return otherwise;
        }
        try {
            return reader.apply(file, CncFileDescriptor.createMetaDataBuffer(file));
        } catch (RuntimeException e) {
            // A driver died while it made the file; the real start will say what it thinks of it.
            return otherwise;
        } finally {
            BufferUtil.free(file);
        }
    }

    private static void rest(final ActiveDriverException e) {
        try {
            Thread.sleep(TAKE_OVER_REST_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LinkUnavailableException("interrupted while a driver's old directory was waited for", e);
        }
    }

    /** Whoever can write there can speak for any member: only this user may. */
    private static void closeToOthers(final LinkSettings settings) {
        try {
            Files.setPosixFilePermissions(settings.directory(), PosixFilePermissions.fromString("rwx------"));
        } catch (IOException | UnsupportedOperationException e) {
            LOGGER.log(System.Logger.Level.WARNING, () -> settings.directory() + " stays open to other users: " + e);
        }
    }
}
