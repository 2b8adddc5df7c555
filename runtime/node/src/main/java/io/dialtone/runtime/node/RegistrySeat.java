package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.state.registry.RegistryCounter;
import io.dialtone.state.registry.RegistryDisk;
import io.dialtone.state.registry.RegistryMember;
import io.dialtone.state.registry.RegistryMemberSettings;
import io.dialtone.state.registry.RegistryUnavailableException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * This process's part of the registry, if it has one. Built and closed by the main thread; any thread may ask.
 *
 * <p>If the registry's part ends while the process lives, because its disk is full or was gone for long, the process goes on: with it would go the media driver of a host, and
 * so all calls of the machine, which need no registry as long as nothing changes hands. It is started again until that works. For the same reason a process starts without it
 * while the disk is full.
 */
final class RegistrySeat implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(RegistrySeat.class.getName());
    private static final long RETRY_MS = 2_000;
    private static final long END_MS = 10_000;

    /** Whoever fails sooner after its start is not started again at once, and is not spoken of again if it fails for the same reason. */
    private static final long CALM_NS = TimeUnit.MINUTES.toNanos(2);

    private final @Nullable RegistryMemberSettings settings;
    private final @Nullable RegistryDisk disk;
    private final Semaphore failures = new Semaphore(0);
    private final @Nullable Thread keeper;
    private volatile @Nullable RegistryMember member;
    private volatile String problem = "";

    /** The last problem that the log was told. */
    private volatile String said = "";

    private volatile boolean isFailureSaid;
    private volatile long startedNs = System.nanoTime();
    private final AtomicLong restarts = new AtomicLong();

    private RegistrySeat() {
        settings = null;
        disk = null;
        keeper = null;
    }

    RegistrySeat(final RegistryMemberSettings settings, final RegistryDisk disk) {
        this.settings = settings;
        this.disk = disk;
        if (disk.hasRoomToStart()) {
            member = RegistryMember.start(settings, disk, (what, cause) -> onFailure(what));
        } else {
            onFailure("registry member " + settings.self() + ": " + disk.problem());
        }
        keeper = Thread.ofPlatform().name("registry-keeper").daemon().start(() -> keep(settings, disk));
    }

    /** Takes the seat; does nothing if there is none for this process. */
    static RegistrySeat take(final Optional<RegistryMemberSettings> seat) throws UnavailableException {
        try {
            return seat.isPresent()
                    ? new RegistrySeat(seat.get(), RegistryDisk.of(seat.get().directory()))
                    : new RegistrySeat();
        } catch (RegistryUnavailableException e) {
            throw new UnavailableException(String.valueOf(e.getMessage()));
        }
    }

    private void onFailure(final String what) {
        synchronized (failures) {
            problem = what;
            failures.release();
        }
        if (isShortLived() && what.equals(said)) {
            isFailureSaid = false;
        } else {
            said = what;
            isFailureSaid = true;
            LOGGER.log(
                    System.Logger.Level.ERROR,
                    "{0}. Calls go on; without a majority of the registry nothing changes hands. It is started again every {1} ms until that works.",
                    what,
                    RETRY_MS);
        }
    }

    private boolean isShortLived() {
        return System.nanoTime() - startedNs < CALM_NS;
    }

    private void keep(final RegistryMemberSettings itsSettings, final RegistryDisk itsDisk) {
        try {
            while (true) {
                failures.acquire();
                failures.drainPermits();
                final boolean isPatient = isShortLived();
                closeMember();
                if (isPatient) {
                    TimeUnit.MILLISECONDS.sleep(RETRY_MS);
                }
                while (!startAgain(itsSettings, itsDisk)) {
                    TimeUnit.MILLISECONDS.sleep(RETRY_MS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // we are closed
        }
    }

    private boolean startAgain(final RegistryMemberSettings itsSettings, final RegistryDisk itsDisk) {
        if (!itsDisk.hasRoomToStart()) {
            sayOnce("registry member " + itsSettings.self() + ": " + itsDisk.problem());
            return false;
        }
        try {
            startedNs = System.nanoTime();
            member = RegistryMember.start(itsSettings, itsDisk, (what, cause) -> onFailure(what));
            synchronized (failures) {
                if (failures.availablePermits() == 0) { // else it has failed again already, and told why
                    problem = "";
                }
            }
            restarts.incrementAndGet();
            if (isFailureSaid) {
                LOGGER.log(System.Logger.Level.WARNING, "registry member {0} is started again", itsSettings.self());
            }
            return true;
        } catch (RegistryUnavailableException e) {
            sayOnce(String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** An attempt comes every few seconds, and as a rule fails for the reason that the last one failed for. */
    private void sayOnce(final String why) {
        problem = why;
        if (!why.equals(said)) {
            said = why;
            LOGGER.log(System.Logger.Level.ERROR, "{0}", why);
        }
    }

    private void closeMember() {
        final RegistryMember old = member;
        member = null;
        if (old != null) {
            old.close();
        }
    }

    void say(final RoleProcess process) {
        if (settings != null) {
            process.say(
                    "registry",
                    "member " + settings.self() + " of " + settings.peers().size() + ", log in "
                            + settings.directory());
        }
    }

    /** "leader", "follower", "starting" until it has a leader, "down" while it is being started again, or "none" if this process does not keep the registry. */
    String role() {
        final RegistryMember now = member;
        return settings == null
                ? "none"
                : now == null || !problem.isEmpty()
                        ? "down"
                        : now.isLeader() ? "leader" : now.isTakingPart() ? "follower" : "starting";
    }

    /** Why it is down; empty if it is not. */
    String problem() {
        return problem;
    }

    /** Adds how it is. */
    void status(final ObjectNode status) {
        status.put("registry", role());
        if (!problem.isEmpty()) {
            status.put("registryProblem", problem);
        }
    }

    /** Adds what it counts, if this process keeps the registry. */
    void metrics(final MetricsPage page) {
        if (settings == null || disk == null) {
            return;
        }
        page.gauge("dialtone_registry_up", "1 while this process's part of the registry works.")
                .sample(problem.isEmpty() ? 1 : 0);
        page.gauge("dialtone_registry_leader", "1 while it leads the registry.")
                .sample(role().equals("leader") ? 1 : 0);
        page.gauge(
                        "dialtone_registry_disk_free_bytes",
                        "Room on the disk of its directory; with too little it is ended.")
                .sample(disk.freeBytes());
        page.counter("dialtone_registry_restarts_total", "Times that it was started again after it had failed.")
                .sample(restarts.get());
        final RegistryMember now = member;
        for (final RegistryCounter counter : RegistryCounter.ofMembers()) {
            page.counter("dialtone_registry_" + counter.name().toLowerCase(Locale.ROOT) + "_total", counter.sentence())
                    .sample(now == null ? 0 : now.count(counter));
        }
    }

    @Override
    public void close() {
        if (keeper != null) {
            keeper.interrupt();
            try {
                keeper.join(END_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        closeMember();
    }
}
